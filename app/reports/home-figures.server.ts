// Figures and daily activity for Home.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { DAY, later } from '../lib/clock.ts';
import type { WaitlistQuery } from './waitlist.server.ts';

/** Notifications of the last `days` by how they ended; those still on their way are `under_way`. Tests are left out. */
export async function notifiedFigures({
  shopId,
  now,
  days,
}: {
  shopId: bigint;
  now: Date;
  days: number;
}): Promise<{ notified: number; refused: number; unknown: number; underWay: number }> {
  const ended = (states: Prisma.Sql) => Prisma.sql`count(*) FILTER (WHERE status IN (${states}))::int`;
  const [row] = await queryRows<{ notified: number; refused: number; unknown: number; underWay: number }>({
    tx: db,
    sql: Prisma.sql`
    SELECT ${ended(Prisma.sql`'sent', 'assumed_sent'`)} AS notified, ${ended(Prisma.sql`'failed'`)} AS refused, ${ended(Prisma.sql`'unknown'`)} AS unknown,
           ${ended(Prisma.sql`'claimed', 'sending', 'unexplained_error'`)} AS under_way
    FROM notifications WHERE shop_id = ${shopId} AND claimed_at > ${later(now, -days * DAY)} AND NOT is_test`,
  });
  return row!;
}

export type Funnel = { arrived: number; asked: number; accepted: number };

/** Of those who came for a sold-out variant in the last `days`: how many got the card, and how many tapped Notify Me on it. */
export async function funnel({ shopId, now, days = 7 }: WaitlistQuery & { days?: number }): Promise<Funnel> {
  const [row] = await queryRows<Funnel>({
    tx: db,
    sql: Prisma.sql`
    SELECT count(*)::int AS arrived,
           count(*) FILTER (WHERE sent_at IS NOT NULL OR accepted_at IS NOT NULL)::int AS asked,
           count(*) FILTER (WHERE accepted_at IS NOT NULL)::int AS accepted
    FROM opt_in_requests
    WHERE shop_id = ${shopId} AND created_at > ${later(now, -days * DAY)} AND NOT is_test`,
  });
  return row!;
}

/** `orders` are those of which something is left; amounts of different currencies are never added up. */
export type RecoveredRevenue = {
  clicks: number;
  revenue: { currency: string; amount: string; orders: number }[];
};

/** Tests are left out. */
export async function recoveredRevenue({
  shopId,
  now,
  days,
}: {
  shopId: bigint;
  now: Date;
  days: number;
}): Promise<RecoveredRevenue> {
  const since = later(now, -days * DAY);
  const [[row], revenue] = await Promise.all([
    queryRows<{ clicks: number }>({
      tx: db,
      sql: Prisma.sql`
      SELECT count(DISTINCT t.notification_id)::int AS clicks
      FROM link_clicks t
      WHERE t.shop_id = ${shopId} AND t.clicked_at > ${since} AND ${notTest({ shopId, notificationId: Prisma.sql`t.notification_id` })}`,
    }),
    queryRows<RecoveredRevenue['revenue'][number]>({
      tx: db,
      sql: Prisma.sql`
      SELECT s.currency, sum(s.amount - s.refunded)::text AS amount,
             (count(*) FILTER (WHERE s.amount > s.refunded))::int AS orders
      FROM attributed_orders s
      WHERE s.shop_id = ${shopId} AND s.ordered_at > ${since} AND ${notTest({ shopId, notificationId: Prisma.sql`s.notification_id` })}
      GROUP BY s.currency ORDER BY sum(s.amount - s.refunded) DESC`,
    }),
  ]);
  return { clicks: row!.clicks, revenue };
}

/** `day` is the calendar's, YYYY-MM-DD; today is the last. */
export type DailyActivity = {
  days: { day: string; notified: number; clicks: number }[];
  earned: { currency: string; amounts: number[] }[];
};

type Counted = { day: string; count: number };

/** The last `days` calendar days, each with its zero. Tests are left out, as everywhere. */
export async function dailyActivity({
  shopId,
  now,
  days,
  timezone,
}: {
  shopId: bigint;
  now: Date;
  days: number;
  timezone: string;
}): Promise<DailyActivity> {
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
  const [notified, clicks, revenue] = await Promise.all([
    queryRows<Counted>({
      tx: db,
      sql: Prisma.sql`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, count FROM (
        SELECT (claimed_at AT TIME ZONE ${timezone})::date AS day, count(*)::int AS count
        FROM notifications
        WHERE shop_id = ${shopId} AND claimed_at > ${since} AND status IN ('sent', 'assumed_sent') AND NOT is_test
        GROUP BY 1) told`,
    }),
    queryRows<Counted>({
      tx: db,
      sql: Prisma.sql`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, count FROM (
        SELECT (f.at AT TIME ZONE ${timezone})::date AS day, count(*)::int AS count
        FROM (SELECT min(t.clicked_at) AS at FROM link_clicks t
              WHERE t.shop_id = ${shopId} AND t.clicked_at > ${since} AND ${notTest({ shopId, notificationId: Prisma.sql`t.notification_id` })}
              GROUP BY t.notification_id) f
        GROUP BY 1) tapped`,
    }),
    queryRows<{ day: string; currency: string; amount: number }>({
      tx: db,
      sql: Prisma.sql`
      SELECT to_char(s.ordered_at AT TIME ZONE ${timezone}, 'YYYY-MM-DD') AS day, s.currency,
             sum(s.amount - s.refunded)::float8 AS amount
      FROM attributed_orders s
      WHERE s.shop_id = ${shopId} AND s.ordered_at > ${since} AND ${notTest({ shopId, notificationId: Prisma.sql`s.notification_id` })}
      GROUP BY 1, 2`,
    }),
  ]);
  const of = (counts: Counted[]) => new Map(counts.map(({ day, count }) => [day, count]));
  const [notifiedOn, clicksOn] = [of(notified), of(clicks)];
  const currencies = [...new Set(revenue.filter(({ day }) => day >= list[0]!).map((each) => each.currency))];
  return {
    days: list.map((day) => ({ day, notified: notifiedOn.get(day) ?? 0, clicks: clicksOn.get(day) ?? 0 })),
    earned: currencies.toSorted().map((currency) => ({
      currency,
      amounts: list.map(
        (day) => revenue.find((total) => total.day === day && total.currency === currency)?.amount ?? 0,
      ),
    })),
  };
}

/**
 * SQL: `notificationId` is of no test. The handful of tests is read from an index of its own; a join with all messages would be planned
 * as a reading of all of them.
 */
const notTest = ({ shopId, notificationId }: { shopId: bigint; notificationId: Prisma.Sql }) =>
  Prisma.sql`${notificationId} <> ALL(ARRAY(SELECT n.id FROM notifications n WHERE n.shop_id = ${shopId} AND n.is_test))`;
