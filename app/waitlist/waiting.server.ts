// Waiting shoppers: the condition for SQL and for Prisma, positions and counts.
import { Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Shop } from '../shopify/shops.server.ts';

/** SQL over `s` = `subscriptions`: it waits, and its permission grant can still be used. */
export const waiting = ({ now }: { now: Date }): Prisma.Sql =>
  Prisma.sql`(s.status = 'waiting' AND s.expires_at > ${now})`;

/** The same for Prisma. */
export const whereWaiting = ({ now }: { now: Date }) =>
  ({ status: 'waiting', expiresAt: { gt: now } }) satisfies Prisma.SubscriptionWhereInput;

/** A subscription's place: 1 is the next to be notified. The merchant's own tests stand in no line. */
export async function positionOf({
  tx,
  shopId,
  variantId,
  id,
  waitingSince,
  now,
}: {
  tx?: Tx;
  shopId: bigint;
  variantId: bigint;
  id: bigint;
  waitingSince: Date;
  now: Date;
}): Promise<number> {
  const before = await (tx ?? db).subscription.count({
    where: {
      shopId,
      variantId,
      ...whereWaiting({ now }),
      isTest: false,
      OR: [{ waitingSince: { lt: waitingSince } }, { waitingSince, id: { lt: id } }],
    },
  });
  return before + 1;
}

/** Whether those waiting for a variant will probably be notified in batches: more of them than one unit's share. */
export async function batchesLikely({
  tx,
  shop,
  variantId,
  now,
}: {
  tx: Tx;
  shop: Shop;
  variantId: bigint;
  now: Date;
}): Promise<boolean> {
  if (shop.sendPolicy !== 'batches') return false;
  const people = await tx.subscription.count({
    where: { shopId: shop.id, variantId, ...whereWaiting({ now }), isTest: false },
  });
  return people > shop.shoppersPerUnit * Math.max(1, shop.minimumStock);
}
