// Claims the next of a line: each gets the one row of their message, and all of it happens at once or not at all.
import { Prisma, type PageTrouble } from '@prisma/client';
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import type { Lease } from '../jobs/lease.server.ts';
import { claimable } from '../restock/claimable.server.ts';
import { countTold, roomIn } from '../restock/allowance.server.ts';
import { claimLine } from '../waitlist/claim-line.server.ts';
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

/** Troubles that stand in the way of a notice, and may pass by themselves: now and then one message tries. */
export const PASSING: PageTrouble[] = ['permission', 'restricted', 'blocked', 'doubtful'];
const passing = Prisma.sql`ARRAY['permission', 'restricted', 'blocked', 'doubtful']::"PageTrouble"[]`;

/** The restocks of which this Page's lane may tell somebody now. */
export async function openTurns({ metaPageId, now }: { metaPageId: string; now: Date }): Promise<Turn[]> {
  return db.$queryRaw<Turn[]>`
    SELECT r."id" AS "restockId", r."shopId", r."variantId", p."id" AS "pageId", r."isTest",
      COALESCE(p."trouble" = ANY(${passing}), false) AS "troubled"
    FROM "Page" p
    JOIN "Shop" sh ON sh."id" = p."shopId" AND sh."uninstalledAt" IS NULL
    JOIN "Restock" r ON r."shopId" = p."shopId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE p."metaPageId" = ${metaPageId} AND p."disconnectedAt" IS NULL AND p."trouble" IS DISTINCT FROM 'reconnect'
      AND ${claimable({ now })}
      AND EXISTS (SELECT 1 FROM "Subscription" s WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId"
        AND s."state" = 'waiting' AND s."pageId" = p."id" AND s."isTest" = r."isTest" AND s."expiresAt" > ${now})
    ORDER BY r."openedAt", r."id"`;
}

class MayNotSpeak extends Error {}

/**
 * Claims up to `limit` from one restock, in one transaction that checks everything again: restock, fresh look, allowance, place in line,
 * shopper, Page, shop, lane and lease. `anyway`: a message that tries whether a trouble has passed, or the merchant's test.
 */
export async function claim({
  metaPageId,
  lease,
  turn,
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
  const { shopId, variantId, pageId, restockId, isTest } = turn;
  const well = anyway
    ? Prisma.sql`p."trouble" IS DISTINCT FROM 'reconnect'`
    : Prisma.sql`(p."trouble" IS NULL OR p."trouble" <> 'reconnect' AND p."trouble" <> ALL(${passing}))
        AND NOT EXISTS (SELECT 1 FROM "Lane" l WHERE l."metaPageId" = p."metaPageId" AND l."pausedAt" IS NOT NULL)`;
  try {
    return await db.$transaction(async (tx) => {
      // Nothing is lost when a claim is: its rows go back. What follows it (begin) waits for the disk, and for this with it.
      await tx.$executeRaw`SET LOCAL synchronous_commit = off`;
      const room = await roomIn({ tx, shopId, restockId, now });
      if (room <= 0) return [];
      const next = await claimLine({
        tx,
        shopId,
        variantId,
        pageId,
        restockId,
        isTest,
        limit: Math.min(limit, room),
        except,
        now,
      });
      if (next.length === 0) return [];
      const random = randomBytes(12 * next.length).toString('base64url');
      const codes = next.map((_one, at) => random.slice(at * 16, at * 16 + 16));
      const made = await tx.$queryRaw<{ id: bigint; subscriptionId: bigint }[]>`
        INSERT INTO "Notification" ("shopId", "subscriptionId", "restockId", "shopperId", "pageId", "metaPageId", "code", "isTest", "epoch", "claimedAt")
        SELECT ${shopId}, n."subscriptionId", ${restockId}, n."shopperId", ${pageId}, ${metaPageId}, n."code", ${isTest}, ${lease.epoch}, ${now}
        FROM unnest(${next.map((one) => one.id)}::bigint[], ${next.map((one) => one.shopperId)}::bigint[], ${codes}::text[])
          WITH ORDINALITY AS n("subscriptionId", "shopperId", "code", "place")
        WHERE EXISTS (SELECT 1 FROM "Lease" WHERE "name" = ${lease.name} AND "epoch" = ${lease.epoch} AND "until" > clock_timestamp())
          AND EXISTS (SELECT 1 FROM "Page" p JOIN "Shop" sh ON sh."id" = p."shopId" AND sh."uninstalledAt" IS NULL
            WHERE p."id" = ${pageId} AND p."disconnectedAt" IS NULL AND ${well})
        ORDER BY n."place"
        RETURNING "id", "subscriptionId"`;
      if (made.length < next.length) throw new MayNotSpeak();
      await countTold({ tx, restockId, count: made.length });
      const idOf = new Map(made.map((row) => [row.subscriptionId, row.id]));
      return next.map((one, at) => ({
        id: idOf.get(one.id)!,
        shopId,
        subscriptionId: one.id,
        restockId,
        pageId,
        isTest,
        code: codes[at]!,
        locale: one.locale,
        token: one.token,
        attempts: 0,
      }));
    });
  } catch (error) {
    if (error instanceof MayNotSpeak) return [];
    throw error;
  }
}
