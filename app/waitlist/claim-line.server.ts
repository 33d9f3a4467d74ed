// The line as a lane moves it: the next are claimed, those who were not told after all stand where they stood, and whoever was told has done waiting.
import { Prisma, type SubscriptionState } from '@prisma/client';
import type { Tx } from '../db.server.ts';

/**
 * SQL: the next of a line, oldest first, as `next(id, since, locale)`: waiting through this Page, not stopped, not expired, not told in this
 * restock yet; nobody when there is no `room(room)`. Whoever is being changed by somebody else at this moment is passed over, never waited for.
 */
export function nextInLine({
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
      AND ${untold({ restockId: Prisma.sql`${restockId}` })}
    ORDER BY s."since", s."id" LIMIT ${limit}
    FOR NO KEY UPDATE OF s SKIP LOCKED)`;
}

/**
 * SQL: the shopper of `s` was not told in that restock. A subquery that stays one: as a join it would read all who were told already; and
 * COALESCE, since plans take it for rare that something IS NULL, and would not follow the line for it.
 */
export const untold = ({ restockId }: { restockId: Prisma.Sql }): Prisma.Sql => Prisma.sql`
  NOT COALESCE((SELECT true FROM "Notification" told WHERE told."restockId" = ${restockId} AND told."shopperId" = s."shopperId" LIMIT 1), false)`;

/**
 * SQL: as many of `next` as `room` has, claimed, as `claimed(subscriptionId, shopperId, locale, token, place)`. By an array of ids: a join would
 * be planned for a tenth of the table, and read all of it.
 */
export const claimNextInLine = Prisma.sql`taken AS (
    UPDATE "Subscription" s SET "state" = 'claimed'
    WHERE s."id" = ANY(ARRAY(SELECT "id" FROM next ORDER BY "since", "id" LIMIT (SELECT COALESCE((SELECT "room" FROM room), 0))))
    RETURNING s."id" AS "subscriptionId", s."shopperId", s."token"
  ), claimed AS (
    SELECT t.*, next."locale", row_number() OVER (ORDER BY next."since", next."id") AS "place"
    FROM taken t JOIN next ON next."id" = t."subscriptionId")`;

/** Whoever was claimed and not told waits again, in place; whoever said STOP meanwhile does not. */
export async function putBack({ tx, ids, now }: { tx: Tx; ids: bigint[]; now: Date }): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Subscription" s SET
      "state" = CASE WHEN p."stoppedAt" IS NULL THEN 'waiting' ELSE 'stopped' END::"SubscriptionState",
      "token" = CASE WHEN p."stoppedAt" IS NULL THEN s."token" END,
      "endedAt" = CASE WHEN p."stoppedAt" IS NULL THEN NULL::timestamptz ELSE ${now} END,
      "endedBecause" = CASE WHEN p."stoppedAt" IS NULL THEN NULL ELSE 'the shopper said STOP' END
    FROM "Shopper" p WHERE s."id" = ANY(${ids}::bigint[]) AND s."state" = 'claimed' AND p."id" = s."shopperId"`;
}

export type Ending = Extract<SubscriptionState, 'presumed' | 'refused' | 'unknown'>;

/** SQL: whoever is in `done(subscriptionId)` was told, whatever was thought before. */
export const endAsTold = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`
  UPDATE "Subscription" s SET "state" = 'told', "token" = NULL, "endedAt" = ${now}, "endedBecause" = NULL
  FROM done WHERE s."id" = done."subscriptionId" AND s."state" <> 'told'`;

/** Any other end, for many at once: it only closes what is open. */
export async function endSubscriptions({
  tx,
  ids,
  ending,
  because,
  now,
}: {
  tx: Tx;
  ids: bigint[];
  ending: Ending;
  because: string[];
  now: Date;
}): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Subscription" s SET "state" = ${ending}::"SubscriptionState", "token" = NULL, "endedAt" = ${now}, "endedBecause" = e."because"
    FROM unnest(${ids}::bigint[], ${because}::text[]) AS e("id", "because")
    WHERE s."id" = e."id" AND COALESCE(s."state" = 'claimed', false)`;
}

/** Ends those whose permission has run out before their product came back. @returns how many. */
export async function expireLine({ tx, now, limit }: { tx: Tx; now: Date; limit: number }): Promise<number> {
  return tx.$executeRaw`
    UPDATE "Subscription" SET "state" = 'expired', "token" = NULL, "endedAt" = ${now}, "endedBecause" = 'the permission ran out'
    WHERE "id" IN (SELECT "id" FROM "Subscription" WHERE "state" = 'waiting' AND "expiresAt" <= ${now}
      ORDER BY "expiresAt" LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)`;
}
