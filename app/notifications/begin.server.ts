// The last durable word before a call leaves: what is sent, sealed, exactly as it goes out, so that a repeat is the same byte for byte.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import type { Lease } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { seal } from '../lib/seal.server.ts';
import { CALL_SURELY_ENDED_MS } from '../messenger/graph.server.ts';
import { tellable } from '../restock/claimable.server.ts';
import { served } from '../shops/shop.server.ts';
import type { Claimed } from './claim.server.ts';
import { among, unsettledOf } from './unsettled.server.ts';

export const BODY = 'notification body';

/** This worker still holds the Page: nothing is begun, put back or ended for good under an epoch that has passed. */
export const fence = (lease: Lease): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM "Lease" WHERE "name" = ${lease.name} AND "epoch" = ${lease.epoch})`;

/**
 * What is known to be unsent is said of rows that this worker was the last to touch, also when its lease has passed meanwhile: whoever takes a
 * row up writes an epoch of their own into it, so that nothing of theirs can be meant.
 */
export const ours = (lease: Lease): Prisma.Sql => Prisma.sql`(n."epoch" = ${lease.epoch} OR ${fence(lease)})`;

/**
 * Begins messages that were claimed, or refused before and surely not sent. Checks once more what may have changed since the claim.
 * @returns the ids that were begun; the others may not be sent.
 */
export async function begin({
  messages,
  lease,
  now,
}: {
  messages: { row: Pick<Claimed, 'id' | 'shopId'>; body: string }[];
  lease: Lease;
  now: Date;
}): Promise<Set<bigint>> {
  const ids = messages.map(({ row }) => row.id);
  const bodies = messages.map(({ row, body }) =>
    Buffer.from(seal(body, { shopId: row.shopId, purpose: BODY })).toString('base64'),
  );
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    UPDATE "Notification" n SET "state" = 'begun', "body" = decode(b."body", 'base64'), "begunAt" = ${now}, "attempts" = n."attempts" + 1,
      "retryAt" = ${later(now, CALL_SURELY_ENDED_MS)}, "epoch" = ${lease.epoch}
    FROM unnest(${ids}::bigint[], ${bodies}::text[]) AS b("id", "body")
    WHERE n."id" = b."id" AND ${among({ states: ['claimed', 'doubtful'] })}
      AND (SELECT s."state" = 'claimed' AND s."expiresAt" > ${now} FROM "Subscription" s WHERE s."id" = n."subscriptionId")
      AND (SELECT p."stoppedAt" IS NULL FROM "Shopper" p WHERE p."id" = n."shopperId")
      AND (SELECT ${tellable({ now })} FROM "Restock" r JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId" WHERE r."id" = n."restockId")
      AND (SELECT ${served} FROM "Shop" sh WHERE sh."id" = n."shopId")
      AND ${fence(lease)}
    RETURNING n."id"`;
  return new Set(rows.map((row) => row.id));
}

/** A message whose turn has come again. */
export type Due = Claimed & {
  state: 'claimed' | 'begun' | 'doubtful';
  body: Uint8Array | null;
  begunAt: Date | null;
};

/** What was left for later and is due: calls of unknown fate, doubtful ones, and those that were surely not sent. */
export async function dueAgain({
  metaPageId,
  inFlight,
  limit,
  now,
}: {
  metaPageId: string;
  inFlight: bigint[];
  limit: number;
  now: Date;
}): Promise<Due[]> {
  return db.$queryRaw<Due[]>`
    SELECT n."id", n."shopId", n."subscriptionId", n."restockId", n."pageId", n."isTest", n."code", n."attempts", n."state"::text AS "state",
      n."body", n."begunAt", p."locale", s."token"
    FROM ${unsettledOf({ metaPageId })} JOIN "Shopper" p ON p."id" = n."shopperId"
    WHERE n."retryAt" <= ${now} AND n."id" <> ALL(${inFlight}::bigint[])
    ORDER BY n."id" LIMIT ${limit}`;
}

/** Begins the very same calls once more. @returns the ids that may be repeated. */
export async function beginRepeat({
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
    UPDATE "Notification" n SET "attempts" = n."attempts" + 1, "retryAt" = ${later(now, CALL_SURELY_ENDED_MS)}, "epoch" = ${lease.epoch}
    WHERE n."id" = ANY(${ids}::bigint[]) AND n."state" = 'begun' AND n."retryAt" <= ${now} AND ${fence(lease)}
    RETURNING n."id"`;
  return new Set(rows.map((row) => row.id));
}

/** What a lane has not settled, to know when to come again. */
export async function unsettled({
  metaPageId,
}: {
  metaPageId: string;
}): Promise<{ pageId: bigint; state: Due['state']; retryAt: Date | null; begunAt: Date | null }[]> {
  return db.$queryRaw`
    SELECT n."pageId", n."state"::text AS "state", n."retryAt", n."begunAt" FROM ${unsettledOf({ metaPageId })}
    ORDER BY n."retryAt" NULLS FIRST LIMIT 500`;
}
