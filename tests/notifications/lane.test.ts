// The lane on a real database, judged by Messenger's own ledger.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { createLaneWorld } from './lane-world.ts';

const world = await createLaneWorld();

test('everyone who waits is told exactly once, oldest first', async () => {
  const { shop, metaPageId, waiters, restock } = await world.shopWithWaiters({ count: 60 });
  const worker = await world.worker(metaPageId);
  expect(await worker.run()).toBeNull();
  await worker.leave();
  world.expectEachOnce({ metaPageId, psids: waiters.map((one) => one.psid) });
  expect(await world.statesOf(shop.id)).toEqual({ told: 60 });
  expect((await db.restock.findUniqueOrThrow({ where: { id: restock.id } })).told).toBe(60);
  const rows = await db.notification.findMany({ where: { shopId: shop.id }, orderBy: { id: 'asc' } });
  expect(rows.map((row) => row.subscriptionId)).toEqual(waiters.map((one) => one.subscriptionId));
  expect(rows.every((row) => row.mid !== null && row.body === null && row.state === 'sent')).toBe(true);
  await world.expectBalanced(shop.id);
});
