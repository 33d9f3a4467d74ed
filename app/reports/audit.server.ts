// Checks that what the tables say of every grant agrees.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { log } from '../lib/log.server.ts';

export type Account = {
  shopId: bigint;
  variantId: bigint;
  optedIn: number;
  waiting: number;
  pending: number;
  told: number;
  presumed: number;
  refused: number;
  unknown: number;
  expired: number;
  stopped: number;
};

export type Fault = { what: string; id: bigint };

/**
 * Per shop and variant: opted in = waiting + pending + told + presumed + refused + unknown + expired + stopped (who was erased has left both
 * sides). `faults` names every row that contradicts another; there are none, at any second.
 */
export async function balance({ shopId }: { shopId?: bigint } = {}): Promise<{
  accounts: Account[];
  faults: Fault[];
}> {
  const ofShop = (alias: string) =>
    shopId === undefined ? Prisma.sql`true` : Prisma.sql`${Prisma.raw(alias)}."shopId" = ${shopId}`;
  const count = (state: string) =>
    Prisma.sql`count(*) FILTER (WHERE s."state" = ${state}::"SubscriptionState")::int`;
  // One snapshot for all of it: a claim between two readings would look like a fault.
  return db.$transaction(
    async (tx) => {
      const accounts = await tx.$queryRaw<Account[]>`
        SELECT r."shopId", r."variantId", count(*)::int AS "optedIn", ${count('waiting')} AS "waiting", ${count('claimed')} AS "pending",
          ${count('told')} AS "told", ${count('presumed')} AS "presumed", ${count('refused')} AS "refused", ${count('unknown')} AS "unknown",
          ${count('expired')} AS "expired", ${count('stopped')} AS "stopped"
        FROM "OptInRequest" r LEFT JOIN "Subscription" s ON s."shopId" = r."shopId" AND s."requestId" = r."id"
        WHERE r."acceptedAt" IS NOT NULL AND NOT r."isTest" AND ${ofShop('r')}
        GROUP BY r."shopId", r."variantId"`;
      const faults = await tx.$queryRaw<Fault[]>`
        SELECT 'accepted, but no subscription' AS "what", r."id" FROM "OptInRequest" r
          LEFT JOIN "Subscription" s ON s."shopId" = r."shopId" AND s."requestId" = r."id"
          WHERE r."acceptedAt" IS NOT NULL AND s."id" IS NULL AND ${ofShop('r')}
        UNION ALL SELECT 'subscription ' || s."state"::text || ', message ' || COALESCE(n."state"::text, 'none'), s."id"
          FROM "Subscription" s LEFT JOIN "Notification" n ON n."shopId" = s."shopId" AND n."subscriptionId" = s."id"
          WHERE ${ofShop('s')} AND CASE s."state"
            WHEN 'claimed' THEN n."settledAt" IS NOT NULL OR n."id" IS NULL
            WHEN 'told' THEN n."state" IS DISTINCT FROM 'sent'
            WHEN 'presumed' THEN n."state" IS DISTINCT FROM 'presumed'
            WHEN 'refused' THEN n."state" IS DISTINCT FROM 'refused'
            WHEN 'unknown' THEN n."state" IS DISTINCT FROM 'unknown'
            ELSE n."id" IS NOT NULL END
        UNION ALL SELECT 'restock counts fewer than it has told', k."id" FROM "Restock" k
          JOIN (SELECT "restockId", count(*) AS "count" FROM "Notification" GROUP BY "restockId") n ON n."restockId" = k."id"
          WHERE ${ofShop('k')} AND k."told" < n."count"`;
      return { accounts, faults };
    },
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead },
  );
}

/** Housekeeping: shop by shop, whatever contradicts itself is said aloud, by what and which row. @returns how many rows that is. */
export async function auditConsistency(): Promise<number> {
  const shops = await db.shop.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  let found = 0;
  for (const { id: shopId } of shops) {
    const { faults } = await balance({ shopId });
    found += faults.length;
    if (faults.length > 0)
      log.error('audit.failed', { shopId, rows: faults.length, faults: faults.slice(0, 20) });
  }
  return found;
}
