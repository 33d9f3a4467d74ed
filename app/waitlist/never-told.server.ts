// Who would never be told if a Page went away: a token is good for its own Page alone. And former Pages that nobody waits on any more.
import { db } from '../db.server.ts';
import { disconnectPage } from '../messenger/connect.server.ts';
import { pageOf } from '../messenger/pages.server.ts';

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
  return db.subscription.count({
    where: {
      shopId,
      pageId: id,
      state: { in: ['waiting', 'claimed'] },
      isTest: false,
      expiresAt: { gt: now },
    },
  });
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
