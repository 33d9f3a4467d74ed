// Runs due stock checks: reads the variants, decides, and saves the decision with its reason.
import { Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { holds, type Lease, leaseIsCurrent } from '../jobs/lease.server.ts';
import { type Clock, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { restsUntil, ShopifyApiError } from '../shopify/admin-api.server.ts';
import { createReader, type Reader, type Reading } from '../shopify/read-variants.server.ts';
import { type Shop, shopById } from '../shopify/shops.server.ts';
import type { VariantState } from '../shopify/variant-queries.ts';
import { availabilityOf, type Availability } from './availability.ts';
import {
  dueVariants,
  scheduleStockCheck,
  nextScheduledCheck,
  recordChecked,
} from './check-requests.server.ts';
import { decide, type Decision, isSame, remainingQuota } from './decide.ts';
import { saveRestock, countWaiting, newestRestock, wakePageSenders } from './restocks.server.ts';

export type RunResult =
  /** Nothing is due before `nextAt`. */
  | { outcome: 'idle'; nextAt: Date | null }
  /** `looked` variants were read whole; more may be due: come again at once. */
  | { outcome: 'looked'; checked: number }
  /** Shopify can't be read now, or the shop's points do not suffice yet: what is due stays due until then. */
  | { outcome: 'backed_off'; advice: ShopifyApiError['advice']; until: Date }
  /** Another worker holds the shop's lease. */
  | { outcome: 'lost' };

/** A variant whose answer can't be read must not keep the others of its shop waiting. */
const REAUTHORIZE_RETRY_MS = 10 * MINUTE;
/** So often a stock check is tried again at once before its variant counts as the trouble and not the database. */
const STUMBLES = 3;
const STUMBLED_AGAIN = MINUTE;

/** Per variant: how often in a row its look could not be kept. */
const stumbles = new Map<string, number>();

/** What each worker has read in part, by shop and holder. */
const readers = new Map<string, Reader>();

/**
 * Makes the next call for the variants of one shop that are due, those with news first, and decides on each that is read by now. `wanted`
 * is noted before Shopify is called, so that a stock check request that arrives during the call makes the variant due again. Safe to run twice: an older
 * answer is thrown away.
 */
export async function runDueChecks({
  shopId,
  lease,
  clock,
}: {
  shopId: bigint;
  lease: Lease;
  clock: Clock;
}): Promise<RunResult> {
  const now = clock();
  const shop = await shopById({ shopId });
  if (shop === null || shop.uninstalledAt !== null || shop.accessUnknownSince !== null)
    return { outcome: 'idle', nextAt: null };

  const rest = restsUntil({ shop, checks: true, now });
  if (rest !== null) return { outcome: 'backed_off', advice: 'retry', until: rest };

  const key = `${shopId} ${lease.holder}`;
  const due = await dueVariants({ shopId, now });
  if (due.length === 0) {
    readers.delete(key);
    return { outcome: 'idle', nextAt: await nextScheduledCheck({ shopId }) };
  }
  if (!holds(lease)) return { outcome: 'lost' };

  const reader = readers.get(key) ?? createReader({ shopId, clock });
  readers.set(key, reader);
  const plan = reader.plan(due);
  if (plan.waitMs > 0) return { outcome: 'backed_off', advice: 'throttled', until: later(now, plan.waitMs) };
  let readings: Map<bigint, Reading>;
  try {
    readings = await reader.read(plan);
  } catch (error) {
    if (!(error instanceof ShopifyApiError)) throw error;
    const { advice, retryAfterMs } = error;
    return { outcome: 'backed_off', advice, until: later(clock(), retryAfterMs) };
  }
  for (const [variantId, { truth, mark, at }] of readings) {
    const check = { shop, lease, variantId, requestedVersion: mark, truth, at };
    const kept = await conclude(check).then(
      (end) => {
        stumbles.delete(stumbleOf(check));
        return end;
      },
      (error: unknown) => stumble({ check, error }),
    );
    if (kept === 'lost') {
      readers.delete(key);
      return { outcome: 'lost' };
    }
  }
  return { outcome: 'looked', checked: readings.size };
}

type Conclusion = {
  shop: Shop;
  lease: Lease;
  variantId: bigint;
  requestedVersion: bigint;
  truth: VariantState | 'unreadable' | null;
  at: Date;
};

/** `outdated`: nothing was written; if a stock check is still due, the next round makes it. */
type Kept = 'kept' | 'outdated' | 'lost';

/** One variant's look: what is noted, decided and done about it, in one transaction. */
async function conclude(given: Conclusion): Promise<Kept> {
  const { shop, variantId, truth, at } = given;
  if (truth === 'unreadable') return postpone({ ...given, again: REAUTHORIZE_RETRY_MS });
  const availability = truth && availabilityOf({ truth, settings: shop });
  // Counted before anything is locked: a line of a million must not keep a webhook waiting.
  const counts = availability?.available
    ? await countShoppers({ shop, variantId, availability, at })
    : { waiting: 0, told: 0, restockId: undefined };

  return db.$transaction(async (tx) => {
    const variant = await lockVariant({ ...given, tx });
    if (variant === 'lost' || variant === 'outdated') return variant;
    const newest = await newestRestock({ tx, shopId: shop.id, variantId });
    const same = isSame({ restock: newest, settings: shop, now: at }) ? newest : null;
    // The restock changed between counting and locking: what was counted is of another one.
    if (counts.restockId !== undefined && counts.restockId !== (same?.id ?? null)) return 'outdated';
    const decision = decide({
      check: { availability, ...variant },
      restock: newest,
      settings: shop,
      waiting: counts.waiting,
      claimedCount: counts.told,
      now: at,
    });
    await saveResult({ ...given, truth, tx, availability, newest, decision, counts });
    return 'kept';
  });
}

async function countShoppers({
  shop,
  variantId,
  availability,
  at,
}: Pick<Conclusion, 'shop' | 'variantId' | 'at'> & { availability: Availability }): Promise<{
  waiting: number;
  told: number;
  restockId: bigint | null;
}> {
  const newest = await newestRestock({ tx: db, shopId: shop.id, variantId });
  const restockId = isSame({ restock: newest, settings: shop, now: at }) ? newest!.id : null;
  const bears = remainingQuota({ availability, settings: shop });
  const atMost = bears === Infinity ? 1 : bears + 1;
  return {
    ...(await countWaiting({ tx: db, shopId: shop.id, variantId, restockId, atMost, now: at })),
    restockId,
  };
}

type Locked = { staleChecks: number; nextCheckAt: Date | null; pausedAt: Date | null };

/** Locks the variant for the stock check, unless a newer look was kept or the lease has passed on. */
async function lockVariant({
  tx,
  shop,
  lease,
  variantId,
  requestedVersion,
}: Conclusion & { tx: Tx }): Promise<Locked | 'outdated' | 'lost'> {
  const [row] = await queryRows<Locked & { checkedVersion: bigint; mine: boolean }>({
    tx,
    sql: Prisma.sql`
    SELECT v.checked_version, v.stale_checks, v.next_check_at, v.paused_at,
      ${leaseIsCurrent(lease)} AS mine
    FROM variants v WHERE v.shop_id = ${shop.id} AND v.id = ${variantId} FOR NO KEY UPDATE OF v`,
  });
  if (row === undefined || row.checkedVersion >= requestedVersion) return 'outdated';
  return row.mine ? row : 'lost';
}

async function saveResult({
  tx,
  shop,
  variantId,
  requestedVersion,
  truth,
  at,
  availability,
  newest,
  decision,
  counts,
}: Conclusion & {
  tx: Tx;
  truth: VariantState | null;
  availability: Availability | null;
  newest: Awaited<ReturnType<typeof newestRestock>>;
  decision: Decision;
  counts: { waiting: number; told: number };
}): Promise<void> {
  const shopId = shop.id;
  const { decision: kind, reason, staleChecks, nextCheckAt, restock } = decision;
  await recordChecked({ tx, shopId, variantId, requestedVersion, truth, staleChecks, now: at });
  await tx.stockCheck.create({
    data: {
      shopId,
      variantId,
      checkedAt: at,
      available: availability?.available ?? false,
      units: availability?.units ?? null,
      decision: kind,
      reason,
    },
  });
  if (restock !== null) await saveRestock({ tx, shopId, variantId, newest, decided: restock, at });
  if (nextCheckAt !== null) await scheduleStockCheck({ tx, shopId, variantId, at: nextCheckAt });
  const telling = restock !== null && restock.closedAt === null && restock.sendAfter === null;
  if (telling && counts.waiting > 0 && restock.notificationQuota > counts.told)
    await wakePageSenders({ tx, shopId });
  if (kind !== 'none') log.info('stock_check.decided', { shopId, variantId, kind, reason });
}

const stumbleOf = ({ shop, variantId }: Conclusion) => `${shop.id}/${variantId}`;

/** A stock check could not be kept: a slow database is tried again, data that our tables refuse must not keep the other variants waiting. */
async function stumble({ check, error }: { check: Conclusion; error: unknown }): Promise<Kept> {
  const times = (stumbles.get(stumbleOf(check)) ?? 0) + 1;
  log.error('stock_check.not_stored', { shopId: check.shop.id, variantId: check.variantId, times, error });
  stumbles.set(stumbleOf(check), times);
  if (times < STUMBLES) return 'outdated';
  stumbles.delete(stumbleOf(check));
  return postpone({ ...check, again: STUMBLED_AGAIN });
}

/** The look of a variant whose answer could not be read or kept: noted as such, and tried again later. */
function postpone(given: Conclusion & { again: number }): Promise<Kept> {
  const { shop, variantId, requestedVersion, at, again } = given;
  const shopId = shop.id;
  return db.$transaction(async (tx) => {
    const variant = await lockVariant({ ...given, tx });
    if (variant === 'lost' || variant === 'outdated') return variant;
    await tx.variant.updateMany({
      where: { shopId, id: variantId },
      data: { checkedVersion: requestedVersion, dueSince: at },
    });
    await tx.stockCheck.create({
      data: { shopId, variantId, checkedAt: at, available: false, decision: 'none', reason: 'unreadable' },
    });
    await scheduleStockCheck({ tx, shopId, variantId, at: later(at, again) });
    return 'kept';
  });
}

/** The soonest moment for the next round after `round`; null: when it is rung for. */
export function nextRunAt({ round, now }: { round: RunResult; now: Date }): Date | null {
  switch (round.outcome) {
    case 'looked':
      return now;
    case 'idle':
      return round.nextAt;
    case 'backed_off':
      return round.until;
    case 'lost':
      return later(now, SECOND);
  }
}
