// A stock check request costs nothing when nobody waits, and is never lost when somebody does.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows, type Tx } from '../../app/db.server.ts';
import { requestStockChecks } from '../../app/stock/check-requests.server.ts';
import { clock, createShop, holdNextAnswer } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

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

const itemOf = async (fixture: Awaited<ReturnType<typeof createShop>>, variantId: bigint) =>
  fixture.store.shop(fixture.domain).variants.get(variantId)!.inventoryItemId;

test('nobody waits and no restock is open: one read, no write, no call to Shopify', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const [first] = await fixture.line(variantId, 1);
  await fixture.check();
  await db.subscription.updateMany({
    where: { id: first!.id },
    data: { status: 'cancelled', grantToken: null },
  });
  const calls = fixture.calls();
  const inventoryItemIds = [await itemOf(fixture, variantId)];
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: fixture.shopId, inventoryItemIds, now: clock() })),
  ).toBe(false);
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: fixture.shopId, productIds: [1n], now: clock() })),
  ).toBe(false);
  await fixture.stock({ variantId, to: 5 });
  await fixture.check();
  expect(fixture.calls()).toBe(calls);
  expect(await fixture.looks(variantId)).toHaveLength(1);
});

test('the merchant’s own test is nobody', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  await fixture.waitingShopper(variantId, { isTest: true });
  const inventoryItemIds = [await itemOf(fixture, variantId)];
  expect(
    await wroteIn((tx) => requestStockChecks({ tx, shopId: fixture.shopId, inventoryItemIds, now: clock() })),
  ).toBe(false);
});

test('somebody whose message may yet come back unsent still counts as waiting', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  const [first] = await fixture.line(variantId, 1);
  await fixture.check();
  await db.subscription.updateMany({ where: { id: first!.id }, data: { status: 'claimed' } });
  const marked = await db.$transaction((tx) =>
    requestStockChecks({ tx, shopId: fixture.shopId, variantIds: [variantId], now: clock() }),
  );
  expect(marked).toBe(1);
});

test('another shop’s variant with the same ids is not touched', async () => {
  const [mine, theirs] = [await createShop(), await createShop()];
  const { variantId } = await theirs.product();
  await theirs.line(variantId, 1);
  await theirs.check();
  const marked = await db.$transaction((tx) =>
    requestStockChecks({ tx, shopId: mine.shopId, variantIds: [variantId], now: clock() }),
  );
  expect(marked).toBe(0);
});

test('a hint that arrives while the look is under way is looked at by the next one', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  await fixture.stock({ variantId, to: 1 });
  const answer = holdNextAnswer();
  const looking = fixture.check();
  await answer.written;
  await fixture.stock({ variantId, to: 0 });
  answer.letGo();
  await looking;
  expect((await fixture.looks(variantId)).map(({ decision: kind }) => kind)).toEqual([
    'none',
    'open',
    'close',
  ]);
  expect(await notifyAll(fixture)).toEqual([]);
  const { checkRequestedVersion: wanted, checkedVersion: checked } = await fixture.variant(variantId);
  expect(checked).toBe(wanted);
});

test('a hundred webhooks at once all mark, and none is refused', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  const before = (await fixture.variant(variantId)).checkRequestedVersion;
  await fixture.stock({ variantId, to: 5 });
  await fixture.shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 99 });
  expect((await fixture.variant(variantId)).checkRequestedVersion - before).toBe(100n);
  expect(fixture.shopify.deliveries().every(({ attempts }) => attempts.length <= 1)).toBe(true);
});
