// Events that could not be handled: listed for the merchant, and retried.
import { type Inbox, Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { log } from '../lib/log.server.ts';
import { readFailure } from './event-store.server.ts';
import { MAX_ATTEMPTS, decryptEvent } from './process-events.server.ts';

/** Newest first, for the merchant to see. Never what a person wrote. */
export async function failedEvents({ shopId }: { shopId: bigint }) {
  const pages = await db.page.findMany({ where: { shopId }, select: { metaPageId: true } });
  const parked = await db.inbox.findMany({
    where: {
      metaPageId: { in: pages.map((page) => page.metaPageId) },
      problem: { not: null },
      OR: [{ shopId }, { shopId: null }],
    },
    select: { id: true, at: true, problem: true },
    orderBy: { id: 'desc' },
    take: 50,
  });
  return parked.map(({ id, at, problem }) => ({ id, at, ...readFailure(problem!) }));
}

/** Whose events are taken up again: everybody's, those of one Page, or those that one shop's merchant sees. */
type Whose = 'everybody' | { metaPageId: string } | { shopId: bigint };

const belongsTo = (whose: Whose): Prisma.Sql => {
  if (whose === 'everybody') return Prisma.sql`TRUE`;
  if ('metaPageId' in whose) return Prisma.sql`i."metaPageId" = ${whose.metaPageId}`;
  const { shopId } = whose;
  return Prisma.sql`(i."shopId" = ${shopId} OR i."shopId" IS NULL)
    AND i."metaPageId" IN (SELECT p."metaPageId" FROM "Page" p WHERE p."shopId" = ${shopId})`;
};

/**
 * Gives each event that we failed to handle one more try, the oldest first; what fails again is parked again. To be called when the reason
 * may be gone: a new release, a Page that works again, settings that were changed, the merchant's press. @returns how many.
 */
export async function retryFailedEvents({
  tx = db,
  whose,
  now,
}: {
  tx?: Tx;
  whose: Whose;
  now: Date;
}): Promise<number> {
  const taken = await tx.$queryRaw<{ metaPageId: string }[]>`
    UPDATE "Inbox" i SET "problem" = NULL, "attempts" = ${MAX_ATTEMPTS - 1}, "dueAt" = ${now}
    WHERE i."problem" LIKE 'not_handled%' AND ${belongsTo(whose)} RETURNING i."metaPageId"`;
  for (const metaPageId of new Set(taken.map((row) => row.metaPageId))) await notify(tx, 'inbox', metaPageId);
  if (taken.length > 0) log.info('parked events were taken up again', { events: taken.length });
  return taken.length;
}

const AT_ONCE = 500;

/**
 * After a release: what it may do better than the one before. Events that were not understood are read once more, and those that now are
 * count as not handled yet.
 */
export async function retryAfterRelease({ now }: { now: Date }): Promise<void> {
  await retryFailedEvents({ whose: 'everybody', now });
  for (let after = 0n, rows: Odd[]; (rows = await oddAfter(after)).length > 0; after = rows.at(-1)!.id) {
    const understood = rows.filter(isUnderstood);
    for (const { id, key, metaPageId } of understood)
      await db.$transaction(async (tx) => {
        await tx.inboxSeen.deleteMany({ where: { key } });
        await tx.inbox.updateMany({ where: { id }, data: { problem: null, attempts: 0, dueAt: now } });
        await notify(tx, 'inbox', metaPageId);
      });
  }
}

type Odd = Pick<Inbox, 'id' | 'key' | 'metaPageId' | 'body'>;

const oddAfter = (id: bigint): Promise<Odd[]> =>
  db.inbox.findMany({
    where: { id: { gt: id }, problem: { startsWith: 'odd' } },
    select: { id: true, key: true, metaPageId: true, body: true },
    orderBy: { id: 'asc' },
    take: AT_ONCE,
  });

function isUnderstood(row: Odd): boolean {
  try {
    return decryptEvent(row).kind !== 'odd';
  } catch {
    return false;
  }
}
