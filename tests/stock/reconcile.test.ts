// What lost webhooks hid is found by the sweep, within its share of Shopify's points.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { refreshOpenRestocks } from '../../app/stock/check-requests.server.ts';
import { suspicion, reconcileShop } from '../../app/stock/reconcile.server.ts';
import { deleteExpiredStockChecks } from '../../app/stock/restocks.server.ts';
import { clock, createShop, pass } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

type Fixture = Awaited<ReturnType<typeof createShop>>;
const rest = async ({ ms }: { ms: number }) => pass(ms / 1_000);
const reconciled = (fixture: Fixture, given: object = {}) =>
  reconcileShop({ shopId: fixture.shopId, clock, rest, ...given });

async function deaf<T>(fixture: Fixture, work: () => Promise<T>): Promise<T> {
  fixture.shopify.webhooks.faultOptions.lose = 1;
  const result = await work();
  fixture.shopify.webhooks.faultOptions.lose = 0;
  return result;
}

test('a restock whose webhooks were lost is found and told of; so is its end', async () => {
  const fixture = await createShop();
  const [back, still] = [await fixture.product(), await fixture.product()];
  await fixture.line(back.variantId, 2);
  await fixture.line(still.variantId, 1);
  await fixture.check();
  await deaf(fixture, () => fixture.stock({ variantId: back.variantId, to: 5 }));
  expect(await reconciled(fixture)).toMatchObject({ outcome: 'swept', probed: 2, marked: 1 });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(2);
  expect(await reconciled(fixture)).toMatchObject({ marked: 0 });
  await deaf(fixture, () => fixture.stock({ variantId: back.variantId, to: 0 }));
  expect(await reconciled(fixture)).toMatchObject({ marked: 1 });
  await fixture.check();
  expect(await fixture.restocks(back.variantId)).toMatchObject([{ closedAt: clock() }]);
});

test('the sweep and the late webhook together tell once', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  fixture.shopify.webhooks.faultOptions.hold = true;
  await fixture.stock({ variantId, to: 5 });
  await reconciled(fixture);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
  await fixture.shopify.webhooks.release();
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.restocks(variantId)).toHaveLength(1);
});

test('a deleted variant whose webhook was lost is found missing', async () => {
  const fixture = await createShop();
  const { variantId, productId } = await fixture.product();
  await fixture.line(variantId, 1);
  await fixture.check();
  await deaf(fixture, async () => fixture.store.deleteProduct({ shop: fixture.domain, productId }));
  expect(await reconciled(fixture)).toMatchObject({ marked: 1 });
  await fixture.check();
  expect((await fixture.variant(variantId)).missingSince).not.toBeNull();
  expect(await reconciled(fixture), 'and is not asked for again').toMatchObject({ probed: 0 });
});

test('six hundred watched variants: at most half of the points, no THROTTLED, and it goes on where it was cut short', async () => {
  const fixture = await createShop();
  const sizes = Array.from({ length: 100 }, (_, index) => `Size ${index}`);
  const variantIds: bigint[] = [];
  for (let product = 0; product < 6; product += 1) {
    const made = await fixture.product({
      options: [{ name: 'Size', values: sizes }],
      variants: sizes.map((size) => ({ options: [size] })),
    });
    variantIds.push(...made.variantIds);
  }
  await fixture.line(variantIds[0]!, 1);
  const row = await fixture.variant(variantIds[0]!);
  const [yes] = await db.subscription.findMany({ where: { shopId: fixture.shopId } });
  const known = {
    ...row,
    checkRequestedVersion: 0n,
    checkedVersion: 0n,
    seenForSale: false,
    seenQuantity: 0,
  };
  await db.variant.createMany({ data: variantIds.slice(1).map((id) => ({ ...known, id })) });
  await db.variant.update({
    where: { shopId_id: { shopId: fixture.shopId, id: row.id } },
    data: { checkedVersion: row.checkRequestedVersion, seenForSale: false, seenQuantity: 0 },
  });
  for (const variantId of variantIds.slice(1)) {
    const asked = {
      shopId: fixture.shopId,
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
  await deaf(fixture, () => fixture.stock({ variantId: lucky, to: 5 }));

  const began = clock();
  const callsBefore = fixture.shopify.admin.calls().length;
  const stopping = new AbortController();
  const first = await reconciled(fixture, {
    signal: stopping.signal,
    rest: async (given: { ms: number }) => {
      await rest(given);
      stopping.abort();
    },
  });
  expect(first).toMatchObject({ outcome: 'cut_short', probed: 250, marked: 0 });
  const second = await reconciled(fixture, { after: first.after });
  expect(second).toMatchObject({ outcome: 'swept', probed: 350, marked: 1 });
  const seconds = (clock().getTime() - began.getTime()) / 1_000;
  const points = first.points + second.points;
  expect(points / seconds, 'points a second, of the 100 that come back').toBeLessThanOrEqual(50);
  expect(600 / seconds, 'as many variants a second as half of the points pay for').toBeGreaterThan(40);
  expect(
    fixture.shopify.admin
      .calls()
      .slice(callsBefore)
      .flatMap(({ errors }) => errors),
  ).toEqual([]);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('a probe that Shopify throttles or loses is tried again; one that can’t succeed is left for the next sweep', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  await deaf(fixture, () => fixture.stock({ variantId, to: 5 }));
  const only = { door: 'admin' as const, shop: fixture.domain };
  fixture.shopify.disturb({ kind: 'throttle', times: 1, only });
  fixture.shopify.disturb({ kind: 'lose_reply', times: 2, only });
  expect(await reconciled(fixture)).toMatchObject({ outcome: 'swept', marked: 1 });
  const waiting = await fixture.product();
  await fixture.line(waiting.variantId, 1);
  await fixture.check();
  const end = fixture.shopify.disturb({ kind: 'refuse', status: 402, times: Infinity, only });
  expect(await reconciled(fixture)).toMatchObject({ outcome: 'cut_short', marked: 0 });
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
  const fixture = await createShop({ minimumStock: 10 });
  const { variantId } = await fixture.back({ waiting: 1, units: 4 });
  expect(await fixture.lastCheck(variantId)).toMatchObject({ reason: 'below_minimum' });
  for (let minute = 0; minute < 5; minute += 1) {
    pass(60);
    expect(await reconciled(fixture)).toMatchObject({ probed: 1, marked: 0 });
  }
  pass(15 * 60);
  expect(await reconciled(fixture), 'but now and then').toMatchObject({ marked: 1 });
});

test('the bucket is empty: the probe is made smaller and finds room beside what others spend', async () => {
  const fixture = await createShop({}, { bucket: { maximum: 1_000, restoreRate: 50 } });
  await fixture.sizes(60);
  const apiKey = process.env.SHOPIFY_API_KEY!;
  fixture.shopify.admin.drainBucket({ shop: fixture.domain, apiKey, to: 20 });
  const done = await reconciled(fixture, {
    rest: async ({ ms }: { ms: number }) => {
      pass(ms / 1_000);
      fixture.shopify.admin.drainBucket({ shop: fixture.domain, apiKey, to: 40 });
    },
  });
  expect(done).toMatchObject({ outcome: 'swept', probed: 60 });
});

test('a lane that drains longer keeps the truth fresh, and only where somebody can be told', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const [first] = await fixture.line(variantId, 3);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  const fresh = () => refreshOpenRestocks({ metaPageId: fixture.metaPageId, now: clock() });
  expect(await fresh()).toBe(0);
  pass(21);
  expect(await fresh()).toBe(1);
  expect(await fresh(), 'it is due already').toBe(0);
  await fixture.check();
  expect((await fixture.restocks(variantId))[0]!.confirmedAvailableAt).toEqual(clock());
  expect(await notifyAll(fixture)).toHaveLength(3);
  await fixture.waitingShopper(variantId, { shopperId: first!.shopperId });
  await fixture.check();
  pass(21);
  expect(await fresh(), 'who waits was told in this restock already').toBe(0);
});

test('old looks and forgotten tests are tidied away', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  const old = new Date(clock().getTime() - 91 * 86_400_000);
  await db.stockCheck.updateMany({ where: { shopId: fixture.shopId }, data: { checkedAt: old } });
  const test = {
    shopId: fixture.shopId,
    variantId,
    openedAt: old,
    confirmedAvailableAt: old,
    isTest: true,
    notificationQuota: 1,
  };
  const { id } = await db.restock.create({ data: test });
  await fixture.stock({ variantId, to: 1 });
  await fixture.check();
  expect(await deleteExpiredStockChecks({ now: clock() })).toEqual({ forgotten: 1 });
  expect(await fixture.looks(variantId)).toMatchObject([{ decision: 'open' }]);
  expect(await db.restock.findFirstOrThrow({ where: { id } })).toMatchObject({ closedAt: clock() });
});
