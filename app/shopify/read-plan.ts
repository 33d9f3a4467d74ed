// Plans the next call that reads stock: which variants, how many levels, and when the shop's query points pay for it.

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
const budget = ({
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

/** A variant that is to be read. */
export type Wanted = {
  id: bigint;
  /** How many inventory levels its last reading found; null: not read yet. */
  levels: number | null;
  /** Something was said about this very variant (a webhook, a new subscription): it goes before those of which nothing was said. */
  news: boolean;
};

/** `changed`: a probe has found other figures than its last reading: it goes before all others. `probed`: a probe need not ask again. */
export type Planned = Wanted & { probed: boolean; changed: boolean };

/** What is still missing of a variant whose first page is there: `left` more rows after the cursor, as far as is known. */
export type Rest = { of: 'levels' | 'components'; after: string | null; left: number };

/** Pages of `first` rows: the first pages of several variants, or a further page of one. */
type Pages =
  | { of: 'variants'; ids: bigint[]; first: number }
  | { of: Rest['of']; id: bigint; after: string | null; first: number };

export type ReadCall = Pages | { of: 'probe'; ids: bigint[] };

export type ReadPlan = {
  call: ReadCall;
  /** Points that Shopify will ask for it. */
  price: number;
  /** After how many ms the bucket can pay for it; 0: now. */
  waitMs: number;
};

/** Most variants that one call reads. */
export const VARIANTS_A_CALL = 25;

/** Most variants of a probe: Shopify's limit for an input array. */
export const VARIANTS_A_PROBE = 250;

/** Levels asked of a variant that was never read: most shops have no more locations. */
const FIRST_LEVELS = 5;

/** Shopify's limit for a page. */
const PAGE = 250;

/** Variants share a call while none pays for more than a quarter above what it needs by itself. */
const ALIKE = 1.25;

/** Of a call that is not urgent a tenth of its price stays in the bucket beside it, for a shopper who arrives meanwhile. */
const KEPT = 0.1;

const NEWS_PATIENCE_MS = 1_000;

const PATIENCE_MS = 10_000;

/**
 * Points of the queries in variant-queries.ts by Shopify's rules (https://shopify.dev/docs/api/usage/limits): an object 1, a
 * connection 2 and what its page may hold.
 */
export function priceOf(call: ReadCall): number {
  if (call.of === 'probe') return call.ids.length;
  return call.of === 'variants' ? call.ids.length * (14 + 3 * call.first) : 3 + 3 * call.first;
}

const firstPage = (ids: bigint[], first: number) => ({ of: 'variants' as const, ids, first });

/**
 * The next call for `wanted` (not empty, in the order in which they are to be read). When more is due than can be paid for, a probe of all
 * of it says which have changed: those come first, and what a bulk booking or a change of the settings has marked waits behind them.
 * @param started what is missing of those that were read in part: they are read on, never from the start.
 * @param atMost variants of one call; less than usual after a refusal.
 * @param dearer how many times our own price Shopify asks, as its last answer showed.
 */
export function planRead({
  wanted,
  started,
  bucket,
  atMost = VARIANTS_A_CALL,
  dearer = 1,
}: {
  wanted: Planned[];
  started: ReadonlyMap<bigint, Rest>;
  bucket: Bucket;
  atMost?: number;
  dearer?: number;
}): ReadPlan {
  const ranks = wanted.map(rankOf);
  const rank = Math.max(...ranks);
  const those = wanted.filter((_one, at) => ranks[at] === rank);
  const head = those[0]!;
  const [kept, patienceMs] = rank > 0 ? [0, NEWS_PATIENCE_MS] : [KEPT, PATIENCE_MS];
  const limit = Math.min(QUERY_LIMIT, bucket.maximum) / dearer;
  const payable = budget({ bucket, patienceMs, kept }) / dearer;
  const rest = started.get(head.id);
  const call = rest
    ? {
        id: head.id,
        ...rest,
        first: page({ rows: rest.left, call: { id: head.id, ...rest, first: 0 }, limit }),
      }
    : (probe() ?? together({ those: those.filter(({ id }) => !started.has(id)), atMost, limit, payable }));
  const price = Math.ceil(priceOf(call) * dearer);
  return { call, price, waitMs: waitFor({ bucket, points: price * (1 + kept) }) };

  function probe(): ReadCall | undefined {
    const ids = those.filter(({ probed }) => !probed).map(({ id }) => id);
    const whole = those.reduce(
      (sum, { levels }) => sum + priceOf(firstPage([0n], levels ?? FIRST_LEVELS)),
      0,
    );
    if (ids.length === 0 || those.length === 1 || whole * dearer <= bucket.available) return undefined;
    return { of: 'probe', ids: ids.slice(0, Math.max(1, Math.min(VARIANTS_A_PROBE, payable))) };
  }
}

const rankOf = ({ changed, news }: Planned): number => (changed ? 2 : news ? 1 : 0);

/** The first pages of the first of `those`, and of as many others as cost about the same and can be paid for. */
function together({
  those,
  atMost,
  limit,
  payable,
}: {
  those: Wanted[];
  atMost: number;
  limit: number;
  payable: number;
}): ReadCall & { of: 'variants' } {
  let call = firstPage([], 0);
  let cheapest = Infinity;
  for (const { id, levels } of those) {
    const own = page({ rows: levels ?? FIRST_LEVELS, call: firstPage([id], 0), limit });
    const least = Math.min(cheapest, priceOf(firstPage([id], own)));
    const more = firstPage([...call.ids, id], Math.max(call.first, own));
    const alike = priceOf(more) <= more.ids.length * least * ALIKE;
    if (call.ids.length > 0 && (!alike || priceOf(more) > payable)) continue;
    call = more;
    cheapest = least;
    if (call.ids.length === atMost) break;
  }
  return call;
}

/** Rows of one page: at least one, and no more than Shopify and the price of the call allow. */
function page({ rows, call, limit }: { rows: number; call: Pages; limit: number }): number {
  const bare = priceOf(call);
  const each = priceOf({ ...call, first: 1 }) - bare;
  return Math.max(1, Math.min(rows, PAGE, Math.floor((limit - bare) / each)));
}

/** After a refusal the next call names half as many; each answer doubles that again. */
export const fewer = (call: ReadCall): number =>
  call.of === 'variants' ? Math.max(1, Math.floor(call.ids.length / 2)) : VARIANTS_A_CALL;

export const moreAgain = (atMost: number): number => Math.min(VARIANTS_A_CALL, atMost * 2);
