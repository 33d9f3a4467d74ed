// Subscriptions row by row: waiting, with place and reason, and ended without a notification.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { later } from '../lib/clock.ts';
import { type PageFacts, sendingThrough } from '../messenger/page-status.ts';
import { openCircuits } from '../notifications/shop-status.server.ts';
import { quietEnd, type QuietSettings } from '../stock/quiet-hours.ts';
import { CHECK_VALID_MS, openRestock } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import { containing, type Cursor } from './cursor.ts';
import { type SubscriptionFacts, explain, type Explanation } from './explain.ts';
import { cursorDate } from './waitlist.server.ts';

/** `waiting`: can still be told; `untold`: refused, of unknown fate, expired or stopped. Who was told stands among the messages. */
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
  since: Date;
  /** 1 is the next to be told; null: no longer in line, or further back than is counted. */
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
  trouble: PageFacts['trouble'];
  disconnectedAt: Date | null;
  sent: string | null;
  sentReason: string | null;
  restock: bigint | null;
  held: boolean;
  holdUntil: Date | null;
  waveAt: Date | null;
  allowance: number;
  told: number;
  checkDue: boolean;
  fresh: boolean;
  toldAlready: boolean;
  lookReason: string | null;
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
        ? Prisma.sql`(s."since", s."id") < (${from}, ${BigInt(after!.id)})`
        : Prisma.sql`(s."since", s."id") > (${from}, ${BigInt(after!.id)})`;
  const order = sort === 'newest' ? Prisma.sql`"since" DESC, "id" DESC` : Prisma.sql`"since", "id"`;
  const standing =
    show === 'waiting'
      ? waiting({ now })
      : Prisma.sql`s."state" IN ('refused', 'unknown', 'expired', 'stopped')`;
  const rows = Prisma.sql`s."shopId" = ${shopId} AND ${standing} AND NOT s."isTest" AND ${behind}`;
  const wanted = search.trim();
  const named = Prisma.sql`v."shopId" = ${shopId} AND (v."productTitle" || ' ' || v."title") ILIKE ${containing(wanted)}`;
  // A search goes through the line of each variant that bears the name: the few of a rare one are not sought among all who wait.
  const source =
    wanted === ''
      ? Prisma.sql`SELECT s.* FROM "Subscription" s WHERE ${rows} ORDER BY ${order} LIMIT ${limit + 1}`
      : show === 'waiting'
        ? Prisma.sql`SELECT s.* FROM (SELECT each."id", each."since" FROM "Variant" v CROSS JOIN LATERAL (
              SELECT s."id", s."since" FROM "Subscription" s WHERE ${rows} AND s."variantId" = v."id" ORDER BY ${order} LIMIT ${limit + 1}) each
            WHERE ${named} ORDER BY ${order} LIMIT ${limit + 1}) one JOIN "Subscription" s ON s."id" = one."id"`
        : Prisma.sql`SELECT s.* FROM "Subscription" s WHERE ${rows}
            AND EXISTS (SELECT FROM "Variant" v WHERE ${named} AND v."id" = s."variantId") ORDER BY ${order} LIMIT ${limit + 1}`;
  const found = await db.$queryRaw<Found[]>`
    WITH one AS MATERIALIZED (${source})
    SELECT s."id", s."variantId" AS variant, v."productTitle", v."title", v."imageUrl", right(p."psid", 6) AS shopper, p."locale", s."since",
      s."state"::text AS state, s."expiresAt", p."stoppedAt" IS NOT NULL AS stopped, v."pausedAt" IS NOT NULL AS paused,
      v."missingSince" IS NOT NULL AS missing, pg."metaPageId", pg."trouble"::text AS trouble, pg."disconnectedAt",
      n."state"::text AS sent, n."reason" AS "sentReason",
      r."id" AS restock, r."heldAt" IS NOT NULL AS held, r."holdUntil", r."waveAt", r."allowance", r."told",
      v."wanted" > v."looked" AS "checkDue", r."sellableAt" > ${later(now, -CHECK_VALID_MS)} AS fresh,
      (SELECT o."id" FROM "Notification" o WHERE o."restockId" = r."id" AND o."shopperId" = s."shopperId" LIMIT 1) IS NOT NULL AS "toldAlready",
      (SELECT l."reason" FROM "Look" l WHERE l."shopId" = s."shopId" AND l."variantId" = s."variantId" AND NOT l."isTest"
        ORDER BY l."at" DESC, l."id" DESC LIMIT 1) AS "lookReason",
      CASE WHEN s."state" = 'waiting' THEN (SELECT count(*)::int FROM (
        SELECT FROM "Subscription" w WHERE w."shopId" = s."shopId" AND w."variantId" = s."variantId" AND w."state" = 'waiting' AND NOT w."isTest"
          AND w."expiresAt" > ${now} AND (w."since", w."id") < (s."since", s."id") LIMIT ${COUNTED_POSITIONS}) ahead) END AS ahead
    FROM one s
    JOIN "Variant" v ON v."shopId" = s."shopId" AND v."id" = s."variantId"
    JOIN "Shopper" p ON p."shopId" = s."shopId" AND p."id" = s."shopperId"
    JOIN "Page" pg ON pg."shopId" = s."shopId" AND pg."id" = s."pageId"
    LEFT JOIN "Notification" n ON n."shopId" = s."shopId" AND n."subscriptionId" = s."id"
    LEFT JOIN "Restock" r ON r."shopId" = s."shopId" AND r."variantId" = s."variantId" AND ${openRestock}
    ORDER BY ${sort === 'newest' ? Prisma.sql`s."since" DESC, s."id" DESC` : Prisma.sql`s."since", s."id"`}`;
  const circuits = await openCircuits(found);
  const quietUntil = quietEnd({ now, settings: shop }) ?? null;
  const last = found[limit - 1];
  return {
    rows: found
      .slice(0, limit)
      .map((row) => asRow({ row, circuit: circuits.get(row.metaPageId) ?? null, quietUntil, now })),
    next: last && found.length > limit ? { value: last.since.toISOString(), id: String(last.id) } : null,
  };
}

type Now = { circuit: PageFacts['circuit']; quietUntil: Date | null; now: Date };

function asRow({ row, circuit, quietUntil, now }: Now & { row: Found }): SubscriptionRow {
  const life: SubscriptionFacts = {
    state: row.state,
    expiresAt: row.expiresAt,
    page: {
      issue: row.trouble ?? circuit,
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
            holdUntil: row.holdUntil,
            waveAt: row.waveAt,
            allowance: row.allowance,
            told: row.told,
            belowMinimum: row.lookReason === 'below_minimum',
            checkDue: row.checkDue,
            fresh: row.fresh,
            toldAlready: row.toldAlready,
          },
    lookReason: row.lookReason,
  };
  return {
    subscriptionId: String(row.id),
    variantId: String(row.variant),
    productTitle: row.productTitle,
    title: row.title,
    imageUrl: row.imageUrl,
    shopper: row.shopper,
    locale: row.locale,
    since: row.since,
    place: row.ahead === null || row.ahead >= COUNTED_POSITIONS ? null : row.ahead + 1,
    why: explain({ life, now }),
  };
}
