// Which Pages have something to be worked, how fast each may speak, and which have to be given back.
import { db } from '../db.server.ts';

/** Meta's ids of the Pages whose inbox holds something that is due: events, or replies of ours. */
export async function pagesWithEvents({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT DISTINCT "metaPageId" FROM "Inbox" WHERE "problem" IS NULL AND "dueAt" <= ${now}`;
  return rows.map((row) => row.metaPageId);
}

/** Messages a second that a Page may say at most: the most cautious choice among the shops that share it. */
export async function perSecondOf({ metaPageId }: { metaPageId: string }): Promise<number> {
  const chosen = await db.page.aggregate({
    where: { metaPageId, disconnectedAt: null },
    _min: { perSecond: true },
  });
  return chosen._min.perSecond ?? 30;
}

/** Shops that have uninstalled the app and still hold a Page: it has to be given back. */
export async function leaversWithPages(): Promise<bigint[]> {
  const pages = await db.page.findMany({
    where: { disconnectedAt: null, shop: { uninstalledAt: { not: null } } },
    distinct: ['shopId'],
    select: { shopId: true },
  });
  return pages.map((page) => page.shopId);
}
