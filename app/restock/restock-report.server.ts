// Restocks and looks as the merchant sees them: what is about to be told, what came of it, and every verdict with its reason.
import { db } from '../db.server.ts';
import { later } from '../lib/clock.ts';
import { EVERYONE } from './decide.ts';
import { LATELY_MS } from './minutes-left.ts';

type Of = { shopId: bigint };

/** A restock as a row: `left` kept their place in line. */
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
  /** null: everyone. */
  allowance: number | null;
  waiting: number;
  /** Messages begun in the last half minute, and how many a second the Page may send: what `minutesLeft` reckons with. */
  lately: number;
  perSecond: number | null;
  holdUntil: Date | null;
  waveAt: Date | null;
  held: boolean;
};

type Found = Omit<RestockRow, 'restockId' | 'variantId'> & { id: bigint; variant: bigint };

const row = ({ id, variant, ...rest }: Found): RestockRow => ({
  restockId: String(id),
  variantId: String(variant),
  ...rest,
  allowance: rest.allowance === EVERYONE ? null : rest.allowance,
});

/** The newest restocks of a shop, or of one variant; with `open`, only those that go on. */
export async function restocks({
  shopId,
  variantId,
  open = false,
  limit = 10,
  now,
}: Of & { variantId?: bigint; open?: boolean; limit?: number; now: Date }): Promise<RestockRow[]> {
  const found = await db.$queryRaw<Found[]>`
    WITH shown AS MATERIALIZED (
      SELECT r.* FROM "Restock" r
      WHERE r."shopId" = ${shopId} AND NOT r."isTest"
        AND (${variantId === undefined} OR r."variantId" = ${variantId ?? 0n})
        AND (${!open} OR r."closedAt" IS NULL)
      ORDER BY r."openedAt" DESC, r."id" DESC LIMIT ${limit}),
    -- A line is counted once, however many of its restocks are shown.
    line AS MATERIALIZED (
      SELECT each."variantId", (SELECT count(*)::int FROM "Subscription" s WHERE s."shopId" = ${shopId} AND s."variantId" = each."variantId"
         AND s."state" = 'waiting' AND NOT s."isTest" AND s."expiresAt" > ${now}) AS waiting
      FROM (SELECT DISTINCT "variantId" FROM shown) each)
    SELECT r."id", r."variantId" AS variant, v."productTitle", v."title", v."imageUrl", r."openedAt", r."closedAt", r."units", r."kind",
      r."told", r."allowance", r."holdUntil", r."waveAt", r."heldAt" IS NOT NULL AS held, line.waiting,
      CASE WHEN r."closedAt" IS NULL THEN (SELECT count(*)::int FROM "Notification" n WHERE n."shopId" = r."shopId"
         AND n."claimedAt" > ${later(now, -LATELY_MS)} AND n."restockId" = r."id") ELSE 0 END AS lately,
      (SELECT p."perSecond" FROM "Page" p WHERE p."shopId" = r."shopId" AND p."replacedAt" IS NULL AND p."disconnectedAt" IS NULL) AS "perSecond"
    FROM shown r JOIN line ON line."variantId" = r."variantId"
    JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    ORDER BY r."openedAt" DESC, r."id" DESC`;
  return found.map(row);
}

export type LookRow = {
  lookId: string;
  at: Date;
  sellable: boolean;
  units: number | null;
  verdict: string;
  reason: string;
};

/** The newest looks at a variant. */
export async function looks({
  shopId,
  variantId,
  limit = 20,
}: Of & { variantId: bigint; limit?: number }): Promise<LookRow[]> {
  const found = await db.look.findMany({
    where: { shopId, variantId, isTest: false },
    orderBy: [{ at: 'desc' }, { id: 'desc' }],
    take: limit,
    select: { id: true, at: true, sellable: true, units: true, verdict: true, reason: true },
  });
  return found.map(({ id, ...rest }) => ({ lookId: String(id), ...rest }));
}
