// What a shop's bucket of query points holds now, and how much one call can pay for.

/** Most points of one query: https://shopify.dev/docs/api/usage/limits */
export const QUERY_LIMIT = 1_000;

/** `restoreRate`: points a second. */
export type Bucket = { available: number; maximum: number; restoreRate: number };

/**
 * Assumed until Shopify has said what the bucket holds: the smallest one that it gives, full. If it holds less, Shopify refuses one call,
 * and says with the refusal how much there is.
 */
export const UNKNOWN: Bucket = { available: 1_000, maximum: 1_000, restoreRate: 50 };

/** The bucket after `ms` milliseconds in which nothing was asked. */
export const restored = ({ bucket, ms }: { bucket: Bucket; ms: number }): Bucket => ({
  ...bucket,
  available: Math.min(bucket.maximum, bucket.available + (Math.max(0, ms) / 1_000) * bucket.restoreRate),
});

/** After how many ms the bucket holds `points`; more than it can ever hold counts as full. */
export function waitFor({ bucket, points }: { bucket: Bucket; points: number }): number {
  const missing = Math.min(points, bucket.maximum) - bucket.available;
  // One ms above: what comes back in exactly so many ms may be a hair too little in binary fractions.
  return missing <= 0 ? 0 : Math.floor((missing / bucket.restoreRate) * 1_000) + 1;
}

/**
 * What one call may cost: all that the bucket holds beyond the share `kept`, or what `patienceMs` of waiting bring; never more than
 * Shopify takes for one query. It does not depend on how long one has waited already, so a call that is planned again stays the same.
 */
export const budget = ({
  bucket,
  patienceMs,
  kept = 0,
}: {
  bucket: Bucket;
  patienceMs: number;
  kept?: number;
}): number =>
  Math.min(
    QUERY_LIMIT,
    bucket.maximum,
    Math.max(bucket.available / (1 + kept), (patienceMs / 1_000) * bucket.restoreRate),
  );
