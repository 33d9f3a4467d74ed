// When Shopify fails, throttles or is read by two at once: nothing is lost, nothing old is kept.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { releaseLease } from '../../app/jobs/lease.server.ts';
import { checkInventoryNow } from '../../app/stock/merchant-actions.server.ts';
import { runDueChecks } from '../../app/stock/run-checks.server.ts';
import { restsUntil } from '../../app/shopify/admin-api.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { clock, createShop, holdNextAnswer, pass } from './stock-fixture.ts';
import { notifyAll } from './page-sender.ts';

const only = (fixture: Awaited<ReturnType<typeof createShop>>) => ({
  door: 'admin' as const,
  shop: fixture.domain,
});

test('THROTTLED: the shop rests as long as Shopify says, the variant stays due, and is then told of', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 5 });
  fixture.shopify.disturb({ kind: 'throttle', times: 1, only: only(fixture) });
  const round = await fixture.check();
  expect(round).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  const calls = fixture.calls();
  expect(await fixture.check(), 'no call before the time is up').toMatchObject({ outcome: 'backed_off' });
  expect(fixture.calls()).toBe(calls);
  pass(5);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('an empty bucket is waited out by the figure in Shopify’s answer', async () => {
  const fixture = await createShop();
  await fixture.soldOut({ waiting: 1 });
  fixture.shopify.admin.drainBucket({ shop: fixture.domain, apiKey: process.env.SHOPIFY_API_KEY! });
  const round = await fixture.check();
  expect(round).toMatchObject({ outcome: 'backed_off', advice: 'throttled' });
  if (round.outcome !== 'backed_off') return;
  pass((round.until.getTime() - clock().getTime()) / 1_000);
  expect(await fixture.check()).toMatchObject({ outcome: 'idle' });
});

test.each([
  ['Shopify answers 500', { kind: 'refuse' as const, status: 500 }],
  ['Shopify answers 429', { kind: 'refuse' as const, status: 429 }],
  ['the reply is lost', { kind: 'lose_reply' as const }],
  ['the call never arrives', { kind: 'drop_request' as const }],
])('%s: ever longer rests, and everything stays due', async (_name, disturbance) => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 5 });
  const end = fixture.shopify.disturb({ ...disturbance, times: Infinity, only: only(fixture) });
  const rests: number[] = [];
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const round = await fixture.check();
    if (round.outcome !== 'backed_off') throw new Error(`not backed off but ${round.outcome}`);
    rests.push(round.until.getTime() - clock().getTime());
    pass(rests.at(-1)! / 1_000);
  }
  expect(rests[0]).toBeGreaterThan(0);
  expect(rests).toEqual(rests.toSorted((a, b) => a - b));
  end();
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('a restart forgets nothing: another worker leaves the shop alone as long as the first would have', async () => {
  const fixture = await createShop();
  await fixture.soldOut({ waiting: 1 });
  const end = fixture.shopify.disturb({ kind: 'refuse', status: 503, times: Infinity, only: only(fixture) });
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await fixture.check();
    pass(2 ** attempt);
  }
  expect(await fixture.check()).toMatchObject({ outcome: 'backed_off' });
  end();
  pass(10);
  const calls = fixture.calls();
  const lease = await fixture.lease('another worker');
  expect(await runDueChecks({ shopId: fixture.shopId, lease, clock })).toMatchObject({
    outcome: 'backed_off',
  });
  expect(fixture.calls()).toBe(calls);
  pass(10);
  expect(await runDueChecks({ shopId: fixture.shopId, lease, clock })).toEqual({
    outcome: 'looked',
    checked: 1,
  });
  await releaseLease(lease);
  const shop = await db.shop.findUniqueOrThrow({ where: { id: fixture.shopId } });
  expect(shop).toMatchObject({ apiFailures: 0, apiRetryAt: null });
});

test('everything else of the shop rests too, and comes a second after its stock checks', async () => {
  const fixture = await createShop();
  await fixture.soldOut({ waiting: 1 });
  fixture.shopify.disturb({ kind: 'lose_reply', times: 1, only: only(fixture) });
  await fixture.check();
  const shop = await db.shop.findUniqueOrThrow({ where: { id: fixture.shopId } });
  const at = (seconds: number) => new Date(clock().getTime() + seconds * 1_000);
  expect(restsUntil({ shop, checks: true, now: at(0.9) })).toEqual(at(1));
  expect(restsUntil({ shop, checks: true, now: at(1) })).toBe(null);
  expect(restsUntil({ shop, now: at(1) })).toEqual(at(2));
  expect(restsUntil({ shop, now: at(2) })).toBe(null);
});

test('a 401 renews the session and the look goes on', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 5 });
  fixture.shopify.disturb({ kind: 'refuse', status: 401, times: 1, only: only(fixture) });
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('a shop that can’t be read until the merchant comes: it rests, and nobody is lost', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 5 });
  const end = fixture.shopify.disturb({ kind: 'refuse', status: 402, times: Infinity, only: only(fixture) });
  expect(await fixture.check()).toMatchObject({ outcome: 'backed_off', advice: 'unreadable' });
  end();
  pass(61);
  await fixture.check();
  expect(await notifyAll(fixture)).toHaveLength(1);
});

test('Shopify does not answer while a restock is open: no fresh look, no claim', async () => {
  const fixture = await createShop();
  await fixture.back({ waiting: 3 });
  expect(await notifyAll(fixture, { atMost: 1 })).toHaveLength(1);
  pass(31);
  expect(await notifyAll(fixture)).toEqual([]);
});

test('an older answer is thrown away: a look that was frozen on its way changes nothing when it thaws', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.check();
  await fixture.stock({ variantId, to: 5 });
  const lease = await fixture.lease('frozen');
  const answer = holdNextAnswer();
  const frozen = runDueChecks({ shopId: fixture.shopId, lease, clock });
  await answer.written;
  await releaseLease(lease);
  await fixture.stock({ variantId, to: 0 });
  await fixture.check();
  answer.letGo();
  expect(await frozen).toMatchObject({ outcome: 'looked' });
  expect(await notifyAll(fixture)).toEqual([]);
  expect(await fixture.restocks(variantId)).toEqual([]);
  expect((await fixture.looks(variantId)).map(({ reason }) => reason)).toEqual(['sold_out', 'sold_out']);
});

test('frozen with nothing newer seen, but its lease has passed on: what it read is not written', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  const lease = await fixture.lease('frozen');
  const answer = holdNextAnswer();
  const frozen = runDueChecks({ shopId: fixture.shopId, lease, clock });
  await answer.written;
  await releaseLease(lease);
  await fixture.lease('next');
  answer.letGo();
  expect(await frozen).toEqual({ outcome: 'lost' });
  expect(await fixture.looks(variantId)).toEqual([]);
});

test('under a lease that has passed on, nothing is written', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.soldOut({ waiting: 1 });
  await fixture.stock({ variantId, to: 5 });
  const old = await fixture.lease('old');
  await releaseLease(old);
  await fixture.lease('new');
  expect(await runDueChecks({ shopId: fixture.shopId, lease: old, clock })).toEqual({ outcome: 'lost' });
  expect(await fixture.looks(variantId)).toEqual([]);
  expect(await fixture.restocks(variantId)).toEqual([]);
});

test('thirty variants are read in two calls, and each gets its verdict', async () => {
  const fixture = await createShop();
  const values = Array.from({ length: 30 }, (_, index) => `Size ${index}`);
  const { variantIds } = await fixture.product({
    options: [{ name: 'Size', values }],
    variants: values.map((value, index) => ({ options: [value], stock: index % 2 })),
  });
  for (const variantId of variantIds) await fixture.waitingShopper(variantId);
  const calls = fixture.calls();
  await fixture.check();
  expect(fixture.calls() - calls).toBe(2);
  const verdicts = await db.stockCheck.findMany({
    where: { shopId: fixture.shopId },
    select: { reason: true },
  });
  expect(Map.groupBy(verdicts, ({ reason }) => reason).get('all_allowed')).toHaveLength(15);
  expect(await notifyAll(fixture)).toHaveLength(15);
});

test('what our tables refuse of one variant keeps no other waiting', async () => {
  const fixture = await createShop();
  const poisoned = await fixture.product({ title: 'Bad \u0000 title', variant: { stock: 2 } });
  const healthy = await fixture.product({ variant: { stock: 2 } });
  const [bad] = await fixture.line(poisoned.variantId, 1);
  const [good] = await fixture.line(healthy.variantId, 1);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([good!.shopperId]);
  expect(await fixture.lastCheck(poisoned.variantId)).toMatchObject({
    decision: 'none',
    reason: 'unreadable',
  });
  fixture.store.updateProduct({ shop: fixture.domain, productId: poisoned.productId, title: 'Good title' });
  pass(60);
  await fixture.check();
  expect(await notifyAll(fixture)).toEqual([bad!.shopperId]);
});

test('a shop that has left is not looked at', async () => {
  const fixture = await createShop();
  await fixture.soldOut({ waiting: 1 });
  await db.shop.update({ where: { id: fixture.shopId }, data: { uninstalledAt: clock() } });
  const calls = fixture.calls();
  expect(await fixture.check()).toEqual({ outcome: 'idle', nextAt: null });
  expect(fixture.calls()).toBe(calls);
});

test('people are claimed while a look is on its way: the allowance never falls below those told', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.back({ waiting: 12, units: 1 });
  pass(15 * 60);
  await db.restock.updateMany({
    where: { shopId: fixture.shopId },
    data: { notificationQuota: 12, confirmedAvailableAt: clock() },
  });
  // Counted before, locked after: the claim commits in between.
  const claiming = Promise.withResolvers<void>();
  const claim = db.$transaction(async (tx) => {
    await tx.$executeRaw`UPDATE restocks SET claimed_count = 12 WHERE shop_id = ${fixture.shopId}`;
    await claiming.promise;
  });
  await checkInventoryNow({ shopId: fixture.shopId, variantId, now: clock() });
  const looking = fixture.check();
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
  const [restock] = await fixture.restocks(variantId);
  expect(restock!.notificationQuota).toBeGreaterThanOrEqual(restock!.claimedCount);
});
