// Housekeeping: what is due by the clock over several modules, such as retention, erasure and disconnecting Pages.
import { eraseOrders } from './attribution/attributed-orders.server.ts';
import { deleteExpiredOrderSyncs } from './attribution/sync-orders.server.ts';
import {
  deleteExpiredEvents,
  eraseShopEvents,
  retryFailedEvents,
} from './conversation/event-store.server.ts';
import { deleteExpiredReplies } from './conversation/replies.server.ts';
import { db } from './db.server.ts';
import type { Clock } from './lib/clock.ts';
import { log } from './lib/log.server.ts';
import { disconnectPage, releasePages } from './messenger/connect-page.server.ts';
import { deleteExpiredLogins } from './messenger/facebook-login.server.ts';
import { eraseShopPages, uninstalledShopsWithPages } from './messenger/pages.server.ts';
import { type DueRequest, dueRequests, requestDone } from './shopify/privacy-requests.server.ts';
import { eraseShop } from './shopify/shops.server.ts';
import { deleteExpiredStockChecks } from './stock/restocks.server.ts';

/** The shops that have left give their Pages back: Meta's part of an uninstall. */
export async function releaseUninstalledPages({ clock }: { clock: Clock }): Promise<void> {
  for (const shopId of await uninstalledShopsWithPages()) await releasePages({ shopId, now: clock() });
}

/** What has had its time: handled events, unfinished logins, Pages that nobody waits on any more. */
export async function deleteExpired({ clock }: { clock: Clock }): Promise<void> {
  await deleteExpiredOrderSyncs({ now: clock() });
  await deleteExpiredStockChecks({ now: clock() });
  await retryFailedEvents({ whose: 'everybody', now: clock() });
  await deleteExpiredEvents({ now: clock() });
  await deleteExpiredReplies({ now: clock() });
  await deleteExpiredLogins({ now: clock() });
  await disconnectFormerPages({ now: clock() });
}

/** Carries out what Shopify asked us to erase: each room forgets its own, top down. */
export async function processPrivacyRequests({ clock }: { clock: Clock }): Promise<void> {
  let requests = await dueRequests();
  for (; requests.length > 0; requests = await dueRequests({ after: requests.at(-1)!.id }))
    for (const request of requests)
      try {
        if (await carryOutRequest({ request, clock })) await requestDone({ id: request.id, now: clock() });
      } catch (error) {
        log.warn('privacy_request.failed', { request: request.id, error });
      }
}

/** Gives back the Pages that a shop has switched away from, once the last who waited on them was notified. */
export async function disconnectFormerPages({ now }: { now: Date }): Promise<void> {
  const former = await db.page.findMany({
    where: {
      replacedAt: { not: null },
      disconnectedAt: null,
      subscriptions: { none: { status: { in: ['waiting', 'claimed'] }, expiresAt: { gt: now } } },
    },
  });
  for (const { shopId, metaPageId } of former) await disconnectPage({ shopId, metaPageId, now });
}

export async function carryOutRequest({
  request: { topic, shopId, orders, receivedAt },
  clock,
}: {
  request: DueRequest;
  clock: Clock;
}): Promise<boolean> {
  if (shopId === null) return true;
  if (topic === 'customers/redact') await eraseOrders({ shopId, orderIds: orders });
  if (topic !== 'shop/redact') return true;
  const outcome = await eraseShop({ shopId, requestedAt: receivedAt, now: clock() });
  if (outcome === 'erased') {
    await eraseShopEvents({ shopId });
    await eraseShopPages({ shopId });
  }
  return outcome !== 'not_known';
}
