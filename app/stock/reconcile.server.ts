// Probes every variant that somebody waits for, to find what lost webhooks hid.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { type Clock, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { wait, type Wait } from '../lib/retry.ts';
import { type Cost, ShopifyApiError } from '../shopify/admin-api.server.ts';
import { VARIANTS_A_PROBE } from '../shopify/read-plan.ts';
import { differs, type Probe, probeVariants } from '../shopify/read-variants.server.ts';
import { activeShop } from '../shopify/shops.server.ts';
import { hasWaitingOrOpenRestock, requestStockCheck } from './check-requests.server.ts';
import { openRestock } from './restocks.server.ts';

/** The sweep leaves half of the shop's points to looks, to the conversation, and to the merchant's other needs. */
const SHARE = 0.5;
const TRIES = 4;
/** So many shops are swept at a time: each has a budget of its own. */
const SHOPS_AT_ONCE = 8;

export type Reconciled = {
  /** `cut_short`: Shopify could not be read, or the sweep was stopped; go on after variant `after`. */
  outcome: 'swept' | 'cut_short';
  after: bigint | null;
  probed: number;
  marked: number;
  points: number;
};

type Watched = {
  id: bigint;
  /** Shopify's own figures as the newest look saw them, and when that was. */
  seenForSale: boolean | null;
  seenQuantity: number | null;
  lookedAt: Date | null;
  /** A restock is open. */
  open: boolean;
};

/** Those not due already: they are looked at anyway. */
const watched = ({ shopId, after, limit }: { shopId: bigint; after: bigint; limit: number }) =>
  queryRows<Watched>({
    tx: db,
    sql: Prisma.sql`
  SELECT v.id, v.seen_for_sale, v.seen_quantity, v.due_since AS looked_at,
    EXISTS (SELECT 1 FROM restocks r WHERE r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock}) AS open
  FROM variants v
  WHERE v.shop_id = ${shopId} AND v.id > ${after} AND v.check_requested_version = v.checked_version AND v.missing_since IS NULL AND ${hasWaitingOrOpenRestock}
  ORDER BY v.id LIMIT ${limit}`,
  });

/** A variant that is for sale and has no restock (too few units, at another place, an order only) is looked at again so often. */
const DOUBT_AFTER_MS = 15 * MINUTE;

/**
 * What a probe says: `changed` since the newest look, and a stock check has to decide; `doubtful`: it is for sale, nobody is notified, and that was
 * found long ago, so that what a probe cannot see (units that were moved, a product that was published) may have changed; or nothing.
 */
export function suspicion({
  known,
  probe,
  now,
}: {
  known: Omit<Watched, 'id'>;
  probe: Probe | undefined;
  now: Date;
}): 'changed' | 'doubtful' | undefined {
  if (differs({ ...known, probe })) return 'changed';
  const old = known.lookedAt === null || known.lookedAt <= later(now, -DOUBT_AFTER_MS);
  return !known.open && probe?.availableForSale && old ? 'doubtful' : undefined;
}

/**
 * Sweeps one shop on at most half of its points. Safe to run beside webhooks and beside itself: it only marks.
 * @param after where an earlier sweep was cut short.
 */
export async function reconcileShop({
  shopId,
  clock,
  after = 0n,
  signal,
  rest = wait,
}: {
  shopId: bigint;
  clock: Clock;
  after?: bigint;
  signal?: AbortSignal;
  rest?: Wait;
}): Promise<Reconciled> {
  const reconciled: Reconciled = { outcome: 'swept', after, probed: 0, marked: 0, points: 0 };
  let limit = VARIANTS_A_PROBE;
  for (let failures = 0; !signal?.aborted;) {
    const page = await watched({ shopId, after: reconciled.after ?? 0n, limit });
    if (page.length === 0) return { ...reconciled, after: null };
    const began = clock().getTime();
    try {
      const { probes, cost } = await probeVariants({ shopId, variantIds: page.map(({ id }) => id), clock });
      reconciled.marked += await mark({ shopId, page, probes, now: clock() });
      reconciled.probed += page.length;
      reconciled.points += cost?.actual ?? 0;
      reconciled.after = page.at(-1)!.id;
      failures = 0;
      limit = Math.min(VARIANTS_A_PROBE, limit * 2);
      const ms = pointsOwed({ cost, spentMs: clock().getTime() - began });
      if (ms > 0) await rest({ ms, signal });
    } catch (error) {
      if (!(error instanceof ShopifyApiError)) throw error;
      const { advice, retryAfterMs } = error;
      log.warn('reconcile.probe_failed', { shopId, advice, error });
      failures += 1;
      if (advice === 'unreadable' || advice === 'wrong' || advice === 'address' || failures === TRIES) break;
      // Others spend from the same bucket: a smaller probe finds room beside them.
      if (advice === 'throttled') limit = Math.max(1, Math.floor(page.length / 2));
      await rest({ ms: retryAfterMs, signal });
    }
  }
  return { ...reconciled, outcome: 'cut_short' };
}

/** Marks for a stock check what the probes make suspicious. @returns how many variants. */
async function mark({
  shopId,
  page,
  probes,
  now,
}: {
  shopId: bigint;
  page: Watched[];
  probes: ReadonlyMap<bigint, Probe>;
  now: Date;
}): Promise<number> {
  const found = Map.groupBy(page, (known) => suspicion({ known, probe: probes.get(known.id), now }));
  const ids = (which: 'changed' | 'doubtful') => (found.get(which) ?? []).map(({ id }) => id);
  return db.$transaction(
    async (tx) =>
      (await requestStockCheck({ tx, shopId, variantIds: ids('changed'), news: true, now })) +
      (await requestStockCheck({ tx, shopId, variantIds: ids('doubtful'), news: false, now })),
  );
}

/** How long to rest so that the sweep's share is kept, and half of the bucket stays full for others. */
function pointsOwed({ cost, spentMs }: { cost?: Cost; spentMs: number }): number {
  if (cost === undefined) return SECOND;
  const ownRate = (cost.actual / (cost.restoreRate * SHARE)) * SECOND - spentMs;
  const refill = ((cost.maximum * SHARE - cost.available) / cost.restoreRate) * SECOND;
  return Math.ceil(Math.max(ownRate, refill));
}

/** Sweeps every installed shop in which somebody waits, several at a time; each goes on where its last sweep was cut short. */
export async function reconcile({ clock, signal }: { clock: Clock; signal?: AbortSignal }): Promise<void> {
  const shops = await queryRows<{ id: bigint }>({
    tx: db,
    sql: Prisma.sql`
    SELECT sh.id FROM shops sh WHERE ${activeShop}
      AND (sh.api_retry_at IS NULL OR sh.api_retry_at <= ${clock()})
      AND EXISTS (SELECT 1 FROM variants v WHERE v.shop_id = sh.id AND v.missing_since IS NULL AND ${hasWaitingOrOpenRestock})`,
  });
  const left = shops.map((shop) => shop.id);
  const hands = Array.from({ length: SHOPS_AT_ONCE }, async () => {
    for (let shopId = left.shift(); shopId !== undefined && !signal?.aborted; shopId = left.shift()) {
      const id = shopId;
      const after = stoppedEarly.get(id);
      stoppedEarly.delete(id);
      await reconcileShop({ shopId: id, clock, after, signal }).then(
        (reconciled) => {
          if (reconciled.outcome === 'cut_short' && reconciled.after !== null)
            stoppedEarly.set(id, reconciled.after);
          if (reconciled.marked > 0) log.info('reconcile.found_changes', { shopId: id, ...reconciled });
        },
        (error: unknown) => log.error('reconcile.failed', { shopId: id, error }),
      );
    }
  });
  await Promise.all(hands);
}

const stoppedEarly = new Map<bigint, bigint>();
