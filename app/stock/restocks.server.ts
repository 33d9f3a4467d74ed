// Opens, extends and closes restocks, and wakes the page senders.
import { Prisma, type Restock } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { DAY, HOUR, later, SECOND } from '../lib/clock.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { Kind } from './availability.ts';
import type { Decision } from './decide.ts';

export type RestockRow = Omit<Restock, 'kind'> & { kind: Kind };

type Of = { tx: Tx; shopId: bigint; variantId: bigint };

/** The variant's newest restock, the open one before any other, locked: a claim that runs right now is waited for. */
export async function newestRestock({ tx, shopId, variantId }: Of): Promise<RestockRow | null> {
  const [row] = await queryRows<RestockRow>({
    tx,
    sql: Prisma.sql`
    SELECT * FROM restocks WHERE shop_id = ${shopId} AND variant_id = ${variantId} AND NOT is_test
    ORDER BY closed_at DESC NULLS FIRST LIMIT 1 FOR NO KEY UPDATE`,
  });
  return row ?? null;
}

/** Writes the restock that was decided on. `at`: when the reading began that found it so. */
export async function saveRestock({
  tx,
  shopId,
  variantId,
  newest,
  decided,
  at,
}: Of & { newest: RestockRow | null; decided: NonNullable<Decision['restock']>; at: Date }): Promise<void> {
  const { row, notificationQuota: quota, ...state } = decided;
  if (row === 'new') {
    await tx.restock.create({
      data: {
        ...state,
        notificationQuota: quota,
        shopId,
        variantId,
        openedAt: at,
        confirmedAvailableAt: at,
      },
    });
    return;
  }
  const { id } = newest!;
  const confirmedAvailableAt = state.closedAt === null ? at : newest!.confirmedAvailableAt;
  // `notified` may have moved since it was counted, and is never above the allowance.
  await tx.$executeRaw`
    UPDATE restocks SET closed_at = ${state.closedAt}, kind = ${state.kind}, notification_quota = GREATEST(claimed_count, ${quota}),
      units = ${state.units}, send_after = ${state.sendAfter}, next_batch_at = ${state.nextBatchAt}, held_at = ${state.heldAt},
      confirmed_available_at = ${confirmedAvailableAt}
    WHERE shop_id = ${shopId} AND id = ${id}`;
}

/** Wakes the page sender of every Page through which somebody of this shop may wait. */
export async function wakePageSenders({ tx, shopId }: { tx: Tx; shopId: bigint }): Promise<void> {
  const pages = await tx.page.findMany({
    where: { shopId, disconnectedAt: null },
    select: { metaPageId: true },
  });
  for (const { metaPageId } of pages) await notify(tx, 'pageSender', metaPageId);
}

/**
 * How many wait and were not told in restock `restockId` (null: in none yet), and how many were claimed in it, in one snapshot: a claim
 * that runs meanwhile moves one from the first to the second, and their sum stays. Counting stops after `atMost`.
 */
export async function countWaiting({
  tx,
  shopId,
  variantId,
  restockId,
  atMost,
  now,
}: {
  tx: Pick<Tx, '$queryRaw'>;
  shopId: bigint;
  variantId: bigint;
  restockId: bigint | null;
  atMost: number;
  now: Date;
}): Promise<{ waiting: number; told: number }> {
  const notYet = restockId === null ? Prisma.empty : Prisma.sql`AND ${notYetNotified({ restockId })}`;
  const [row] = await queryRows<{ waiting: number; told: number }>({
    tx,
    sql: Prisma.sql`
    SELECT
      (SELECT count(*)::int FROM (
        SELECT 1 FROM subscriptions s
        WHERE s.shop_id = ${shopId} AND s.variant_id = ${variantId} AND NOT s.is_test AND ${waiting({ now })} ${notYet}
        LIMIT ${atMost}) counted) AS waiting,
      COALESCE((SELECT r.claimed_count FROM restocks r WHERE r.shop_id = ${shopId} AND r.id = ${restockId}), 0) AS told`,
  });
  return row!;
}

/** Nobody is notified without a stock check of their variant younger than this. */
export const CHECK_VALID_MS = 30 * SECOND;

/**
 * SQL over `r` = `restocks` and `v` = its `variants`: nothing but a fresh stock check may be missing before it is notified of. Hold, send delay
 * and pause are not for the merchant's own test.
 */
export const mayNotifyOnceChecked = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`(r.closed_at IS NULL
  AND (r.is_test OR (r.held_at IS NULL AND (r.send_after IS NULL OR r.send_after <= ${now}) AND v.paused_at IS NULL)))`;

/** SQL over the same: it may be notified of now. */
export const mayNotify = ({ now }: { now: Date }): Prisma.Sql =>
  Prisma.sql`(r.confirmed_available_at > ${later(now, -CHECK_VALID_MS)} AND ${mayNotifyOnceChecked({ now })})`;

/** SQL over `r`: the variant is back, as far as is known; not the merchant's own test. */
export const openRestock = Prisma.sql`(r.closed_at IS NULL AND NOT r.is_test)`;

/** The same for Prisma. */
export const whereOpenRestock = { closedAt: null, isTest: false };

/**
 * SQL over `s` = `subscriptions`: its shopper was not notified in restock `restockId`, or in `r`. A subquery that stays one: as a join it would
 * read all who were notified already; and COALESCE, since plans take it for rare that something IS NULL, and would not follow the index of
 * the waitlist for it.
 */
export const notYetNotified = ({ restockId }: { restockId?: bigint } = {}): Prisma.Sql => Prisma.sql`
  NOT COALESCE((SELECT true FROM notifications n WHERE n.restock_id = ${restockId ?? Prisma.sql`r.id`} AND n.shopper_id = s.shopper_id LIMIT 1), false)`;

const CHECKS_KEPT_DAYS = 90 * DAY;

const AT_ONCE = 5_000;

/** Drops looks older than 90 days, in small steps, and closes tests older than an hour. Safe to run twice. */
export async function deleteExpiredStockChecks({ now }: { now: Date }): Promise<{ forgotten: number }> {
  await db.restock.updateMany({
    where: { isTest: true, closedAt: null, openedAt: { lt: later(now, -HOUR) } },
    data: { closedAt: now },
  });
  let forgotten = 0;
  for (;;) {
    const dropped = await db.$executeRaw`
      DELETE FROM stock_checks WHERE (shop_id, id) IN (SELECT shop_id, id FROM stock_checks WHERE checked_at < ${later(now, -CHECKS_KEPT_DAYS)} LIMIT ${AT_ONCE})`;
    forgotten += dropped;
    if (dropped < AT_ONCE) return { forgotten };
  }
}
