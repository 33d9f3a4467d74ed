// Counting follows what Shopify lets us read: begun by the merchant, mended by itself, and ended by either side.
import { expect, onTestFinished, test } from 'vitest';
import {
  turnOnAttribution,
  orderAttributionOf,
  shopsToCheckAttribution,
  requestScopesCheck,
  syncAttribution,
  turnOffAttribution,
} from '../../app/shopify/order-attribution.server.ts';
import { checkInstallation } from '../../app/shopify/shops.server.ts';
import { openOrders, type Shop } from './attribution-fixture.ts';

const fixture = openOrders();
const { shopify, clock, untilIdle } = fixture;
const SCOPES = ['read_orders'];
const HERE = `${process.env.SHOPIFY_APP_URL}/webhooks/shopify/orders`;

const begin = ({ shopId }: Shop) => turnOnAttribution({ shopId, clock });
const stop = ({ shopId }: Shop) => turnOffAttribution({ shopId, clock });
const standing = async (shop: Shop) => orderAttributionOf(await shop.row());
const topics = (shop: Shop) => shop.subscriptions().map(({ topic }) => topic);
const granted = (shop: Shop) => shopify.scopes(shop.domain).granted.includes('read_orders');

test('without the scope nothing begins, whatever the browser says', async () => {
  const shop = await fixture.install();
  expect(await begin(shop)).toBe('not_granted');
  expect(await standing(shop)).toMatchObject({ on: false, since: null });
  expect(topics(shop)).toEqual([]);
});

test('with the scope the shop’s own webhooks stand, and ask for nothing of the customer', async () => {
  const shop = await fixture.counting();
  expect(await standing(shop)).toMatchObject({ on: true, endedAt: null, because: null });
  expect(topics(shop)).toEqual(['orders/create', 'orders/updated']);
  for (const { uri, includeFields } of shop.subscriptions()) {
    expect(uri).toBe(HERE);
    expect(includeFields).toContain('landing_site');
    expect(includeFields.join()).not.toMatch(/customer|email|phone|address|line_items|name|note/);
  }
  const { since } = await standing(shop);
  expect(await begin(shop)).toBe('counting');
  expect(topics(shop)).toHaveLength(2);
  expect((await standing(shop)).since).toEqual(since);
});

test('two presses at once make no more than one subscription of each kind', async () => {
  const shop = await fixture.install();
  shopify.grantScopes({ shop: shop.domain, scopes: SCOPES });
  expect(await Promise.all([begin(shop), begin(shop)])).toEqual(['counting', 'counting']);
  expect(topics(shop).toSorted()).toEqual(['orders/create', 'orders/updated']);
});

test('the merchant has allowed it, but their browser was closed: it begins all the same', async () => {
  const shop = await fixture.install();
  shopify.grantScopes({ shop: shop.domain, scopes: SCOPES });
  await untilIdle();
  expect(await standing(shop)).toMatchObject({ on: true });
  expect(topics(shop)).toHaveLength(2);
});

test('the scope is revoked: counting ends, and says so', async () => {
  const shop = await fixture.counting();
  shopify.revokeScopes({ shop: shop.domain, scopes: SCOPES });
  await untilIdle();
  expect(await standing(shop)).toMatchObject({ on: false, since: null, because: 'revoked' });
  shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  expect(await shop.revenue()).toEqual([]);
});

test('the notice of the revocation is lost: the next check finds it', async () => {
  const shop = await fixture.counting();
  shopify.webhooks.faultOptions.loseTopics = ['app/scopes_update'];
  shopify.revokeScopes({ shop: shop.domain, scopes: SCOPES });
  shopify.webhooks.faultOptions.loseTopics = [];
  await untilIdle();
  expect((await standing(shop)).on).toBe(true);
  fixture.pass(6 * 60 + 1);
  await untilIdle();
  expect(await standing(shop)).toMatchObject({ on: false, because: 'revoked' });
});

test('the merchant stops: no order is taken any more, the webhooks go and the scope is given back', async () => {
  const shop = await fixture.counting();
  await stop(shop);
  expect(await standing(shop)).toMatchObject({ on: false, because: 'stopped' });
  expect([topics(shop), granted(shop)]).toEqual([[], false]);
  await untilIdle();
  expect(await standing(shop)).toMatchObject({ on: false, because: 'stopped' });
  expect(await begin(shop)).toBe('not_granted');
});

test('Shopify is away when the merchant stops: nothing is counted from that moment, and Shopify hears of it later', async () => {
  const shop = await fixture.counting();
  const back = shopify.disturb({ kind: 'refuse', status: 503, times: 1_000 });
  await stop(shop);
  shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  expect([await shop.revenue(), (await standing(shop)).on, topics(shop).length]).toEqual([[], false, 2]);
  back();
  fixture.pass(2);
  await untilIdle();
  expect([topics(shop), granted(shop), (await shop.row()).orderAttribution]).toEqual([[], false, 'off']);
});

test('it can be begun again after a stop', async () => {
  const shop = await fixture.counting();
  await stop(shop);
  await untilIdle();
  shopify.grantScopes({ shop: shop.domain, scopes: SCOPES });
  await untilIdle();
  expect(await begin(shop)).toBe('counting');
  expect(await standing(shop)).toMatchObject({ on: true, endedAt: null, because: null });
  expect(topics(shop)).toHaveLength(2);
});

test('subscriptions that Shopify has deleted, or that lead elsewhere, are mended by the next check', async () => {
  const shop = await fixture.counting();
  const installation = shopify.store.installationOf({ shop: shop.domain, apiKey: shopify.apiKey })!;
  installation.webhooks = installation.webhooks.slice(1);
  installation.webhooks[0]!.uri = 'https://the-address-before.example/webhooks';
  fixture.pass(6 * 60 + 1);
  await untilIdle();
  expect(shop.subscriptions().map(({ topic, uri }) => [topic, uri])).toEqual([
    ['orders/create', HERE],
    ['orders/updated', HERE],
  ]);
});

test('Shopify does not send us orders although the scope was granted: that is said, and nothing begins', async () => {
  const shop = await fixture.install();
  shopify.grantScopes({ shop: shop.domain, scopes: SCOPES });
  // As for an app whose access to protected customer data is not approved yet.
  const { TOPIC_SCOPES } = await import('../../simulators/shopify/topics.ts');
  const usual = TOPIC_SCOPES['orders/create']!;
  onTestFinished(() => void (TOPIC_SCOPES['orders/create'] = usual));
  TOPIC_SCOPES['orders/create'] = ['an approval'];
  expect(await begin(shop)).toBe('not_approved');
  expect((await standing(shop)).on).toBe(false);
});

test('a hint that comes while Shopify is being asked is not lost', async () => {
  const shop = await fixture.install();
  const { shopId, domain } = shop;
  // Shopify has read what is granted; the merchant allows more before its answer arrives.
  fixture.during(async () => requestScopesCheck({ shop: { domain }, now: clock() }));
  await syncAttribution({ shopId, clock });
  expect((await standing(shop)).on).toBe(false);
  expect(await shopsToCheckAttribution({ now: clock() })).toContain(shopId);
});

test('an uninstall ends it; a shop that comes back has to allow it anew', async () => {
  const shop = await fixture.counting();
  shopify.uninstall(shop.domain);
  await fixture.brought();
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await shop.row()).toMatchObject({
    orderAttribution: 'off',
    orderAttributionEndReason: 'revoked',
    orderAttributionCheckAt: null,
  });
  expect(await shopsToCheckAttribution({ now: new Date(8.64e15) })).not.toContain(shop.shopId);
});
