// What a shop's bucket holds, as Shopify last said: a query that cannot be paid for yet is not even sent.
import type { Cost } from './admin-api.server.ts';

type Asked = { shopId: bigint; query: string; variables?: Record<string, unknown> | undefined; now: Date };

/** Per shop, lost on a restart, which does no harm: Shopify says it again with every answer. */
const buckets = new Map<bigint, Pick<Cost, 'available' | 'maximum' | 'restoreRate'> & { at: Date }>();
/** What Shopify asks for a query before it runs, by its text and how many ids it names. */
const prices = new Map<string, number>();

const nameOf = ({ query, variables }: Pick<Asked, 'query' | 'variables'>) =>
  `${Array.isArray(variables?.ids) ? variables.ids.length : 0} ${query}`;

/** Takes the query's price from what is left. @returns 0, or after how many ms there will be enough: then it is not to be sent now. */
export function takePoints({ shopId, now, ...asked }: Asked): number {
  const bucket = buckets.get(shopId);
  const price = prices.get(nameOf(asked));
  if (bucket === undefined || price === undefined) return 0;
  const seconds = Math.max(0, now.getTime() - bucket.at.getTime()) / 1_000;
  const available = Math.min(bucket.maximum, bucket.available + seconds * bucket.restoreRate);
  // Dearer than the whole bucket: that is for Shopify to say.
  if (available < price && price <= bucket.maximum)
    return Math.ceil(((price - available) / bucket.restoreRate) * 1_000);
  buckets.set(shopId, { ...bucket, available: available - price, at: now });
  return 0;
}

/** What Shopify said with its answer: also the words of another process that spends from the same bucket. */
export function notePoints({ shopId, cost, now, ...asked }: Asked & { cost: Cost | undefined }): void {
  if (cost === undefined) return;
  if (prices.size > 1_000) prices.clear();
  prices.set(nameOf(asked), cost.requested);
  if (buckets.size > 10_000) buckets.clear();
  const { available, maximum, restoreRate } = cost;
  buckets.set(shopId, { available, maximum, restoreRate, at: now });
}
