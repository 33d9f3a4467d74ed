// The merchant's controls: check inventory, notify now, pause, resume, move, and the test alert.
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
import { clock, createShop, type Fixture, pass } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

async function tellNow({ fixture: { shopId }, variantId }: { fixture: Fixture; variantId: bigint }) {
  const settings = await db.shop.findUniqueOrThrow({ where: { id: shopId } });
  const { reach } = await shopStatus({ shopId });
  const reading = { shopId, variantId, reach, settings, open: true, limit: 1, now: clock() };
  return tellNowOf({
    ...{ shopId, variantId, now: clock() },
    readOpenRestock: async (tx) => (await restocks({ ...reading, tx }))[0],
  });
}

test('tell now ends the hold-off, after one more reading', async () => {
  const fixture = await createShop({ sendDelaySeconds: 600 });
  const { variantId } = await fixture.product();
  expect(await tellNow({ fixture, variantId })).toEqual({ outcome: 'not_open' });
  await fixture.line(variantId, 2);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await tellNow({ fixture, variantId })).toEqual({ outcome: 'looking' });
  expect(await notifyAll(fixture), 'not on the old reading').toEqual([]);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('tell now in a restock that came back: what was allowed before its gap waits for the new reading too', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 3 });
  expect(await notifyAll(fixture, { atMost: 1 })).toHaveLength(1);
  await fixture.stock({ variantId, to: 0 });
  await fixture.check();
  await db.shop.update({ where: { id: fixture.shopId }, data: { sendDelaySeconds: 600 } });
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await notifyAll(fixture), 'hold-off').toEqual([]);
  await tellNow({ fixture, variantId });
  expect(await notifyAll(fixture), 'the old reading').toEqual([]);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('tell now on stock that has gone tells nobody', async () => {
  const fixture = await createShop({ sendDelaySeconds: 600 });
  const { variantId } = await fixture.back({ waiting: 2 });
  fixture.shopify.webhooks.faultOptions.lose = 1;
  await fixture.stock({ variantId, to: 0 });
  fixture.shopify.webhooks.faultOptions.lose = 0;
  await tellNow({ fixture, variantId });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
});

test('tell now ends the time between batches: one unit, one a unit, and the second is told on a new stock check', async () => {
  const fixture = await createShop({ shoppersPerUnit: 1, batchIntervalMinutes: 60 });
  const { variantId } = await fixture.back({ waiting: 2, units: 1 });
  expect(await notifyAll(fixture)).toHaveLength(1);
  await checkInventoryNow({ shopId: fixture.shopId, variantId, now: clock() });
  await fixture.check();
  expect(await notifyAll(fixture), 'a stock check alone starts no batch').toEqual([]);
  expect(await tellNow({ fixture, variantId })).toEqual({ outcome: 'looking' });
  expect(await notifyAll(fixture), 'not on the old stock check').toEqual([]);
  expect(await tellNow({ fixture, variantId }), 'pressed twice').toEqual({ outcome: 'checking' });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
  expect(await tellNow({ fixture, variantId }), 'nobody is left').toEqual({ outcome: 'nobody' });
});

test('tell now respects the minimum, the batches and the quiet hours', async () => {
  const fixture = await createShop({ sendDelaySeconds: 600, quietHoursStart: 0, quietHoursEnd: 1_439 });
  const { variantId } = await fixture.back({ waiting: 12, units: 1 });
  expect(await tellNow({ fixture, variantId })).toEqual({ outcome: 'quiet_hours' });
  await fixture.check();
  expect(await notifyAll(fixture), 'quiet hours').toEqual([]);
  await db.shop.update({
    where: { id: fixture.shopId },
    data: { quietHoursStart: null, quietHoursEnd: null },
  });
  await tellNow({ fixture, variantId });
  await fixture.check();
  expect(await notifyAll(fixture), 'ten for one unit').toHaveLength(10);
});

test('hold stops the telling at once, release goes on with it', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 3 });
  expect(await notifyAll(fixture, { atMost: 1 })).toHaveLength(1);
  const given = { shopId: fixture.shopId, variantId, now: clock() };
  expect(await pauseRestock(given)).toEqual({ outcome: 'held' });
  expect(await notifyAll(fixture)).toEqual([]);
  await checkInventoryNow(given);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'wait', reason: 'held' });
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await resumeRestock(given)).toEqual({ outcome: 'looking' });
  expect(await resumeRestock(given), 'released twice').toEqual({ outcome: 'not_held' });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('a paused variant tells nobody, not even of a restock that was open already; resumed, it does', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 3 });
  await notifyAll(fixture, { atMost: 1 });
  const given = { shopId: fixture.shopId, variantId, now: clock() };
  expect(await pauseVariant({ ...given, paused: true })).toEqual({ outcome: 'paused' });
  await fixture.stock({ variantId, to: 6 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await pauseVariant({ ...given, paused: false })).toEqual({ outcome: 'looking' });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
});

test('the waiters of a deleted variant move to another of its product, keep their place, and nobody waits twice', async () => {
  const fixture = await createShop();
  const { variantId, productId } = await fixture.product();
  const [first, second] = await fixture.line(variantId, 2);
  const { id: heir } = fixture.store.addVariant({ shop: fixture.domain, productId, options: ['New'] });
  pass(60);
  const twice = await fixture.waitingShopper(heir, { shopperId: second!.shopperId });
  await fixture.check();
  const given = { shopId: fixture.shopId, from: variantId, to: heir, clock };
  expect(await moveShoppers(given)).toEqual({ outcome: 'not_missing' });
  fixture.store.deleteVariant({ shop: fixture.domain, variantId });
  await fixture.shopify.untilIdle();
  await fixture.check();
  const foreign = await fixture.product({ title: 'Scarf' });
  expect(await moveShoppers({ ...given, to: foreign.variantId })).toEqual({ outcome: 'other_product' });
  expect(await moveShoppers({ ...given, to: 99n })).toEqual({ outcome: 'unknown' });
  expect(await moveShoppers(given)).toEqual({ outcome: 'moved', moved: 1, merged: 1 });
  expect(await moveShoppers(given)).toEqual({ outcome: 'moved', moved: 0, merged: 0 });
  const kept = await db.subscription.findFirstOrThrow({ where: { id: twice.id } });
  expect(kept.waitingSince, 'the place of the first yes').toEqual(second!.waitingSince);
  await fixture.stock({ variantId: heir, to: 5 });
  await fixture.check();
  expect((await notifyAll(fixture)).toSorted()).toEqual([first!.shopperId, second!.shopperId].toSorted());
});

test('pretend opens a test restock for the one marked yes, and nobody else hears of it', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 2 });
  await fixture.check();
  const own = await fixture.waitingShopper(variantId, { isTest: true });
  const given = { shopId: fixture.shopId, pageId: fixture.page.id, subscriptionId: own.id, now: clock() };
  expect(await simulateRestock(given)).toMatchObject({ outcome: 'pretended' });
  expect(await notifyAll(fixture)).toEqual([own.shopperId]);
  expect(await simulateRestock(given)).toEqual({ outcome: 'nobody_to_tell' });
  expect(await fixture.restocks(variantId)).toEqual([]);
  const real = await fixture.waitingShopper(variantId);
  expect(await simulateRestock({ ...given, subscriptionId: real.id })).toEqual({ outcome: 'nobody_to_tell' });
});
