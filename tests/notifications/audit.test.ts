// The books: every yes stands in exactly one column, and whatever contradicts itself is found and named.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { auditConsistency, balance } from '../../app/reports/audit.server.ts';
import { createSenderWorld } from './sender-world.ts';

const world = await createSenderWorld();

test('five who said yes: five who wait, then five who were told, and nothing to complain of', async () => {
  const { shop, metaPageId } = await world.shopWithWaiting({ count: 5 });
  const accounts = async () => (await balance({ shopId: shop.id })).accounts;
  expect(await accounts()).toMatchObject([{ optedIn: 5, waiting: 5, notified: 0 }]);
  await world.runOut({ metaPageId });
  expect(await accounts()).toMatchObject([{ optedIn: 5, waiting: 0, notified: 5 }]);
  expect(await auditConsistency()).toBe(0);
});

test('a shopper put back in line by hand, although Meta took the message, is named; so is a count that is too low', async () => {
  const { shop, metaPageId } = await world.shopWithWaiting({ count: 2 });
  await world.runOut({ metaPageId });
  const { id } = await db.subscription.findFirstOrThrow({ where: { shopId: shop.id } });
  await db.$executeRaw`UPDATE subscriptions SET status = 'claimed', grant_token = 'x', ended_at = NULL WHERE id = ${id}`;
  await db.$executeRaw`UPDATE restocks SET claimed_count = 1 WHERE shop_id = ${shop.id}`;
  const { faults } = await balance({ shopId: shop.id });
  expect(faults.map(({ what }) => what).sort()).toEqual([
    'restock counts fewer than it has told',
    'subscription claimed, message sent',
  ]);
  expect(faults.find(({ what }) => what.startsWith('subscription'))!.id).toBe(id);
  expect(await auditConsistency()).toBe(2);
});
