// Which lanes have something to do: found by the worker's own round, whatever bell was missed.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { served } from '../shops/shop.server.ts';
import { untold } from '../waitlist/claim-line.server.ts';

/**
 * Meta's ids of the Pages with a notification that is not settled, or with somebody waiting whom an open restock allows to be told. How
 * fresh the last look is does not count here: a lane asks for a new one itself.
 */
export async function lanesDue({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT p."metaPageId" FROM "Page" p
    WHERE (SELECT s."id" FROM "Subscription" s WHERE s."pageId" = p."id" AND s."state" = 'claimed' LIMIT 1) IS NOT NULL
    UNION
    SELECT p."metaPageId" FROM "Restock" r
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    JOIN "Shop" sh ON sh."id" = r."shopId" AND ${served}
    JOIN "Page" p ON p."shopId" = r."shopId" AND p."disconnectedAt" IS NULL
    WHERE r."closedAt" IS NULL AND r."told" < r."allowance"
      AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL))
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId" AND s."state" = 'waiting'
        AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now}
        AND ${untold({ restockId: Prisma.sql`r."id"` })} ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL`;
  return rows.map((row) => row.metaPageId);
}
