// A shop's life: it installs, its storefront state is published, it uninstalls, returns with its settings, and is erased when Shopify asks.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import { variantUrl } from '../../app/shopify/product.ts';
import {
  checkInstallation,
  install,
  installedShop,
  reportUninstall,
} from '../../app/shopify/shops.server.ts';
import { publishStorefrontState } from '../../app/shopify/storefront.server.ts';
import { clock, openShopify } from './installed.ts';

const fixture = openShopify();
const { shopify } = fixture;

/** The Admin API as Shopify's library hands it to us at the merchant's visit. */
const adminOf = (domain: string) => ({
  graphql: async (query: string) => {
    const { accessToken } = (await sessionStorage.loadSession(`offline_${domain}`))!;
    return fetch(`https://${domain}/admin/api/2026-07/graphql.json`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-shopify-access-token': accessToken! },
      body: JSON.stringify({ query }),
    });
  },
});
const visit = (domain: string) => install({ domain, admin: adminOf(domain), clock });
const shopOf = (shopId: bigint) => db.shop.findUniqueOrThrow({ where: { id: shopId } });
/** The merchant uninstalls the app: Shopify tells us, and confirms it when it is asked. */
async function leave({ shopId, domain }: { shopId: bigint; domain: string }, at = new Date()): Promise<void> {
  shopify.uninstall(domain);
  await reportUninstall({ domain, triggeredAt: at, now: at });
  await checkInstallation({ shopId, clock: () => at });
}
const hours = (count: number) => new Date(Date.now() + count * 3_600_000);

test('a shop that installs is kept under Shopify’s own id, with its zone and currency and a key of its own', async () => {
  const { shopId, domain } = await fixture.install();
  await db.shop.delete({ where: { id: shopId } });
  await visit(domain);
  const shop = await shopOf(shopId);
  expect(shop).toMatchObject({ domain, timezone: 'Europe/Berlin', currency: 'EUR', uninstalledAt: null });
  expect(shop.refKey).toMatch(/^[0-9a-f]{32}$/);
  await visit(domain);
  expect(await shopOf(shopId)).toEqual({ ...shop, accessConfirmedAt: expect.any(Date) });
});

test('a shop that comes back has its settings and its key, is told of anew, and counts from its return', async () => {
  const { shopId, domain } = await fixture.install();
  await db.shop.update({
    where: { id: shopId },
    data: { sendPolicy: 'all_at_once', publishedStorefrontState: '{}' },
  });
  const before = await shopOf(shopId);
  await leave({ shopId, domain }, hours(1));
  expect(await installedShop({ domain })).toBeNull();
  expect(await db.session.count({ where: { shop: domain } })).toBe(0);
  shopify.install(domain);
  await sessionStorage.storeSession(await fixture.exchange(domain));
  await install({ domain, admin: adminOf(domain), clock: () => hours(2) });
  const after = await shopOf(shopId);
  expect(after).toMatchObject({ sendPolicy: 'all_at_once', refKey: before.refKey, uninstalledAt: null });
  expect(after.publishedStorefrontState).toBeNull();
  expect(after.installedAt > before.installedAt).toBe(true);
  await reportUninstall({ domain, triggeredAt: hours(1), now: hours(3) });
  expect(await shopOf(shopId)).toEqual(after);
});

test('a merchant’s visit makes an unreadable shop readable', async () => {
  const { shopId, domain } = await fixture.install();
  await db.shop.update({ where: { id: shopId }, data: { reauthorizationRequiredSince: clock() } });
  await visit(domain);
  expect((await shopOf(shopId)).reauthorizationRequiredSince).toBeNull();
});

const metafields = (domain: string) =>
  Object.fromEntries(
    shopify.store
      .installationOf({ shop: domain, apiKey: shopify.apiKey })!
      .metafields.map(({ namespace, key, type, value }) => [`${namespace}.${key}`, `${type} ${value}`]),
  );

test('the storefront is told what the block needs and no secret more, once', async () => {
  const { shopId, domain } = await fixture.install();
  const leftOut = { tags: ['no alert'] };
  const state = { available: true, ready: true, metaPageId: '104000000000001', leftOut };
  await publishStorefrontState({ shopId, ...state, clock });
  expect(metafields(domain)).toEqual({
    'notify.available': 'boolean true',
    'notify.ready': 'boolean true',
    'notify.left_out': 'json {"tags":["no alert"]}',
    'notify.page_id': 'single_line_text_field 104000000000001',
    'notify.ref_key': 'single_line_text_field key-of-the-refs',
  });
  const calls = shopify.admin.calls().length;
  await publishStorefrontState({ shopId, ...state, clock });
  expect(shopify.admin.calls()).toHaveLength(calls);
  await publishStorefrontState({ shopId, ...state, available: false, ready: false, clock });
  expect(metafields(domain)).toMatchObject({
    'notify.available': 'boolean false',
    'notify.ready': 'boolean false',
  });
});

test('a storefront that could not be told stays due', async () => {
  const { shopId, domain } = await fixture.install();
  const state = { available: true, ready: true, metaPageId: '1', leftOut: {} };
  shopify.disturb({ kind: 'refuse', status: 503, only: { operation: 'TellStorefront' } });
  await expect(publishStorefrontState({ shopId, ...state, clock })).rejects.toMatchObject({
    advice: 'retry',
  });
  expect((await shopOf(shopId)).publishedStorefrontState).toBeNull();
  await publishStorefrontState({ shopId, ...state, clock });
  expect(metafields(domain)).toMatchObject({ 'notify.ready': 'boolean true' });
});

test('a link leads to the variant on the shop’s own address, and to its myshopify name without one', () => {
  const to = { domain: 'x.myshopify.com', handle: 'linen shirt', variantId: 44n };
  expect(variantUrl({ ...to, url: null })).toBe('https://x.myshopify.com/products/linen%20shirt?variant=44');
  expect(variantUrl({ ...to, url: 'https://shop.example/en/products/a?b=1', utm: { utm_source: 'm' } })).toBe(
    'https://shop.example/en/products/a?b=1&variant=44&utm_source=m',
  );
});
