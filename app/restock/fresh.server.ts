// A draining lane keeps asking: the truth it tells on must never be older than 30 seconds.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { later, SECOND } from '../lib/clock.ts';
import { served } from '../shops/shop.server.ts';
import { untold } from '../waitlist/claim-line.server.ts';
import { markWanted } from '../waitlist/wanted.server.ts';

/** Asked for early enough that the answer is there before the old one has run out. */
const ASK_AFTER_MS = 20 * SECOND;

/**
 * Marks for a new look every open restock from which this Page's lane could still tell somebody and whose look grows old. Cheap enough
 * for every second; a variant that is due already is left alone.
 * @returns how many were marked.
 */
export async function keepFresh({ metaPageId, now }: { metaPageId: string; now: Date }): Promise<number> {
  const rows = await db.$queryRaw<{ shopId: bigint; variantId: bigint }[]>`
    SELECT r."shopId", r."variantId" FROM "Page" p
    JOIN "Shop" sh ON sh."id" = p."shopId" AND ${served}
    JOIN "Restock" r ON r."shopId" = p."shopId" AND r."closedAt" IS NULL AND NOT r."isTest"
      AND r."sellableAt" <= ${later(now, -ASK_AFTER_MS)} AND r."told" < r."allowance"
      AND r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now})
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId" AND v."wanted" = v."looked" AND v."pausedAt" IS NULL
    WHERE p."metaPageId" = ${metaPageId} AND p."disconnectedAt" IS NULL
      -- A subquery that stays one, by the line's own order: as a join it would read the whole line, every second. Whoever was told in this restock and asked again
      -- waits for the next one: no reason to look at this one.
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."state" = 'waiting' AND s."pageId" = p."id" AND NOT s."isTest" AND s."expiresAt" > ${now}
        AND ${untold({ restockId: Prisma.sql`r."id"` })} ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL`;
  const shops = Map.groupBy(rows, (row) => row.shopId);
  for (const [shopId, found] of shops)
    await db.$transaction((tx) =>
      markWanted({ tx, shopId, variantIds: found.map((row) => row.variantId), news: true, now }),
    );
  return rows.length;
}
