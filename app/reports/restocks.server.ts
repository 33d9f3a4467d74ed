// Restocks and stock checks as the merchant sees them.
import { Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { later, MINUTE, SECOND } from '../lib/clock.ts';
import type { Reach } from '../notifications/shop-status.server.ts';
import { NO_LIMIT } from '../stock/decide.ts';
import { quietEnd, type QuietSettings } from '../stock/quiet-hours.ts';
import {
  type RestockAction,
  restockActions,
  type RestockFacts,
  restockStatus,
  type RestockStatus,
} from '../stock/restock-status.ts';
import { CHECK_VALID_MS, notYetNotified } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';

type Of = { shopId: bigint };

/** A restock as a row. */
export type RestockRow = {
  restockId: string;
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  openedAt: Date;
  closedAt: Date | null;
  units: number | null;
  kind: string;
  claimedCount: number;
  waiting: number;
  held: boolean;
  /** What it is doing now; null when it is over. */
  status: RestockStatus | null;
  /** How long the sending will go on, where that can be said. */
  minutes: number | null;
  /** What the merchant may do about it. */
  actions: RestockAction[];
};

type Found = Omit<RestockRow, 'restockId' | 'variantId' | 'status' | 'minutes' | 'actions'> &
  Omit<RestockFacts, 'quietUntil' | 'notificationQuota'> & {
    id: bigint;
    variant: bigint;
    notificationQuota: number;
    /** Of those who wait, how many do on a Page that sends. */ reachable: number;
    /** Messages started in the last half minute, and how many a second the Page may send. */
    lately: number;
    perSecond: number | null;
  };

type Now = { settings: QuietSettings; now: Date };

/** `found` with what follows from it; pure. */
function row({ found, settings, now }: Now & { found: Found }): RestockRow {
  const { id, variant, reach, paused, sendAfter, nextBatchAt, checkDue, fresh, belowMinimum, ...shown } =
    found;
  const { reachable, lately, perSecond, notificationQuota: limit, ...rest } = shown;
  const notificationQuota = limit === NO_LIMIT ? null : limit;
  const quietUntil = quietEnd({ now, settings }) ?? null;
  const checked = { checkDue, fresh, belowMinimum };
  const facts = { ...checked, reach, paused, sendAfter, nextBatchAt, notificationQuota, quietUntil, ...rest };
  const status = rest.closedAt === null ? restockStatus({ facts, now }) : null;
  const progress = {
    ...{ claimedCount: rest.claimedCount, waiting: reachable, notificationQuota, lately },
    messagesPerSecond: perSecond,
  };
  return {
    restockId: String(id),
    variantId: String(variant),
    ...rest,
    status,
    minutes: status?.state === 'sending' ? minutesLeft(progress) : null,
    actions: status === null ? [] : restockActions({ held: rest.held, status }),
  };
}

/**
 * SQL over `r`: how far they can be reached who wait and were not told in it. One probe of the line for each kind of Page that there is, by
 * the line's own order; what is left waits on a Page that was disconnected.
 */
function reachOf({ reach, now }: { reach: Reach; now: Date }): Prisma.Sql {
  const waits = (on: Prisma.Sql) => Prisma.sql`(SELECT s.id FROM subscriptions s
    WHERE s.shop_id = r.shop_id AND s.variant_id = r.variant_id AND NOT s.is_test AND ${waiting({ now })}
      AND ${on} AND ${notYetNotified()} ORDER BY s.waiting_since, s.id LIMIT 1) IS NOT NULL`;
  const arms = (['on', 'probing'] as const)
    .filter((sending) => reach[sending].length > 0)
    .map(
      (sending) =>
        Prisma.sql`WHEN ${waits(Prisma.sql`s.page_id = ANY(${reach[sending]}::bigint[])`)} THEN ${sending}::text`,
    );
  return Prisma.sql`CASE ${Prisma.join([Prisma.sql`WHEN r.closed_at IS NOT NULL THEN 'nobody'`, ...arms], ' ')}
    WHEN ${waits(Prisma.sql`true`)} THEN 'off' ELSE 'nobody' END`;
}

/** The newest restocks of a shop, or of one variant; with `open`, only those that go on. */
export async function restocks({
  tx = db,
  shopId,
  variantId,
  reach,
  settings,
  open = false,
  limit = 10,
  now,
}: Of &
  Now & {
    tx?: Pick<Tx, '$queryRaw'>;
    variantId?: bigint;
    reach: Reach;
    open?: boolean;
    limit?: number;
  }): Promise<RestockRow[]> {
  const found = await queryRows<Found>({
    tx,
    sql: Prisma.sql`
    WITH shown AS MATERIALIZED (
      SELECT r.* FROM restocks r
      WHERE r.shop_id = ${shopId} AND NOT r.is_test
        AND (${variantId === undefined} OR r.variant_id = ${variantId ?? 0n})
        AND (${!open} OR r.closed_at IS NULL)
      ORDER BY r.opened_at DESC, r.id DESC LIMIT ${limit}),
    -- A line is counted once, however many of its restocks are shown.
    line AS MATERIALIZED (
      SELECT each.variant_id, counted.* FROM (SELECT DISTINCT variant_id FROM shown) each, LATERAL (
        SELECT count(*)::int AS waiting, (count(*) FILTER (WHERE s.page_id = ANY(${reach.on}::bigint[])))::int AS reachable
        FROM subscriptions s WHERE s.shop_id = ${shopId} AND s.variant_id = each.variant_id
          AND NOT s.is_test AND ${waiting({ now })}) counted)
    SELECT r.id, r.variant_id AS variant, v.product_title, v.title, v.image_url, r.opened_at, r.closed_at, r.units, r.kind,
      r.claimed_count, r.notification_quota, r.send_after, r.next_batch_at, r.held_at IS NOT NULL AS held, line.waiting, line.reachable,
      r.confirmed_available_at > ${later(now, -CHECK_VALID_MS)} AS fresh, v.check_requested_version > v.checked_version AS check_due, v.paused_at IS NOT NULL AS paused,
      COALESCE((SELECT l.reason = 'below_minimum' FROM stock_checks l WHERE l.shop_id = r.shop_id AND l.variant_id = r.variant_id
        AND NOT l.is_test ORDER BY l.checked_at DESC, l.id DESC LIMIT 1), false) AS below_minimum,
      ${reachOf({ reach, now })} AS reach,
      CASE WHEN r.closed_at IS NULL THEN (SELECT count(*)::int FROM notifications n WHERE n.shop_id = r.shop_id
         AND n.claimed_at > ${later(now, -RECENT_MS)} AND n.restock_id = r.id) ELSE 0 END AS lately,
      (SELECT min(p.messages_per_second) FROM pages p WHERE p.id = ANY(${reach.on}::bigint[])) AS per_second
    FROM shown r JOIN line ON line.variant_id = r.variant_id
    JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    ORDER BY r.opened_at DESC, r.id DESC`,
  });
  return found.map((each) => row({ found: each, settings, now }));
}

export type StockCheckRow = {
  stockCheckId: string;
  checkedAt: Date;
  available: boolean;
  units: number | null;
  decision: string;
  reason: string;
};

/** The newest looks at a variant. */
export async function stockChecks({
  shopId,
  variantId,
  limit = 20,
}: Of & { variantId: bigint; limit?: number }): Promise<StockCheckRow[]> {
  const found = await db.stockCheck.findMany({
    where: { shopId, variantId, isTest: false },
    orderBy: [{ checkedAt: 'desc' }, { id: 'desc' }],
    take: limit,
    select: { id: true, checkedAt: true, available: true, units: true, decision: true, reason: true },
  });
  return found.map(({ id, ...rest }) => ({ stockCheckId: String(id), ...rest }));
}

/** The pace is read off the messages started in this time. */
const RECENT_MS = 30 * SECOND;

/** Fewer than these say nothing about a pace. */
const SENDING = 5;

export type SendingState = {
  claimedCount: number;
  waiting: number;
  /** null: everyone. */
  notificationQuota: number | null;
  lately: number;
  messagesPerSecond: number | null;
};

/** How many of those who wait this restock may tell before its next wave. */
export const remainingToNotify = ({
  claimedCount,
  waiting,
  notificationQuota,
}: Omit<SendingState, 'lately' | 'messagesPerSecond'>): number =>
  Math.max(0, Math.min(waiting, notificationQuota === null ? waiting : notificationQuota - claimedCount));

/**
 * Whole minutes until the last of them is notified, at least one; null when there is nobody to tell, or nothing to reckon with. What later
 * waves bring depends on stock that nobody knows yet: they are not guessed at.
 */
export function minutesLeft(progress: SendingState): number | null {
  const left = remainingToNotify(progress);
  const { lately, messagesPerSecond: perSecond } = progress;
  const seen = lately >= SENDING ? (lately * SECOND) / RECENT_MS : undefined;
  // A page sender that has just started has not shown its pace yet, and none goes on faster than its Page may.
  const rate = seen === undefined ? perSecond : perSecond === null ? seen : Math.min(seen, perSecond);
  if (left === 0 || rate === null || rate <= 0) return null;
  return Math.max(1, Math.ceil((left / rate) * (SECOND / MINUTE)));
}
