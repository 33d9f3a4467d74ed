// A small world for lanes: shops, a Page, people who wait with real tokens of the Messenger stand-in, and workers that take the lease.
import { setGlobalDispatcher, Agent, type Dispatcher } from 'undici';
import { afterAll, expect } from 'vitest';
import { db } from '../../app/db.server.ts';
import { env } from '../../app/env.server.ts';
import { acquireLease, releaseLease, renewLease, type Lease } from '../../app/jobs/lease.server.ts';
import { later, MINUTE, SECOND } from '../../app/lib/clock.ts';
import { seal } from '../../app/lib/seal.server.ts';
import { createPace, type Pace } from '../../app/messenger/pace.ts';
import { sealPageToken } from '../../app/messenger/pages.server.ts';
import { balance } from '../../app/notifications/books.server.ts';
import { settleByEcho } from '../../app/notifications/echo.server.ts';
import { runLane } from '../../app/notifications/lane.server.ts';
import { createMessenger } from '../../simulators/messenger/messenger.ts';
import { serve } from '../../simulators/network/host.ts';
import { waitFor } from '../setup/wait-for.ts';

let numbers = 1_000;
const number = () => BigInt((numbers += 1));

export type LaneWorld = Awaited<ReturnType<typeof createLaneWorld>>;

/** `echoes`: Meta's echoes reach us. */
export async function createLaneWorld({ echoes = false }: { echoes?: boolean } = {}) {
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
          await settleByEcho({
            metaPageId: entry.id,
            metadata: (message.metadata as string | undefined) ?? null,
            mid: message.mid as string,
            now: clock(),
          });
  }

  async function addShop(given: { name?: string; locale?: string } = {}) {
    const id = number();
    return db.shop.create({
      data: {
        id,
        domain: `shop-${id}.myshopify.com`,
        name: given.name ?? `Shop ${id}`,
        currency: 'EUR',
        locale: given.locale ?? 'en',
        installedAt: later(clock(), -MINUTE),
        refKey: 'k'.repeat(32),
      },
    });
  }

  function addMetaPage({ takesPictures = true } = {}) {
    return messenger.addPage({
      id: String(number()),
      name: 'Linen & Co',
      appId: env.META_APP_ID,
      acceptsPictureInNotice: takesPictures,
      ...(echoes ? { subscribedFields: ['message_echoes'] } : {}),
    });
  }

  /** A shop's connection to a Meta Page; `perSecond` at its most, so that tests don't wait. */
  async function connect({
    shopId,
    metaPage,
    picture = null,
    perSecond = 300,
  }: {
    shopId: bigint;
    metaPage: { id: string; token: string; name: string };
    picture?: boolean | null;
    perSecond?: number;
  }) {
    return db.page.create({
      data: {
        shopId,
        metaPageId: metaPage.id,
        name: metaPage.name,
        token: sealPageToken({ shopId, token: metaPage.token }),
        connectedAt: clock(),
        testPassedAt: clock(),
        picture,
        perSecond,
      },
    });
  }

  async function addVariant({ shopId, title = 'M' }: { shopId: bigint; title?: string }) {
    const id = number();
    return db.variant.create({
      data: {
        id,
        shopId,
        productId: number(),
        productTitle: 'Linen shirt',
        title,
        handle: 'linen-shirt',
        price: '49.00',
        imageUrl: 'https://cdn.shopify.com/linen.jpg',
        wanted: 1n,
        looked: 1n,
      },
    });
  }

  async function openRestock({
    shopId,
    variantId,
    allowance = 2_147_483_647,
    isTest = false,
    kind = 'in_stock',
  }: {
    shopId: bigint;
    variantId: bigint;
    allowance?: number;
    isTest?: boolean;
    kind?: string;
  }) {
    return db.restock.create({
      data: { shopId, variantId, openedAt: clock(), sellableAt: clock(), allowance, isTest, kind },
    });
  }

  /** People who wait, the first one longest. */
  async function addWaiters({
    page,
    variantId,
    count,
    isTest = false,
    locale = 'en',
    tokenFor,
  }: {
    page: { id: bigint; shopId: bigint; metaPageId: string };
    variantId: bigint;
    count: number;
    isTest?: boolean;
    locale?: string;
    /** Another token than the one Meta gave. */ tokenFor?: (index: number) => string | undefined;
  }) {
    const { shopId, id: pageId, metaPageId } = page;
    const start = clock();
    const people = Array.from({ length: count }, (_none, index) => {
      const seeded = messenger.seedThread({
        pageId: metaPageId,
        personId: `person-${number()}`,
        payload: 'p',
      });
      return {
        ...seeded,
        token: tokenFor?.(index) ?? seeded.token!,
        ids: [number(), number(), number()] as const,
      };
    });
    await db.shopper.createMany({
      data: people.map(({ psid, ids }) => ({ id: ids[0], shopId, pageId, psid, locale, createdAt: start })),
    });
    await db.optInRequest.createMany({
      data: people.map(({ ids }) => ({
        id: ids[1],
        shopId,
        shopperId: ids[0],
        variantId,
        title: 'asked',
        locale,
        isTest,
        createdAt: start,
        acceptedAt: start,
      })),
    });
    await db.subscription.createMany({
      data: people.map(({ ids, token }, index) => ({
        id: ids[2],
        shopId,
        shopperId: ids[0],
        variantId,
        pageId,
        requestId: ids[1],
        token: seal(token, { shopId, purpose: 'one-time token' }),
        isTest,
        since: later(start, index - count),
        grantedAt: start,
        expiresAt: later(start, 365 * 24 * 60 * MINUTE),
      })),
    });
    return people.map(({ psid, token, ids }) => ({ psid, token, shopperId: ids[0], subscriptionId: ids[2] }));
  }

  /** One shop, its Page, one variant with waiters, and a restock that is open for them. */
  async function shopWithWaiters({
    count,
    allowance,
    takesPictures,
    perSecond,
  }: {
    count: number;
    allowance?: number;
    takesPictures?: boolean;
    perSecond?: number;
  }) {
    const shop = await addShop();
    const metaPage = addMetaPage(takesPictures === undefined ? {} : { takesPictures });
    const page = await connect({
      shopId: shop.id,
      metaPage,
      ...(perSecond === undefined ? {} : { perSecond }),
    });
    const variant = await addVariant({ shopId: shop.id });
    const waiters = await addWaiters({ page, variantId: variant.id, count });
    const restock = await openRestock({
      shopId: shop.id,
      variantId: variant.id,
      ...(allowance === undefined ? {} : { allowance }),
    });
    return { shop, metaPage, page, variant, waiters, restock, metaPageId: metaPage.id };
  }

  let holders = 0;
  /** A worker that holds a Page's lease. `die` leaves everything as it stands, like kill -9. */
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
    const pace: Pace = createPace({ perSecond: 300 });
    const renewal = setInterval(() => void renewLease(lease).catch(() => undefined), 500);
    return {
      lease,
      pace,
      stop: () => stopping.abort(),
      run: (limitOf: () => number = () => Infinity) =>
        runLane({ metaPageId, lease, pace, clock, signal: stopping.signal, limitOf }),
      async leave() {
        clearInterval(renewal);
        await releaseLease(lease);
      },
      async die() {
        clearInterval(renewal);
        lease.deadline = -Infinity;
        await db.$executeRaw`UPDATE "Lease" SET "until" = clock_timestamp() - interval '1 second' WHERE "name" = ${lease.name}`;
      },
    };
  }

  /** Time goes by: looks stay fresh, as the shop's worker would keep them. */
  async function pass(ms: number): Promise<void> {
    offset += ms;
    await db.restock.updateMany({ where: { closedAt: null }, data: { sellableAt: clock() } });
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

  const toldOf = (metaPageId: string) => messenger.ledger().filter((line) => line.pageId === metaPageId);

  /** Meta's own ledger: each of these exactly once, and nobody else. */
  function expectEachOnce({ metaPageId, psids }: { metaPageId: string; psids: string[] }): void {
    const told = toldOf(metaPageId).map((line) => line.psid);
    expect([...told].sort()).toEqual([...psids].sort());
  }

  async function expectBalanced(shopId: bigint): Promise<void> {
    const { faults } = await balance({ shopId });
    expect(faults).toEqual([]);
  }

  const statesOf = async (shopId: bigint): Promise<Record<string, number>> =>
    Object.fromEntries(
      (await db.subscription.groupBy({ by: ['state'], where: { shopId }, _count: true })).map((row) => [
        row.state,
        row._count,
      ]),
    );

  return {
    clock,
    messenger,
    addShop,
    addMetaPage,
    connect,
    addVariant,
    openRestock,
    addWaiters,
    shopWithWaiters,
    worker,
    pass,
    runOut,
    toldOf,
    expectEachOnce,
    expectBalanced,
    statesOf,
  };
}

export type { Lease };
export const seconds = (count: number) => count * SECOND;
