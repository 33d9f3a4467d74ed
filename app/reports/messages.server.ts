// Every message of a shop as a row of the merchant's table, newest first.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import type { Cursor } from './cursor.ts';
import { cursorDate } from './waitlist.server.ts';

/** How a message ended, in the merchant's terms; `under_way` gathers what is not settled yet. */
export const OUTCOMES = ['all', 'sent', 'presumed', 'refused', 'unknown', 'under_way'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type MessageRow = {
  notificationId: string;
  subscriptionId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  shopper: string;
  state: string;
  reason: string | null;
  claimedAt: Date;
  settledAt: Date | null;
  deliveredAt: Date | null;
  readAt: Date | null;
  tapped: boolean;
  bought: boolean;
};

/**
 * Spelled out, so that the few that ended badly, and those under way, are found by the indexes made for them: who did not simply end as sent
 * has a reason, and whose message is under way is claimed.
 */
const statesOf = (shopId: bigint): Record<Outcome, Prisma.Sql> => ({
  all: Prisma.sql`true`,
  sent: Prisma.sql`n."state" = 'sent'`,
  presumed: Prisma.sql`n."state" = 'presumed' AND n."reason" IS NOT NULL`,
  refused: Prisma.sql`n."state" = 'refused' AND n."reason" IS NOT NULL`,
  unknown: Prisma.sql`n."state" = 'unknown' AND n."reason" IS NOT NULL`,
  under_way: Prisma.sql`n."settledAt" IS NULL AND n."subscriptionId" = ANY(ARRAY(
    SELECT s."id" FROM "Page" c JOIN "Subscription" s ON s."pageId" = c."id" AND s."state" = 'claimed' WHERE c."shopId" = ${shopId}))`,
});

const PAGE_SIZE = 25;

/** One page; `after` is the last row of the page before. Tests are left out. */
export async function messages({
  shopId,
  outcome = 'all',
  after,
  limit = PAGE_SIZE,
}: {
  shopId: bigint;
  outcome?: Outcome;
  after?: Cursor | undefined;
  limit?: number;
}): Promise<{ rows: MessageRow[]; next: Cursor | null }> {
  const from = after && cursorDate(after);
  const behind =
    from === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(n."claimedAt", n."id") < (${from}, ${BigInt(after!.id)})`;
  const found = await db.$queryRaw<
    (Omit<MessageRow, 'notificationId' | 'subscriptionId' | 'shopper'> & {
      id: bigint;
      subscription: bigint;
      psid: string;
    })[]
  >`
    WITH shown AS (
      SELECT * FROM "Notification" n
      WHERE n."shopId" = ${shopId} AND NOT n."isTest" AND ${behind}
        AND ${statesOf(shopId)[outcome]}
      ORDER BY n."claimedAt" DESC, n."id" DESC LIMIT ${limit + 1})
    SELECT n."id", n."subscriptionId" AS subscription, n."state"::text AS state, n."reason", n."claimedAt", n."settledAt", n."deliveredAt",
      n."readAt", p."psid", v."productTitle", v."title", v."imageUrl",
      EXISTS (SELECT FROM "Tap" t WHERE t."shopId" = n."shopId" AND t."notificationId" = n."id") AS tapped,
      EXISTS (SELECT FROM "Sale" o WHERE o."shopId" = n."shopId" AND o."notificationId" = n."id") AS bought
    FROM shown n
    JOIN "Restock" r ON r."shopId" = n."shopId" AND r."id" = n."restockId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    JOIN "Shopper" p ON p."shopId" = n."shopId" AND p."id" = n."shopperId"
    ORDER BY n."claimedAt" DESC, n."id" DESC`;
  const last = found[limit - 1];
  return {
    rows: found.slice(0, limit).map(({ id, subscription, psid, ...row }) => ({
      notificationId: String(id),
      subscriptionId: String(subscription),
      shopper: psid.slice(-6),
      ...row,
    })),
    next: last && found.length > limit ? { value: last.claimedAt.toISOString(), id: String(last.id) } : null,
  };
}
