// Claims the next of a line: each gets the one row of their message, and all of it happens at once or not at all.
import { type NotificationState, Prisma } from '@prisma/client';
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import type { Lease } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { encrypt } from '../lib/encryption.server.ts';
import { CALL_ENDED_AFTER_MS } from '../messenger/graph-api.server.ts';
import { isOff, isProbing } from '../messenger/pages.server.ts';
import { activeShop } from '../shopify/shops.server.ts';
import { hasQuota, mayNotify, notYetNotified } from '../stock/restocks.server.ts';
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

/** The restocks of which this Page's lane may tell somebody now. */
export async function sendableRestocks({
  metaPageId,
  now,
}: {
  metaPageId: string;
  now: Date;
}): Promise<QueueEntry[]> {
  return db.$queryRaw<QueueEntry[]>`
    SELECT r."id" AS "restockId", r."shopId", r."variantId", p."id" AS "pageId", r."isTest",
      ${isProbing} AS "troubled"
    FROM "Page" p
    JOIN "Shop" sh ON sh."id" = p."shopId" AND ${activeShop}
    JOIN "Restock" r ON r."shopId" = p."shopId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE p."metaPageId" = ${metaPageId} AND NOT ${isOff}
      AND ${hasQuota({ now })}
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."state" = 'waiting' AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now}
        ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL
    ORDER BY r."openedAt", r."id"`;
}

/**
 * A line is followed by its index, however long the statistics take it for: sorting reads all who wait, for every claim. A plan that has to sort
 * all the same counts as dear (1e10), and up to version 17 PostgreSQL then compiles it, for 0.6 s: jit is off here too, for a pooler's sessions.
 */
const FOLLOW_THE_INDEX = () =>
  db.$executeRaw`SELECT set_config('enable_sort', 'off', true), set_config('jit', 'off', true)`;

/**
 * Claims up to `limit` from one restock, in one statement that checks everything again: restock, fresh look, allowance, place in line,
 * shopper, Page, shop, lane and lease. `anyway`: a message that tries whether a trouble has passed, or the merchant's test.
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
  const well = anyway
    ? Prisma.sql`NOT ${isOff}`
    : Prisma.sql`NOT ${isOff} AND NOT ${isProbing}
        AND NOT EXISTS (SELECT 1 FROM "Lane" l WHERE l."metaPageId" = p."metaPageId" AND l."pausedAt" IS NOT NULL)`;
  const maySpeak = Prisma.sql`EXISTS (SELECT 1 FROM "Lease" WHERE "name" = ${lease.name} AND "epoch" = ${lease.epoch} AND "until" > clock_timestamp())
    AND EXISTS (SELECT 1 FROM "Page" p JOIN "Shop" sh ON sh."id" = p."shopId" AND ${activeShop}
      WHERE p."id" = ${pageId} AND ${well})`;
  const random = randomBytes(12 * limit).toString('base64url');
  const codes = Array.from({ length: limit }, (_none, at) => random.slice(at * 16, at * 16 + 16));
  const claiming = db.$queryRaw<
    Pick<ClaimedNotification, 'id' | 'subscriptionId' | 'code' | 'locale' | 'token'>[]
  >`
    WITH ${remainingQuota({ shopId, restockId, unless: maySpeak, now })},
    ${nextWaiting({ shopId, variantId, pageId, restockId, isTest, limit, except, now })},
    ${claimNext},
    made AS (
      INSERT INTO "Notification" ("shopId", "subscriptionId", "restockId", "shopperId", "pageId", "metaPageId", "code", "isTest", "epoch", "claimedAt")
      SELECT ${shopId}, c."subscriptionId", ${restockId}, c."shopperId", ${pageId}, ${metaPageId}, k."code", ${isTest}, ${lease.epoch}, ${now}
      FROM claimed c JOIN unnest(${codes}::text[]) WITH ORDINALITY AS k("code", "place") ON k."place" = c."place"
      ORDER BY c."place"
      RETURNING "id", "subscriptionId", "code"),
    ${countClaimed({ restockId })}
    SELECT m."id", m."subscriptionId", m."code", c."locale", c."token" FROM made m JOIN claimed c ON c."subscriptionId" = m."subscriptionId"
    ORDER BY c."place"`;
  const [, rows] = await db.$transaction([FOLLOW_THE_INDEX(), claiming]);
  return rows.map((row) => ({ ...row, shopId, restockId, pageId, isTest, attempts: 0 }));
}

/**
 * SQL: how many more may be claimed from a restock now, as `room(room)`; no row when it may not be claimed from at all, or `unless` is not
 * true. Locks it until the claim is done, so that no verdict changes underneath.
 */
export const remainingQuota = ({
  shopId,
  restockId,
  unless,
  now,
}: {
  shopId: bigint;
  restockId: bigint;
  /** SQL of what else must be true. */ unless: Prisma.Sql;
  now: Date;
}): Prisma.Sql => Prisma.sql`room AS MATERIALIZED (
  SELECT r."allowance"::bigint - r."told" AS "room" FROM "Restock" r
  JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
  WHERE r."shopId" = ${shopId} AND r."id" = ${restockId} AND ${hasQuota({ now })} AND ${unless}
  FOR NO KEY UPDATE OF r)`;

/** SQL: as many more are told of it as there are rows in `made`. */
export const countClaimed = ({ restockId }: { restockId: bigint }): Prisma.Sql => Prisma.sql`counted AS (
  UPDATE "Restock" SET "told" = "told" + (SELECT count(*)::int FROM made) WHERE "id" = ${restockId} AND EXISTS (SELECT 1 FROM made))`;

/**
 * SQL: the next of a line, oldest first, as `next(id, since, locale)`: waiting through this Page, not stopped, not expired, not told in this
 * restock yet; nobody when there is no `room(room)`. Whoever is being changed by somebody else at this moment is passed over, never waited for.
 */
export function nextWaiting({
  shopId,
  variantId,
  pageId,
  restockId,
  isTest,
  limit,
  except,
  now,
}: {
  shopId: bigint;
  variantId: bigint;
  pageId: bigint;
  restockId: bigint;
  isTest: boolean;
  limit: number;
  /** Subscriptions that are left alone for now. */ except: bigint[];
  now: Date;
}): Prisma.Sql {
  const others = except.length === 0 ? Prisma.empty : Prisma.sql`AND s."id" <> ALL(${except}::bigint[])`;
  return Prisma.sql`next AS MATERIALIZED (
    SELECT s."id", s."since", p."locale" FROM "Subscription" s
    -- A probe for each, as told of below, and never a join: it could begin at the other end, with everybody there is.
    CROSS JOIN LATERAL (SELECT p."locale" FROM "Shopper" p WHERE p."id" = s."shopperId" AND p."shopId" = s."shopId" AND p."stoppedAt" IS NULL
      LIMIT 1 FOR KEY SHARE SKIP LOCKED) p
    WHERE (SELECT "room" FROM room) > 0
      AND s."shopId" = ${shopId} AND s."variantId" = ${variantId} AND s."state" = 'waiting' AND s."isTest" = ${isTest}
      AND s."pageId" = ${pageId} AND s."expiresAt" > ${now} ${others}
      AND ${notYetNotified({ restockId: Prisma.sql`${restockId}` })}
    ORDER BY s."since", s."id" LIMIT ${limit}
    FOR NO KEY UPDATE OF s SKIP LOCKED)`;
}

/**
 * SQL: as many of `next` as `room` has, claimed, as `claimed(subscriptionId, shopperId, locale, token, place)`. By an array of ids: a join would
 * be planned for a tenth of the table, and read all of it.
 */
export const claimNext = Prisma.sql`taken AS (
    UPDATE "Subscription" s SET "state" = 'claimed'
    WHERE s."id" = ANY(ARRAY(SELECT "id" FROM next ORDER BY "since", "id" LIMIT (SELECT COALESCE((SELECT "room" FROM room), 0))))
    RETURNING s."id" AS "subscriptionId", s."shopperId", s."token"
  ), claimed AS (
    SELECT t.*, next."locale", row_number() OVER (ORDER BY next."since", next."id") AS "place"
    FROM taken t JOIN next ON next."id" = t."subscriptionId")`;

/**
 * Meta's ids of the Pages with a notification that is not settled, or with somebody waiting whom an open restock allows to be told. How
 * fresh the last look is does not count here: a lane asks for a new one itself.
 */
export async function pagesWithWork({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT p."metaPageId" FROM "Page" p
    WHERE (SELECT s."id" FROM "Subscription" s WHERE s."pageId" = p."id" AND s."state" = 'claimed' LIMIT 1) IS NOT NULL
    UNION
    SELECT p."metaPageId" FROM "Restock" r
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    JOIN "Shop" sh ON sh."id" = r."shopId" AND ${activeShop}
    JOIN "Page" p ON p."shopId" = r."shopId" AND p."disconnectedAt" IS NULL
    WHERE r."closedAt" IS NULL AND r."told" < r."allowance"
      AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL))
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId" AND s."state" = 'waiting'
        AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now}
        AND ${notYetNotified({ restockId: Prisma.sql`r."id"` })} ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL`;
  return rows.map((row) => row.metaPageId);
}

export const REQUEST_BODY = 'notification body';

/** This worker still holds the Page: nothing is begun, put back or ended for good under an epoch that has passed. */
export const leaseIsCurrent = (lease: Lease): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM "Lease" WHERE "name" = ${lease.name} AND "epoch" = ${lease.epoch})`;

/**
 * What is known to be unsent is said of rows that this worker was the last to touch, also when its lease has passed meanwhile: whoever takes a
 * row up writes an epoch of their own into it, so that nothing of theirs can be meant.
 */
export const ours = (lease: Lease): Prisma.Sql =>
  Prisma.sql`(n."epoch" = ${lease.epoch} OR ${leaseIsCurrent(lease)})`;

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
    WHERE n."id" = b."id" AND ${statusIn({ states: ['claimed', 'doubtful'] })}
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

/** What was left for later and is due: calls of unknown fate, doubtful ones, and those that were surely not sent. */
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
    FROM ${unfinishedOf({ metaPageId })} JOIN "Shopper" p ON p."id" = n."shopperId"
    WHERE n."retryAt" <= ${now} AND n."id" <> ALL(${inFlight}::bigint[])
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
    SELECT n."pageId", n."state"::text AS "state", n."retryAt", n."begunAt" FROM ${unfinishedOf({ metaPageId })}
    ORDER BY n."retryAt" NULLS FIRST LIMIT 500`;
}

/**
 * SQL: FROM clause of a Page's unsettled notifications as `n`, with their subscription `s`. One probe for each, whatever the statistics say;
 * and no index over what changes when a message is settled, so that settling writes to none.
 */
export const unfinishedOf = ({ metaPageId }: { metaPageId: string }): Prisma.Sql => Prisma.sql`
  "Page" c JOIN "Subscription" s ON c."metaPageId" = ${metaPageId} AND s."pageId" = c."id" AND s."state" = 'claimed'
  CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n`;

/**
 * SQL: the state of `n` is one of these. Said so that no statistics are asked: those know a table in which nearly all are sent, and plan to
 * read all of it for the few that are looked for by their ids.
 */
export const statusIn = ({ states }: { states: NotificationState[] }): Prisma.Sql =>
  Prisma.sql`COALESCE(n."state" = ANY(${states}::"NotificationState"[]), false)`;
