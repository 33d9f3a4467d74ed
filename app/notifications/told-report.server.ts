// How many were told, as figures for Home.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { DAY, later } from '../lib/clock.ts';

/** Notifications of the last `days` by how they ended; those still on their way are `under_way`. Tests are left out. */
export async function toldFigures({
  shopId,
  now,
  days,
}: {
  shopId: bigint;
  now: Date;
  days: number;
}): Promise<{ told: number; refused: number; unknown: number; underWay: number }> {
  const ended = (states: Prisma.Sql) => Prisma.sql`count(*) FILTER (WHERE "state" IN (${states}))::int`;
  const [row] = await db.$queryRaw<{ told: number; refused: number; unknown: number; underWay: number }[]>`
    SELECT ${ended(Prisma.sql`'sent', 'presumed'`)} AS told, ${ended(Prisma.sql`'refused'`)} AS refused, ${ended(Prisma.sql`'unknown'`)} AS unknown,
           ${ended(Prisma.sql`'claimed', 'begun', 'doubtful'`)} AS "underWay"
    FROM "Notification" WHERE "shopId" = ${shopId} AND "claimedAt" > ${later(now, -days * DAY)} AND NOT "isTest"`;
  return row!;
}
