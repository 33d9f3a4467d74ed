// A shop at Shopify's simulator with our app installed: webhooks arrive at the real routes, stock is read by the real API client.
import { Session } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { db } from '../../app/db.server.ts';
import { acquireLease, type Lease, releaseLease } from '../../app/jobs/lease.server.ts';
import { encrypt } from '../../app/lib/encryption.server.ts';
import * as flowUsage from '../../app/routes/flow.usage.ts';
import * as inventory from '../../app/routes/webhooks.shopify.inventory.ts';
import * as locations from '../../app/routes/webhooks.shopify.locations.ts';
import * as products from '../../app/routes/webhooks.shopify.products.ts';
import { sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import { requestStockCheck } from '../../app/stock/check-requests.server.ts';
import { runDueChecks, type RunResult } from '../../app/stock/run-checks.server.ts';
import { type Listening, serve } from '../../simulators/network/host.ts';
import { readAppConfig } from '../../simulators/shopify/app-config.ts';
import type { BucketSize } from '../../simulators/shopify/bucket.ts';
import type { NewProduct, NewVariant } from '../../simulators/shopify/product-verbs.ts';
import { createShopify, type Shopify } from '../../simulators/shopify/shopify.ts';
import { waitFor } from '../harness/wait-for.ts';

const doors: Record<string, { action: (given: never) => Promise<Response> }> = {
  '/webhooks/shopify/inventory': inventory,
  '/webhooks/shopify/products': products,
  '/webhooks/shopify/locations': locations,
  '/flow/usage': flowUsage,
};

let shopify: Shopify;
let testApp: Listening;
let at = new Date();
let held: { arrived: () => void; released: Promise<void> } | undefined;

/** Shopify's next answer is written, and stays on its way until it is let go: by then it is old. */
export function holdNextAnswer(): { written: Promise<void>; letGo: () => void } {
  const written = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  held = { arrived: written.resolve, released: released.promise };
  return { written: written.promise, letGo: released.resolve };
}

/** The test's clock, which only the test turns. */
export const clock = () => at;
export const pass = (seconds: number): void => {
  at = new Date(at.getTime() + seconds * 1_000);
};
export const setClock = (to: Date): void => {
  at = to;
};

beforeAll(async () => {
  const toml = await readFile(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const { scopes, subscriptions } = readAppConfig({ toml, applicationUrl: process.env.SHOPIFY_APP_URL! });
  shopify = createShopify({
    now: clock,
    send: async (request) => {
      const door = doors[new URL(request.url).pathname];
      if (!door) return new Response(null, { status: 200 });
      return door.action({ request, params: {}, context: {} } as never).catch((thrown: unknown) => {
        if (thrown instanceof Response) return thrown;
        throw thrown;
      });
    },
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    scopes,
    subscriptions,
  });
  testApp = await serve({
    handle: async (request) => {
      const response = await shopify.handle(request);
      const holding = held;
      held = undefined;
      holding?.arrived();
      await holding?.released;
      return response;
    },
  });
  process.env.SIMULATORS_ADDRESS = `http://127.0.0.1:${testApp.port}`;
  await import('../../simulators/network/preload.ts');
});

afterEach(() => expect(shopify.admin.wasted(), 'calls that taught nothing').toEqual([]));
afterAll(async () => {
  await testApp.stop();
  await db.$disconnect();
});

/** What the merchant's first visit leaves behind; by hand, since Shopify's library knows no clock but the machine's. */
async function offlineSession(domain: string): Promise<Session> {
  const response = await shopify.handle(
    new Request(`https://${domain}/admin/oauth/access_token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_id: process.env.SHOPIFY_API_KEY,
        client_secret: process.env.SHOPIFY_API_SECRET,
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: shopify.sessionToken({ shop: domain }),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
        expiring: '1',
      }),
    }),
  );
  const given = (await response.json()) as { access_token: string; refresh_token: string; scope: string };
  return new Session({
    id: `offline_${domain}`,
    shop: domain,
    state: '',
    isOnline: false,
    scope: given.scope,
    accessToken: given.access_token,
    refreshToken: given.refresh_token,
    // So long that only Shopify's own refusal makes the app renew it.
    expires: new Date(at.getTime() + 365 * 86_400_000),
  });
}

export type Fixture = Awaited<ReturnType<typeof createShop>>;
let shops = 0;

/**
 * A shop of its own for each test: two online locations and a shop counter, or so many more, a connected Page, hold-off 0 unless said.
 * @param branches further locations; every item is stocked at each, at 0 unless said.
 */
export async function createShop(
  settings: Parameters<typeof db.shop.create>[0]['data'] | object = {},
  { branches = 0, bucket }: { branches?: number; bucket?: BucketSize } = {},
) {
  shops += 1;
  const domain = `house-${shops}.myshopify.com`;
  const { store } = shopify;
  const { id: shopId } = store.addShop({ domain, ianaTimezone: 'Europe/Berlin' });
  const [warehouse, annexe, counter] = ['Warehouse', 'Annexe', 'Counter'].map(
    (name) => store.addLocation({ shop: domain, name, fulfillsOnlineOrders: name !== 'Counter' }).id,
  ) as [bigint, bigint, bigint];
  store.addLocations({ shop: domain, count: branches });
  if (bucket) shopify.admin.setBucket({ shop: domain, ...bucket });
  shopify.install(domain);
  await sessionStorage.storeSession(await offlineSession(domain));
  await db.shop.create({
    data: {
      id: shopId,
      domain,
      name: domain,
      timezone: 'Europe/Berlin',
      installedAt: at,
      refKey: 'k',
      sendDelaySeconds: 0,
      ...settings,
    },
  });
  const metaPageId = `page-${shops}`;
  const token = encrypt('EAA-page', { shopId, purpose: 'page token' });
  const page = await db.page.create({
    data: { shopId, metaPageId, name: 'Page', accessToken: token, connectedAt: at },
  });
  await shopify.untilIdle();
  let people = 0;

  const fixture = {
    shopify,
    store,
    domain,
    shopId,
    warehouse,
    annexe,
    counter,
    metaPageId,
    page,

    /** A product with one sold-out variant, unless said otherwise. */
    async product({
      variant = {},
      ...given
    }: Partial<Omit<NewProduct, 'shop'>> & { variant?: NewVariant } = {}) {
      const made = store.createProduct({ shop: domain, title: 'Linen shirt', variants: [variant], ...given });
      await shopify.untilIdle();
      return { productId: made.id, variantId: made.variantIds[0]!, variantIds: made.variantIds };
    },
    async stock({ variantId, to, where = warehouse }: { variantId: bigint; to: number; where?: bigint }) {
      store.setStock({ shop: domain, variantId, locationId: where, available: to });
      await shopify.untilIdle();
    },

    /** Somebody says yes to "Notify me": what waitlist/ writes when the token arrives. */
    async waitingShopper(
      variantId: bigint,
      { shopperId, isTest = false }: { shopperId?: bigint; isTest?: boolean } = {},
    ) {
      people += 1;
      const known = store.shop(domain).variants.get(variantId)!;
      const who =
        shopperId ??
        (
          await db.shopper.create({
            data: { shopId, pageId: page.id, psid: `psid-${people}`, createdAt: at },
          })
        ).id;
      return db.$transaction(async (tx) => {
        const describing = { productTitle: 'Linen shirt', title: known.title, handle: 'linen-shirt' };
        await tx.variant.createMany({
          data: {
            id: variantId,
            shopId,
            productId: known.productId,
            inventoryItemId: known.inventoryItemId,
            ...describing,
          },
          skipDuplicates: true,
        });
        const request = await tx.optInRequest.create({
          data: {
            shopId,
            shopperId: who,
            variantId,
            title: 'Linen shirt',
            locale: 'en',
            isTest,
            createdAt: at,
          },
        });
        const subscription = await tx.subscription.create({
          data: {
            shopId,
            shopperId: who,
            variantId,
            pageId: page.id,
            optInRequestId: request.id,
            grantToken: encrypt('one-time', { shopId, purpose: 'one-time token' }),
            isTest,
            waitingSince: at,
            grantedAt: at,
            expiresAt: new Date(at.getTime() + 300 * 86_400_000),
          },
        });
        if (!isTest) await requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now: at });
        return subscription;
      });
    },
    async line(variantId: bigint, count: number) {
      const waitingShoppers = [];
      for (let each = 0; each < count; each += 1)
        waitingShoppers.push(await fixture.waitingShopper(variantId));
      return waitingShoppers;
    },

    /** So many sold-out variants of one product that were all looked at; one shopper waits for each. */
    async sizes(count: number) {
      const values = Array.from({ length: count }, (_, index) => `Size ${index + 1}`);
      const { productId, variantIds } = await fixture.product({
        options: [{ name: 'Size', values }],
        variants: values.map((value) => ({ options: [value] })),
      });
      const { variants, locations } = store.shop(domain);
      const checked = {
        checkRequestedVersion: 1,
        checkedVersion: 1,
        levels: locations.size,
        seenForSale: false,
        seenQuantity: 0,
      };
      const describing = { productTitle: 'Linen shirt', handle: 'linen-shirt' };
      await db.variant.createMany({
        data: variantIds.map((id, index) => {
          const { inventoryItemId } = variants.get(id)!;
          return { id, shopId, productId, inventoryItemId, title: values[index]!, ...describing, ...checked };
        }),
      });
      const shoppers = await db.shopper.createManyAndReturn({
        data: variantIds.map((id) => ({ shopId, pageId: page.id, psid: `waits-for-${id}`, createdAt: at })),
      });
      const requests = await db.optInRequest.createManyAndReturn({
        data: variantIds.map((variantId, index) => {
          const asked = { shopId, shopperId: shoppers[index]!.id, title: 'Linen shirt', locale: 'en' };
          return { ...asked, variantId, createdAt: at };
        }),
      });
      await db.subscription.createMany({
        data: requests.map(({ id: requestId, shopperId, variantId }) => ({
          shopId,
          shopperId,
          variantId,
          pageId: page.id,
          optInRequestId: requestId,
          grantToken: encrypt('one-time', { shopId, purpose: 'one-time token' }),
          waitingSince: at,
          grantedAt: at,
          expiresAt: new Date(at.getTime() + 300 * 86_400_000),
        })),
      });
      return variantIds;
    },
    /** A sold-out variant that so many wait for. */
    async soldOut({ waiting }: { waiting: number }) {
      const { variantId } = await fixture.product();
      await fixture.line(variantId, waiting);
      return { variantId };
    },
    /** One that so many waited for while it was sold out, and that was seen to be back. */
    async back({ waiting, units = 5 }: { waiting: number; units?: number }) {
      const { variantId } = await fixture.soldOut({ waiting });
      await fixture.stock({ variantId, to: units });
      await fixture.check();
      return { variantId };
    },

    lease: (holder = 'worker'): Promise<Lease> =>
      waitFor(
        async () => {
          const acquired = await acquireLease({ name: `shop:${shopId}`, holder });
          return 'lease' in acquired && acquired.lease;
        },
        { until: 'the lease', everyMs: 2 },
      ),
    /** Looks until nothing is due any more, as the worker does. */
    async check(): Promise<RunResult> {
      for (;;) {
        const lease = await fixture.lease();
        const round = await runDueChecks({ shopId, lease, clock });
        await releaseLease(lease);
        // On a loaded machine a lease may run out before it is used; the worker would take it again, too.
        if (round.outcome !== 'looked' && round.outcome !== 'lost') return round;
      }
    },
    /** Looks for so many seconds, as the worker does: again as soon as Shopify can be asked. @returns how many seconds it took until nothing was due. */
    async checkFor(seconds: number): Promise<number> {
      const began = at.getTime();
      const spent = () => (at.getTime() - began) / 1_000;
      for (;;) {
        const round = await fixture.check();
        if (round.outcome !== 'backed_off') return spent();
        const rest = (round.until.getTime() - at.getTime()) / 1_000;
        if (spent() + rest > seconds) {
          pass(seconds - spent());
          return Infinity;
        }
        pass(rest);
      }
    },
    restocks: (variantId: bigint) =>
      db.restock.findMany({ where: { shopId, variantId, isTest: false }, orderBy: { openedAt: 'asc' } }),
    looks: (variantId: bigint) =>
      db.stockCheck.findMany({ where: { shopId, variantId }, orderBy: { id: 'asc' } }),
    lastCheck: async (variantId: bigint) => (await fixture.looks(variantId)).at(-1),
    variant: (variantId: bigint) =>
      db.variant.findUniqueOrThrow({ where: { shopId_id: { shopId, id: variantId } } }),
    /** How often Shopify was asked for this shop so far. */
    calls: () => shopify.admin.calls().filter((call) => call.shop === domain).length,
  };
  return fixture;
}
