// What counts as back in stock when the whole way is walked: webhook, hint, reading, decision.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clock, furnish, pass, setClock } from './house.ts';
import { tellAll } from './lane.ts';

test('units at the shop counter tell nobody', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 4, where: house.counter });
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.lastLook(variantId)).toMatchObject({ reason: 'stock_elsewhere', units: 0 });
});

test('where the merchant chose locations, only those count', async () => {
  const house = await furnish();
  await db.shop.update({ where: { id: house.shopId }, data: { locationIds: [house.annexe] } });
  const { variantId } = await house.back({ waiting: 1, units: 4 });
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason: 'stock_elsewhere' });
  await house.stock({ variantId, to: 2, where: house.annexe });
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'open', units: 2 });
});

test('a location that begins to fulfil online orders brings its stock with it', async () => {
  const house = await furnish();
  const { variantId } = await house.product({ variant: { stock: new Map([[house.counter, 3]]) } });
  await house.line(variantId, 1);
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  house.store.setLocation({ shop: house.domain, locationId: house.counter, fulfillsOnlineOrders: true });
  await house.shopify.settle();
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('stock at more locations than one page of levels is found', async () => {
  const house = await furnish();
  const far = [1, 2, 3, 4, 5, 6, 7].map(
    (number) => house.store.addLocation({ shop: house.domain, name: `Depot ${number}` }).id,
  );
  const { variantId } = await house.product({ variant: { stock: new Map([[far[6]!, 2]]) } });
  await house.line(variantId, 1);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'open', units: 2 });
});

test.each([
  ['a draft', { status: 'DRAFT' as const }, 'not_active'],
  ['an archived product', { status: 'ARCHIVED' as const }, 'not_active'],
  ['an unpublished product', { published: false }, 'not_published'],
])('%s with stock tells nobody until it is on the storefront', async (_name, change, reason) => {
  const house = await furnish();
  const { variantId, productId } = await house.product({ ...change, variant: { stock: 5 } });
  await house.line(variantId, 1);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason });
  house.store.setStatus({ shop: house.domain, productId, status: 'ACTIVE' });
  house.store.publish({ shop: house.domain, productId });
  await house.shopify.settle();
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('unlisted is told of: its link sells', async () => {
  const house = await furnish();
  const { variantId } = await house.product({ status: 'UNLISTED' });
  await house.line(variantId, 1);
  await house.stock({ variantId, to: 1 });
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('unpublished while people are told: the telling stops', async () => {
  const house = await furnish();
  const { variantId, productId } = await house.product();
  await house.line(variantId, 3);
  await house.stock({ variantId, to: 5 });
  await house.look();
  await tellAll(house, { atMost: 1 });
  house.store.unpublish({ shop: house.domain, productId });
  await house.shopify.settle();
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'close', reason: 'not_published' });
});

test('a bundle comes back when its last component does', async () => {
  const house = await furnish();
  const parts = await house.product({
    title: 'Parts',
    options: [{ name: 'Part', values: ['A', 'B'] }],
    variants: [{ options: ['A'], stock: 3 }, { options: ['B'] }],
  });
  const bundle = await house.product({
    title: 'Set',
    variant: {
      tracked: false,
      components: parts.variantIds.map((variantId) => ({ variantId, quantity: 1 })),
    },
  });
  await house.line(bundle.variantId, 2);
  await house.look();
  expect(await house.lastLook(bundle.variantId)).toMatchObject({ decision: 'none' });
  expect((await house.variant(bundle.variantId)).componentItemIds).toHaveLength(2);
  await house.stock({ variantId: parts.variantIds[1]!, to: 2 });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('several variants on one inventory item all hear of it', async () => {
  const house = await furnish();
  const { productId, variantId } = await house.product();
  const { inventoryItemId } = house.store.shop(house.domain).variants.get(variantId)!;
  const twin = house.store.addVariant({ shop: house.domain, productId, options: ['Twin'], inventoryItemId });
  await house.shopify.settle();
  await house.line(variantId, 1);
  await house.line(twin.id, 1);
  await house.look();
  await house.stock({ variantId, to: 2 });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('continue selling tells nobody, unless the merchant wants it told as an order', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  house.store.updateVariant({ shop: house.domain, variantId, policy: 'CONTINUE' });
  await house.shopify.settle();
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason: 'order_only' });

  const telling = await furnish({ notifyOnPreorder: true });
  const other = await telling.product();
  await telling.line(other.variantId, 1);
  telling.store.updateVariant({ shop: telling.domain, variantId: other.variantId, policy: 'CONTINUE' });
  await telling.shopify.settle();
  await telling.look();
  expect(await tellAll(telling)).toHaveLength(1);
  expect(await telling.restocks(other.variantId)).toMatchObject([{ kind: 'orderable' }]);
});

test('untracked stock is told of to everyone at once', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 25 });
  await house.look();
  house.store.setTracked({ shop: house.domain, variantId, tracked: false });
  await house.shopify.settle();
  await house.look();
  expect(await tellAll(house)).toHaveLength(25);
});

test('Shopify’s stale figure is looked at again, and nobody is told before it is right', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  house.store.setStale(100_000);
  await house.stock({ variantId, to: 5 });
  house.store.setStale(0);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason: 'stale', units: 5 });
  pass(31);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ reason: 'stale' });
  pass(121);
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('a deleted variant is marked missing and its waiters are kept for the merchant', async () => {
  const house = await furnish();
  const { variantId, productId } = await house.product();
  await house.line(variantId, 2);
  await house.stock({ variantId, to: 5 });
  await house.look();
  await tellAll(house, { atMost: 1 });
  house.store.addVariant({ shop: house.domain, productId, options: ['New'] });
  house.store.deleteVariant({ shop: house.domain, variantId });
  await house.shopify.settle();
  await house.look();
  expect(await house.variant(variantId)).toMatchObject({ missingSince: clock() });
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'close', reason: 'deleted' });
  expect(await tellAll(house)).toEqual([]);
});

test('quiet hours across midnight and across the change of the clocks: told at their end, and only if it is still there', async () => {
  // Berlin leaves summer time in this night: 22:00 to 08:00 lasts eleven hours.
  setClock(new Date('2027-10-30T21:30:00Z'));
  const house = await furnish({ quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60, sendDelaySeconds: 10 });
  const { variantId } = await house.back({ waiting: 2 });
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'open', reason: 'quiet_hours' });
  setClock(new Date('2027-10-31T06:59:00Z'));
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  setClock(new Date('2027-10-31T07:00:00Z'));
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('quiet hours that begin in the middle of a telling stop it', async () => {
  setClock(new Date('2027-11-03T20:58:00Z'));
  const house = await furnish({ quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60 });
  await house.back({ waiting: 3 });
  expect(await tellAll(house, { atMost: 1 })).toHaveLength(1);
  setClock(new Date('2027-11-03T21:00:00Z'));
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  setClock(new Date('2027-11-04T07:00:00Z'));
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});
