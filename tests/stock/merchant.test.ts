// The merchant's own hand: look now, tell now, hold, pause, move, and the test that pretends.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { shopStatus } from '../../app/notifications/shop-status.server.ts';
import { restocks } from '../../app/reports/restocks.server.ts';
import {
  pauseRestock,
  checkInventoryNow,
  moveShoppers,
  pauseVariant,
  simulateRestock,
  resumeRestock,
  notifyNow as tellNowOf,
} from '../../app/stock/merchant-actions.server.ts';
import { clock, furnish, type House, pass } from './house.ts';
import { tellAll } from './lane.ts';

async function tellNow({ house: { shopId }, variantId }: { house: House; variantId: bigint }) {
  const settings = await db.shop.findUniqueOrThrow({ where: { id: shopId } });
  const { reach } = await shopStatus({ shopId });
  const reading = { shopId, variantId, reach, settings, open: true, limit: 1, now: clock() };
  return tellNowOf({
    ...{ shopId, variantId, now: clock() },
    readOpenRestock: async (tx) => (await restocks({ ...reading, tx }))[0],
  });
}

test('tell now ends the hold-off, after one more reading', async () => {
  const house = await furnish({ sendDelaySeconds: 600 });
  const { variantId } = await house.product();
  expect(await tellNow({ house, variantId })).toEqual({ outcome: 'not_open' });
  await house.line(variantId, 2);
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellNow({ house, variantId })).toEqual({ outcome: 'looking' });
  expect(await tellAll(house), 'not on the old reading').toEqual([]);
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('tell now in a restock that came back: what was allowed before its gap waits for the new reading too', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 3 });
  expect(await tellAll(house, { atMost: 1 })).toHaveLength(1);
  await house.stock({ variantId, to: 0 });
  await house.look();
  await db.shop.update({ where: { id: house.shopId }, data: { sendDelaySeconds: 600 } });
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellAll(house), 'hold-off').toEqual([]);
  await tellNow({ house, variantId });
  expect(await tellAll(house), 'the old reading').toEqual([]);
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('tell now on stock that has gone tells nobody', async () => {
  const house = await furnish({ sendDelaySeconds: 600 });
  const { variantId } = await house.back({ waiting: 2 });
  house.shopify.webhooks.dials.lose = 1;
  await house.stock({ variantId, to: 0 });
  house.shopify.webhooks.dials.lose = 0;
  await tellNow({ house, variantId });
  await house.look();
  expect(await tellAll(house)).toEqual([]);
});

test('tell now ends the time between batches: one unit, one a unit, and the second is told on a new stock check', async () => {
  const house = await furnish({ shoppersPerUnit: 1, batchIntervalMinutes: 60 });
  const { variantId } = await house.back({ waiting: 2, units: 1 });
  expect(await tellAll(house)).toHaveLength(1);
  await checkInventoryNow({ shopId: house.shopId, variantId, now: clock() });
  await house.look();
  expect(await tellAll(house), 'a stock check alone starts no batch').toEqual([]);
  expect(await tellNow({ house, variantId })).toEqual({ outcome: 'looking' });
  expect(await tellAll(house), 'not on the old stock check').toEqual([]);
  expect(await tellNow({ house, variantId }), 'pressed twice').toEqual({ outcome: 'checking' });
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
  expect(await tellNow({ house, variantId }), 'nobody is left').toEqual({ outcome: 'nobody' });
});

test('tell now respects the minimum, the batches and the quiet hours', async () => {
  const house = await furnish({ sendDelaySeconds: 600, quietHoursStart: 0, quietHoursEnd: 1_439 });
  const { variantId } = await house.back({ waiting: 12, units: 1 });
  expect(await tellNow({ house, variantId })).toEqual({ outcome: 'quiet_hours' });
  await house.look();
  expect(await tellAll(house), 'quiet hours').toEqual([]);
  await db.shop.update({ where: { id: house.shopId }, data: { quietHoursStart: null, quietHoursEnd: null } });
  await tellNow({ house, variantId });
  await house.look();
  expect(await tellAll(house), 'ten for one unit').toHaveLength(10);
});

test('hold stops the telling at once, release goes on with it', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 3 });
  expect(await tellAll(house, { atMost: 1 })).toHaveLength(1);
  const given = { shopId: house.shopId, variantId, now: clock() };
  expect(await pauseRestock(given)).toEqual({ outcome: 'held' });
  expect(await tellAll(house)).toEqual([]);
  await checkInventoryNow(given);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'wait', reason: 'held' });
  expect(await tellAll(house)).toEqual([]);
  expect(await resumeRestock(given)).toEqual({ outcome: 'looking' });
  expect(await resumeRestock(given), 'released twice').toEqual({ outcome: 'not_held' });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('a paused variant tells nobody, not even of a restock that was open already; resumed, it does', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 3 });
  await tellAll(house, { atMost: 1 });
  const given = { shopId: house.shopId, variantId, now: clock() };
  expect(await pauseVariant({ ...given, paused: true })).toEqual({ outcome: 'paused' });
  await house.stock({ variantId, to: 6 });
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await pauseVariant({ ...given, paused: false })).toEqual({ outcome: 'looking' });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
});

test('the waiters of a deleted variant move to another of its product, keep their place, and nobody waits twice', async () => {
  const house = await furnish();
  const { variantId, productId } = await house.product();
  const [first, second] = await house.line(variantId, 2);
  const { id: heir } = house.store.addVariant({ shop: house.domain, productId, options: ['New'] });
  pass(60);
  const twice = await house.waiter(heir, { shopperId: second!.shopperId });
  await house.look();
  const given = { shopId: house.shopId, from: variantId, to: heir, clock };
  expect(await moveShoppers(given)).toEqual({ outcome: 'not_missing' });
  house.store.deleteVariant({ shop: house.domain, variantId });
  await house.shopify.settle();
  await house.look();
  const foreign = await house.product({ title: 'Scarf' });
  expect(await moveShoppers({ ...given, to: foreign.variantId })).toEqual({ outcome: 'other_product' });
  expect(await moveShoppers({ ...given, to: 99n })).toEqual({ outcome: 'unknown' });
  expect(await moveShoppers(given)).toEqual({ outcome: 'moved', moved: 1, merged: 1 });
  expect(await moveShoppers(given)).toEqual({ outcome: 'moved', moved: 0, merged: 0 });
  const kept = await db.subscription.findFirstOrThrow({ where: { id: twice.id } });
  expect(kept.waitingSince, 'the place of the first yes').toEqual(second!.waitingSince);
  await house.stock({ variantId: heir, to: 5 });
  await house.look();
  expect((await tellAll(house)).toSorted()).toEqual([first!.shopperId, second!.shopperId].toSorted());
});

test('pretend opens a test restock for the one marked yes, and nobody else hears of it', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 2 });
  await house.look();
  const own = await house.waiter(variantId, { isTest: true });
  const given = { shopId: house.shopId, pageId: house.page.id, subscriptionId: own.id, now: clock() };
  expect(await simulateRestock(given)).toMatchObject({ outcome: 'pretended' });
  expect(await tellAll(house)).toEqual([own.shopperId]);
  expect(await simulateRestock(given)).toEqual({ outcome: 'nobody_to_tell' });
  expect(await house.restocks(variantId)).toEqual([]);
  const real = await house.waiter(variantId);
  expect(await simulateRestock({ ...given, subscriptionId: real.id })).toEqual({ outcome: 'nobody_to_tell' });
});
