// The merchant's own test: pretends that a variant is back, for one marked subscription and for nobody else.
import { db } from '../db.server.ts';
import { ring } from '../jobs/signal.server.ts';
import { sendingThrough } from '../messenger/page-status.ts';

/** Opens a test restock that may tell one; an earlier test of the shop is over. */
export async function pretend({
  shopId,
  pageId,
  subscriptionId,
  now,
}: {
  shopId: bigint;
  pageId: bigint;
  subscriptionId: bigint;
  now: Date;
}): Promise<{ outcome: 'pretended'; restockId: bigint } | { outcome: 'nobody_to_tell' | 'page_off' }> {
  return db.$transaction(async (tx) => {
    const subscription = await tx.subscription.findFirst({
      where: { shopId, id: subscriptionId, pageId, isTest: true, state: 'waiting', expiresAt: { gt: now } },
      select: { variantId: true, page: true },
    });
    if (subscription === null) return { outcome: 'nobody_to_tell' };
    // An issue that may pass stops everybody else: the merchant's test tries whether it has.
    if (sendingThrough({ ...subscription.page, circuit: null }) === 'off') return { outcome: 'page_off' };
    const { variantId } = subscription;
    await tx.restock.updateMany({ where: { shopId, isTest: true, closedAt: null }, data: { closedAt: now } });
    await tx.look.create({
      data: { shopId, variantId, at: now, sellable: true, verdict: 'open', reason: 'test', isTest: true },
    });
    const { id } = await tx.restock.create({
      data: { shopId, variantId, openedAt: now, sellableAt: now, isTest: true, allowance: 1 },
    });
    await ring(tx, 'lane', subscription.page.metaPageId);
    return { outcome: 'pretended', restockId: id };
  });
}
