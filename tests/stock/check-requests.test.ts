// A hint costs nothing when nobody cares, and is never lost when somebody does.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows, type Tx } from '../../app/db.server.ts';
import { requestStockChecks } from '../../app/stock/check-requests.server.ts';
import { clock, furnish, holdNextAnswer } from './house.ts';
import { tellAll } from './lane.ts';

/** PostgreSQL gives a transaction an id at its first write, and never to one that only read. */
async function wroteIn(work: (tx: Tx) => Promise<unknown>): Promise<boolean> {
  return db.$transaction(async (tx) => {
    await work(tx);
    const [row] = await queryRows<{ id: string | null }>({
      tx,
      sql: Prisma.sql`SELECT pg_current_xact_id_if_assigned()::text AS id`,
    });
    return row!.id !== null;
  });
}

const itemOf = async (house: Awaited<ReturnType<typeof furnish>>, variantId: bigint) =>
  house.store.shop(house.domain).variants.get(variantId)!.inventoryItemId;

test('nobody waits and no restock is open: one read, no write, no call to Shopify', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const [first] = await house.line(variantId, 1);
  await house.look();
  await db.subscription.updateMany({
    where: { id: first!.id },
    data: { status: 'cancelled', grantToken: null },
  });
  const calls = house.calls();
  const inventoryItemIds = [await itemOf(house, variantId)];
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: house.shopId, inventoryItemIds, now: clock() })),
  ).toBe(false);
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: house.shopId, productIds: [1n], now: clock() })),
  ).toBe(false);
  await house.stock({ variantId, to: 5 });
  await house.look();
  expect(house.calls()).toBe(calls);
  expect(await house.looks(variantId)).toHaveLength(1);
});

test('the merchant’s own test is nobody', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  await house.waiter(variantId, { isTest: true });
  const inventoryItemIds = [await itemOf(house, variantId)];
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: house.shopId, inventoryItemIds, now: clock() })),
  ).toBe(false);
});

test('somebody whose message may yet come back unsent still counts as waiting', async () => {
  const house = await furnish();
  const { variantId } = await house.product();
  const [first] = await house.line(variantId, 1);
  await house.look();
  await db.subscription.updateMany({ where: { id: first!.id }, data: { status: 'claimed' } });
  const marked = await db.$transaction((tx) =>
    requestStockChecks({ tx, shopId: house.shopId, variantIds: [variantId], now: clock() }),
  );
  expect(marked).toBe(1);
});

test('another shop’s variant with the same ids is not touched', async () => {
  const [mine, theirs] = [await furnish(), await furnish()];
  const { variantId } = await theirs.product();
  await theirs.line(variantId, 1);
  await theirs.look();
  const marked = await db.$transaction((tx) =>
    requestStockChecks({ tx, shopId: mine.shopId, variantIds: [variantId], now: clock() }),
  );
  expect(marked).toBe(0);
});

test('a hint that arrives while the look is under way is looked at by the next one', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  await house.stock({ variantId, to: 1 });
  const answer = holdNextAnswer();
  const looking = house.look();
  await answer.written;
  await house.stock({ variantId, to: 0 });
  answer.letGo();
  await looking;
  expect((await house.looks(variantId)).map(({ decision: verdict }) => verdict)).toEqual([
    'none',
    'open',
    'close',
  ]);
  expect(await tellAll(house)).toEqual([]);
  const { checkRequestedVersion: wanted, checkedVersion: looked } = await house.variant(variantId);
  expect(looked).toBe(wanted);
});

test('a hundred webhooks at once all mark, and none is refused', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  const before = (await house.variant(variantId)).checkRequestedVersion;
  await house.stock({ variantId, to: 5 });
  await house.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 99 });
  expect((await house.variant(variantId)).checkRequestedVersion - before).toBe(100n);
  expect(house.shopify.deliveries().every(({ attempts }) => attempts.length <= 1)).toBe(true);
});
