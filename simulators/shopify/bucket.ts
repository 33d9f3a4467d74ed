// The leaking bucket that Shopify keeps for each app in each shop: it pays for queries and fills up again by the clock.

export type BucketSize = { maximum: number; restoreRate: number };

/** A shop on a standard plan; the size of the bucket is from memory, the rate is Shopify's word. */
export const STANDARD: BucketSize = { maximum: 2_000, restoreRate: 100 };

export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };

export function createBuckets({ now, sizeOf }: { now: () => Date; sizeOf: (key: string) => BucketSize }) {
  const levels = new Map<string, { available: number; at: number }>();

  function level(key: string) {
    const { maximum, restoreRate } = sizeOf(key);
    const at = now().getTime();
    const kept = levels.get(key) ?? { available: maximum, at };
    const restored = (Math.max(0, at - kept.at) / 1_000) * restoreRate;
    const current = { available: Math.min(maximum, kept.available + restored), at };
    levels.set(key, current);
    return current;
  }

  return {
    /** Takes the requested price before the query runs, or leaves the bucket as it was. */
    take({ key, points }: { key: string; points: number }): boolean {
      const current = level(key);
      if (current.available < points) return false;
      current.available -= points;
      return true;
    },
    /** What the query did not use of it comes back with the answer. */
    giveBack({ key, points }: { key: string; points: number }): void {
      const current = level(key);
      current.available = Math.min(sizeOf(key).maximum, current.available + points);
    },
    status(key: string): ThrottleStatus {
      const { maximum, restoreRate } = sizeOf(key);
      return {
        maximumAvailable: maximum,
        currentlyAvailable: Math.floor(level(key).available),
        restoreRate,
      };
    },
    /** As another process of the same app would leave it. */
    leave({ key, points }: { key: string; points: number }): void {
      level(key).available = Math.min(sizeOf(key).maximum, points);
    },
  };
}
