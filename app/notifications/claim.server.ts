// Claims the next of a line: each gets the one row of their message, and all of it happens at once or not at all.
import { Prisma } from '@prisma/client';
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import type { Lease } from '../jobs/lease.server.ts';
import { isOff, isProbing } from '../messenger/pages.server.ts';
import { claimable } from '../restock/claimable.server.ts';
import { countTold, roomIn } from '../restock/allowance.server.ts';
import { served } from '../shops/shop.server.ts';
import { claimNextInLine, nextInLine } from '../waitlist/claim-line.server.ts';
import type { Turn } from './turns.ts';

/** A message that may be begun: whom it is for and what pays for it. */
export type Claimed = {
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
export async function openTurns({ metaPageId, now }: { metaPageId: string; now: Date }): Promise<Turn[]> {
  return db.$queryRaw<Turn[]>`
    SELECT r."id" AS "restockId", r."shopId", r."variantId", p."id" AS "pageId", r."isTest",
      ${isProbing} AS "troubled"
    FROM "Page" p
    JOIN "Shop" sh ON sh."id" = p."shopId" AND ${served}
    JOIN "Restock" r ON r."shopId" = p."shopId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE p."metaPageId" = ${metaPageId} AND NOT ${isOff}
      AND ${claimable({ now })}
      AND (SELECT s."id" FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."state" = 'waiting' AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now}
        ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL
    ORDER BY r."openedAt", r."id"`;
}

/**
 * A line is followed by its index, however long the statistics take it for: sorting reads all who wait, for every claim. A plan that has to sort
 * all the same counts as dear (1e10), and up to version 17 PostgreSQL then compiles it, for 0.6 s: jit is off here too, for a pooler's sessions.
 */
const followTheIndex = () =>
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
  turn: Turn;
  limit: number;
  anyway: boolean;
  except: bigint[];
  now: Date;
}): Promise<Claimed[]> {
  const well = anyway
    ? Prisma.sql`NOT ${isOff}`
    : Prisma.sql`NOT ${isOff} AND NOT ${isProbing}
        AND NOT EXISTS (SELECT 1 FROM "Lane" l WHERE l."metaPageId" = p."metaPageId" AND l."pausedAt" IS NOT NULL)`;
  const maySpeak = Prisma.sql`EXISTS (SELECT 1 FROM "Lease" WHERE "name" = ${lease.name} AND "epoch" = ${lease.epoch} AND "until" > clock_timestamp())
    AND EXISTS (SELECT 1 FROM "Page" p JOIN "Shop" sh ON sh."id" = p."shopId" AND ${served}
      WHERE p."id" = ${pageId} AND ${well})`;
  const random = randomBytes(12 * limit).toString('base64url');
  const codes = Array.from({ length: limit }, (_none, at) => random.slice(at * 16, at * 16 + 16));
  const claiming = db.$queryRaw<Pick<Claimed, 'id' | 'subscriptionId' | 'code' | 'locale' | 'token'>[]>`
    WITH ${roomIn({ shopId, restockId, unless: maySpeak, now })},
    ${nextInLine({ shopId, variantId, pageId, restockId, isTest, limit, except, now })},
    ${claimNextInLine},
    made AS (
      INSERT INTO "Notification" ("shopId", "subscriptionId", "restockId", "shopperId", "pageId", "metaPageId", "code", "isTest", "epoch", "claimedAt")
      SELECT ${shopId}, c."subscriptionId", ${restockId}, c."shopperId", ${pageId}, ${metaPageId}, k."code", ${isTest}, ${lease.epoch}, ${now}
      FROM claimed c JOIN unnest(${codes}::text[]) WITH ORDINALITY AS k("code", "place") ON k."place" = c."place"
      ORDER BY c."place"
      RETURNING "id", "subscriptionId", "code"),
    ${countTold({ restockId })}
    SELECT m."id", m."subscriptionId", m."code", c."locale", c."token" FROM made m JOIN claimed c ON c."subscriptionId" = m."subscriptionId"
    ORDER BY c."place"`;
  const [, rows] = await db.$transaction([followTheIndex(), claiming]);
  return rows.map((row) => ({ ...row, shopId, restockId, pageId, isTest, attempts: 0 }));
}
