// Stock returns, with the whole room at work on a real database and on what Shopify's stand-in says.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clock, furnish, pass } from './house.ts';
import { tellAll } from './lane.ts';

const ids = (waiters: { shopperId: bigint }[]) => waiters.map(({ shopperId }) => shopperId);

test('stock comes back: the line is told, oldest first, each once', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const waiters = await house.line(variantId, 3);
  await house.look();
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason: 'sold_out', units: 0 });
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellAll(house)).toEqual(ids(waiters));
  expect(await tellAll(house)).toEqual([]);
  expect((await house.looks(variantId)).map(({ decision: verdict }) => verdict)).toEqual(['none', 'open']);
});

test('the same webhook five times is one restock and one telling', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 2 });
  await house.stock({ variantId, to: 5 });
  await house.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
  await house.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 5 });
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.restocks(variantId)).toMatchObject([
    { claimedCount: 2, notificationQuota: 2, closedAt: null },
  ]);
});

test('one restock as five location webhooks, with a look after each: nobody hears twice', async () => {
  const house = await furnish();
  const extra = [1, 2, 3].map(
    (number) => house.store.addLocation({ shop: house.domain, name: `Depot ${number}` }).id,
  );
  const { variantId } = await house.soldOut({ waiting: 4 });
  const told: bigint[] = [];
  for (const where of [house.warehouse, house.annexe, ...extra]) {
    await house.stock({ variantId, to: 2, where });
    await house.look();
    told.push(...(await tellAll(house)));
  }
  expect(new Set(told).size).toBe(4);
  expect(told).toHaveLength(4);
  expect(await house.restocks(variantId)).toHaveLength(1);
});

test('a flicker 0-5-0-5 within the hold-off burns no token, and the stock that stays is told once', async () => {
  const house = await furnish({ sendDelaySeconds: 10 });
  const { variantId } = await house.soldOut({ waiting: 2 });
  for (const to of [5, 0, 5]) {
    await house.stock({ variantId, to });
    await house.look();
    expect(await tellAll(house), `at ${to}`).toEqual([]);
    pass(3);
  }
  pass(4);
  await house.look();
  expect(await tellAll(house), 'the second 5 has a hold-off of its own').toEqual([]);
  pass(3);
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
  expect(await house.restocks(variantId)).toHaveLength(1);
});

test('told, sold out, back within the guard: those told are not told again, all others are; after it, the next restock opens by itself', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const [first] = await house.line(variantId, 1);
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellAll(house)).toEqual([first!.shopperId]);
  await house.waiter(variantId, { shopperId: first!.shopperId });
  await house.look();
  expect(await tellAll(house), 'tell me next time, pressed while it is open').toEqual([]);
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'none', reason: 'nobody_waiting' });
  expect(await house.restocks(variantId), 'the allowance counts only those it may tell').toMatchObject([
    { notificationQuota: 1 },
  ]);

  await house.stock({ variantId, to: 0 });
  await house.look();
  const second = await house.waiter(variantId);
  await house.look();
  pass(5 * 60);
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellAll(house)).toEqual([second.shopperId]);
  expect(await house.restocks(variantId)).toHaveLength(1);

  await house.stock({ variantId, to: 0 });
  await house.look();
  pass(31 * 60);
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(await tellAll(house)).toEqual([first!.shopperId]);
  expect(await house.restocks(variantId)).toHaveLength(2);
});

test('everyone told, sold out with nobody waiting, asked for again, back again: all of it without a human', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 1, units: 1 });
  expect(await tellAll(house)).toHaveLength(1);
  await house.stock({ variantId, to: 0 });
  await house.look();
  expect(await house.restocks(variantId)).toMatchObject([{ closedAt: clock() }]);
  pass(3_600);
  const next = await house.waiter(variantId);
  await house.stock({ variantId, to: 1 });
  await house.look();
  expect(await tellAll(house)).toEqual([next.shopperId]);
});

test('a webhook that comes hours late finds the truth at 0 and tells nobody', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 3 });
  await house.look();
  house.shopify.webhooks.dials.hold = true;
  await house.stock({ variantId, to: 5 });
  await house.stock({ variantId, to: 0 });
  pass(4 * 3_600);
  await house.shopify.webhooks.release({ order: 'reversed' });
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.restocks(variantId)).toEqual([]);
});

test('a yes at the very moment of the restock is told once', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  const [late] = await Promise.all([
    house.waiter(variantId),
    house.stock({ variantId, to: 5 }),
    house.look(),
  ]);
  await house.look();
  const told = [...(await tellAll(house)), ...(await tellAll(house))];
  expect(told).toHaveLength(2);
  expect(told).toContain(late.shopperId);
});

test('a yes after the line was told, while it is still for sale, is told too', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 2 });
  await tellAll(house);
  const late = await house.waiter(variantId);
  await house.look();
  expect(await tellAll(house)).toEqual([late.shopperId]);
});

test('it sells out while people are told: the rest keep their place and their token', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const waiters = await house.line(variantId, 4);
  await house.stock({ variantId, to: 1 });
  await house.look();
  expect(await tellAll(house, { atMost: 2 })).toEqual(ids(waiters.slice(0, 2)));
  house.store.sell({ shop: house.domain, variantId });
  await house.shopify.settle();
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  const rest = await db.subscription.findMany({
    where: { shopId: house.shopId, status: 'waiting' },
    orderBy: { waitingSince: 'asc' },
  });
  expect(ids(rest)).toEqual(ids(waiters.slice(2)));
  expect(rest.every(({ grantToken: token }) => token !== null)).toBe(true);
});

test('a hundred waiters for five units go in waves, a fresh look before each', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const waiters = await house.line(variantId, 70);
  await house.stock({ variantId, to: 3 });
  await house.look();
  expect(await tellAll(house)).toEqual(ids(waiters.slice(0, 30)));
  pass(14 * 60);
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  pass(61);
  await house.look();
  expect(await tellAll(house)).toEqual(ids(waiters.slice(30, 60)));
  pass(15 * 60 + 1);
  await house.look();
  expect(await tellAll(house)).toEqual(ids(waiters.slice(60)));
});

test('no wave on stock that went while its webhook was lost', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 15, units: 1 });
  expect(await tellAll(house)).toHaveLength(10);
  house.shopify.webhooks.dials.lose = 1;
  await house.stock({ variantId, to: 0 });
  house.shopify.webhooks.dials.lose = 0;
  pass(15 * 60 + 1);
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.lastLook(variantId)).toMatchObject({ decision: 'close', reason: 'sold_out' });
});
