// The line before a variant, as a restock sees it: who of those waiting has not been told in it yet.
import { Prisma } from '@prisma/client';
import type { Tx } from '../db.server.ts';

/**
 * How many wait and were not told in restock `restockId` (null: in none yet), and how many were claimed in it, in one snapshot: a claim
 * that runs meanwhile moves one from the first to the second, and their sum stays. Counting stops after `atMost`.
 */
export async function lineOf({
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
  const untold =
    restockId === null
      ? Prisma.empty
      : Prisma.sql`AND NOT EXISTS (SELECT 1 FROM "Notification" n WHERE n."restockId" = ${restockId} AND n."shopperId" = s."shopperId")`;
  const [row] = await tx.$queryRaw<{ waiting: number; told: number }[]>`
    SELECT
      (SELECT count(*)::int FROM (
        SELECT 1 FROM "Subscription" s
        WHERE s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND s."state" = 'waiting' AND NOT s."isTest"
          AND s."expiresAt" > ${now} ${untold}
        LIMIT ${atMost}) line) AS "waiting",
      COALESCE((SELECT r."told" FROM "Restock" r WHERE r."shopId" = ${shopId} AND r."id" = ${restockId}), 0) AS "told"`;
  return row!;
}
