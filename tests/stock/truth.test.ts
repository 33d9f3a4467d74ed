// What counts as back in stock along the whole way: webhook, check request, read, decision.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clock, createShop, pass, setClock } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

test('units at the shop counter tell nobody', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 4, where: fixture.counter });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.lastCheck(variantId)).toMatchObject({ reason: 'stock_elsewhere', units: 0 });
});

test('where the merchant chose locations, only those count', async () => {
  const fixture = await createShop();
  await db.shop.update({ where: { id: fixture.shopId }, data: { locationIds: [fixture.annexe] } });
  const { variantId } = await fixture.back({ waiting: 1, units: 4 });
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'none', reason: 'stock_elsewhere' });
  await fixture.stock({ variantId, to: 2, where: fixture.annexe });
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'open', units: 2 });
});

test('a location that begins to fulfil online orders brings its stock with it', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product({ variant: { stock: new Map([[fixture.counter, 3]]) } });
  await fixture.line(variantId, 1);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  fixture.store.setLocation({
    shop: fixture.domain,
    locationId: fixture.counter,
    fulfillsOnlineOrders: true,
  });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('stock at more locations than one page of levels is found', async () => {
  const fixture = await createShop();
  const far = [1, 2, 3, 4, 5, 6, 7].map(
    (number) => fixture.store.addLocation({ shop: fixture.domain, name: `Depot ${number}` }).id,
  );
  const { variantId } = await fixture.product({ variant: { stock: new Map([[far[6]!, 2]]) } });
  await fixture.line(variantId, 1);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'open', units: 2 });
});

test.each([
  ['a draft', { status: 'DRAFT' as const }, 'not_active'],
  ['an archived product', { status: 'ARCHIVED' as const }, 'not_active'],
  ['an unpublished product', { published: false }, 'not_published'],
])('%s with stock tells nobody until it is on the storefront', async (_name, change, reason) => {
  const fixture = await createShop();
  const { variantId, productId } = await fixture.product({ ...change, variant: { stock: 5 } });
  await fixture.line(variantId, 1);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'none', reason });
  fixture.store.setStatus({ shop: fixture.domain, productId, status: 'ACTIVE' });
  fixture.store.publish({ shop: fixture.domain, productId });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('unlisted is told of: its link sells', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product({ status: 'UNLISTED' });
  await fixture.line(variantId, 1);
  await fixture.stock({ variantId, to: 1 });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('unpublished while people are told: the telling stops', async () => {
  const fixture = await createShop();
  const { variantId, productId } = await fixture.product();
  await fixture.line(variantId, 3);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  await notifyAll(fixture, { atMost: 1 });
  fixture.store.unpublish({ shop: fixture.domain, productId });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'close', reason: 'not_published' });
});

test('a bundle comes back when its last component does', async () => {
  const fixture = await createShop();
  const parts = await fixture.product({
    title: 'Parts',
    options: [{ name: 'Part', values: ['A', 'B'] }],
    variants: [{ options: ['A'], stock: 3 }, { options: ['B'] }],
  });
  const bundle = await fixture.product({
    title: 'Set',
    variant: {
      tracked: false,
      components: parts.variantIds.map((variantId) => ({ variantId, quantity: 1 })),
    },
  });
  await fixture.line(bundle.variantId, 2);
  await fixture.check();
  expect(await fixture.lastCheck(bundle.variantId)).toMatchObject({ decision: 'none' });
  expect((await fixture.variant(bundle.variantId)).componentItemIds).toHaveLength(2);
  await fixture.stock({ variantId: parts.variantIds[1]!, to: 2 });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('several variants on one inventory item all hear of it', async () => {
  const fixture = await createShop();
  const { productId, variantId } = await fixture.product();
  const { inventoryItemId } = fixture.store.shop(fixture.domain).variants.get(variantId)!;
  const twin = fixture.store.addVariant({
    shop: fixture.domain,
    productId,
    options: ['Twin'],
    inventoryItemId,
  });
  await fixture.shopify.untilIdle();
  await fixture.line(variantId, 1);
  await fixture.line(twin.id, 1);
  await fixture.check();
  await fixture.stock({ variantId, to: 2 });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('continue selling tells nobody, unless the merchant wants it told as an order', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  fixture.store.updateVariant({ shop: fixture.domain, variantId, policy: 'CONTINUE' });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'none', reason: 'order_only' });

  const telling = await createShop({ notifyOnPreorder: true });
  const other = await telling.product();
  await telling.line(other.variantId, 1);
  telling.store.updateVariant({ shop: telling.domain, variantId: other.variantId, policy: 'CONTINUE' });
  await telling.shopify.untilIdle();
  await telling.check();
  expect(await notifyAll(telling)).toHaveLength(1);
  expect(await telling.restocks(other.variantId)).toMatchObject([{ kind: 'orderable' }]);
});

test('untracked stock is told of to everyone at once', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 25 });
  await fixture.check();
  fixture.store.setTracked({ shop: fixture.domain, variantId, tracked: false });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(25);
});

test('Shopify’s stale figure is looked at again, and nobody is told before it is right', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  fixture.store.setStale(100_000);
  await fixture.stock({ variantId, to: 5 });
  fixture.store.setStale(0);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'none', reason: 'stale', units: 5 });
  pass(31);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ reason: 'stale' });
  pass(121);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('a deleted variant is marked missing and its waiters are kept for the merchant', async () => {
  const fixture = await createShop();
  const { variantId, productId } = await fixture.product();
  await fixture.line(variantId, 2);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  await notifyAll(fixture, { atMost: 1 });
  fixture.store.addVariant({ shop: fixture.domain, productId, options: ['New'] });
  fixture.store.deleteVariant({ shop: fixture.domain, variantId });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await fixture.variant(variantId)).toMatchObject({ missingSince: clock() });
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'close', reason: 'deleted' });
  expect(await notifyAll(fixture)).toEqual([]);
});

test('quiet hours across midnight and across the change of the clocks: told at their end, and only if it is still there', async () => {
  // Berlin leaves summer time in this night: 22:00 to 08:00 lasts eleven hours.
  setClock(new Date('2027-10-30T21:30:00Z'));
  const fixture = await createShop({ quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60, sendDelaySeconds: 10 });
  const { variantId } = await fixture.back({ waiting: 2 });
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'open', reason: 'quiet_hours' });
  setClock(new Date('2027-10-31T06:59:00Z'));
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  setClock(new Date('2027-10-31T07:00:00Z'));
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('quiet hours that begin in the middle of a telling stop it', async () => {
  setClock(new Date('2027-11-03T20:58:00Z'));
  const fixture = await createShop({ quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60 });
  await fixture.back({ waiting: 3 });
  expect(await notifyAll(fixture, { atMost: 1 })).toHaveLength(1);
  setClock(new Date('2027-11-03T21:00:00Z'));
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  setClock(new Date('2027-11-04T07:00:00Z'));
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});
