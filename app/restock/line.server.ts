// The line before a variant, as a restock sees it: who of those waiting has not been told in it yet.
import { Prisma } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { untold } from '../waitlist/claim-line.server.ts';

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
  const notYet =
    restockId === null ? Prisma.empty : Prisma.sql`AND ${untold({ restockId: Prisma.sql`${restockId}` })}`;
  const [row] = await tx.$queryRaw<{ waiting: number; told: number }[]>`
    SELECT
      (SELECT count(*)::int FROM (
        SELECT 1 FROM "Subscription" s
        WHERE s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND s."state" = 'waiting' AND NOT s."isTest"
          AND s."expiresAt" > ${now} ${notYet}
        LIMIT ${atMost}) line) AS "waiting",
      COALESCE((SELECT r."told" FROM "Restock" r WHERE r."shopId" = ${shopId} AND r."id" = ${restockId}), 0) AS "told"`;
  return row!;
}
