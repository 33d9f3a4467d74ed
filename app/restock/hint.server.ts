// A hint: something about a variant may have changed. It marks the variant for a look, or costs one indexed read when nobody cares.
import { Prisma } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { markWanted } from '../waitlist/wanted.server.ts';

/**
 * SQL over `v`: somebody waits for it (also one whose message may yet come back unsent), or a restock is open that may have to close. Two
 * probes that stay such: as EXISTS they may be planned as a reading of all who wait; and by an index's order, since where most of a table is
 * one line, reading until the first match seems cheap, and is not for a variant that nobody waits for.
 */
export const concerns = Prisma.sql`COALESCE(
  (SELECT true FROM "Subscription" s WHERE s."shopId" = v."shopId" AND s."variantId" = v."id"
    AND s."state" IN ('waiting', 'claimed') AND NOT s."isTest" ORDER BY s."shopperId" LIMIT 1),
  (SELECT true FROM "Restock" r WHERE r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest" LIMIT 1),
  false)`;

type Which = { inventoryItemIds?: bigint[]; productIds?: bigint[]; variantIds?: bigint[] };

/** One arm for each index, so that no plan has to guess. */
function arms({ inventoryItemIds = [], productIds = [], variantIds = [] }: Which): Prisma.Sql[] {
  return [
    inventoryItemIds.length > 0 && Prisma.sql`v."inventoryItemId" = ANY(${inventoryItemIds}::bigint[])`,
    inventoryItemIds.length > 0 && Prisma.sql`v."componentItemIds" && ${inventoryItemIds}::bigint[]`,
    productIds.length > 0 && Prisma.sql`v."productId" = ANY(${productIds}::bigint[])`,
    variantIds.length > 0 && Prisma.sql`v."id" = ANY(${variantIds}::bigint[])`,
  ].filter((arm) => arm !== false);
}

/**
 * Marks the variants behind these ids, several per inventory item and bundles of it included.
 * @returns how many were marked; 0 cost one read and no write.
 */
export async function hint({
  tx,
  shopId,
  now,
  ...which
}: { tx: Tx; shopId: bigint; now: Date } & Which): Promise<number> {
  const found = arms(which).map(
    (arm) =>
      Prisma.sql`SELECT v."id" FROM "Variant" v WHERE v."shopId" = ${shopId} AND ${arm} AND ${concerns}`,
  );
  if (found.length === 0) return 0;
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.join(found, ' UNION '));
  return markWanted({ tx, shopId, variantIds: rows.map((row) => row.id), news: true, now });
}

/** A location or the settings have changed: that may concern every variant that someone waits for, and is news of none of them. */
export async function hintAll({ tx, shopId, now }: { tx: Tx; shopId: bigint; now: Date }): Promise<number> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT v."id" FROM "Variant" v WHERE v."shopId" = ${shopId} AND v."missingSince" IS NULL AND ${concerns}`;
  return markWanted({ tx, shopId, variantIds: rows.map((row) => row.id), news: false, now });
}
