// Claims the next waiting subscriptions of a restock, starts their sends and repeats them: each statement whole.
import { type NotificationState, Prisma } from '@prisma/client';
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import { type Lease, leaseIsAlive, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { encrypt } from '../lib/encryption.server.ts';
import { CALL_ENDED_AFTER_MS } from '../messenger/graph-api.server.ts';
import { isOff, isProbing } from '../messenger/pages.server.ts';
import { activeShop } from '../shopify/shops.server.ts';
import { mayNotify, mayNotifyOnceChecked, notYetNotified } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { QueueEntry } from './fair-queue.ts';

/** A message that may be begun: whom it is for and what pays for it. */
export type ClaimedNotification = {
  id: bigint;
  shopId: bigint;
  subscriptionId: bigint;
  restockId: bigint;
  pageId: bigint;
  isTest: boolean;
  code: string;
  locale: string;
  token: Uint8Array;
  attempts: number;
};

/** The restocks of which this Page may notify somebody now. */
export async function sendableRestocks({
  metaPageId,
  now,
}: {
  metaPageId: string;
  now: Date;
}): Promise<QueueEntry[]> {
  return db.$queryRaw<QueueEntry[]>`
    SELECT r."id" AS "restockId", r."shopId", r."variantId", pg."id" AS "pageId", r."isTest",
      ${isProbing} AS "troubled"
    FROM "Page" pg
    JOIN "Shop" sh ON sh."id" = pg."shopId" AND ${activeShop}
    JOIN "Restock" r ON r."shopId" = pg."shopId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE pg."metaPageId" = ${metaPageId} AND NOT ${isOff}
      AND r."told" < r."allowance" AND ${mayNotify({ now })}
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."pageId" = pg."id" AND s."isTest" = r."isTest" AND ${waiting({ now })}
        ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL
    ORDER BY r."openedAt", r."id"`;
}

/**
 * Meta's ids of the Pages with an unfinished notification, or with somebody waiting whom an open restock allows to be notified. How fresh
 * the last stock check is does not count here: a page sender requests a new one itself.
 */
export async function pagesWithWork({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT pg."metaPageId" FROM "Page" pg
    WHERE (SELECT s."id" FROM "Subscription" s WHERE s."pageId" = pg."id" AND s."state" = 'claimed' LIMIT 1) IS NOT NULL
    UNION
    SELECT pg."metaPageId" FROM "Restock" r
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    JOIN "Shop" sh ON sh."id" = r."shopId" AND ${activeShop}
    JOIN "Page" pg ON pg."shopId" = r."shopId" AND pg."disconnectedAt" IS NULL
    WHERE r."told" < r."allowance" AND ${mayNotifyOnceChecked({ now })}
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."pageId" = pg."id" AND s."isTest" = r."isTest" AND ${waiting({ now })}
        AND ${notYetNotified()} ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL`;
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
  turn: { shopId, variantId, pageId, restockId, isTest },
  limit,
  anyway,
  except,
  now,
}: {
  metaPageId: string;
  lease: Lease;
  turn: QueueEntry;
  limit: number;
  anyway: boolean;
  except: bigint[];
  now: Date;
}): Promise<ClaimedNotification[]> {
  const random = randomBytes(12 * limit).toString('base64url');
  const codes = Array.from({ length: limit }, (_none, at) => random.slice(at * 16, at * 16 + 16));
  const claiming = db.$queryRaw<
    Pick<ClaimedNotification, 'id' | 'subscriptionId' | 'code' | 'locale' | 'token'>[]
  >`
    -- How many more may be claimed; no row when none may. Locked until the claim is done, so that no decision changes underneath.
    WITH quota AS MATERIALIZED (
      SELECT r."allowance"::bigint - r."told" AS "remaining" FROM "Restock" r
      JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
      WHERE r."shopId" = ${shopId} AND r."id" = ${restockId} AND r."told" < r."allowance" AND ${mayNotify({ now })}
        AND ${leaseIsAlive(lease)}
        AND EXISTS (SELECT 1 FROM "Page" pg JOIN "Shop" sh ON sh."id" = pg."shopId" AND ${activeShop}
          WHERE pg."id" = ${pageId} AND NOT ${isOff} AND (${anyway} OR NOT ${isProbing}
            AND NOT EXISTS (SELECT 1 FROM "Lane" l WHERE l."metaPageId" = pg."metaPageId" AND l."pausedAt" IS NOT NULL)))
      FOR NO KEY UPDATE OF r
    ), next AS MATERIALIZED (
      SELECT s."id", s."since", p."locale" FROM "Subscription" s
      -- A probe for each, and never a join: it could begin at the other end, with everybody there is.
      CROSS JOIN LATERAL (SELECT p."locale" FROM "Shopper" p WHERE p."id" = s."shopperId" AND p."shopId" = s."shopId" AND p."stoppedAt" IS NULL
        LIMIT 1 FOR KEY SHARE SKIP LOCKED) p
      WHERE (SELECT "remaining" FROM quota) > 0
        AND s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND s."isTest" = ${isTest} AND s."pageId" = ${pageId}
        AND ${waiting({ now })} AND s."id" <> ALL(${except}::bigint[])
        AND ${notYetNotified({ restockId })}
      ORDER BY s."since", s."id" LIMIT ${limit}
      FOR NO KEY UPDATE OF s SKIP LOCKED
    ), taken AS (
      UPDATE "Subscription" s SET "state" = 'claimed'
      -- By an array of ids: a join would be planned for a tenth of the table, and read all of it.
      WHERE s."id" = ANY(ARRAY(SELECT "id" FROM next ORDER BY "since", "id" LIMIT (SELECT COALESCE((SELECT "remaining" FROM quota), 0))))
      RETURNING s."id" AS "subscriptionId", s."shopperId", s."token"
    ), claimed AS (
      SELECT t.*, next."locale", row_number() OVER (ORDER BY next."since", next."id") AS "place"
      FROM taken t JOIN next ON next."id" = t."subscriptionId"
    ), made AS (
      INSERT INTO "Notification" ("shopId", "subscriptionId", "restockId", "shopperId", "pageId", "metaPageId", "code", "isTest", "epoch", "claimedAt")
      SELECT ${shopId}, c."subscriptionId", ${restockId}, c."shopperId", ${pageId}, ${metaPageId}, k."code", ${isTest}, ${lease.epoch}, ${now}
      FROM claimed c JOIN unnest(${codes}::text[]) WITH ORDINALITY AS k("code", "place") ON k."place" = c."place"
      ORDER BY c."place"
      RETURNING "id", "subscriptionId", "code"
    ), counted AS (
      UPDATE "Restock" SET "told" = "told" + (SELECT count(*)::int FROM made) WHERE "id" = ${restockId} AND EXISTS (SELECT 1 FROM made)
    )
    SELECT m."id", m."subscriptionId", m."code", c."locale", c."token" FROM made m JOIN claimed c ON c."subscriptionId" = m."subscriptionId"
    ORDER BY c."place"`;
  const [, rows] = await db.$transaction([FOLLOW_THE_INDEX(), claiming]);
  return rows.map((row) => ({ ...row, shopId, restockId, pageId, isTest, attempts: 0 }));
}

export const REQUEST_BODY = 'notification body';

/**
 * SQL over `n` = "Notification": its state is one of these. COALESCE hides the state from the planner: by its statistics nearly all are sent,
 * and it would read the whole table for the few that are looked for by their ids.
 */
export const statusIn = (...states: NotificationState[]): Prisma.Sql =>
  Prisma.sql`COALESCE(n."state" = ANY(${states}::"NotificationState"[]), false)`;

/**
 * Begins messages that were claimed, or refused before and surely not sent. Checks once more what may have changed since the claim.
 * @returns the ids that were begun; the others may not be sent.
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
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    UPDATE "Notification" n SET "state" = 'begun', "body" = decode(b."body", 'base64'), "begunAt" = ${now}, "attempts" = n."attempts" + 1,
      "retryAt" = ${later(now, CALL_ENDED_AFTER_MS)}, "epoch" = ${lease.epoch}
    FROM unnest(${ids}::bigint[], ${bodies}::text[]) AS b("id", "body")
    WHERE n."id" = b."id" AND ${statusIn('claimed', 'doubtful')}
      AND (SELECT s."state" = 'claimed' AND s."expiresAt" > ${now} FROM "Subscription" s WHERE s."id" = n."subscriptionId")
      AND (SELECT p."stoppedAt" IS NULL FROM "Shopper" p WHERE p."id" = n."shopperId")
      AND (SELECT ${mayNotify({ now })} FROM "Restock" r JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId" WHERE r."id" = n."restockId")
      AND (SELECT ${activeShop} FROM "Shop" sh WHERE sh."id" = n."shopId")
      AND ${leaseIsCurrent(lease)}
    RETURNING n."id"`;
  return new Set(rows.map((row) => row.id));
}

/** A message whose turn has come again. */
export type DueSend = ClaimedNotification & {
  state: 'claimed' | 'begun' | 'doubtful';
  body: Uint8Array | null;
  begunAt: Date | null;
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
  return db.$queryRaw<DueSend[]>`
    SELECT n."id", n."shopId", n."subscriptionId", n."restockId", n."pageId", n."isTest", n."code", n."attempts", n."state"::text AS "state",
      n."body", n."begunAt", p."locale", s."token"
    FROM "Page" pg
    JOIN "Subscription" s ON s."pageId" = pg."id" AND s."state" = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n
    JOIN "Shopper" p ON p."id" = n."shopperId"
    WHERE pg."metaPageId" = ${metaPageId} AND n."retryAt" <= ${now} AND n."id" <> ALL(${inFlight}::bigint[])
    ORDER BY n."id" LIMIT ${limit}`;
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
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    UPDATE "Notification" n SET "attempts" = n."attempts" + 1, "retryAt" = ${later(now, CALL_ENDED_AFTER_MS)}, "epoch" = ${lease.epoch}
    WHERE n."id" = ANY(${ids}::bigint[]) AND n."state" = 'begun' AND n."retryAt" <= ${now} AND ${leaseIsCurrent(lease)}
    RETURNING n."id"`;
  return new Set(rows.map((row) => row.id));
}

/** What a lane has not settled, to know when to come again. */
export async function unfinished({
  metaPageId,
}: {
  metaPageId: string;
}): Promise<{ pageId: bigint; state: DueSend['state']; retryAt: Date | null; begunAt: Date | null }[]> {
  return db.$queryRaw`
    SELECT n."pageId", n."state"::text AS "state", n."retryAt", n."begunAt" FROM "Page" pg
    JOIN "Subscription" s ON s."pageId" = pg."id" AND s."state" = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n
    WHERE pg."metaPageId" = ${metaPageId}
    ORDER BY n."retryAt" NULLS FIRST LIMIT 500`;
}
