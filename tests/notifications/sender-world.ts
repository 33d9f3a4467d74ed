// A small world of page senders: shops, a Page, waiting shoppers with real tokens of the simulator, and workers that take the lease.
import { setGlobalDispatcher, Agent, type Dispatcher } from 'undici';
import { afterAll, expect } from 'vitest';
import { db } from '../../app/db.server.ts';
import { env } from '../../app/env.server.ts';
import { acquireLease, releaseLease, renewLease } from '../../app/jobs/lease.server.ts';
import { later, MINUTE } from '../../app/lib/clock.ts';
import { createRateLimiter, type RateLimiter } from '../../app/messenger/rate-limiter.ts';
import { balance } from '../../app/reports/audit.server.ts';
import { finishByEcho } from '../../app/notifications/delivery-events.server.ts';
import { runPageSender } from '../../app/notifications/page-sender.server.ts';
import { createSenderState } from '../../app/notifications/sender-state.ts';
import { createMessenger } from '../../simulators/messenger/messenger.ts';
import { serve } from '../../simulators/network/host.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createFurnishings } from './create-shop.ts';

export type SenderWorld = Awaited<ReturnType<typeof createSenderWorld>>;

/** `echoes`: Meta's echoes reach us. */
export async function createSenderWorld({ echoes = false }: { echoes?: boolean } = {}) {
  let offset = 0;
  const clock = () => new Date(Date.now() + offset);
  const messenger = createMessenger({
    now: clock,
    async send(request) {
      if (echoes) await hear(JSON.parse(await request.text()));
      return new Response();
    },
  });
  const host = await serve({ handle: messenger.handle });
  const leadAway: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
    dispatch({ ...options, origin: `http://127.0.0.1:${host.port}` }, handler);
  const agent = new Agent({ connections: 300 });
  setGlobalDispatcher(agent.compose(leadAway));
  afterAll(async () => {
    await host.stop();
    await agent.destroy();
    await db.$disconnect();
  });
  messenger.addApp({
    id: env.META_APP_ID,
    secret: env.META_APP_SECRET,
    verifyToken: env.META_VERIFY_TOKEN,
    callbackUrl: 'https://app.notify.example/webhooks/messenger',
  });

  async function hear(body: { entry: { id: string; messaging: { message?: Record<string, unknown> }[] }[] }) {
    for (const entry of body.entry)
      for (const { message } of entry.messaging)
        if (message?.is_echo)
          await finishByEcho({
            metaPageId: entry.id,
            metadata: (message.metadata as string | undefined) ?? null,
            mid: message.mid as string,
            now: clock(),
          });
  }

  const furnishings = createFurnishings({ messenger, clock, echoes });

  let holders = 0;
  /** A worker that holds a Page's lease. `die`: its epoch is over at once, and nothing that it still does may count but a success. */
  async function worker(metaPageId: string) {
    holders += 1;
    const holder = `worker-${holders}`;
    const lease = await waitFor(
      async () => {
        const acquired = await acquireLease({ name: `page:${metaPageId}`, holder });
        return 'lease' in acquired ? acquired.lease : undefined;
      },
      { until: 'the lease' },
    );
    const stopping = new AbortController();
    const rateLimiter: RateLimiter = createRateLimiter({ perSecond: 300 });
    const state = createSenderState({ metaPageId, lease });
    const renewal = setInterval(() => void renewLease(lease).catch(() => undefined), 500);
    return {
      lease,
      rateLimiter,
      state,
      stop: () => stopping.abort(),
      run: (limitOf: () => number = () => Infinity) =>
        runPageSender({ state, rateLimiter, clock, signal: stopping.signal, limitOf }),
      async leave() {
        clearInterval(renewal);
        await releaseLease(lease);
      },
      async die() {
        clearInterval(renewal);
        lease.deadline = -Infinity;
        await db.$executeRaw`UPDATE leases SET expires_at = clock_timestamp() - interval '1 second', epoch = epoch + 1 WHERE name = ${lease.name}`;
      },
    };
  }

  /** Time goes by: looks stay fresh, as the shop's worker would keep them. */
  async function pass(ms: number): Promise<void> {
    offset += ms;
    await db.restock.updateMany({ where: { closedAt: null }, data: { confirmedAvailableAt: clock() } });
  }

  /** Runs a lane again and again, moving the clock to its next appointment, until it has none within `within`. */
  async function runOut({
    metaPageId,
    within = 10 * MINUTE,
    perSecond = Infinity,
  }: {
    metaPageId: string;
    within?: number;
    perSecond?: number;
  }): Promise<void> {
    const end = later(clock(), within);
    const one = await worker(metaPageId);
    try {
      const run = () => one.run(() => perSecond);
      for (let next = await run(); next !== null && next < end; next = await run())
        await pass(Math.max(0, next.getTime() - clock().getTime()) + 1);
    } finally {
      await one.leave();
    }
  }

  const notifiedOf = (metaPageId: string) => messenger.ledger().filter((line) => line.pageId === metaPageId);

  /** Meta's own ledger: each of these exactly once, and nobody else. */
  function expectEachOnce({ metaPageId, psids }: { metaPageId: string; psids: string[] }): void {
    const notified = notifiedOf(metaPageId).map((line) => line.psid);
    expect([...notified].sort()).toEqual([...psids].sort());
  }

  async function expectBalanced(shopId: bigint): Promise<void> {
    const { faults, accounts } = await balance({ shopId });
    expect(faults).toEqual([]);
    for (const { shopId: _shop, variantId: _variant, optedIn, ...ends } of accounts)
      expect(Object.values(ends).reduce((sum, one) => sum + one, 0)).toBe(optedIn);
  }

  const statesOf = async (shopId: bigint): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await db.subscription.groupBy({ by: ['status'], where: { shopId }, _count: true })).map((row) => [
        row.status,
        row._count,
      ]),
    );

  return {
    clock,
    messenger,
    ...furnishings,
    worker,
    pass,
    runOut,
    notifiedOf,
    expectEachOnce,
    expectBalanced,
    statesOf,
  };
}
