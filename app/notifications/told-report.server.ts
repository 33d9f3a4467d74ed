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
  const ended = (states: string[]) => Prisma.sql`count(*) FILTER (WHERE "state"::text = ANY(${states}))::int`;
  const [row] = await db.$queryRaw<{ told: number; refused: number; unknown: number; underWay: number }[]>`
    SELECT ${ended(['sent', 'presumed'])} AS told, ${ended(['refused'])} AS refused, ${ended(['unknown'])} AS unknown,
           ${ended(['claimed', 'begun', 'doubtful'])} AS "underWay"
    FROM "Notification" WHERE "shopId" = ${shopId} AND "claimedAt" > ${later(now, -days * DAY)} AND NOT "isTest"`;
  return row!;
}
