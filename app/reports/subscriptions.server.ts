// Subscriptions row by row: waiting, with place and reason, and ended without a notification.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { later } from '../lib/clock.ts';
import { type PageFacts, sendingThrough } from '../messenger/page-status.ts';
import { openCircuits } from '../notifications/shop-status.server.ts';
import { quietEnd, type QuietSettings } from '../stock/quiet-hours.ts';
import { CHECK_VALID_MS, openRestock } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import { containing, type Cursor } from './cursor.ts';
import { type SubscriptionFacts, explain, type Explanation } from './explain.ts';
import { cursorDate } from './waitlist.server.ts';

/** `waiting`: can still be notified; `untold`: refused, of unknown fate, expired or stopped. Who was notified stands among the messages. */
export const SUBSCRIPTION_FILTERS = ['waiting', 'untold'] as const;
export const SUBSCRIPTION_SORTS = ['newest', 'oldest'] as const;
export type SubscriptionFilter = (typeof SUBSCRIPTION_FILTERS)[number];
export type SubscriptionSort = (typeof SUBSCRIPTION_SORTS)[number];

export type SubscriptionRow = {
  subscriptionId: string;
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  /** The end of the page-scoped id: no name is held. */
  shopper: string;
  locale: string;
  waitingSince: Date;
  /** 1 is the next to be notified; null: no longer in line, or further back than is counted. */
  place: number | null;
  why: Explanation;
};

const PAGE_SIZE = 25;
/** Places further back are not counted: nobody needs to know whether it is 4,711. */
export const COUNTED_POSITIONS = 1_000;

type Found = Omit<SubscriptionRow, 'subscriptionId' | 'variantId' | 'why' | 'place'> & {
  id: bigint;
  variant: bigint;
  ahead: number | null;
  state: SubscriptionFacts['state'];
  expiresAt: Date;
  stopped: boolean;
  paused: boolean;
  missing: boolean;
  metaPageId: string;
  issue: PageFacts['issue'];
  disconnectedAt: Date | null;
  sent: string | null;
  sentReason: string | null;
  restock: bigint | null;
  held: boolean;
  sendAfter: Date | null;
  nextBatchAt: Date | null;
  notificationQuota: number;
  claimedCount: number;
  checkDue: boolean;
  fresh: boolean;
  alreadyNotified: boolean;
  checkReason: string | null;
};

/** One page; `after` is the last row of the page before. The merchant's own tests are left out. */
export async function subscriptions({
  shop,
  now,
  show = 'waiting',
  sort = 'newest',
  search = '',
  after,
  limit = PAGE_SIZE,
}: {
  shop: QuietSettings & { id: bigint };
  now: Date;
  show?: SubscriptionFilter;
  sort?: SubscriptionSort;
  search?: string;
  after?: Cursor | undefined;
  limit?: number;
}): Promise<{ rows: SubscriptionRow[]; next: Cursor | null }> {
  const shopId = shop.id;
  const from = after && cursorDate(after);
  const behind =
    from === undefined
      ? Prisma.sql`true`
      : sort === 'newest'
        ? Prisma.sql`(s.waiting_since, s.id) < (${from}, ${BigInt(after!.id)})`
        : Prisma.sql`(s.waiting_since, s.id) > (${from}, ${BigInt(after!.id)})`;
  const order = sort === 'newest' ? Prisma.sql`waiting_since DESC, id DESC` : Prisma.sql`waiting_since, id`;
  const condition =
    show === 'waiting'
      ? waiting({ now })
      : Prisma.sql`s.status IN ('failed', 'unknown', 'expired', 'cancelled')`;
  const rows = Prisma.sql`s.shop_id = ${shopId} AND ${condition} AND NOT s.is_test AND ${behind}`;
  const wanted = search.trim();
  const named = Prisma.sql`v.shop_id = ${shopId} AND (v.product_title || ' ' || v.title) ILIKE ${containing(wanted)}`;
  // A search goes through the line of each variant that bears the name: the few of a rare one are not sought among all who wait.
  const source =
    wanted === ''
      ? Prisma.sql`SELECT s.* FROM subscriptions s WHERE ${rows} ORDER BY ${order} LIMIT ${limit + 1}`
      : show === 'waiting'
        ? Prisma.sql`SELECT s.* FROM (SELECT each.id, each.waiting_since FROM variants v CROSS JOIN LATERAL (
              SELECT s.id, s.waiting_since FROM subscriptions s WHERE ${rows} AND s.variant_id = v.id ORDER BY ${order} LIMIT ${limit + 1}) each
            WHERE ${named} ORDER BY ${order} LIMIT ${limit + 1}) one JOIN subscriptions s ON s.shop_id = ${shopId} AND s.id = one.id`
        : Prisma.sql`SELECT s.* FROM subscriptions s WHERE ${rows}
            AND EXISTS (SELECT FROM variants v WHERE ${named} AND v.id = s.variant_id) ORDER BY ${order} LIMIT ${limit + 1}`;
  const found = await queryRows<Found>({
    tx: db,
    sql: Prisma.sql`
    WITH one AS MATERIALIZED (${source})
    SELECT s.id, s.variant_id AS variant, v.product_title, v.title, v.image_url, right(p.psid, 6) AS shopper, p.locale, s.waiting_since,
      s.status AS state, s.expires_at, p.opted_out_at IS NOT NULL AS stopped, v.paused_at IS NOT NULL AS paused,
      v.missing_since IS NOT NULL AS missing, pg.meta_page_id, pg.issue, pg.disconnected_at,
      n.status AS sent, n.failure_reason AS sent_reason,
      r.id AS restock, r.held_at IS NOT NULL AS held, r.send_after, r.next_batch_at, r.notification_quota, r.claimed_count,
      v.check_requested_version > v.checked_version AS check_due, r.confirmed_available_at > ${later(now, -CHECK_VALID_MS)} AS fresh,
      (SELECT o.id FROM notifications o WHERE o.restock_id = r.id AND o.shopper_id = s.shopper_id LIMIT 1) IS NOT NULL AS already_notified,
      (SELECT l.reason FROM stock_checks l WHERE l.shop_id = s.shop_id AND l.variant_id = s.variant_id AND NOT l.is_test
        ORDER BY l.checked_at DESC, l.id DESC LIMIT 1) AS check_reason,
      CASE WHEN s.status = 'waiting' THEN (SELECT count(*)::int FROM (
        SELECT FROM subscriptions w WHERE w.shop_id = s.shop_id AND w.variant_id = s.variant_id AND w.status = 'waiting' AND NOT w.is_test
          AND w.expires_at > ${now} AND (w.waiting_since, w.id) < (s.waiting_since, s.id) LIMIT ${COUNTED_POSITIONS}) ahead) END AS ahead
    FROM one s
    JOIN variants v ON v.shop_id = s.shop_id AND v.id = s.variant_id
    JOIN shoppers p ON p.shop_id = s.shop_id AND p.id = s.shopper_id
    JOIN pages pg ON pg.shop_id = s.shop_id AND pg.id = s.page_id
    LEFT JOIN notifications n ON n.shop_id = s.shop_id AND n.subscription_id = s.id
    LEFT JOIN restocks r ON r.shop_id = s.shop_id AND r.variant_id = s.variant_id AND ${openRestock}
    ORDER BY ${sort === 'newest' ? Prisma.sql`s.waiting_since DESC, s.id DESC` : Prisma.sql`s.waiting_since, s.id`}`,
  });
  const circuits = await openCircuits(found);
  const quietUntil = quietEnd({ now, settings: shop }) ?? null;
  const last = found[limit - 1];
  return {
    rows: found
      .slice(0, limit)
      .map((row) => asRow({ row, circuit: circuits.get(row.metaPageId) ?? null, quietUntil, now })),
    next:
      last && found.length > limit ? { value: last.waitingSince.toISOString(), id: String(last.id) } : null,
  };
}

type Now = { circuit: PageFacts['circuit']; quietUntil: Date | null; now: Date };

function asRow({ row, circuit, quietUntil, now }: Now & { row: Found }): SubscriptionRow {
  const life: SubscriptionFacts = {
    state: row.state,
    expiresAt: row.expiresAt,
    page: {
      issue: row.issue ?? circuit,
      sending: sendingThrough({ ...row, circuit }),
      gone: row.disconnectedAt !== null,
    },
    variant: { paused: row.paused, missing: row.missing },
    shopperStopped: row.stopped,
    notification: row.sent === null ? null : { state: row.sent, reason: row.sentReason },
    restock:
      row.restock === null
        ? null
        : {
            held: row.held,
            quietUntil,
            sendAfter: row.sendAfter,
            nextBatchAt: row.nextBatchAt,
            notificationQuota: row.notificationQuota,
            claimedCount: row.claimedCount,
            belowMinimum: row.checkReason === 'below_minimum',
            checkDue: row.checkDue,
            fresh: row.fresh,
            alreadyNotified: row.alreadyNotified,
          },
    checkReason: row.checkReason,
  };
  return {
    subscriptionId: String(row.id),
    variantId: String(row.variant),
    productTitle: row.productTitle,
    title: row.title,
    imageUrl: row.imageUrl,
    shopper: row.shopper,
    locale: row.locale,
    waitingSince: row.waitingSince,
    place: row.ahead === null || row.ahead >= COUNTED_POSITIONS ? null : row.ahead + 1,
    why: explain({ life, now }),
  };
}
