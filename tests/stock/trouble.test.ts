// When Shopify fails, throttles or is read by two at once: nothing is lost, nothing old is kept.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { releaseLease } from '../../app/jobs/lease.server.ts';
import { checkInventoryNow } from '../../app/stock/merchant-actions.server.ts';
import { runDueChecks } from '../../app/stock/run-checks.server.ts';
import { restsUntil } from '../../app/shopify/admin-api.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { clock, furnish, holdNextAnswer, pass } from './house.ts';
import { tellAll } from './lane.ts';

const only = (house: Awaited<ReturnType<typeof furnish>>) => ({ door: 'admin' as const, shop: house.domain });

test('THROTTLED: the shop rests as long as Shopify says, the variant stays due, and is then told of', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 5 });
  house.shopify.disturb({ kind: 'throttle', times: 1, only: only(house) });
  const round = await house.look();
  expect(round).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  const calls = house.calls();
  expect(await house.look(), 'no call before the time is up').toMatchObject({ outcome: 'backed_off' });
  expect(house.calls()).toBe(calls);
  pass(5);
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('an empty bucket is waited out by the figure in Shopify’s answer', async () => {
  const house = await furnish();
  await house.soldOut({ waiting: 1 });
  house.shopify.admin.drainBucket({ shop: house.domain, apiKey: process.env.SHOPIFY_API_KEY! });
  const round = await house.look();
  expect(round).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  if (round.outcome !== 'backed_off') return;
  pass((round.until.getTime() - clock().getTime()) / 1_000);
  expect(await house.look()).toMatchObject({ outcome: 'idle' });
});

test.each([
  ['Shopify answers 500', { kind: 'refuse' as const, status: 500 }],
  ['Shopify answers 429', { kind: 'refuse' as const, status: 429 }],
  ['the reply is lost', { kind: 'lose_reply' as const }],
  ['the call never arrives', { kind: 'drop_request' as const }],
])('%s: ever longer rests, and everything stays due', async (_name, disturbance) => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 5 });
  const end = house.shopify.disturb({ ...disturbance, times: Infinity, only: only(house) });
  const rests: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const round = await house.look();
    if (round.outcome !== 'backed_off') throw new Error(`not backed off but ${round.outcome}`);
    rests.push(round.until.getTime() - clock().getTime());
    pass(rests.at(-1)! / 1_000);
  }
  expect(rests[0]).toBeGreaterThan(0);
  expect(rests).toEqual(rests.toSorted((a, b) => a - b));
  end();
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('a restart forgets nothing: another worker leaves the shop alone as long as the first would have', async () => {
  const house = await furnish();
  await house.soldOut({ waiting: 1 });
  const end = house.shopify.disturb({ kind: 'refuse', status: 503, times: Infinity, only: only(house) });
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await house.look();
    pass(2 ** attempt);
  }
  expect(await house.look()).toMatchObject({ outcome: 'backed_off' });
  end();
  pass(10);
  const calls = house.calls();
  const lease = await house.lease('another worker');
  expect(await runDueChecks({ shopId: house.shopId, lease, clock })).toMatchObject({ outcome: 'backed_off' });
  expect(house.calls()).toBe(calls);
  pass(10);
  expect(await runDueChecks({ shopId: house.shopId, lease, clock })).toEqual({
    outcome: 'looked',
    looked: 1,
  });
  await releaseLease(lease);
  const shop = await db.shop.findUniqueOrThrow({ where: { id: house.shopId } });
  expect(shop).toMatchObject({ apiFailures: 0, apiRetryAt: null });
});

test('everything else of the shop rests too, and comes a second after its stock checks', async () => {
  const house = await furnish();
  await house.soldOut({ waiting: 1 });
  house.shopify.disturb({ kind: 'lose_reply', times: 1, only: only(house) });
  await house.look();
  const shop = await db.shop.findUniqueOrThrow({ where: { id: house.shopId } });
  const at = (seconds: number) => new Date(clock().getTime() + seconds * 1_000);
  expect(restsUntil({ shop, checks: true, now: at(0.9) })).toEqual(at(1));
  expect(restsUntil({ shop, checks: true, now: at(1) })).toBe(null);
  expect(restsUntil({ shop, now: at(1) })).toEqual(at(2));
  expect(restsUntil({ shop, now: at(2) })).toBe(null);
});

test('a 401 renews the session and the look goes on', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 5 });
  house.shopify.disturb({ kind: 'refuse', status: 401, times: 1, only: only(house) });
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('a shop that can’t be read until the merchant comes: it rests, and nobody is lost', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 5 });
  const end = house.shopify.disturb({ kind: 'refuse', status: 402, times: Infinity, only: only(house) });
  expect(await house.look()).toMatchObject({ outcome: 'backed_off', advice: 'unreadable' });
  end();
  pass(61);
  await house.look();
  expect(await tellAll(house)).toHaveLength(1);
});

test('Shopify does not answer while a restock is open: no fresh look, no claim', async () => {
  const house = await furnish();
  await house.back({ waiting: 3 });
  expect(await tellAll(house, { atMost: 1 })).toHaveLength(1);
  pass(31);
  expect(await tellAll(house)).toEqual([]);
});

test('an older answer is thrown away: a look that was frozen on its way changes nothing when it thaws', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.look();
  await house.stock({ variantId, to: 5 });
  const lease = await house.lease('frozen');
  const answer = holdNextAnswer();
  const frozen = runDueChecks({ shopId: house.shopId, lease, clock });
  await answer.written;
  await releaseLease(lease);
  await house.stock({ variantId, to: 0 });
  await house.look();
  answer.letGo();
  expect(await frozen).toMatchObject({ outcome: 'looked' });
  expect(await tellAll(house)).toEqual([]);
  expect(await house.restocks(variantId)).toEqual([]);
  expect((await house.looks(variantId)).map(({ reason }) => reason)).toEqual(['sold_out', 'sold_out']);
});

test('frozen with nothing newer seen, but its lease has passed on: what it read is not written', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  const lease = await house.lease('frozen');
  const answer = holdNextAnswer();
  const frozen = runDueChecks({ shopId: house.shopId, lease, clock });
  await answer.written;
  await releaseLease(lease);
  await house.lease('next');
  answer.letGo();
  expect(await frozen).toEqual({ outcome: 'lost' });
  expect(await house.looks(variantId)).toEqual([]);
});

test('under a lease that has passed on, nothing is written', async () => {
  const house = await furnish();
  const { variantId } = await house.soldOut({ waiting: 1 });
  await house.stock({ variantId, to: 5 });
  const old = await house.lease('old');
  await releaseLease(old);
  await house.lease('new');
  expect(await runDueChecks({ shopId: house.shopId, lease: old, clock })).toEqual({ outcome: 'lost' });
  expect(await house.looks(variantId)).toEqual([]);
  expect(await house.restocks(variantId)).toEqual([]);
});

test('thirty variants are read in two calls, and each gets its verdict', async () => {
  const house = await furnish();
  const values = Array.from({ length: 30 }, (_, index) => `Size ${index}`);
  const { variantIds } = await house.product({
    options: [{ name: 'Size', values }],
    variants: values.map((value, index) => ({ options: [value], stock: index % 2 })),
  });
  for (const variantId of variantIds) await house.waiter(variantId);
  const calls = house.calls();
  await house.look();
  expect(house.calls() - calls).toBe(2);
  const verdicts = await db.stockCheck.findMany({
    where: { shopId: house.shopId },
    select: { reason: true },
  });
  expect(Map.groupBy(verdicts, ({ reason }) => reason).get('all_allowed')).toHaveLength(15);
  expect(await tellAll(house)).toHaveLength(15);
});

test('what our tables refuse of one variant keeps no other waiting', async () => {
  const house = await furnish();
  const poisoned = await house.product({ title: 'Bad \u0000 title', variant: { stock: 2 } });
  const healthy = await house.product({ variant: { stock: 2 } });
  const [bad] = await house.line(poisoned.variantId, 1);
  const [good] = await house.line(healthy.variantId, 1);
  await house.look();
  expect(await tellAll(house)).toEqual([good!.shopperId]);
  expect(await house.lastLook(poisoned.variantId)).toMatchObject({
    decision: 'none',
    reason: 'unreadable',
  });
  house.store.updateProduct({ shop: house.domain, productId: poisoned.productId, title: 'Good title' });
  pass(60);
  await house.look();
  expect(await tellAll(house)).toEqual([bad!.shopperId]);
});

test('a shop that has left is not looked at', async () => {
  const house = await furnish();
  await house.soldOut({ waiting: 1 });
  await db.shop.update({ where: { id: house.shopId }, data: { uninstalledAt: clock() } });
  const calls = house.calls();
  expect(await house.look()).toEqual({ outcome: 'idle', nextAt: null });
  expect(house.calls()).toBe(calls);
});

test('people are claimed while a look is on its way: the allowance never falls below those told', async () => {
  const house = await furnish();
  const { variantId } = await house.back({ waiting: 12, units: 1 });
  pass(15 * 60);
  await db.restock.updateMany({
    where: { shopId: house.shopId },
    data: { notificationQuota: 12, confirmedAvailableAt: clock() },
  });
  // Counted before, locked after: the claim commits in between.
  const claiming = Promise.withResolvers<void>();
  const claim = db.$transaction(async (tx) => {
    await tx.$executeRaw`UPDATE restocks SET claimed_count = 12 WHERE shop_id = ${house.shopId}`;
    await claiming.promise;
  });
  await checkInventoryNow({ shopId: house.shopId, variantId, now: clock() });
  const looking = house.look();
  await waitFor(
    async () => {
      const [row] = await queryRows<{ waits: boolean }>({
        tx: db,
        sql: Prisma.sql`
        SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')
          AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())) AS waits`,
      });
      return row!.waits;
    },
    { until: 'the look to wait for the claim' },
  );
  claiming.resolve();
  await claim;
  expect(await looking).toMatchObject({ outcome: 'idle' });
  const [restock] = await house.restocks(variantId);
  expect(restock!.notificationQuota).toBeGreaterThanOrEqual(restock!.claimedCount);
});
