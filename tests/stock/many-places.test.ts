// A shop with stock at many places: what is due is read within what the shop's bucket can pay for, and what is news is read first.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { listen, notify } from '../../app/jobs/pg-notify.server.ts';
import { requestAllStockChecks } from '../../app/stock/check-requests.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { clock, furnish, type House } from './house.ts';
import { tellAll } from './lane.ts';

/** The smallest bucket that Shopify gives, at the rate that its own example shows. */
const SMALL = { maximum: 1_000, restoreRate: 50 };

const saveSettings = ({ shopId }: House) =>
  db.$transaction((tx) => requestAllStockChecks({ tx, shopId, now: clock() }));
const drain = (house: House, to = 0) =>
  house.shopify.admin.drainBucket({ shop: house.domain, apiKey: process.env.SHOPIFY_API_KEY!, to });
const openedAfter = async (house: House, variantId: bigint, from: Date) => {
  const [restock] = await house.restocks(variantId);
  return restock === undefined ? Infinity : (restock.openedAt.getTime() - from.getTime()) / 1_000;
};

test('twenty variants at six locations, the settings are saved, one comes back: its shopper is told at once', async () => {
  const house = await furnish({}, { branches: 3 });
  const variantIds = await house.sizes(20);
  await saveSettings(house);
  await house.stock({ variantId: variantIds[13]!, to: 50 });
  await house.lookFor(10);
  expect(await tellAll(house)).toHaveLength(1);
});

test('twenty-five back at once at twelve locations: all are told as soon as Shopify’s points can pay for the reading', async () => {
  const house = await furnish({}, { branches: 9 });
  const variantIds = await house.sizes(25);
  drain(house);
  for (const variantId of variantIds) await house.stock({ variantId, to: 3 });
  // 25 variants x (14 + 3 x 12 levels), at 100 points a second.
  expect(await house.lookFor(60)).toBeLessThanOrEqual(12.5 * 1.25);
  expect(await tellAll(house)).toHaveLength(25);
});

test('stock at the two-hundredth location is found, also when no more than a fifth of it can be paid for at a time', async () => {
  const house = await furnish({}, { branches: 197, bucket: SMALL });
  const { variantId } = await house.product();
  await house.line(variantId, 10);
  await house.lookFor(60);
  const last = [...house.store.shop(house.domain).locations.keys()].at(-1)!;
  drain(house);
  await house.stock({ variantId, to: 20, where: last });
  expect(await house.lookFor(60)).toBeLessThanOrEqual((614 / 50) * 1.25);
  expect(await tellAll(house)).toHaveLength(10);
  expect(await house.variant(variantId)).toMatchObject({ levels: 200 });
});

test('forty unchanged variants are due at two hundred locations: a restock among them is open as soon as its own reading is paid for', async () => {
  const house = await furnish({}, { branches: 197, bucket: SMALL });
  const variantIds = await house.sizes(40);
  await saveSettings(house);
  drain(house);
  await house.lookFor(30);
  const back = clock();
  await house.stock({ variantId: variantIds[39]!, to: 5 });
  await house.lookFor(30);
  expect(await openedAfter(house, variantIds[39]!, back)).toBeLessThanOrEqual((614 / 50) * 1.25);
  const left = await db.variant.findMany({ where: { shopId: house.shopId } });
  expect(
    left.filter(({ checkRequestedVersion: wanted, checkedVersion: looked }) => wanted > looked).length,
    'the others wait',
  ).toBeGreaterThan(30);
});

test('a bulk booking sends a webhook for each of eighty variants at twelve locations: the one that is back is told before the rest are read', async () => {
  const house = await furnish({}, { branches: 9, bucket: SMALL });
  const variantIds = await house.sizes(80);
  drain(house);
  const { variants } = house.store.shop(house.domain);
  house.store.moveLevels({
    shop: house.domain,
    moves: variantIds.map((variantId) => ({
      inventoryItemId: variants.get(variantId)!.inventoryItemId,
      locationId: house.warehouse,
      to: () => (variantId === variantIds[61] ? 5 : 0),
    })),
  });
  await house.shopify.settle();
  // To read all of them takes 80 s; a probe of each costs a point, and the one that is back is read next.
  await house.lookFor(((80 + 14 + 3 * 12) / 50) * 1.25);
  expect(await tellAll(house)).toHaveLength(1);
});

test('news about a variant that is due already with all others brings it forward, and rings the bell', async () => {
  const house = await furnish({}, { branches: 60, bucket: SMALL });
  const variantIds = await house.sizes(12);
  const heard: string[] = [];
  let listening = false;
  const bell = listen({
    onRing: (name, key) => heard.push(`${name} ${key}`),
    onLost: () => (listening = true),
  });
  await waitFor(() => listening, { until: 'the bell to be heard' });
  const rings = async () => {
    await db.$transaction((tx) => notify(tx, 'lane', 'the last'));
    await waitFor(() => heard.includes('lane the last'));
    return heard.splice(0).length - 1;
  };
  await saveSettings(house);
  expect(await rings()).toBe(1);
  await saveSettings(house);
  expect(await rings(), 'all are due already').toBe(0);
  drain(house);
  expect(await house.look()).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  await house.waiter(variantIds[11]!);
  expect(await rings(), 'somebody waits anew').toBe(1);
  await bell.stop();
  // One variant's own price: 14 + 3 x 63 levels, at 50 points a second.
  await house.lookFor(203 / 50 + 0.1);
  const due = await db.variant.findMany({ where: { shopId: house.shopId } });
  const done = due.filter(({ checkRequestedVersion: wanted, checkedVersion: looked }) => wanted === looked);
  expect(done.map(({ id }) => id)).toEqual([variantIds[11]]);
});

test('another process empties the bucket in the middle: what was read stays read, and is not paid for again', async () => {
  const house = await furnish({}, { branches: 57 });
  const { variantIds } = await house.product({
    options: [{ name: 'Size', values: ['S', 'M', 'L'] }],
    variants: ['S', 'M', 'L'].map((value) => ({ options: [value] })),
  });
  for (const variantId of variantIds) await house.waiter(variantId);
  const calls = house.calls();
  const readFirst = house.look();
  drain(house);
  await readFirst;
  await house.lookFor(60);
  const operations = house.shopify.admin
    .calls()
    .filter(({ shop, errors }) => shop === house.domain && errors.length === 0)
    .map(({ operation }) => operation);
  expect(house.calls() - calls).toBeLessThanOrEqual(6);
  expect(operations.filter((name) => name === 'MoreLevels')).toHaveLength(3);
  for (const variantId of variantIds) expect(await house.variant(variantId)).toMatchObject({ levels: 60 });
});
