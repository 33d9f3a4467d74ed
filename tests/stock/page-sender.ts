// A minimal page sender for the stock tests: notifies everybody whom the open restocks allow, by the real claim.
import { db } from '../../app/db.server.ts';
import { acquireLease, releaseLease, renewLease } from '../../app/jobs/lease.server.ts';
import { claim } from '../../app/notifications/claim.server.ts';
import { finishSent } from '../../app/notifications/finish.server.ts';
import { clock, type Fixture } from './stock-fixture.ts';

/** @returns the shoppers told, oldest yes first. */
export async function notifyAll({ shopId, page }: Fixture, { atMost = Infinity } = {}): Promise<bigint[]> {
  const notified: bigint[] = [];
  const { metaPageId } = page;
  const acquired = await acquireLease({ name: `page:${metaPageId}`, holder: 'test' });
  if (!('lease' in acquired)) throw new Error('Somebody else holds the Page.');
  const { lease } = acquired;
  const open = await db.restock.findMany({ where: { shopId, closedAt: null }, orderBy: { id: 'asc' } });
  for (const { id: restockId, variantId, isTest } of open) {
    const limit = Math.min(atMost - notified.length, 10_000);
    if (limit <= 0) break;
    // On a loaded machine fifteen claims may take longer than a lease lives.
    await renewLease(lease);
    const now = clock();
    const entry = { shopId, restockId, variantId, pageId: page.id, isTest, hasIssue: false };
    const claimed = await claim({ metaPageId, lease, entry, limit, anyway: isTest, except: [], now });
    await finishSent({ tx: db, sent: claimed.map(({ id }) => ({ id, mid: null })), now });
    const rows = await db.notification.findMany({
      where: { id: { in: claimed.map(({ id }) => id) } },
      orderBy: { id: 'asc' },
    });
    notified.push(...rows.map((row) => row.shopperId));
  }
  await releaseLease(lease);
  return notified;
}
