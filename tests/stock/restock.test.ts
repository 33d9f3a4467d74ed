// Stock returns, with the whole room at work on a real database and on what Shopify's simulator says.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clock, createShop, pass } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

const ids = (waitingShoppers: { shopperId: bigint }[]) => waitingShoppers.map(({ shopperId }) => shopperId);

test('stock comes back: the line is told, oldest first, each once', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const waitingShoppers = await fixture.line(variantId, 3);
  await fixture.check();
  expect(await fixture.lastCheck(variantId)).toMatchObject({
    decision: 'none',
    reason: 'sold_out',
    units: 0,
  });
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual(ids(waitingShoppers));
  expect(await notifyAll(fixture)).toEqual([]);
  expect((await fixture.looks(variantId)).map(({ decision: kind }) => kind)).toEqual(['none', 'open']);
});

test('the same webhook five times is one restock and one telling', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 2 });
  await fixture.stock({ variantId, to: 5 });
  await fixture.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
  await fixture.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.restocks(variantId)).toMatchObject([
    { claimedCount: 2, notificationQuota: 2, closedAt: null },
  ]);
});

test('one restock as five location webhooks, with a look after each: nobody hears twice', async () => {
  const fixture = await createShop();
  const extra = [1, 2, 3].map(
    (number) => fixture.store.addLocation({ shop: fixture.domain, name: `Depot ${number}` }).id,
  );
  const { variantId } = await fixture.soldOut({ waiting: 4 });
  const notified: bigint[] = [];
  for (const where of [fixture.warehouse, fixture.annexe, ...extra]) {
    await fixture.stock({ variantId, to: 2, where });
    await fixture.check();
    notified.push(...(await notifyAll(fixture)));
  }
  expect(new Set(notified).size).toBe(4);
  expect(notified).toHaveLength(4);
  expect(await fixture.restocks(variantId)).toHaveLength(1);
});

test('a flicker 0-5-0-5 within the hold-off burns no token, and the stock that stays is told once', async () => {
  const fixture = await createShop({ sendDelaySeconds: 10 });
  const { variantId } = await fixture.soldOut({ waiting: 2 });
  for (const to of [5, 0, 5]) {
    await fixture.stock({ variantId, to });
    await fixture.check();
    expect(await notifyAll(fixture), `at ${to}`).toEqual([]);
    pass(3);
  }
  pass(4);
  await fixture.check();
  expect(await notifyAll(fixture), 'the second 5 has a hold-off of its own').toEqual([]);
  pass(3);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
  expect(await fixture.restocks(variantId)).toHaveLength(1);
});

test('told, sold out, back within the guard: those told are not told again, all others are; after it, the next restock opens by itself', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const [first] = await fixture.line(variantId, 1);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([first!.shopperId]);
  await fixture.waitingShopper(variantId, { shopperId: first!.shopperId });
  await fixture.check();
  expect(await notifyAll(fixture), 'tell me next time, pressed while it is open').toEqual([]);
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'none', reason: 'nobody_waiting' });
  expect(await fixture.restocks(variantId), 'the allowance counts only those it may tell').toMatchObject([
    { notificationQuota: 1 },
  ]);

  await fixture.stock({ variantId, to: 0 });
  await fixture.check();
  const second = await fixture.waitingShopper(variantId);
  await fixture.check();
  pass(5 * 60);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([second.shopperId]);
  expect(await fixture.restocks(variantId)).toHaveLength(1);

  await fixture.stock({ variantId, to: 0 });
  await fixture.check();
  pass(31 * 60);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([first!.shopperId]);
  expect(await fixture.restocks(variantId)).toHaveLength(2);
});

test('everyone told, sold out with nobody waiting, asked for again, back again: all of it without a human', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 1, units: 1 });
  expect(await notifyAll(fixture)).toHaveLength(1);
  await fixture.stock({ variantId, to: 0 });
  await fixture.check();
  expect(await fixture.restocks(variantId)).toMatchObject([{ closedAt: clock() }]);
  pass(3_600);
  const next = await fixture.waitingShopper(variantId);
  await fixture.stock({ variantId, to: 1 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([next.shopperId]);
});

test('a webhook that comes hours late finds the truth at 0 and tells nobody', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 3 });
  await fixture.check();
  fixture.shopify.webhooks.faultOptions.hold = true;
  await fixture.stock({ variantId, to: 5 });
  await fixture.stock({ variantId, to: 0 });
  pass(4 * 3_600);
  await fixture.shopify.webhooks.release({ order: 'reversed' });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.restocks(variantId)).toEqual([]);
});

test('a yes at the very moment of the restock is told once', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  const [late] = await Promise.all([
    fixture.waitingShopper(variantId),
    fixture.stock({ variantId, to: 5 }),
    fixture.check(),
  ]);
  await fixture.check();
  const notified = [...(await notifyAll(fixture)), ...(await notifyAll(fixture))];
  expect(notified).toHaveLength(2);
  expect(notified).toContain(late.shopperId);
});

test('a yes after the line was told, while it is still for sale, is told too', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 2 });
  await notifyAll(fixture);
  const late = await fixture.waitingShopper(variantId);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([late.shopperId]);
});

test('it sells out while people are told: the rest keep their place and their token', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const waitingShoppers = await fixture.line(variantId, 4);
  await fixture.stock({ variantId, to: 1 });
  await fixture.check();
  expect(await notifyAll(fixture, { atMost: 2 })).toEqual(ids(waitingShoppers.slice(0, 2)));
  fixture.store.sell({ shop: fixture.domain, variantId });
  await fixture.shopify.untilIdle();
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  const rest = await db.subscription.findMany({
    where: { shopId: fixture.shopId, status: 'waiting' },
    orderBy: { waitingSince: 'asc' },
  });
  expect(ids(rest)).toEqual(ids(waitingShoppers.slice(2)));
  expect(rest.every(({ grantToken: token }) => token !== null)).toBe(true);
});

test('a hundred waiters for five units go in waves, a fresh look before each', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const waitingShoppers = await fixture.line(variantId, 70);
  await fixture.stock({ variantId, to: 3 });
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual(ids(waitingShoppers.slice(0, 30)));
  pass(14 * 60);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  pass(61);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual(ids(waitingShoppers.slice(30, 60)));
  pass(15 * 60 + 1);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual(ids(waitingShoppers.slice(60)));
});

test('no wave on stock that went while its webhook was lost', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 15, units: 1 });
  expect(await notifyAll(fixture)).toHaveLength(10);
  fixture.shopify.webhooks.faultOptions.lose = 1;
  await fixture.stock({ variantId, to: 0 });
  fixture.shopify.webhooks.faultOptions.lose = 0;
  pass(15 * 60 + 1);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.lastCheck(variantId)).toMatchObject({ decision: 'close', reason: 'sold_out' });
});
