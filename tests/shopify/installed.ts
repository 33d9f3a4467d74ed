// Shops at Shopify's simulator with our app installed and a real session, in this process, over real HTTP.
import { RequestedTokenType } from '@shopify/shopify-api';
import '@shopify/shopify-api/adapters/node';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, expect } from 'vitest';
import { db } from '../../app/db.server.ts';
import { api, sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import { readAppConfig } from '../../simulators/shopify/app-config.ts';
import { createShopify, type Shopify } from '../../simulators/shopify/shopify.ts';
import { openArrivals } from './arrivals.ts';

export const clock = () => new Date();

/** Opens the simulator for the tests of one file. */
export function openShopify() {
  const toml = readFileSync(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const { scopes } = readAppConfig({ toml });
  const shopify: Shopify = createShopify({
    now: clock,
    send: async () => new Response(null, { status: 200 }),
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    scopes,
    subscriptions: [],
  });
  const { during } = openArrivals(shopify);
  afterEach(() => shopify.clearDisturbances());
  afterEach(() => expect(shopify.admin.wasted(), 'calls that taught nothing').toEqual([]));
  afterAll(() => db.$disconnect());
  let shops = 0;

  /** What the merchant's visit does: a session token exchanged for a fresh offline session, which ends the one before. */
  async function exchange(domain: string) {
    const { session } = await api.auth.tokenExchange({
      shop: domain,
      sessionToken: shopify.sessionToken({ shop: domain }),
      requestedTokenType: RequestedTokenType.OfflineAccessToken,
      expiring: true,
    });
    return session;
  }

  return {
    shopify,
    exchange,
    during,
    async install() {
      shops += 1;
      const domain = `shops-${shops}.myshopify.com`;
      const { id: shopId } = shopify.store.addShop({
        domain,
        ianaTimezone: 'Europe/Berlin',
        currency: 'EUR',
      });
      shopify.store.addLocation({ shop: domain, name: 'Warehouse' });
      shopify.install(domain);
      await db.shop.create({
        data: { id: shopId, domain, name: domain, installedAt: clock(), refKey: 'key-of-the-refs' },
      });
      await sessionStorage.storeSession(await exchange(domain));
      return { shopId, domain };
    },
    /** Makes the stored session one that has to be renewed now. */
    async age(domain: string) {
      const session = (await sessionStorage.loadSession(`offline_${domain}`))!;
      session.expires = new Date(Date.now() + 60_000);
      await sessionStorage.storeSession(session);
    },
    given: (domain: string) => shopify.tokens.given(domain),
    isUnreadable: async (shopId: bigint) =>
      (await db.shop.findUniqueOrThrow({ where: { id: shopId } })).reauthorizationRequiredSince !== null,
  };
}
