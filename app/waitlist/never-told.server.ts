// Who would never be told if a Page went away: a token is good for its own Page alone. And former Pages that nobody waits on any more.
import { Prisma } from '@prisma/client';
import { db } from '../db.server.ts';
import { disconnectPage } from '../messenger/connect.server.ts';
import { pageOf } from '../messenger/pages.server.ts';
import { readByIndex } from './line-report.server.ts';

/** How many wait on a Page of the shop (the current one unless told). */
export async function whoWouldNotBeTold({
  shopId,
  pageId,
  now,
}: {
  shopId: bigint;
  pageId?: bigint;
  now: Date;
}): Promise<number> {
  const id = pageId ?? (await pageOf({ shopId }))?.id;
  if (id === undefined) return 0;
  // Who waits is counted from one index, who was claimed from another: together they would be read from the rows.
  const can = Prisma.sql`s."shopId" = ${shopId} AND s."pageId" = ${id} AND NOT s."isTest" AND s."expiresAt" > ${now}`;
  const [row] = await readByIndex<{ people: number }>(Prisma.sql`
    SELECT ((SELECT count(*) FROM "Subscription" s WHERE s."state" = 'waiting' AND ${can})
      + (SELECT count(*) FROM "Subscription" s WHERE s."state" = 'claimed' AND ${can}))::int AS people`);
  return row!.people;
}

/** Gives back the Pages that a shop has switched away from, once the last who waited on them was told. */
export async function retireFormerPages({ now }: { now: Date }): Promise<void> {
  const former = await db.page.findMany({
    where: {
      replacedAt: { not: null },
      disconnectedAt: null,
      subscriptions: { none: { state: { in: ['waiting', 'claimed'] }, expiresAt: { gt: now } } },
    },
  });
  for (const { shopId, metaPageId } of former) await disconnectPage({ shopId, metaPageId, now });
}
