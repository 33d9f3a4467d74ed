// Which Pages have something to be worked, and how fast each may speak.
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
