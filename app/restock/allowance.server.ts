// The allowance as a lane uses it up: how many more may be told, one more told, one given back.
import { Prisma } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { claimable } from './claimable.server.ts';

/**
 * SQL: how many more may be claimed from a restock now, as `room(room)`; no row when it may not be claimed from at all, or `unless` is not
 * true. Locks it until the claim is done, so that no verdict changes underneath.
 */
export const roomIn = ({
  shopId,
  restockId,
  unless,
  now,
}: {
  shopId: bigint;
  restockId: bigint;
  /** SQL of what else must be true. */ unless: Prisma.Sql;
  now: Date;
}): Prisma.Sql => Prisma.sql`room AS MATERIALIZED (
  SELECT r."allowance"::bigint - r."told" AS "room" FROM "Restock" r
  JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
  WHERE r."shopId" = ${shopId} AND r."id" = ${restockId} AND ${claimable({ now })} AND ${unless}
  FOR NO KEY UPDATE OF r)`;

/** SQL: as many more are told of it as there are rows in `made`. */
export const countTold = ({ restockId }: { restockId: bigint }): Prisma.Sql => Prisma.sql`counted AS (
  UPDATE "Restock" SET "told" = "told" + (SELECT count(*)::int FROM made) WHERE "id" = ${restockId} AND EXISTS (SELECT 1 FROM made))`;

/** One place given back for every time that a restock is named. */
export async function giveBack({ tx, restockIds }: { tx: Tx; restockIds: bigint[] }): Promise<void> {
  if (restockIds.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Restock" r SET "told" = GREATEST(0, r."told" - back."count")
    FROM (SELECT "id", count(*)::int AS "count" FROM unnest(${restockIds}::bigint[]) AS given("id") GROUP BY "id" ORDER BY "id") back
    WHERE r."id" = back."id"`;
}
