// Shops with order attribution: Shopify's simulator on a clock that the test moves, our real webhook routes, and a message with a link code.
import { RequestedTokenType } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { syncOrders, shopsWithOrderSyncs } from '../../app/attribution/sync-orders.server.ts';
import { db } from '../../app/db.server.ts';
import * as orders from '../../app/routes/webhooks.shopify.orders.ts';
import * as shopWebhook from '../../app/routes/webhooks.shopify.shop.ts';
import { api, sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import {
  turnOnAttribution,
  shopsToCheckAttribution,
  syncAttribution,
} from '../../app/shopify/order-attribution.server.ts';
import { readAppConfig } from '../../simulators/shopify/app-config.ts';
import { createShopify, type Shopify } from '../../simulators/shopify/shopify.ts';
import { openArrivals } from '../shopify/arrivals.ts';
import { createShop, inserter, type Rows } from '../shopify/rows.ts';

type Door = { action: (given: never) => Promise<Response> };
const doors: Record<string, Door> = {
  '/webhooks/shopify/orders': orders,
  '/webhooks/shopify/shop': shopWebhook,
};

export type Fixture = ReturnType<typeof openOrders>;
export type Shop = Awaited<ReturnType<Fixture['install']>>;

export function openOrders() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  const toml = readFileSync(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const config = readAppConfig({ toml, applicationUrl: process.env.SHOPIFY_APP_URL! });
  let at = new Date();
  const clock = () => at;
  const pass = (minutes: number): void => {
    at = new Date(at.getTime() + minutes * 60_000);
  };
  const sent: string[] = [];
  const shopify: Shopify = createShopify({
    now: clock,
    send: async (request) => {
      const door = doors[new URL(request.url).pathname];
      if (!door) return new Response(null, { status: 200 });
      sent.push(await request.clone().text());
      return door.action({ request, params: {}, context: {} } as never);
    },
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    scopes: config.scopes,
    optionalScopes: config.optionalScopes,
    subscriptions: config.subscriptions,
  });
  const { during } = openArrivals(shopify);
  let shops = 500;

  beforeAll(() => client.connect());
  afterEach(() => {
    shopify.clearDisturbances();
    shopify.webhooks.faultOptions.copies = 1;
  });
  afterAll(async () => {
    await client.end();
    await db.$disconnect();
  });

  /** A shop that has told somebody, and was tapped on; it does not count yet. */
  async function install({ clicks = true, currency = 'EUR' } = {}) {
    // Each shop's story begins now, whatever the one before has waited for.
    at = new Date();
    const id = BigInt((shops += 1));
    const domain = `shop-${id}.myshopify.com`;
    const { store } = shopify;
    store.addShop({ domain, id, currency, ianaTimezone: 'Europe/Berlin' });
    store.addLocation({ shop: domain, name: 'Warehouse' });
    const product = store.createProduct({
      shop: domain,
      title: 'Linen shirt',
      variants: [{ price: '49.00', stock: 9 }],
    });
    const variantId = product.variantIds[0]!;
    shopify.install(domain);
    const rows: Rows = await createShop({ insert: inserter(client), shopId: String(id) });
    await client.query('DELETE FROM attributed_orders WHERE shop_id = $1', [rows.shopId]);
    await client.query('DELETE FROM order_syncs WHERE shop_id = $1', [rows.shopId]);
    await client.query('DELETE FROM link_clicks WHERE shop_id = $1', [rows.shopId]);
    if (clicks)
      await client.query(
        'INSERT INTO link_clicks (shop_id, notification_id, clicked_at) VALUES ($1, $2, now())',
        [rows.shopId, rows.notificationId],
      );
    const { session } = await api.auth.tokenExchange({
      shop: domain,
      sessionToken: shopify.sessionToken({ shop: domain }),
      requestedTokenType: RequestedTokenType.OfflineAccessToken,
      expiring: true,
    });
    await sessionStorage.storeSession(session);
    const { linkCode: code } = await db.notification.findFirstOrThrow({ where: { shopId: id } });

    const landing = (of = code) =>
      `/products/linen-shirt?variant=${variantId}&utm_source=messenger&utm_medium=messenger&utm_campaign=back_in_stock&utm_content=${of}`;
    return {
      shopId: id,
      domain,
      code,
      rows,
      landing,
      place: (given: Partial<Parameters<typeof store.placeOrder>[0]> = {}) =>
        store.placeOrder({ shop: domain, variantId, ...given }),
      subscriptions: () => store.installationOf({ shop: domain, apiKey: shopify.apiKey })!.webhooks,
      asked: () =>
        shopify.admin.calls().filter((call) => call.shop === domain && call.operation === 'Orders'),
      revenue: () =>
        db.attributedOrder.findMany({ where: { shopId: id }, orderBy: { id: 'asc' } }).then((found) =>
          found.map((sale) => ({
            orderId: sale.orderId,
            amount: Number(sale.amount),
            left: Number(sale.amount) - Number(sale.refunded),
            currency: sale.currency,
          })),
        ),
      readings: () => db.orderSync.count({ where: { shopId: id } }),
      row: () => db.shop.findUniqueOrThrow({ where: { id } }),
    };
  }

  /** What the worker does in the next moments: every webhook is brought and every check made, also those that a check has set off. */
  async function untilIdle(): Promise<void> {
    await shopify.untilIdle();
    pass(0.5);
    for (;;) {
      const due = await shopsToCheckAttribution({ now: clock() });
      if (due.length === 0) return;
      for (const shopId of due) await syncAttribution({ shopId, clock }).catch(() => undefined);
      await shopify.untilIdle();
    }
  }

  return {
    client,
    shopify,
    clock,
    pass,
    /** Bodies of the webhooks that our doors were brought. */
    sent,
    install,
    during,
    untilIdle,
    /** The webhooks alone. */
    brought: () => shopify.untilIdle(),
    /** The merchant has allowed it, and orders are counted. */
    async counting(given: Parameters<typeof install>[0] = {}) {
      const shop = await install(given);
      shopify.grantScopes({ shop: shop.domain, scopes: ['read_orders'] });
      const outcome = await turnOnAttribution({ shopId: shop.shopId, clock });
      if (outcome !== 'counting') throw new Error(`not counting but ${outcome}`);
      await untilIdle();
      return shop;
    },
    /** What the worker does with a shop's readings that are due. */
    async read(): Promise<void> {
      for (const shopId of await shopsWithOrderSyncs({ now: clock() }))
        await syncOrders({ shopId, clock, signal: new AbortController().signal });
    },
  };
}
