// The page sender on a real database, judged by Messenger's own ledger.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createSenderWorld } from './sender-world.ts';

const world = await createSenderWorld();

test('everyone who waits is told exactly once, oldest first', async () => {
  const { shop, metaPageId, waitingShoppers, restock } = await world.shopWithWaiting({ count: 60 });
  const worker = await world.worker(metaPageId);
  let next: Date | null;
  // A machine that stands still for a second cuts a run off; the sender then runs again at once.
  do next = await worker.run();
  while (next !== null && next <= world.clock());
  expect(next).toBeNull();
  await worker.leave();
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 60 });
  expect((await db.restock.findFirstOrThrow({ where: { id: restock.id } })).claimedCount).toBe(60);
  const rows = await db.notification.findMany({ where: { shopId: shop.id }, orderBy: { id: 'asc' } });
  expect(rows.map((row) => row.subscriptionId)).toEqual(waitingShoppers.map((one) => one.subscriptionId));
  expect(
    rows.every((row) => row.messageId !== null && row.requestBody === null && row.status === 'sent'),
  ).toBe(true);
  await world.expectBalanced(shop.id);
});

test('a lost reply and a 500 after delivery double nobody: the same call is repeated a minute later', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 12 });
  world.messenger.disturb({ kind: 'lose_reply', times: 2, only: { pageId: metaPageId } });
  world.messenger.disturb({ kind: 'fail_after', times: 2, only: { pageId: metaPageId } });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  const states = await world.statesOf(shop.id);
  expect((states.notified ?? 0) + (states.assumed_notified ?? 0)).toBe(12);
  expect(states.assumed_notified).toBeGreaterThanOrEqual(2);
  await world.expectBalanced(shop.id);
});

test('a call that never arrived is repeated and told once', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 3 });
  world.messenger.disturb({ kind: 'drop_request', times: 1, only: { pageId: metaPageId } });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 3 });
});

test('killed with calls on their way: the next holder waits a minute, repeats byte for byte, and tells nobody twice', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 20 });
  const stopSlow = world.messenger.disturb({
    kind: 'slow',
    ms: 400,
    after: true,
    times: 1_000,
    only: { pageId: metaPageId },
  });
  const first = await world.worker(metaPageId);
  const running = first.run();
  await waitFor(() => world.notifiedOf(metaPageId).length >= 5, { until: 'some are told' });
  await first.die();
  stopSlow();
  await world.runOut({ metaPageId });
  await running.catch(() => undefined);
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  const states = await world.statesOf(shop.id);
  expect((states.notified ?? 0) + (states.assumed_notified ?? 0)).toBe(20);
  await world.expectBalanced(shop.id);
});

test('begun, and the lease gone before the call: the next holder sends at once what was surely never sent', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 6 });
  const first = await world.worker(metaPageId);
  // Nothing may leave yet: what is begun waits for its turn.
  const held = { ...first.rateLimiter, take: () => 60_000, waitMs: () => 0 };
  Object.assign(first.rateLimiter, held);
  const running = first.run(() => 20);
  const begun = () => db.notification.count({ where: { shopId: shop.id, status: 'sending' } });
  await waitFor(async () => (await begun()) >= 2, { until: 'two are begun' });
  await first.die();
  await running;
  expect(world.notifiedOf(metaPageId)).toEqual([]);
  expect(await begun()).toBe(0);

  const next = await world.worker(metaPageId);
  await next.run();
  await next.leave();
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 6 });
  await world.expectBalanced(shop.id);
});

test('cut off by a stall that is over before the last answer has come, the sender runs again at once', async () => {
  const { metaPageId } = await world.shopWithWaiting({ count: 30, perSecond: 20 });
  world.messenger.disturb({ kind: 'slow', ms: 400, times: 1_000, only: { pageId: metaPageId } });
  const { lease, state, run, leave } = await world.worker(metaPageId);
  const running = run(() => 20);
  await waitFor(() => state.calls.size > 0, { until: 'a call is on its way' });
  await waitFor(
    () => {
      lease.deadline = -Infinity;
      return state.mode === 'draining';
    },
    { until: 'the stall is noticed' },
  );
  lease.deadline = Infinity;
  expect(await running).not.toBeNull();
  expect(state.mode).toBe('finished');
  await leave();
});

test('the allowance is never passed, and whoever is left keeps place and token', async () => {
  const { shop, metaPageId, waitingShoppers, restock } = await world.shopWithWaiting({
    count: 20,
    notificationQuota: 7,
  });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.slice(0, 7).map((one) => one.psid) });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 7, waiting: 13 });
  await db.restock.updateMany({ where: { id: restock.id }, data: { notificationQuota: 10 } });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.slice(0, 10).map((one) => one.psid) });
  await world.expectBalanced(shop.id);
});

test('a restock that closes in mid-drain stops the rest within a second', async () => {
  const { shop, metaPageId, restock } = await world.shopWithWaiting({ count: 300, perSecond: 100 });
  const worker = await world.worker(metaPageId);
  const running = worker.run(() => 100);
  await waitFor(() => world.notifiedOf(metaPageId).length >= 30, { until: 'thirty are told' });
  await db.restock.updateMany({ where: { id: restock.id }, data: { closedAt: world.clock() } });
  const notified = world.notifiedOf(metaPageId).length;
  await running;
  await worker.leave();
  expect(world.notifiedOf(metaPageId).length - notified).toBeLessThan(60);
  const states = await world.statesOf(shop.id);
  expect(states.notified).toBe(world.notifiedOf(metaPageId).length);
  expect(states.waiting).toBe(300 - states.notified!);
  await world.expectBalanced(shop.id);
});

test('no claim without a fresh look, and the lane asks for one', async () => {
  const { shop, variant, metaPageId, restock } = await world.shopWithWaiting({ count: 2 });
  await db.restock.updateMany({
    where: { id: restock.id },
    data: { confirmedAvailableAt: new Date(world.clock().getTime() - 31_000) },
  });
  const worker = await world.worker(metaPageId);
  expect(await worker.run()).not.toBeNull();
  await worker.leave();
  expect(world.notifiedOf(metaPageId)).toEqual([]);
  const asked = await db.variant.findFirstOrThrow({ where: { shopId: shop.id, id: variant.id } });
  expect(asked.checkRequestedVersion).toBeGreaterThan(asked.checkedVersion);
});

test('held, waiting for its hold-off, paused or uninstalled: nobody is told', async () => {
  const { shop, variant, page, metaPageId, restock } = await world.shopWithWaiting({ count: 2 });
  const now = world.clock();
  const hindered = async () => {
    await world.runOut({ metaPageId, within: 60_000 });
    expect(world.notifiedOf(metaPageId)).toEqual([]);
  };
  await db.restock.updateMany({ where: { id: restock.id }, data: { heldAt: now } });
  await hindered();
  const sendAfter = new Date(now.getTime() + 3_600_000);
  await db.restock.updateMany({ where: { id: restock.id }, data: { heldAt: null, sendAfter } });
  await hindered();
  await db.restock.updateMany({ where: { id: restock.id }, data: { sendAfter: null } });
  await db.variant.updateMany({ where: { shopId: shop.id, id: variant.id }, data: { pausedAt: now } });
  await hindered();
  await db.variant.updateMany({ where: { shopId: shop.id, id: variant.id }, data: { pausedAt: null } });
  await db.shop.update({ where: { id: shop.id }, data: { uninstalledAt: now } });
  await hindered();
  await db.shop.update({ where: { id: shop.id }, data: { uninstalledAt: null } });
  await db.page.updateMany({ where: { id: page.id }, data: { issue: 'reconnect', issueSince: now } });
  await hindered();
  await db.page.updateMany({ where: { id: page.id }, data: { issue: null, issueSince: null } });
  await world.runOut({ metaPageId });
  expect(world.notifiedOf(metaPageId)).toHaveLength(2);
});

test('whoever says STOP after the claim and before the call is not told', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 30, perSecond: 20 });
  const worker = await world.worker(metaPageId);
  const running = worker.run(() => 20);
  await waitFor(() => world.notifiedOf(metaPageId).length >= 2, { until: 'two are told' });
  const stopped = await db.shopper.updateManyAndReturn({
    where: { shopId: shop.id },
    data: { optedOutAt: world.clock() },
  });
  const notified = world.notifiedOf(metaPageId).length;
  await running;
  await worker.leave();
  expect(stopped).toHaveLength(30);
  // Those whose call had begun at that moment are the only ones.
  expect(world.notifiedOf(metaPageId).length - notified).toBeLessThanOrEqual(3);
  expect(waitingShoppers).toHaveLength(30);
  const states = await world.statesOf(shop.id);
  expect(states.claimed).toBeUndefined();
  await world.expectBalanced(shop.id);
});

test('what waited for its turn while the pace was held is not said on what was checked before', async () => {
  const { shop, metaPageId } = await world.shopWithWaiting({ count: 40, perSecond: 40 });
  const worker = await world.worker(metaPageId);
  const running = worker.run(() => 40);
  await waitFor(() => world.notifiedOf(metaPageId).length >= 3, { until: 'three are told' });
  worker.rateLimiter.refused({ startedAt: worker.rateLimiter.now(), regainMs: 3_000 });
  await db.shopper.updateMany({ where: { shopId: shop.id }, data: { optedOutAt: world.clock() } });
  const optedOutAt = world.clock().getTime();
  await running;
  await worker.leave();
  // Those whose call was on its way at that moment are the only ones.
  expect(world.notifiedOf(metaPageId).filter((line) => line.at > optedOutAt + 1_000)).toEqual([]);
  expect((await world.statesOf(shop.id)).claimed).toBeUndefined();
  await world.expectBalanced(shop.id);
});

test('two workers at once: one holds the Page, and everybody is told once', async () => {
  const { metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 80 });
  const first = await world.worker(metaPageId);
  const running = first.run(() => 200);
  await waitFor(() => world.notifiedOf(metaPageId).length >= 10, { until: 'ten are told' });
  first.stop();
  await running;
  await first.leave();
  const second = await world.worker(metaPageId);
  await second.run();
  await second.leave();
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
});

test('somebody who was told and asked again waits for the next restock', async () => {
  const { shop, page, variant, metaPageId, waitingShoppers, restock } = await world.shopWithWaiting({
    count: 1,
  });
  await world.runOut({ metaPageId });
  const [again] = await world.addWaiting({ page, variantId: variant.id, count: 1 });
  await db.subscription.updateMany({
    where: { id: again!.subscriptionId },
    data: { shopperId: waitingShoppers[0]!.shopperId },
  });
  await world.runOut({ metaPageId });
  expect(world.notifiedOf(metaPageId)).toHaveLength(1);
  await db.restock.updateMany({ where: { id: restock.id }, data: { closedAt: world.clock() } });
  await world.openRestock({ shopId: shop.id, variantId: variant.id });
  await world.runOut({ metaPageId });
  expect(world.notifiedOf(metaPageId)).toHaveLength(2);
});

test('three waiters of another shop on the same Page do not stand behind hundreds', async () => {
  const whale = await world.shopWithWaiting({ count: 300, perSecond: 100 });
  const other = await world.addShop();
  const page = await world.connect({ shopId: other.id, metaPage: whale.metaPage, perSecond: 100 });
  const variant = await world.addVariant({ shopId: other.id });
  await world.addWaiting({ page, variantId: variant.id, count: 3 });
  const worker = await world.worker(whale.metaPageId);
  const running = worker.run(() => 100);
  await waitFor(() => world.notifiedOf(whale.metaPageId).length >= 20, { until: 'twenty are told' });
  const before = world.notifiedOf(whale.metaPageId).length;
  await world.openRestock({ shopId: other.id, variantId: variant.id });
  await waitFor(async () => (await world.statesOf(other.id)).notified === 3, { until: 'the three are told' });
  expect(world.notifiedOf(whale.metaPageId).length - before).toBeLessThan(150);
  worker.stop();
  await running;
  await worker.leave();
  await world.expectBalanced(whale.shop.id);
});
