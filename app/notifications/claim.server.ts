// Claims the next waiting subscriptions of a restock, starts their sends and repeats them: each statement whole.
import { type Notification, Prisma } from '@prisma/client';
import { randomBytes } from 'node:crypto';
import { camelRows, db, queryRows } from '../db.server.ts';
import { type Lease, leaseIsAlive, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { encrypt } from '../lib/encryption.server.ts';
import { CALL_ENDED_AFTER_MS } from '../messenger/graph-api.server.ts';
import { isOff, isProbing } from '../messenger/pages.server.ts';
import { activeShop } from '../shopify/shops.server.ts';
import { mayNotify, mayNotifyOnceChecked, notYetNotified } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { QueueEntry } from './fair-queue.ts';

/** A message that may be started: whom it is for and what pays for it. */
export type ClaimedNotification = {
  id: bigint;
  shopId: bigint;
  subscriptionId: bigint;
  restockId: bigint;
  pageId: bigint;
  isTest: boolean;
  linkCode: string;
  locale: string;
  grantToken: Uint8Array;
  attempts: number;
};

type Claimed = Pick<ClaimedNotification, 'id' | 'subscriptionId' | 'linkCode' | 'locale' | 'grantToken'>;

/** The restocks of which this Page may notify somebody now. */
export async function sendableRestocks({
  metaPageId,
  now,
}: {
  metaPageId: string;
  now: Date;
}): Promise<QueueEntry[]> {
  return queryRows<QueueEntry>({
    tx: db,
    sql: Prisma.sql`
    SELECT r.id AS restock_id, r.shop_id, r.variant_id, pg.id AS page_id, r.is_test,
      ${isProbing} AS has_issue
    FROM pages pg
    JOIN shops sh ON sh.id = pg.shop_id AND ${activeShop}
    JOIN restocks r ON r.shop_id = pg.shop_id
    JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    WHERE pg.meta_page_id = ${metaPageId} AND NOT ${isOff}
      AND r.claimed_count < r.notification_quota AND ${mayNotify({ now })}
      AND (SELECT s.id FROM subscriptions s WHERE s.shop_id = r.shop_id AND s.variant_id = r.variant_id
        AND s.page_id = pg.id AND s.is_test = r.is_test AND ${waiting({ now })}
        ORDER BY s.waiting_since, s.id LIMIT 1) IS NOT NULL
    ORDER BY r.opened_at, r.id`,
  });
}

/**
 * Meta's ids of the Pages with an unfinished notification, or with somebody waiting whom an open restock allows to be notified. How fresh
 * the last stock check is does not count here: a page sender requests a new one itself.
 */
export async function pagesWithWork({ now }: { now: Date }): Promise<string[]> {
  const rows = await queryRows<{ metaPageId: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT pg.meta_page_id FROM pages pg
    WHERE (SELECT s.id FROM subscriptions s WHERE s.page_id = pg.id AND s.status = 'claimed' LIMIT 1) IS NOT NULL
    UNION
    SELECT pg.meta_page_id FROM restocks r
    JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    JOIN shops sh ON sh.id = r.shop_id AND ${activeShop}
    JOIN pages pg ON pg.shop_id = r.shop_id AND pg.disconnected_at IS NULL
    WHERE r.claimed_count < r.notification_quota AND ${mayNotifyOnceChecked({ now })}
      AND (SELECT s.id FROM subscriptions s WHERE s.shop_id = r.shop_id AND s.variant_id = r.variant_id
        AND s.page_id = pg.id AND s.is_test = r.is_test AND ${waiting({ now })}
        AND ${notYetNotified()} ORDER BY s.waiting_since, s.id LIMIT 1) IS NOT NULL`,
  });
  return rows.map((row) => row.metaPageId);
}

/**
 * The waitlist is read by its index, however long the statistics take it for: sorting reads all who wait, for every claim. A plan that has to
 * sort all the same counts as dear (1e10), and up to version 17 PostgreSQL then compiles it, for 0.6 s: jit is off here too, for a pooler's
 * sessions.
 */
const FOLLOW_THE_INDEX = () =>
  db.$executeRaw`SELECT set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`;

/**
 * Claims up to `limit` from one restock, oldest first, in one statement that checks everything again: restock, fresh stock check, quota,
 * subscription, shopper, Page, shop, circuit and lease. `anyway`: a probe, or the merchant's test. `except`: subscriptions that are left
 * alone for now. Whoever is being changed by somebody else at this moment is passed over, never waited for.
 */
export async function claim({
  metaPageId,
  lease,
  entry: { shopId, variantId, pageId, restockId, isTest },
  limit,
  anyway,
  except,
  now,
}: {
  metaPageId: string;
  lease: Lease;
  entry: QueueEntry;
  limit: number;
  anyway: boolean;
  except: bigint[];
  now: Date;
}): Promise<ClaimedNotification[]> {
  const random = randomBytes(12 * limit).toString('base64url');
  const codes = Array.from({ length: limit }, (_none, at) => random.slice(at * 16, at * 16 + 16));
  const claiming = db.$queryRaw<Record<string, unknown>[]>`
    -- How many more may be claimed; no row when none may. Locked until the claim is done, so that no decision changes underneath.
    WITH quota AS MATERIALIZED (
      SELECT r.notification_quota::bigint - r.claimed_count AS remaining FROM restocks r
      JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
      WHERE r.shop_id = ${shopId} AND r.id = ${restockId} AND r.claimed_count < r.notification_quota AND ${mayNotify({ now })}
        AND ${leaseIsAlive(lease)}
        AND EXISTS (SELECT 1 FROM pages pg JOIN shops sh ON sh.id = pg.shop_id AND ${activeShop}
          WHERE pg.shop_id = ${shopId} AND pg.id = ${pageId} AND NOT ${isOff} AND (${anyway} OR NOT ${isProbing}
            AND NOT EXISTS (SELECT 1 FROM page_senders l WHERE l.meta_page_id = pg.meta_page_id AND l.paused_at IS NOT NULL)))
      FOR NO KEY UPDATE OF r
    ), next AS MATERIALIZED (
      SELECT s.id, s.waiting_since, p.locale FROM subscriptions s
      -- A probe for each, and never a join: it could begin at the other end, with everybody there is.
      CROSS JOIN LATERAL (SELECT p.locale FROM shoppers p WHERE p.id = s.shopper_id AND p.shop_id = s.shop_id AND p.opted_out_at IS NULL
        LIMIT 1 FOR KEY SHARE SKIP LOCKED) p
      WHERE (SELECT remaining FROM quota) > 0
        AND s.shop_id = ${shopId} AND s.variant_id = ${variantId} AND s.is_test = ${isTest} AND s.page_id = ${pageId}
        AND ${waiting({ now })} AND s.id <> ALL(${except}::bigint[])
        AND ${notYetNotified({ restockId })}
      ORDER BY s.waiting_since, s.id LIMIT ${limit}
      FOR NO KEY UPDATE OF s SKIP LOCKED
    ), taken AS (
      UPDATE subscriptions s SET status = 'claimed'
      -- By an array of ids: a join would be planned for a tenth of the table, and read all of it.
      WHERE s.shop_id = ${shopId} AND s.id = ANY(ARRAY(SELECT id FROM next ORDER BY waiting_since, id LIMIT (SELECT COALESCE((SELECT remaining FROM quota), 0))))
      RETURNING s.id AS subscription_id, s.shopper_id, s.grant_token
    ), claimed AS (
      SELECT t.*, next.locale, row_number() OVER (ORDER BY next.waiting_since, next.id) AS place
      FROM taken t JOIN next ON next.id = t.subscription_id
    ), made AS (
      INSERT INTO notifications (shop_id, subscription_id, restock_id, shopper_id, page_id, meta_page_id, link_code, is_test, lease_epoch, claimed_at)
      SELECT ${shopId}, c.subscription_id, ${restockId}, c.shopper_id, ${pageId}, ${metaPageId}, k.link_code, ${isTest}, ${lease.epoch}, ${now}
      FROM claimed c JOIN unnest(${codes}::text[]) WITH ORDINALITY AS k(link_code, place) ON k.place = c.place
      ORDER BY c.place
      RETURNING id, subscription_id, link_code
    ), counted AS (
      UPDATE restocks SET claimed_count = claimed_count + (SELECT count(*)::int FROM made)
      WHERE shop_id = ${shopId} AND id = ${restockId} AND EXISTS (SELECT 1 FROM made)
    )
    SELECT m.id, m.subscription_id, m.link_code, c.locale, c.grant_token FROM made m JOIN claimed c ON c.subscription_id = m.subscription_id
    ORDER BY c.place`;
  const [, rows] = await db.$transaction([FOLLOW_THE_INDEX(), claiming]);
  return camelRows<Claimed>(rows).map((row) => ({ ...row, shopId, restockId, pageId, isTest, attempts: 0 }));
}

export type NotificationStatus = Notification['status'];

export const REQUEST_BODY = 'notification body';

/**
 * SQL over `n` = `notifications`: its state is one of these. COALESCE hides the state from the planner: by its statistics nearly all are sent,
 * and it would read the whole table for the few that are looked for by their ids.
 */
export const statusIn = (...states: NotificationStatus[]): Prisma.Sql =>
  Prisma.sql`COALESCE(n.status = ANY(${states}::text[]), false)`;

/**
 * Begins messages that were claimed, or refused before and surely not sent. Checks once more what may have changed since the claim.
 * @returns the ids that were started; the others may not be sent.
 */
export async function startSends({
  messages,
  lease,
  now,
}: {
  messages: { row: Pick<ClaimedNotification, 'id' | 'shopId'>; body: string }[];
  lease: Lease;
  now: Date;
}): Promise<Set<bigint>> {
  const ids = messages.map(({ row }) => row.id);
  const bodies = messages.map(({ row, body }) =>
    Buffer.from(encrypt(body, { shopId: row.shopId, purpose: REQUEST_BODY })).toString('base64'),
  );
  const rows = await queryRows<{ id: bigint }>({
    tx: db,
    sql: Prisma.sql`
    UPDATE notifications n SET status = 'sending', request_body = decode(b.request_body, 'base64'), started_at = ${now}, attempts = n.attempts + 1,
      retry_at = ${later(now, CALL_ENDED_AFTER_MS)}, lease_epoch = ${lease.epoch}
    FROM unnest(${ids}::bigint[], ${bodies}::text[]) AS b(id, request_body)
    WHERE n.id = b.id AND ${statusIn('claimed', 'unexplained_error')}
      AND (SELECT s.status = 'claimed' AND s.expires_at > ${now} FROM subscriptions s
        WHERE s.shop_id = n.shop_id AND s.id = n.subscription_id)
      AND (SELECT p.opted_out_at IS NULL FROM shoppers p WHERE p.shop_id = n.shop_id AND p.id = n.shopper_id)
      AND (SELECT ${mayNotify({ now })} FROM restocks r JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
        WHERE r.shop_id = n.shop_id AND r.id = n.restock_id)
      AND (SELECT ${activeShop} FROM shops sh WHERE sh.id = n.shop_id)
      AND ${leaseIsCurrent(lease)}
    RETURNING n.id`,
  });
  return new Set(rows.map((row) => row.id));
}

/** A message whose turn has come again. */
export type DueSend = ClaimedNotification & {
  state: 'claimed' | 'sending' | 'unexplained_error';
  requestBody: Uint8Array | null;
  startedAt: Date | null;
};

/**
 * What was left for later and is due: uncertain calls, unexplained errors, and those that were certainly not sent. As every reading of a
 * Page's unfinished notifications, by the claimed subscriptions with one probe for each, whatever the statistics say: no index names what
 * changes when a notification finishes, so that finishing writes to none.
 */
export async function dueSends({
  metaPageId,
  inFlight,
  limit,
  now,
}: {
  metaPageId: string;
  inFlight: bigint[];
  limit: number;
  now: Date;
}): Promise<DueSend[]> {
  return queryRows<DueSend>({
    tx: db,
    sql: Prisma.sql`
    SELECT n.id, n.shop_id, n.subscription_id, n.restock_id, n.page_id, n.is_test, n.link_code, n.attempts, n.status AS state,
      n.request_body, n.started_at, p.locale, s.grant_token
    FROM pages pg
    JOIN subscriptions s ON s.page_id = pg.id AND s.status = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.finished_at IS NULL LIMIT 1) n
    JOIN shoppers p ON p.shop_id = n.shop_id AND p.id = n.shopper_id
    WHERE pg.meta_page_id = ${metaPageId} AND n.retry_at <= ${now} AND n.id <> ALL(${inFlight}::bigint[])
    ORDER BY n.id LIMIT ${limit}`,
  });
}

/** Begins the very same calls once more. @returns the ids that may be repeated. */
export async function repeatSends({
  ids,
  lease,
  now,
}: {
  ids: bigint[];
  lease: Lease;
  now: Date;
}): Promise<Set<bigint>> {
  if (ids.length === 0) return new Set();
  const rows = await queryRows<{ id: bigint }>({
    tx: db,
    sql: Prisma.sql`
    UPDATE notifications n SET attempts = n.attempts + 1, retry_at = ${later(now, CALL_ENDED_AFTER_MS)}, lease_epoch = ${lease.epoch}
    WHERE n.id = ANY(${ids}::bigint[]) AND n.status = 'sending' AND n.retry_at <= ${now} AND ${leaseIsCurrent(lease)}
    RETURNING n.id`,
  });
  return new Set(rows.map((row) => row.id));
}

/** What a page sender has not finished, to know when to come again. */
export async function unfinished({
  metaPageId,
}: {
  metaPageId: string;
}): Promise<{ pageId: bigint; state: DueSend['state']; retryAt: Date | null; startedAt: Date | null }[]> {
  return queryRows({
    tx: db,
    sql: Prisma.sql`
    SELECT n.page_id, n.status AS state, n.retry_at, n.started_at FROM pages pg
    JOIN subscriptions s ON s.page_id = pg.id AND s.status = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.finished_at IS NULL LIMIT 1) n
    WHERE pg.meta_page_id = ${metaPageId}
    ORDER BY n.retry_at NULLS FIRST LIMIT 500`,
  });
}
