// What has grown old: looks beyond the time a merchant asks about them, and tests of the merchant's that nobody closed.
import { db } from '../db.server.ts';
import { DAY, HOUR, later } from '../lib/clock.ts';

const LOOKS_KEPT = 90 * DAY;
const AT_ONCE = 5_000;

/** Drops looks older than 90 days, in small steps, and closes tests older than an hour. Safe to run twice. */
export async function forgetOldLooks({ now }: { now: Date }): Promise<{ forgotten: number }> {
  await db.restock.updateMany({
    where: { isTest: true, closedAt: null, openedAt: { lt: later(now, -HOUR) } },
    data: { closedAt: now },
  });
  let forgotten = 0;
  for (;;) {
    const dropped = await db.$executeRaw`
      DELETE FROM "Look" WHERE "id" IN (SELECT "id" FROM "Look" WHERE "at" < ${later(now, -LOOKS_KEPT)} LIMIT ${AT_ONCE})`;
    forgotten += dropped;
    if (dropped < AT_ONCE) return { forgotten };
  }
}
