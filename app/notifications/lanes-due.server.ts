// Which lanes have something to do: found by the worker's own round, whatever bell was missed.
import { db } from '../db.server.ts';

/**
 * Meta's ids of the Pages with a notification that is not settled, or with somebody waiting whom an open restock allows to be told. How
 * fresh the last look is does not count here: a lane asks for a new one itself.
 */
export async function lanesDue({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT DISTINCT "metaPageId" FROM "Notification" WHERE "settledAt" IS NULL
    UNION
    SELECT p."metaPageId" FROM "Restock" r
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    JOIN "Shop" sh ON sh."id" = r."shopId" AND sh."uninstalledAt" IS NULL
    JOIN "Page" p ON p."shopId" = r."shopId" AND p."disconnectedAt" IS NULL
    WHERE r."closedAt" IS NULL AND r."told" < r."allowance"
      AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL))
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId" AND s."state" = 'waiting'
        AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now}
        AND (SELECT n."id" FROM "Notification" n WHERE n."restockId" = r."id" AND n."shopperId" = s."shopperId" LIMIT 1) IS NULL
        LIMIT 1) IS NOT NULL`;
  return rows.map((row) => row.metaPageId);
}
