// The allowance as a lane uses it up: how many more may be told, one more told, one given back.
import type { Tx } from '../db.server.ts';
import { claimable } from './claimable.server.ts';

/**
 * How many more may be claimed from a restock now; 0 when it may not be claimed from at all. Locks it until the claim is done, so that no
 * verdict changes underneath.
 */
export async function roomIn({
  tx,
  shopId,
  restockId,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  restockId: bigint;
  now: Date;
}): Promise<number> {
  const [row] = await tx.$queryRaw<{ room: bigint }[]>`
    SELECT r."allowance"::bigint - r."told" AS "room" FROM "Restock" r
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE r."shopId" = ${shopId} AND r."id" = ${restockId} AND ${claimable({ now })}
    FOR NO KEY UPDATE OF r`;
  return Number(row?.room ?? 0n);
}

export async function countTold({
  tx,
  restockId,
  count,
}: {
  tx: Tx;
  restockId: bigint;
  count: number;
}): Promise<void> {
  await tx.$executeRaw`UPDATE "Restock" SET "told" = "told" + ${count}::int WHERE "id" = ${restockId}`;
}

/** One place given back for every time that a restock is named. */
export async function giveBack({ tx, restockIds }: { tx: Tx; restockIds: bigint[] }): Promise<void> {
  if (restockIds.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Restock" r SET "told" = GREATEST(0, r."told" - back."count")
    FROM (SELECT "id", count(*)::int AS "count" FROM unnest(${restockIds}::bigint[]) AS given("id") GROUP BY "id" ORDER BY "id") back
    WHERE r."id" = back."id"`;
}
