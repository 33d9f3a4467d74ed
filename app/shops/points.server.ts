// What each shop's bucket holds as far as this process knows: Shopify's last word, and our own calls that are still under way.
import type { Cost } from './admin-api.server.ts';
import { restored, UNKNOWN, waitFor, type Bucket } from './bucket.ts';

/** `underWay`: points of our calls that were not answered yet; they are taken from what Shopify says with another call's answer. */
type Kept = { bucket: Bucket; at: Date; underWay: number };

/** Per shop, lost on a restart, which does no harm: Shopify says it again with every answer. */
const buckets = new Map<bigint, Kept>();
const MOST_SHOPS = 10_000;

const keptOf = ({ shopId, now }: { shopId: bigint; now: Date }): Kept =>
  buckets.get(shopId) ?? { bucket: UNKNOWN, at: now, underWay: 0 };

/** The shop's bucket now; `UNKNOWN` until Shopify has spoken of it. */
export function bucketOf({ shopId, now }: { shopId: bigint; now: Date }): Bucket {
  const { bucket, at } = keptOf({ shopId, now });
  return restored({ bucket, ms: now.getTime() - at.getTime() });
}

/**
 * Takes a call's price out of the bucket, as Shopify does before it runs a query.
 * @returns 0, or after how many ms there will be enough: then nothing was taken, and the call is not to be sent now.
 */
export function takePoints({ shopId, price, now }: { shopId: bigint; price: number; now: Date }): number {
  const bucket = bucketOf({ shopId, now });
  const waitMs = waitFor({ bucket, points: price });
  if (waitMs > 0) return waitMs;
  const { underWay } = keptOf({ shopId, now });
  if (buckets.size >= MOST_SHOPS && !buckets.has(shopId)) buckets.clear();
  buckets.set(shopId, {
    bucket: { ...bucket, available: bucket.available - price },
    at: now,
    underWay: underWay + price,
  });
  return 0;
}

/** The call for which `price` was taken has ended; `cost` is what Shopify said with its answer, of all processes' calls. */
export function notePoints({
  shopId,
  price,
  cost,
  now,
}: {
  shopId: bigint;
  price: number;
  cost: Cost | undefined;
  now: Date;
}): void {
  const kept = keptOf({ shopId, now });
  const underWay = Math.max(0, kept.underWay - price);
  if (cost === undefined) {
    buckets.set(shopId, { ...kept, underWay });
    return;
  }
  const { available, maximum, restoreRate } = cost;
  buckets.set(shopId, {
    bucket: { available: Math.max(0, available - underWay), maximum, restoreRate },
    at: now,
    underWay,
  });
}
