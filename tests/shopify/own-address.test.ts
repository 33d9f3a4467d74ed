// Shopify refuses our own address: the operator is told once, no shop is taken for unreadable, nothing is tried in vain, and all goes on soon.
import { beforeEach, expect, test } from 'vitest';
import { syncOrders } from '../../app/attribution/sync-orders.server.ts';
import { db } from '../../app/db.server.ts';
import { later, MINUTE, SECOND } from '../../app/lib/clock.ts';
import { metrics, readiness } from '../../app/metrics.server.ts';
import { noteAnswer } from '../../app/shopify/address-status.server.ts';
import { adminGraphql } from '../../app/shopify/admin-api.server.ts';
import { checkInstallation, install, reportUninstall } from '../../app/shopify/shops.server.ts';
import { openShopify } from './installed.ts';

const fixture = openShopify();
const { shopify } = fixture;
let at = new Date();
const clock = () => at;
const pass = (ms: number) => void (at = later(at, ms));
const ask = (shopId: bigint) =>
  adminGraphql({ shopId, query: 'query Anything { shop { name } }', clock }).then(
    () => 'answered',
    (error: { advice: string }) => error.advice,
  );
const shops = (count: number) => Promise.all(Array.from({ length: count }, () => fixture.install()));
const isAlarmed = async () => {
  const { text } = await metrics();
  const { warnings, ready } = await readiness();
  expect(ready).toBe(true);
  const said = warnings.filter((each) => each.includes('IP allowlist')).length;
  expect(text).toContain(`\nnotify_shopify_address_refused ${said}\n`);
  return said === 1;
};

beforeEach(() => {
  at = new Date();
  shopify.allowOnly(null);
  noteAnswer({ shop: 'any', status: 200, now: at });
});

test('with an allowlist that names our address all is well; without it every shop is refused, and the alarm is one', async () => {
  const [one, two, three] = await shops(3);
  shopify.allowOnly(['203.0.113.0/24', '127.0.0.1']);
  expect(await ask(one!.shopId)).toBe('answered');
  shopify.allowOnly(['203.0.113.0/24', '2001:db8::/32']);
  expect(await ask(one!.shopId)).toBe('unreadable');
  expect(await isAlarmed()).toBe(false);
  pass(5 * SECOND);
  expect(await ask(two!.shopId)).toBe('address');
  expect(await isAlarmed()).toBe(true);
  expect(await ask(three!.shopId)).toBe('address');
  for (const { shopId } of [one!, two!, three!]) expect(await fixture.isUnreadable(shopId)).toBe(false);
});

test('while the address is refused one question in ten seconds finds out when it is let in again', async () => {
  const all = await shops(3);
  shopify.allowOnly([]);
  for (const { shopId } of all) await ask(shopId);
  const before = shopify.refusedByAddress();
  for (let second = 0; second < 60; second += 1) {
    for (const { shopId } of all) expect(await ask(shopId)).toBe('address');
    pass(SECOND);
  }
  expect(shopify.refusedByAddress() - before).toBeLessThanOrEqual(6);
  shopify.allowOnly(['127.0.0.0/8']);
  pass(10 * SECOND);
  for (const { shopId } of all) expect(await ask(shopId)).toBe('answered');
  expect(await isAlarmed()).toBe(false);
});

test('one shop that is refused, also again and again, is that shop', async () => {
  const [frozen, well] = await shops(2);
  shopify.disturb({ kind: 'refuse', status: 403, times: Infinity, only: { shop: frozen!.domain } });
  for (let time = 0; time < 5; time += 1) {
    expect(await ask(frozen!.shopId)).toBe('unreadable');
    pass(SECOND);
  }
  expect(await ask(well!.shopId)).toBe('answered');
  expect(await isAlarmed()).toBe(false);
});

test('two shops that are refused while a third is answered are those shops', async () => {
  const [one, two, well] = await shops(3);
  for (const { domain } of [one!, two!])
    shopify.disturb({ kind: 'refuse', status: 403, times: Infinity, only: { shop: domain } });
  for (let time = 0; time < 3; time += 1) {
    expect(await ask(one!.shopId)).toBe('unreadable');
    expect(await ask(well!.shopId)).toBe('answered');
    expect(await ask(two!.shopId)).toBe('unreadable');
    expect(await ask(well!.shopId)).toBe('answered');
  }
  expect(await isAlarmed()).toBe(false);
});

test('two shops that are refused a minute apart are those shops', async () => {
  const [one, two] = await shops(2);
  shopify.allowOnly([]);
  await ask(one!.shopId);
  pass(MINUTE);
  expect(await ask(two!.shopId)).toBe('unreadable');
  expect(await isAlarmed()).toBe(false);
});

test('shops that are frozen, locked or too slow say nothing of our address', async () => {
  const all = await shops(4);
  for (const [nth, status] of [402, 423, 429, 503].entries()) {
    shopify.disturb({ kind: 'refuse', status, only: { shop: all[nth]!.domain } });
    await ask(all[nth]!.shopId);
  }
  expect(await isAlarmed()).toBe(false);
});

test('an order whose reading is due is read after the refusal, and none of its attempts was used up', async () => {
  const all = await shops(2);
  const { shopId } = all[0]!;
  await db.shop.update({
    where: { id: shopId },
    data: { orderAttribution: 'on', orderAttributionStartedAt: at },
  });
  await db.orderSync.create({ data: { shopId, orderId: 1n, requestedAt: at, dueAt: at } });
  shopify.allowOnly([]);
  for (const each of all) await ask(each.shopId);
  const signal = new AbortController().signal;
  for (let time = 0; time < 30; time += 1) {
    await syncOrders({ shopId, clock, signal });
    pass(10 * SECOND);
  }
  expect(await db.orderSync.findMany({ where: { shopId } })).toMatchObject([{ attempts: 0 }]);
});

test('whether a shop has left is asked anew as soon as our address is let in, and nothing was deleted meanwhile', async () => {
  const all = await shops(2);
  const { shopId, domain } = all[0]!;
  shopify.allowOnly([]);
  for (const each of all) await ask(each.shopId);
  await reportUninstall({ domain, triggeredAt: at, now: at });
  await checkInstallation({ shopId, clock });
  const shop = () => db.shop.findUniqueOrThrow({ where: { id: shopId } });
  expect(await shop()).toMatchObject({ uninstalledAt: null, accessUnknownSince: expect.any(Date) });
  shopify.allowOnly(null);
  pass(10 * SECOND);
  expect(await ask(all[1]!.shopId)).toBe('answered');
  expect((await shop()).accessCheckAt).toEqual(at);
  await checkInstallation({ shopId, clock });
  expect(await shop()).toMatchObject({ uninstalledAt: null, accessUnknownSince: null });
});

test('a merchant who opens the app while our address is refused finds their shop as it was', async () => {
  const { shopId, domain } = await fixture.install();
  const before = await db.shop.findUniqueOrThrow({ where: { id: shopId } });
  const graphql = () =>
    Promise.reject(new Response('{"errors":"[API] not from this address"}', { status: 403 }));
  await install({ domain, admin: { graphql }, clock });
  expect(await db.shop.findUniqueOrThrow({ where: { id: shopId } })).toEqual(before);
  await expect(install({ domain: 'who.myshopify.com', admin: { graphql }, clock })).rejects.toMatchObject({
    status: 403,
  });
});
