// A shop with stock at many places: what is due is read within what the shop's bucket can pay for, and what is news is read first.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { listen, notify } from '../../app/jobs/pg-notify.server.ts';
import { requestAllStockChecks } from '../../app/stock/check-requests.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { clock, createShop, type Fixture } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

/** The smallest bucket that Shopify gives, at the rate that its own example shows. */
const SMALL = { maximum: 1_000, restoreRate: 50 };

const saveSettings = ({ shopId }: Fixture) =>
  db.$transaction((tx) => requestAllStockChecks({ tx, shopId, now: clock() }));
const drain = (fixture: Fixture, to = 0) =>
  fixture.shopify.admin.drainBucket({ shop: fixture.domain, apiKey: process.env.SHOPIFY_API_KEY!, to });
const openedAfter = async (fixture: Fixture, variantId: bigint, from: Date) => {
  const [restock] = await fixture.restocks(variantId);
  return restock === undefined ? Infinity : (restock.openedAt.getTime() - from.getTime()) / 1_000;
};

test('twenty variants at six locations, the settings are saved, one comes back: its shopper is told at once', async () => {
  const fixture = await createShop({}, { branches: 3 });
  const variantIds = await fixture.sizes(20);
  await saveSettings(fixture);
  await fixture.stock({ variantId: variantIds[13]!, to: 50 });
  await fixture.checkFor(10);
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('twenty-five back at once at twelve locations: all are told as soon as Shopify’s points can pay for the reading', async () => {
  const fixture = await createShop({}, { branches: 9 });
  const variantIds = await fixture.sizes(25);
  drain(fixture);
  for (const variantId of variantIds) await fixture.stock({ variantId, to: 3 });
  // 25 variants x (14 + 3 x 12 levels), at 100 points a second.
  expect(await fixture.checkFor(60)).toBeLessThanOrEqual(12.5 * 1.25);
  expect(await notifyAll(fixture)).toHaveLength(25);
});

test('stock at the two-hundredth location is found, also when no more than a fifth of it can be paid for at a time', async () => {
  const fixture = await createShop({}, { branches: 197, bucket: SMALL });
  const { variantId } = await fixture.product();
  await fixture.line(variantId, 10);
  await fixture.checkFor(60);
  const last = [...fixture.store.shop(fixture.domain).locations.keys()].at(-1)!;
  drain(fixture);
  await fixture.stock({ variantId, to: 20, where: last });
  expect(await fixture.checkFor(60)).toBeLessThanOrEqual((614 / 50) * 1.25);
  expect(await notifyAll(fixture)).toHaveLength(10);
  expect(await fixture.variant(variantId)).toMatchObject({ levels: 200 });
});

test('forty unchanged variants are due at two hundred locations: a restock among them is open as soon as its own reading is paid for', async () => {
  const fixture = await createShop({}, { branches: 197, bucket: SMALL });
  const variantIds = await fixture.sizes(40);
  await saveSettings(fixture);
  drain(fixture);
  await fixture.checkFor(30);
  const back = clock();
  await fixture.stock({ variantId: variantIds[39]!, to: 5 });
  await fixture.checkFor(30);
  expect(await openedAfter(fixture, variantIds[39]!, back)).toBeLessThanOrEqual((614 / 50) * 1.25);
  const left = await db.variant.findMany({ where: { shopId: fixture.shopId } });
  expect(
    left.filter(({ checkRequestedVersion: wanted, checkedVersion: checked }) => wanted > checked).length,
    'the others wait',
  ).toBeGreaterThan(30);
});

test('a bulk booking sends a webhook for each of eighty variants at twelve locations: the one that is back is told before the rest are read', async () => {
  const fixture = await createShop({}, { branches: 9, bucket: SMALL });
  const variantIds = await fixture.sizes(80);
  drain(fixture);
  const { variants } = fixture.store.shop(fixture.domain);
  fixture.store.moveLevels({
    shop: fixture.domain,
    moves: variantIds.map((variantId) => ({
      inventoryItemId: variants.get(variantId)!.inventoryItemId,
      locationId: fixture.warehouse,
      to: () => (variantId === variantIds[61] ? 5 : 0),
    })),
  });
  await fixture.shopify.untilIdle();
  // To read all of them takes 80 s; a probe of each costs a point, and the one that is back is read next.
  await fixture.checkFor(((80 + 14 + 3 * 12) / 50) * 1.25);
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('news about a variant that is due already with all others brings it forward, and notifies the worker', async () => {
  const fixture = await createShop({}, { branches: 60, bucket: SMALL });
  const variantIds = await fixture.sizes(12);
  const heard: string[] = [];
  let listening = false;
  const listener = listen({
    onNotify: (name, key) => heard.push(`${name} ${key}`),
    onLost: () => (listening = true),
  });
  await waitFor(() => listening, { until: 'the connection to listen' });
  const notifications = async () => {
    await db.$transaction((tx) => notify(tx, 'pageSender', 'the last'));
    await waitFor(() => heard.includes('pageSender the last'));
    return heard.splice(0).length - 1;
  };
  await saveSettings(fixture);
  expect(await notifications()).toBe(1);
  await saveSettings(fixture);
  expect(await notifications(), 'all are due already').toBe(0);
  drain(fixture);
  expect(await fixture.check()).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  await fixture.waitingShopper(variantIds[11]!);
  expect(await notifications(), 'somebody waits anew').toBe(1);
  await listener.stop();
  // One variant's own price: 14 + 3 x 63 levels, at 50 points a second.
  await fixture.checkFor(203 / 50 + 0.1);
  const due = await db.variant.findMany({ where: { shopId: fixture.shopId } });
  const done = due.filter(({ checkRequestedVersion: wanted, checkedVersion: checked }) => wanted === checked);
  expect(done.map(({ id }) => id)).toEqual([variantIds[11]]);
});

test('another process empties the bucket in the middle: what was read stays read, and is not paid for again', async () => {
  const fixture = await createShop({}, { branches: 57 });
  const { variantIds } = await fixture.product({
    options: [{ name: 'Size', values: ['S', 'M', 'L'] }],
    variants: ['S', 'M', 'L'].map((value) => ({ options: [value] })),
  });
  for (const variantId of variantIds) await fixture.waitingShopper(variantId);
  const calls = fixture.calls();
  const readFirst = fixture.check();
  drain(fixture);
  await readFirst;
  await fixture.checkFor(60);
  const operations = fixture.shopify.admin
    .calls()
    .filter(({ shop, errors }) => shop === fixture.domain && errors.length === 0)
    .map(({ operation }) => operation);
  expect(fixture.calls() - calls).toBeLessThanOrEqual(6);
  expect(operations.filter((name) => name === 'MoreLevels')).toHaveLength(3);
  for (const variantId of variantIds) expect(await fixture.variant(variantId)).toMatchObject({ levels: 60 });
});
