// Every message of a shop as a row of the merchant's table, newest first.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import type { Cursor } from './cursor.ts';
import { cursorDate } from './waitlist.server.ts';

/** How a message ended, in the merchant's terms; `under_way` gathers what is not finished yet. */
export const OUTCOMES = ['all', 'sent', 'assumed_sent', 'failed', 'unknown', 'under_way'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export type MessageRow = {
  notificationId: string;
  subscriptionId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  shopper: string;
  state: string;
  failureReason: string | null;
  claimedAt: Date;
  finishedAt: Date | null;
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
  sent: Prisma.sql`n.status = 'sent'`,
  assumed_sent: Prisma.sql`n.status = 'assumed_sent' AND n.failure_reason IS NOT NULL`,
  failed: Prisma.sql`n.status = 'failed' AND n.failure_reason IS NOT NULL`,
  unknown: Prisma.sql`n.status = 'unknown' AND n.failure_reason IS NOT NULL`,
  under_way: Prisma.sql`n.finished_at IS NULL AND n.subscription_id = ANY(ARRAY(
    SELECT s.id FROM pages c JOIN subscriptions s ON s.page_id = c.id AND s.status = 'claimed' WHERE c.shop_id = ${shopId}))`,
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
      : Prisma.sql`(n.claimed_at, n.id) < (${from}, ${BigInt(after!.id)})`;
  const found = await queryRows<
    Omit<MessageRow, 'notificationId' | 'subscriptionId' | 'shopper'> & {
      id: bigint;
      subscription: bigint;
      psid: string;
    }
  >({
    tx: db,
    sql: Prisma.sql`
    WITH shown AS (
      SELECT * FROM notifications n
      WHERE n.shop_id = ${shopId} AND NOT n.is_test AND ${behind}
        AND ${statesOf(shopId)[outcome]}
      ORDER BY n.claimed_at DESC, n.id DESC LIMIT ${limit + 1})
    SELECT n.id, n.subscription_id AS subscription, n.status AS state, n.failure_reason, n.claimed_at, n.finished_at, n.delivered_at,
      n.read_at, p.psid, v.product_title, v.title, v.image_url,
      EXISTS (SELECT FROM link_clicks t WHERE t.shop_id = n.shop_id AND t.notification_id = n.id) AS tapped,
      EXISTS (SELECT FROM attributed_orders o WHERE o.shop_id = n.shop_id AND o.notification_id = n.id) AS bought
    FROM shown n
    JOIN restocks r ON r.shop_id = n.shop_id AND r.id = n.restock_id
    JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    JOIN shoppers p ON p.shop_id = n.shop_id AND p.id = n.shopper_id
    ORDER BY n.claimed_at DESC, n.id DESC`,
  });
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
