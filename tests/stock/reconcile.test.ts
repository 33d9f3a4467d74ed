// What lost webhooks hid is found by the sweep, within its share of Shopify's points.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { refreshOpenRestocks } from '../../app/stock/check-requests.server.ts';
import { suspicion, reconcileShop } from '../../app/stock/reconcile.server.ts';
import { deleteExpiredStockChecks } from '../../app/stock/restocks.server.ts';
import { clock, furnish, pass } from './house.ts';
import { tellAll } from './lane.ts';

type House = Awaited<ReturnType<typeof furnish>>;
const rest = async ({ ms }: { ms: number }) => pass(ms / 1_000);
const swept = (house: House, given: object = {}) =>
  reconcileShop({ shopId: house.shopId, clock, rest, ...given });

async function deaf<T>(house: House, work: () => Promise<T>): Promise<T> {
  house.shopify.webhooks.dials.lose = 1;
  const result = await work();
  house.shopify.webhooks.dials.lose = 0;
  return result;
}

test('a restock whose webhooks were lost is found and told of; so is its end', async () => {
  const house = await furnish();
  const [back, still] = [await house.product(), await house.product()];
  await house.line(back.variantId, 2);
  await house.line(still.variantId, 1);
  await house.look();
  await deaf(house, () => house.stock({ variantId: back.variantId, to: 5 }));
  expect(await swept(house)).toMatchObject({ outcome: 'swept', probed: 2, marked: 1 });
  await house.look();
  expect(await tellAll(house)).toHaveLength(2);
  expect(await swept(house)).toMatchObject({ marked: 0 });
  await deaf(house, () => house.stock({ variantId: back.variantId, to: 0 }));
  expect(await swept(house)).toMatchObject({ marked: 1 });
  await house.look();
  expect(await house.restocks(back.variantId)).toMatchObject([{ closedAt: clock() }]);
});

test('the sweep and the late webhook together tell once', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  house.shopify.webhooks.dials.hold = true;
  await house.stock({ variantId, to: 5 });
  await swept(house);
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
  await house.shopify.webhooks.release();
  await house.look();
  expect(await tellAll(house)).toEqual([]);
  expect(await house.restocks(variantId)).toHaveLength(1);
});

test('a deleted variant whose webhook was lost is found missing', async () => {
  const house = await furnish();
  const { variantId, productId } = await house.product();
  await house.line(variantId, 1);
  await house.look();
  await deaf(house, async () => house.store.deleteProduct({ shop: house.domain, productId }));
  expect(await swept(house)).toMatchObject({ marked: 1 });
  await house.look();
  expect((await house.variant(variantId)).missingSince).not.toBeNull();
  expect(await swept(house), 'and is not asked for again').toMatchObject({ probed: 0 });
});

test('six hundred watched variants: at most half of the points, no THROTTLED, and it goes on where it was cut short', async () => {
  const house = await furnish();
  const sizes = Array.from({ length: 100 }, (_, index) => `Size ${index}`);
  const variantIds: bigint[] = [];
  for (let product = 0; product < 6; product += 1) {
    const made = await house.product({
      options: [{ name: 'Size', values: sizes }],
      variants: sizes.map((size) => ({ options: [size] })),
    });
    variantIds.push(...made.variantIds);
  }
  await house.line(variantIds[0]!, 1);
  const row = await house.variant(variantIds[0]!);
  const [yes] = await db.subscription.findMany({ where: { shopId: house.shopId } });
  const known = {
    ...row,
    checkRequestedVersion: 0n,
    checkedVersion: 0n,
    seenForSale: false,
    seenQuantity: 0,
  };
  await db.variant.createMany({ data: variantIds.slice(1).map((id) => ({ ...known, id })) });
  await db.variant.update({
    where: { shopId_id: { shopId: house.shopId, id: row.id } },
    data: { checkedVersion: row.checkRequestedVersion, seenForSale: false, seenQuantity: 0 },
  });
  for (const variantId of variantIds.slice(1)) {
    const asked = {
      shopId: house.shopId,
      shopperId: yes!.shopperId,
      variantId,
      title: 'x',
      locale: 'en',
      createdAt: clock(),
    };
    const request = await db.optInRequest.create({ data: asked });
    await db.subscription.create({ data: { ...yes!, id: undefined, variantId, optInRequestId: request.id } });
  }
  const lucky = variantIds[555]!;
  await deaf(house, () => house.stock({ variantId: lucky, to: 5 }));

  const began = clock();
  const callsBefore = house.shopify.admin.calls().length;
  const stopping = new AbortController();
  const first = await swept(house, {
    signal: stopping.signal,
    rest: async (given: { ms: number }) => {
      await rest(given);
      stopping.abort();
    },
  });
  expect(first).toMatchObject({ outcome: 'cut_short', probed: 250, marked: 0 });
  const second = await swept(house, { after: first.after });
  expect(second).toMatchObject({ outcome: 'swept', probed: 350, marked: 1 });
  const seconds = (clock().getTime() - began.getTime()) / 1_000;
  const points = first.points + second.points;
  expect(points / seconds, 'points a second, of the 100 that come back').toBeLessThanOrEqual(50);
  expect(600 / seconds, 'as many variants a second as half of the points pay for').toBeGreaterThan(40);
  expect(
    house.shopify.admin
      .calls()
      .slice(callsBefore)
      .flatMap(({ errors }) => errors),
  ).toEqual([]);
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('a probe that Shopify throttles or loses is tried again; one that can’t succeed is left for the next sweep', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  await deaf(house, () => house.stock({ variantId, to: 5 }));
  const only = { door: 'admin' as const, shop: house.domain };
  house.shopify.disturb({ kind: 'throttle', times: 1, only });
  house.shopify.disturb({ kind: 'lose_reply', times: 2, only });
  expect(await swept(house)).toMatchObject({ outcome: 'swept', marked: 1 });
  const waiting = await house.product();
  await house.line(waiting.variantId, 1);
  await house.look();
  const end = house.shopify.disturb({ kind: 'refuse', status: 402, times: Infinity, only });
  expect(await swept(house)).toMatchObject({ outcome: 'cut_short', marked: 0 });
  end();
});

const HOUR = 3_600_000;
const known = { seenForSale: false, seenQuantity: 0 as number | null, open: false, agoMs: 0 };
const sold = { availableForSale: false, inventoryQuantity: 0 };
const forSale = { availableForSale: true, inventoryQuantity: 5 };
const seenForSale = { ...known, seenForSale: true, seenQuantity: 5 };

test.each([
  ['as it was', known, sold, undefined],
  ['for sale again', known, forSale, 'changed'],
  ['sold out while a restock is open', { ...seenForSale, open: true }, sold, 'changed'],
  ['other units', { ...seenForSale, open: true }, { ...forSale, inventoryQuantity: 3 }, 'changed'],
  ['gone', known, undefined, 'changed'],
  ['never looked at', { ...known, seenForSale: null, seenQuantity: null }, sold, 'changed'],
  ['a restock is open, as it was', { ...seenForSale, open: true, agoMs: HOUR }, forSale, undefined],
  ['for sale without a restock, looked at just now', seenForSale, forSale, undefined],
  ['for sale without a restock, looked at an hour ago', { ...seenForSale, agoMs: HOUR }, forSale, 'doubtful'],
] as const)('what a probe says: %s', (_name, { agoMs, ...given }, probe, expected) => {
  const now = clock();
  const lookedAt = new Date(now.getTime() - agoMs);
  expect(suspicion({ known: { ...given, lookedAt }, probe, now })).toBe(expected);
});

test('what is for sale and tells nobody is not looked at again each minute', async () => {
  const house = await furnish({ minimumStock: 10 });
  const { variantId } = await house.back({ waiting: 1, units: 4 });
  expect(await house.lastLook(variantId)).toMatchObject({ reason: 'below_minimum' });
  for (let minute = 0; minute < 5; minute += 1) {
    pass(60);
    expect(await swept(house)).toMatchObject({ probed: 1, marked: 0 });
  }
  pass(15 * 60);
  expect(await swept(house), 'but now and then').toMatchObject({ marked: 1 });
});

test('the bucket is empty: the probe is made smaller and finds room beside what others spend', async () => {
  const house = await furnish({}, { bucket: { maximum: 1_000, restoreRate: 50 } });
  await house.sizes(60);
  const apiKey = process.env.SHOPIFY_API_KEY!;
  house.shopify.admin.drainBucket({ shop: house.domain, apiKey, to: 20 });
  const done = await swept(house, {
    rest: async ({ ms }: { ms: number }) => {
      pass(ms / 1_000);
      house.shopify.admin.drainBucket({ shop: house.domain, apiKey, to: 40 });
    },
  });
  expect(done).toMatchObject({ outcome: 'swept', probed: 60 });
});

test('a lane that drains longer keeps the truth fresh, and only where somebody can be told', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const [first] = await house.line(variantId, 3);
  await house.stock({ variantId, to: 5 });
  await house.look();
  const fresh = () => refreshOpenRestocks({ metaPageId: house.metaPageId, now: clock() });
  expect(await fresh()).toBe(0);
  pass(21);
  expect(await fresh()).toBe(1);
  expect(await fresh(), 'it is due already').toBe(0);
  await house.look();
  expect((await house.restocks(variantId))[0]!.confirmedAvailableAt).toEqual(clock());
  expect(await tellAll(house)).toHaveLength(3);
  await house.waiter(variantId, { shopperId: first!.shopperId });
  await house.look();
  pass(21);
  expect(await fresh(), 'who waits was told in this restock already').toBe(0);
});

test('old looks and forgotten tests are tidied away', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  const old = new Date(clock().getTime() - 91 * 86_400_000);
  await db.stockCheck.updateMany({ where: { shopId: house.shopId }, data: { checkedAt: old } });
  const test = {
    shopId: house.shopId,
    variantId,
    openedAt: old,
    confirmedAvailableAt: old,
    isTest: true,
    notificationQuota: 1,
  };
  const { id } = await db.restock.create({ data: test });
  await house.stock({ variantId, to: 1 });
  await house.look();
  expect(await deleteExpiredStockChecks({ now: clock() })).toEqual({ forgotten: 1 });
  expect(await house.looks(variantId)).toMatchObject([{ decision: 'open' }]);
  expect(await db.restock.findFirstOrThrow({ where: { id } })).toMatchObject({ closedAt: clock() });
});
