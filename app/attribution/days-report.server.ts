// Day by day in the shop's own zone: how many were told, how many tapped for the first time, and what the orders of each day came to.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { DAY, later } from '../lib/clock.ts';
import { ofNoTest } from './no-test.server.ts';

/** `day` is the calendar's, YYYY-MM-DD; today is the last. */
export type Days = {
  days: { day: string; told: number; taps: number }[];
  earned: { currency: string; amounts: number[] }[];
};

type Counted = { day: string; count: number };

/** The last `days` calendar days, each with its zero. Tests are left out, as everywhere. */
export async function daysReport({
  shopId,
  now,
  days,
  timezone,
}: {
  shopId: bigint;
  now: Date;
  days: number;
  timezone: string;
}): Promise<Days> {
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' });
  const today = new Date(`${calendar.format(now)}T00:00:00Z`);
  const list = Array.from({ length: days }, (_, at) =>
    later(today, (at + 1 - days) * DAY)
      .toISOString()
      .slice(0, 10),
  );
  // A day longer than needed: no zone is further from UTC, and what falls before the first day is left out below.
  const since = later(now, -(days + 1) * DAY);
  // A day is written out once, not once for each message.
  const [told, taps, sales] = await Promise.all([
    db.$queryRaw<Counted[]>`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, count FROM (
        SELECT ("claimedAt" AT TIME ZONE ${timezone})::date AS day, count(*)::int AS count
        FROM "Notification"
        WHERE "shopId" = ${shopId} AND "claimedAt" > ${since} AND "state" IN ('sent', 'presumed') AND NOT "isTest"
        GROUP BY 1) told`,
    db.$queryRaw<Counted[]>`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, count FROM (
        SELECT (f."at" AT TIME ZONE ${timezone})::date AS day, count(*)::int AS count
        FROM (SELECT min(t."at") AS at FROM "Tap" t
              WHERE t."shopId" = ${shopId} AND t."at" > ${since} AND ${ofNoTest({ shopId, notificationId: Prisma.sql`t."notificationId"` })}
              GROUP BY t."notificationId") f
        GROUP BY 1) tapped`,
    db.$queryRaw<{ day: string; currency: string; amount: number }[]>`
      SELECT to_char(s."at" AT TIME ZONE ${timezone}, 'YYYY-MM-DD') AS day, s."currency",
             sum(s."amount" - s."refunded")::float8 AS amount
      FROM "Sale" s
      WHERE s."shopId" = ${shopId} AND s."at" > ${since} AND ${ofNoTest({ shopId, notificationId: Prisma.sql`s."notificationId"` })}
      GROUP BY 1, 2`,
  ]);
  const of = (counts: Counted[]) => new Map(counts.map(({ day, count }) => [day, count]));
  const [toldOn, tapsOn] = [of(told), of(taps)];
  const currencies = [...new Set(sales.filter(({ day }) => day >= list[0]!).map((each) => each.currency))];
  return {
    days: list.map((day) => ({ day, told: toldOn.get(day) ?? 0, taps: tapsOn.get(day) ?? 0 })),
    earned: currencies.toSorted().map((currency) => ({
      currency,
      amounts: list.map(
        (day) => sales.find((sale) => sale.day === day && sale.currency === currency)?.amount ?? 0,
      ),
    })),
  };
}
