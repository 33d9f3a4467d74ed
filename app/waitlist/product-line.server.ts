// One product's line, for the block on the admin's product page.
import { db } from '../db.server.ts';
import { lineState, type LineState } from './line-state.ts';

export type ProductLine = {
  /** People waiting for any of its variants. */
  waiting: number;
  lines: { variantId: string; title: string; waiting: number; oldest: Date | null; state: LineState }[];
  /** Variants that have no room in `lines`. */
  more: number;
};

type Found = Omit<ProductLine['lines'][number], 'variantId' | 'state'> & {
  id: bigint;
  missing: boolean;
  paused: boolean;
  restocked: boolean;
  reason: string | null;
};

const ROOM = 20;

/** Variants that people wait for or that are being told, the longest line first; empty when nobody ever asked for this product here. */
export async function productLine({
  shopId,
  productId,
  now,
  room = ROOM,
}: {
  shopId: bigint;
  productId: bigint;
  now: Date;
  room?: number;
}): Promise<ProductLine> {
  const found = await db.$queryRaw<Found[]>`
    SELECT v."id", v."title", line."waiting", line."oldest", v."missingSince" IS NOT NULL AS missing, v."pausedAt" IS NOT NULL AS paused,
      EXISTS (SELECT FROM "Restock" r WHERE r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest") AS restocked,
      (SELECT l."reason" FROM "Look" l WHERE l."shopId" = v."shopId" AND l."variantId" = v."id" AND NOT l."isTest"
       ORDER BY l."at" DESC, l."id" DESC LIMIT 1) AS reason
    FROM "Variant" v, LATERAL (
      SELECT count(*)::int AS waiting, min(s."since") AS oldest FROM "Subscription" s
      WHERE s."shopId" = v."shopId" AND s."variantId" = v."id" AND s."state" = 'waiting' AND NOT s."isTest" AND s."expiresAt" > ${now}) line
    WHERE v."shopId" = ${shopId} AND v."productId" = ${productId}
    ORDER BY line."waiting" DESC, v."title", v."id"`;
  const shown = found.filter(({ waiting, restocked }) => waiting > 0 || restocked);
  return {
    waiting: shown.reduce((sum, { waiting }) => sum + waiting, 0),
    lines: shown.slice(0, room).map((one) => {
      const { id, title, waiting, oldest } = one;
      return { variantId: String(id), title, waiting, oldest, state: lineState(one) };
    }),
    more: Math.max(0, shown.length - room),
  };
}
