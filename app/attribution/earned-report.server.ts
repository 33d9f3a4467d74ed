// What the messages brought: taps, and orders that carry one of our codes, in each currency, less what was paid back.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { DAY, later } from '../lib/clock.ts';
import { ofNoTest } from './no-test.server.ts';

/** `orders` are those of which something is left; amounts of different currencies are never added up. */
export type Earned = { taps: number; sales: { currency: string; amount: string; orders: number }[] };

/** Tests are left out. */
export async function earned({
  shopId,
  now,
  days,
}: {
  shopId: bigint;
  now: Date;
  days: number;
}): Promise<Earned> {
  const since = later(now, -days * DAY);
  const [[row], sales] = await Promise.all([
    db.$queryRaw<{ taps: number }[]>`
      SELECT count(DISTINCT t."notificationId")::int AS taps
      FROM "Tap" t
      WHERE t."shopId" = ${shopId} AND t."at" > ${since} AND ${ofNoTest({ shopId, notificationId: Prisma.sql`t."notificationId"` })}`,
    db.$queryRaw<Earned['sales']>`
      SELECT s."currency", sum(s."amount" - s."refunded")::text AS amount,
             (count(*) FILTER (WHERE s."amount" > s."refunded"))::int AS orders
      FROM "Sale" s
      WHERE s."shopId" = ${shopId} AND s."at" > ${since} AND ${ofNoTest({ shopId, notificationId: Prisma.sql`s."notificationId"` })}
      GROUP BY s."currency" ORDER BY sum(s."amount" - s."refunded") DESC`,
  ]);
  return { taps: row!.taps, sales };
}
