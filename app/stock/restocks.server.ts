// Opens, extends and closes restocks, and wakes the page senders.
import { Prisma, type Restock } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { DAY, HOUR, later, SECOND } from '../lib/clock.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { Kind } from './availability.ts';
import type { Decision } from './decide.ts';

export type RestockRow = Omit<Restock, 'kind'> & { kind: Kind };

type Of = { tx: Tx; shopId: bigint; variantId: bigint };

/** The variant's newest restock, the open one before any other, locked: a claim that runs right now is waited for. */
export async function newestRestock({ tx, shopId, variantId }: Of): Promise<RestockRow | null> {
  const [row] = await tx.$queryRaw<RestockRow[]>`
    SELECT * FROM "Restock" WHERE "shopId" = ${shopId} AND "variantId" = ${variantId} AND NOT "isTest"
    ORDER BY "closedAt" DESC NULLS FIRST LIMIT 1 FOR NO KEY UPDATE`;
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
  const { row, allowance, ...state } = decided;
  if (row === 'new') {
    await tx.restock.create({
      data: { ...state, allowance, shopId, variantId, openedAt: at, sellableAt: at },
    });
    return;
  }
  const { id } = newest!;
  const sellableAt = state.closedAt === null ? at : newest!.sellableAt;
  // `told` may have moved since it was counted, and is never above the allowance.
  await tx.$executeRaw`
    UPDATE "Restock" SET "closedAt" = ${state.closedAt}, "kind" = ${state.kind}, "allowance" = GREATEST("told", ${allowance}),
      "units" = ${state.units}, "holdUntil" = ${state.holdUntil}, "waveAt" = ${state.waveAt}, "heldAt" = ${state.heldAt},
      "sellableAt" = ${sellableAt}
    WHERE "shopId" = ${shopId} AND "id" = ${id}`;
}

/** Wakes the lane of every Page through which somebody of this shop may wait. */
export async function wakePageSenders({ tx, shopId }: { tx: Tx; shopId: bigint }): Promise<void> {
  const pages = await tx.page.findMany({
    where: { shopId, disconnectedAt: null },
    select: { metaPageId: true },
  });
  for (const { metaPageId } of pages) await notify(tx, 'lane', metaPageId);
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
  const [row] = await tx.$queryRaw<{ waiting: number; told: number }[]>`
    SELECT
      (SELECT count(*)::int FROM (
        SELECT 1 FROM "Subscription" s
        WHERE s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND NOT s."isTest" AND ${waiting({ now })} ${notYet}
        LIMIT ${atMost}) counted) AS "waiting",
      COALESCE((SELECT r."told" FROM "Restock" r WHERE r."shopId" = ${shopId} AND r."id" = ${restockId}), 0) AS "told"`;
  return row!;
}

/** Nobody is told without a look of their variant younger than this. */
export const CHECK_VALID_MS = 30 * SECOND;

/**
 * SQL over `r` = "Restock" and `v` = its "Variant": nothing but a fresh stock check may be missing before it is notified of. Hold, send delay
 * and pause are not for the merchant's own test.
 */
export const mayNotifyOnceChecked = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`(r."closedAt" IS NULL
  AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL)))`;

/** SQL over the same: it may be notified of now. */
export const mayNotify = ({ now }: { now: Date }): Prisma.Sql =>
  Prisma.sql`(r."sellableAt" > ${later(now, -CHECK_VALID_MS)} AND ${mayNotifyOnceChecked({ now })})`;

/** SQL over `r`: the variant is back, as far as is known; not the merchant's own test. */
export const openRestock = Prisma.sql`(r."closedAt" IS NULL AND NOT r."isTest")`;

/** The same for Prisma. */
export const whereOpenRestock = { closedAt: null, isTest: false };

/**
 * SQL over `s` = "Subscription": its shopper was not notified in restock `restockId`, or in `r`. A subquery that stays one: as a join it would
 * read all who were notified already; and COALESCE, since plans take it for rare that something IS NULL, and would not follow the index of
 * the waitlist for it.
 */
export const notYetNotified = ({ restockId }: { restockId?: bigint } = {}): Prisma.Sql => Prisma.sql`
  NOT COALESCE((SELECT true FROM "Notification" n WHERE n."restockId" = ${restockId ?? Prisma.sql`r."id"`} AND n."shopperId" = s."shopperId" LIMIT 1), false)`;

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
      DELETE FROM "Look" WHERE "id" IN (SELECT "id" FROM "Look" WHERE "at" < ${later(now, -CHECKS_KEPT_DAYS)} LIMIT ${AT_ONCE})`;
    forgotten += dropped;
    if (dropped < AT_ONCE) return { forgotten };
  }
}
