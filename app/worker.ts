// The table of contents of the product: each event and who answers it, in the order of the story.
import { randomUUID } from 'node:crypto';
import { shopsWithOrderSyncs, syncOrders } from './attribution/sync-orders.server.ts';
import { retryAfterRelease } from './conversation/event-store.server.ts';
import { createEventHandler } from './conversation/handle-event.server.ts';
import { recordReplyResult } from './conversation/offer-opt-in.server.ts';
import { pagesWithDueEvents, processEvents } from './conversation/process-events.server.ts';
import type { SendReply } from './conversation/replies.server.ts';
import { shopsWithPendingFlowEvents } from './flow/pending-events.server.ts';
import { createFlowSender } from './flow/send-triggers.server.ts';
import { explainIssue } from './i18n/admin.ts';
import { createLeasedWorker, type Handler } from './jobs/leased-worker.server.ts';
import { listen } from './jobs/pg-notify.server.ts';
import { startSchedule } from './jobs/schedule.server.ts';
import { type Clock, later, MINUTE, SECOND } from './lib/clock.ts';
import { log } from './lib/log.server.ts';
import { deleteExpired, processPrivacyRequests, releaseUninstalledPages } from './maintenance.server.ts';
import { checkPages } from './messenger/page-health.server.ts';
import { pageToken, rateLimitOf, storefrontsDue } from './messenger/pages.server.ts';
import { createRateLimiter, type RateLimiter } from './messenger/rate-limiter.ts';
import { send } from './messenger/send-api.server.ts';
import { pagesWithWork } from './notifications/claim.server.ts';
import { runPageSender } from './notifications/page-sender.server.ts';
import { createSenderState, type SenderState } from './notifications/sender-state.ts';
import { auditConsistency } from './reports/audit.server.ts';
import { renewDormantTokens } from './shopify/access-tokens.server.ts';
import { restsUntil, ShopifyApiError } from './shopify/admin-api.server.ts';
import { shopsToCheckAttribution, syncAttribution } from './shopify/order-attribution.server.ts';
import { checkInstallation, installationsToCheck, shopById } from './shopify/shops.server.ts';
import { publishStorefrontState } from './shopify/storefront.server.ts';
import { shopsWithDueChecks } from './stock/check-requests.server.ts';
import { reconcile } from './stock/reconcile.server.ts';
import { nextRunAt, runDueChecks } from './stock/run-checks.server.ts';
import { checkAvailability } from './stock/variants.server.ts';
import { expireSubscriptions } from './waitlist/end-subscriptions.server.ts';

/** How often the worker goes round by itself: finds what no NOTIFY announced, and what time has made due. */
const POLL_MS = SECOND;

/** What Shopify refuses as such is our own fault: asked again more often it would be no better. */
const WRONG_AGAIN_MS = MINUTE;

/** A workflow of the merchant's can wait some rounds; a shopper can't. */
const FLOW_POLL_EVERY = 5;

/** Starts everything that happens without somebody at a door. `stop` lets what is under way end, and gives every lease back. */
export async function startWorker({ clock }: { clock: Clock }): Promise<{ stop(): Promise<void> }> {
  const holder = randomUUID();
  const paces = new Map<string, RateLimiter>();
  const ending = new AbortController();

  /** Everything that one Page says goes at one pace; a new holder of its lease starts with an empty bucket. */
  async function rateLimiterOf(metaPageId: string): Promise<RateLimiter> {
    const perSecond = await rateLimitOf({ metaPageId });
    const rateLimiter = paces.get(metaPageId) ?? createRateLimiter({ perSecond });
    rateLimiter.limitTo(perSecond);
    paces.set(metaPageId, rateLimiter);
    return rateLimiter;
  }

  /**
   * Work that can wait: it rests with a shop that Shopify does not answer for, and for as long as it has said itself, also when the
   * worker's round asks for it again.
   */
  const canWait = (handler: Handler): Handler => {
    const resting = new Map<string, Date>();
    return async (given) => {
      const now = clock();
      const shop = await shopById({ shopId: BigInt(given.key) });
      const until = (shop && restsUntil({ shop, now })) ?? resting.get(given.key) ?? now;
      if (until > now) return until;
      const again = await handler(given);
      if (again === null) resting.delete(given.key);
      else resting.set(given.key, again);
      return again;
    };
  };

  // 1. A shopper arrives, accepts, taps, writes: one Page's events, in each person's order.
  const handler = createEventHandler({ checkAvailability: checkAvailability({ clock }), clock });
  const events: Handler = async ({ key: metaPageId, lease, signal }) => {
    const rateLimiter = await rateLimiterOf(metaPageId);
    const sendReply: SendReply = ({ page, body }) =>
      send({ metaPageId, token: pageToken(page), body, kind: 'reply', rateLimiter, signal });
    return processEvents({
      metaPageId,
      lease,
      clock,
      handler,
      sendReply,
      onReplySent: recordReplyResult,
      signal,
    });
  };

  // 2. Stock returns: a webhook requests a stock check; the check decides.
  const stockChecks: Handler = async ({ key, lease, signal }) => {
    for (;;) {
      const round = await runDueChecks({ shopId: BigInt(key), lease, clock });
      if (round.outcome !== 'looked' || signal.aborted) return nextRunAt({ round, now: clock() });
    }
  };

  // 3. Those waiting are notified, once, by the Page's sender. What it has learnt is kept while the lease is held.
  const senders = new Map<string, SenderState>();
  const pageSender: Handler = async ({ key: metaPageId, lease, signal }) => {
    const known = senders.get(metaPageId);
    const state = known?.lease === lease ? known : createSenderState({ metaPageId, lease });
    senders.set(metaPageId, state);
    return runPageSender({ state, rateLimiter: await rateLimiterOf(metaPageId), clock, signal });
  };

  // 4. The storefront falls silent, or speaks, with its Page.
  const storefront: Handler = async ({ key }) => {
    for (const due of await storefrontsDue({ within: BigInt(key) })) {
      try {
        await publishStorefrontState({ ...due, clock });
      } catch (error) {
        if (!(error instanceof ShopifyApiError)) throw error;
        return later(clock(), error.advice === 'wrong' ? WRONG_AGAIN_MS : error.retryAfterMs);
      }
    }
    return null;
  };

  // 5. A shop is said to have left: Shopify knows.
  const installation: Handler = async ({ key }) => {
    await checkInstallation({ shopId: BigInt(key), clock });
    return null;
  };

  // 6. Orders are traced to the messages, where the merchant counts them.
  const orders: Handler = async ({ key, signal }) => {
    const shopId = BigInt(key);
    for (const due of await shopsToCheckAttribution({ now: clock(), within: shopId })) {
      try {
        await syncAttribution({ shopId: due, clock });
      } catch (error) {
        if (!(error instanceof ShopifyApiError)) throw error;
        log.warn('order_attribution.check_failed', { shopId, error });
      }
    }
    return syncOrders({ shopId, clock, signal });
  };

  // 7. Shopify Flow hears of it, for the merchants whose workflows wait for that.
  const runFlow = createFlowSender({ clock, explain: explainIssue });
  const flow: Handler = ({ key, lease, signal }) => runFlow({ shopId: BigInt(key), lease, signal });

  const pages = createLeasedWorker({ kind: 'page', holder, clock, handlers: { events, pageSender } });
  const shops = createLeasedWorker({
    kind: 'shop',
    holder,
    clock,
    handlers: {
      stockChecks,
      storefront: canWait(storefront),
      installation,
      orders: canWait(orders),
      flow: canWait(flow),
    },
  });

  let entry = 0;
  async function round(): Promise<void> {
    const now = clock();
    for (const metaPageId of await pagesWithDueEvents({ now })) pages.wake(metaPageId, 'events');
    for (const metaPageId of await pagesWithWork({ now })) pages.wake(metaPageId, 'pageSender');
    for (const shopId of (await shopsWithDueChecks({ now })).shopIds)
      shops.wake(String(shopId), 'stockChecks');
    for (const { shopId } of await storefrontsDue()) shops.wake(String(shopId), 'storefront');
    for (const shopId of await installationsToCheck({ now })) shops.wake(String(shopId), 'installation');
    for (const shopId of await shopsToCheckAttribution({ now })) shops.wake(String(shopId), 'orders');
    for (const shopId of await shopsWithOrderSyncs({ now })) shops.wake(String(shopId), 'orders');
    if (entry++ % FLOW_POLL_EVERY === 0)
      for (const shopId of await shopsWithPendingFlowEvents({ now })) shops.wake(String(shopId), 'flow');
  }
  let rounds = Promise.resolve();
  const goRound = () => {
    rounds = rounds.then(round).catch((error: unknown) => log.error('worker.round_failed', { error }));
  };

  // 8. Housekeeping.
  const jobs = await startSchedule({
    sweep: { cron: '* * * * *', run: () => reconcile({ clock, signal: ending.signal }) },
    expire: { cron: '*/10 * * * *', run: async () => void (await expireSubscriptions({ now: clock() })) },
    'renew-dormant-access': { cron: '23 * * * *', run: () => renewDormantTokens({ clock }) },
    'check-pages': { cron: '7 * * * *', run: () => checkPages({ clock }) },
    'give-pages-back': { cron: '* * * * *', run: () => releaseUninstalledPages({ clock }) },
    privacy: { cron: '* * * * *', run: () => processPrivacyRequests({ clock }) },
    'audit-books': { cron: '53 * * * *', run: async () => void (await auditConsistency()) },
    cleanUp: { cron: '41 3 * * *', run: () => deleteExpired({ clock }) },
  });

  retryAfterRelease({ now: clock() }).catch((error: unknown) => log.error('events.retry_failed', { error }));

  const listener = listen({
    onNotify: (name, key) => {
      if (name === 'stockChecks') shops.wake(key, 'stockChecks');
      else pages.wake(key, name);
    },
    onLost: () => {
      goRound();
      void checkPages({ clock }).catch((error: unknown) => log.error('pages.check_failed', { error }));
    },
  });
  const everyRound = setInterval(goRound, POLL_MS);
  log.info('worker.started', { holder });

  return {
    async stop() {
      ending.abort();
      clearInterval(everyRound);
      await listener.stop();
      await rounds;
      await Promise.all([pages.stop(), shops.stop(), jobs.stop()]);
      log.info('worker.stopped', { holder });
    },
  };
}
