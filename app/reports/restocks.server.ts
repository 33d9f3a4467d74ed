// Restocks and stock checks as the merchant sees them.
import { Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
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
  told: number;
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
  Omit<RestockFacts, 'quietUntil' | 'allowance'> & {
    id: bigint;
    variant: bigint;
    allowance: number;
    /** Of those who wait, how many do on a Page that sends. */ reachable: number;
    /** Messages begun in the last half minute, and how many a second the Page may send. */
    lately: number;
    perSecond: number | null;
  };

type Now = { settings: QuietSettings; now: Date };

/** `found` with what follows from it; pure. */
function row({ found, settings, now }: Now & { found: Found }): RestockRow {
  const { id, variant, reach, paused, holdUntil, waveAt, checkDue, fresh, belowMinimum, ...shown } = found;
  const { reachable, lately, perSecond, allowance: limit, ...rest } = shown;
  const allowance = limit === NO_LIMIT ? null : limit;
  const quietUntil = quietEnd({ now, settings }) ?? null;
  const checked = { checkDue, fresh, belowMinimum };
  const facts = { ...checked, reach, paused, holdUntil, waveAt, allowance, quietUntil, ...rest };
  const status = rest.closedAt === null ? restockStatus({ facts, now }) : null;
  const telling = { told: rest.told, waiting: reachable, allowance, lately, perSecond };
  return {
    restockId: String(id),
    variantId: String(variant),
    ...rest,
    status,
    minutes: status?.state === 'sending' ? minutesLeft(telling) : null,
    actions: status === null ? [] : restockActions({ held: rest.held, status }),
  };
}

/**
 * SQL over `r`: how far they can be reached who wait and were not told in it. One probe of the line for each kind of Page that there is, by
 * the line's own order; what is left waits on a Page that was disconnected.
 */
function reachOf({ reach, now }: { reach: Reach; now: Date }): Prisma.Sql {
  const waits = (on: Prisma.Sql) => Prisma.sql`(SELECT s."id" FROM "Subscription" s
    WHERE s."shopId" = r."shopId" AND s."variantId" = r."variantId" AND NOT s."isTest" AND ${waiting({ now })}
      AND ${on} AND ${notYetNotified()} ORDER BY s."since", s."id" LIMIT 1) IS NOT NULL`;
  const arms = (['on', 'probing'] as const)
    .filter((sending) => reach[sending].length > 0)
    .map(
      (sending) =>
        Prisma.sql`WHEN ${waits(Prisma.sql`s."pageId" = ANY(${reach[sending]}::bigint[])`)} THEN ${sending}::text`,
    );
  return Prisma.sql`CASE ${Prisma.join([Prisma.sql`WHEN r."closedAt" IS NOT NULL THEN 'nobody'`, ...arms], ' ')}
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
  const found = await tx.$queryRaw<Found[]>`
    WITH shown AS MATERIALIZED (
      SELECT r.* FROM "Restock" r
      WHERE r."shopId" = ${shopId} AND NOT r."isTest"
        AND (${variantId === undefined} OR r."variantId" = ${variantId ?? 0n})
        AND (${!open} OR r."closedAt" IS NULL)
      ORDER BY r."openedAt" DESC, r."id" DESC LIMIT ${limit}),
    -- A line is counted once, however many of its restocks are shown.
    line AS MATERIALIZED (
      SELECT each."variantId", counted.* FROM (SELECT DISTINCT "variantId" FROM shown) each, LATERAL (
        SELECT count(*)::int AS waiting, (count(*) FILTER (WHERE s."pageId" = ANY(${reach.on}::bigint[])))::int AS reachable
        FROM "Subscription" s WHERE s."shopId" = ${shopId} AND s."variantId" = each."variantId"
          AND NOT s."isTest" AND ${waiting({ now })}) counted)
    SELECT r."id", r."variantId" AS variant, v."productTitle", v."title", v."imageUrl", r."openedAt", r."closedAt", r."units", r."kind",
      r."told", r."allowance", r."holdUntil", r."waveAt", r."heldAt" IS NOT NULL AS held, line.waiting, line.reachable,
      r."sellableAt" > ${later(now, -CHECK_VALID_MS)} AS fresh, v."wanted" > v."looked" AS "checkDue", v."pausedAt" IS NOT NULL AS paused,
      COALESCE((SELECT l."reason" = 'below_minimum' FROM "Look" l WHERE l."shopId" = r."shopId" AND l."variantId" = r."variantId"
        AND NOT l."isTest" ORDER BY l."at" DESC, l."id" DESC LIMIT 1), false) AS "belowMinimum",
      ${reachOf({ reach, now })} AS reach,
      CASE WHEN r."closedAt" IS NULL THEN (SELECT count(*)::int FROM "Notification" n WHERE n."shopId" = r."shopId"
         AND n."claimedAt" > ${later(now, -RECENT_MS)} AND n."restockId" = r."id") ELSE 0 END AS lately,
      (SELECT min(p."perSecond") FROM "Page" p WHERE p."id" = ANY(${reach.on}::bigint[])) AS "perSecond"
    FROM shown r JOIN line ON line."variantId" = r."variantId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    ORDER BY r."openedAt" DESC, r."id" DESC`;
  return found.map((each) => row({ found: each, settings, now }));
}

export type StockCheckRow = {
  lookId: string;
  at: Date;
  sellable: boolean;
  units: number | null;
  verdict: string;
  reason: string;
};

/** The newest looks at a variant. */
export async function stockChecks({
  shopId,
  variantId,
  limit = 20,
}: Of & { variantId: bigint; limit?: number }): Promise<StockCheckRow[]> {
  const found = await db.look.findMany({
    where: { shopId, variantId, isTest: false },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
    select: { id: true, at: true, sellable: true, units: true, verdict: true, reason: true },
  });
  return found.map(({ id, ...rest }) => ({ lookId: String(id), ...rest }));
}

/** The pace is read off the messages begun in this time. */
const RECENT_MS = 30 * SECOND;

/** Fewer than these say nothing about a pace. */
const SENDING = 5;

export type SendingState = {
  told: number;
  waiting: number;
  /** null: everyone. */
  allowance: number | null;
  lately: number;
  perSecond: number | null;
};

/** How many of those who wait this restock may tell before its next wave. */
export const remainingToNotify = ({
  told,
  waiting,
  allowance,
}: Omit<SendingState, 'lately' | 'perSecond'>): number =>
  Math.max(0, Math.min(waiting, allowance === null ? waiting : allowance - told));

/**
 * Whole minutes until the last of them is told, at least one; null when there is nobody to tell, or nothing to reckon with. What later
 * waves bring depends on stock that nobody knows yet: they are not guessed at.
 */
export function minutesLeft(telling: SendingState): number | null {
  const left = remainingToNotify(telling);
  const { lately, perSecond } = telling;
  const seen = lately >= SENDING ? (lately * SECOND) / RECENT_MS : undefined;
  // A lane that has just begun has not shown its pace yet, and none goes on faster than its Page may.
  const pace = seen === undefined ? perSecond : perSecond === null ? seen : Math.min(seen, perSecond);
  if (left === 0 || pace === null || pace <= 0) return null;
  return Math.max(1, Math.ceil((left / pace) * (SECOND / MINUTE)));
}
