// Housekeeping: what is due by the clock over several modules, such as retention, erasure and disconnecting Pages.
import { forgetOrders } from './attribution/attributed-orders.server.ts';
import { tidyReadings } from './attribution/sync-orders.server.ts';
import { tidyInbox } from './conversation/event-store.server.ts';
import { retryParked } from './conversation/failed-events.server.ts';
import { db } from './db.server.ts';
import type { Clock } from './lib/clock.ts';
import { log } from './lib/log.server.ts';
import { disconnectPage, windUpPages } from './messenger/connect-page.server.ts';
import { tidyLogins } from './messenger/facebook-login.server.ts';
import { forgetShop, leaversWithPages } from './messenger/pages.server.ts';
import { type DueRequest, dueRequests, requestDone } from './shopify/privacy-requests.server.ts';
import { eraseShop } from './shopify/shops.server.ts';
import { forgetOldLooks } from './stock/restocks.server.ts';

/** The shops that have left give their Pages back: Meta's part of an uninstall. */
export async function givePagesBack({ clock }: { clock: Clock }): Promise<void> {
  for (const shopId of await leaversWithPages()) await windUpPages({ shopId, now: clock() });
}

/** What has had its time: handled events, unfinished logins, Pages that nobody waits on any more. */
export async function tidy({ clock }: { clock: Clock }): Promise<void> {
  await tidyReadings({ now: clock() });
  await forgetOldLooks({ now: clock() });
  await retryParked({ whose: 'everybody', now: clock() });
  await tidyInbox({ now: clock() });
  await tidyLogins({ now: clock() });
  await retireFormerPages({ now: clock() });
}

/** Carries out what Shopify asked us to erase: each room forgets its own, top down. */
export async function carryOut({ clock }: { clock: Clock }): Promise<void> {
  let requests = await dueRequests();
  for (; requests.length > 0; requests = await dueRequests({ after: requests.at(-1)!.id }))
    for (const request of requests)
      try {
        if (await carriedOut({ request, clock })) await requestDone({ id: request.id, now: clock() });
      } catch (error) {
        log.warn('a privacy request could not be carried out yet', { request: request.id, error });
      }
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

export async function carriedOut({
  request: { topic, shopId, orders, receivedAt },
  clock,
}: {
  request: DueRequest;
  clock: Clock;
}): Promise<boolean> {
  if (shopId === null) return true;
  if (topic === 'customers/redact') await forgetOrders({ shopId, orderIds: orders });
  if (topic !== 'shop/redact') return true;
  const outcome = await eraseShop({ shopId, requestedAt: receivedAt, now: clock() });
  if (outcome === 'erased') await forgetShop({ shopId });
  return outcome !== 'not_known';
}
