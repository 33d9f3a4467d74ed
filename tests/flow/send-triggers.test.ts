// Shopify Flow receives each event once: sign-ups, waitlist sizes, notified restocks, and a Page's issues.
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clearIssue, setIssue } from '../../app/messenger/pages.server.ts';
import { clock, createShop, pass } from '../stock/stock-fixture.ts';
import { notifyAll } from '../stock/page-sender.ts';
import { waitFor } from '../harness/wait-for.ts';
import { flowOf, openFlowShop } from './flow-fixture.ts';

afterEach(async () => {
  await db.flowCursor.deleteMany();
});

test('each who joined is told once, in order, with how many wait, and nothing of the person', async () => {
  const shop = await openFlowShop();
  const { variantId, productId } = await shop.product({ variant: { options: ['M'] } });
  const [first, second] = await shop.line(variantId, 2);
  expect(await shop.due()).toBe(true);
  expect(await shop.tell()).toBe(null);
  expect(shop.of('waitlist-joined')).toEqual([
    {
      product_id: Number(productId),
      'Variant ID': `gid://shopify/ProductVariant/${variantId}`,
      'Variant title': shop.store.shop(shop.domain).variants.get(variantId)!.title,
      Waiting: 1,
      'Joined at': first!.grantedAt.toISOString(),
      'Event ID': `joined-${first!.id}`,
    },
    expect.objectContaining({ Waiting: 2, 'Event ID': `joined-${second!.id}` }),
  ]);
  expect(JSON.stringify(shop.received())).not.toContain('psid');
  expect(await shop.due()).toBe(false);
  shop.anotherWorker();
  expect(await shop.tell()).toBe(null);
  expect(shop.received()).toHaveLength(2);
});

test('a round number is reached once, also when people leave and come; after a restock it may be reached again', async () => {
  const shop = await openFlowShop({ uses: ['waitlist-reached'] });
  const { variantId } = await shop.product();
  const line = await shop.line(variantId, 4);
  await shop.tell();
  expect(shop.of('waitlist-reached')).toEqual([]);
  await shop.line(variantId, 1);
  await shop.tell();
  expect(shop.of('waitlist-reached')).toEqual([expect.objectContaining({ Reached: 5, Waiting: 5 })]);

  await db.subscription.updateMany({
    where: { id: line[0]!.id },
    data: { status: 'cancelled', grantToken: null },
  });
  await shop.line(variantId, 2);
  await shop.tell();
  expect(shop.of('waitlist-reached')).toHaveLength(1);
  // Many at once, and a number in the middle of them.
  await shop.line(variantId, 30);
  await shop.tell();
  expect(shop.of('waitlist-reached').map((each) => each.Reached)).toEqual([5, 10, 25]);

  await shop.stock({ variantId, to: 100 });
  await shop.check();
  await notifyAll(shop);
  await shop.tell();
  await shop.stock({ variantId, to: 0 });
  await shop.check();
  await shop.line(variantId, 5);
  await shop.tell();
  expect(shop.of('waitlist-reached').map((each) => each.Reached)).toEqual([5, 10, 25, 5]);
  expect(new Set(shop.ids()).size).toBe(shop.received().length);
});

test('a line that was long before Flow was asked to hear of it tells no number that it had reached already', async () => {
  const fixture = await createShop();
  const { variantId } = await fixture.product();
  await fixture.line(variantId, 7);
  await fixture.shopify.flow.turn({ shop: fixture.domain, handle: 'waitlist-reached', on: true });
  const flow = flowOf(fixture);
  await fixture.line(variantId, 2);
  await flow.tell();
  expect(flow.of('waitlist-joined').map((each) => each.Waiting)).toEqual([8, 9]);
  expect(flow.of('waitlist-reached')).toEqual([]);
  await fixture.line(variantId, 1);
  await flow.tell();
  expect(flow.of('waitlist-reached').map((each) => each.Reached)).toEqual([10]);
});

test('a restock is told once: when all were told, or when it was over before', async () => {
  const shop = await openFlowShop({ uses: ['restock-notified'], sendPolicy: 'all_at_once' });
  const { variantId } = await shop.product();
  await shop.line(variantId, 6);
  await shop.stock({ variantId, to: 3 });
  await shop.check();
  await notifyAll(shop, { atMost: 4 });
  await shop.tell();
  expect(shop.of('restock-notified')).toEqual([]);

  await shop.stock({ variantId, to: 0 });
  await shop.check();
  pass(1);
  await shop.tell();
  const [restock] = await shop.restocks(variantId);
  expect(shop.of('restock-notified')).toEqual([
    expect.objectContaining({
      Notified: 4,
      'Still waiting': 2,
      'In stock since': restock!.openedAt.toISOString(),
      'Event ID': `notified-${restock!.id}`,
    }),
  ]);

  pass(3_600);
  await shop.stock({ variantId, to: 3 });
  await shop.check();
  await notifyAll(shop);
  await shop.tell();
  expect(shop.of('restock-notified').map((each) => [each.Notified, each['Still waiting']])).toEqual([
    [4, 2],
    [2, 0],
  ]);
  await shop.stock({ variantId, to: 0 });
  await shop.check();
  expect(await shop.due()).toBe(false);
  await shop.tell();
  expect(shop.of('restock-notified')).toHaveLength(2);
  // What is done with leaves no row behind.
  expect(await db.flowDelivery.count({ where: { shopId: shop.shopId } })).toBe(0);
});

test('a restock of which somebody is still on the way is not told yet', async () => {
  const shop = await openFlowShop({ uses: ['restock-notified'] });
  const { variantId } = await shop.product();
  const [, last] = await shop.line(variantId, 2);
  await shop.stock({ variantId, to: 3 });
  await shop.check();
  await notifyAll(shop);
  const end = (state: string, at: Date | null) =>
    db.$executeRaw`
      UPDATE notifications SET status = ${state}, finished_at = ${at} WHERE subscription_id = ${last!.id}`;
  await end('sending', null);
  expect(await shop.tell()).toBe(null);
  expect(shop.of('restock-notified')).toEqual([]);
  await end('assumed_sent', clock());
  await shop.tell();
  expect(shop.of('restock-notified')).toEqual([expect.objectContaining({ Notified: 2, 'Still waiting': 0 })]);
});

test('a restock in which Meta refused everybody told nobody', async () => {
  const shop = await openFlowShop({ uses: ['restock-notified'] });
  const { variantId } = await shop.product();
  await shop.line(variantId, 1);
  await shop.stock({ variantId, to: 3 });
  await shop.check();
  await notifyAll(shop);
  await db.notification.updateMany({ where: { shopId: shop.shopId }, data: { status: 'failed' } });
  expect(await shop.tell()).toBe(null);
  expect(shop.of('restock-notified')).toEqual([]);
  expect(await shop.due()).toBe(false);
});

test('a Page in trouble is told with what to do, in the shop’s language, once for each time it begins', async () => {
  const shop = await openFlowShop({ uses: ['messenger-needs-attention'], locale: 'es-MX' });
  pass(1);
  await setIssue({ pageId: shop.page.id, issue: 'reconnect', now: clock() });
  await shop.tell();
  await shop.tell();
  expect(shop.received().map(({ payload }) => payload)).toEqual([
    {
      Page: 'Page',
      Issue: 'reconnect',
      'What happened': 'Facebook ya no acepta la conexión con tu página',
      'What to do': expect.stringContaining('Vuelve a conectar'),
      Since: clock().toISOString(),
      'Event ID': `attention-${shop.page.id}-reconnect-${clock().getTime()}`,
    },
  ]);
  await clearIssue({ pageId: shop.page.id });
  pass(60);
  await setIssue({ pageId: shop.page.id, issue: 'reconnect', now: clock() });
  await shop.tell();
  expect(shop.received()).toHaveLength(2);
  expect(await shop.due()).toBe(false);
});

test('without a workflow Shopify is not called at all, and what happened meanwhile is not told later', async () => {
  const fixture = await createShop();
  const flow = flowOf(fixture);
  const { variantId } = await fixture.product();
  await fixture.line(variantId, 3);
  const before = fixture.calls();
  expect(await flow.due()).toBe(false);
  expect(await flow.tell()).toBe(null);
  expect(fixture.calls()).toBe(before);

  expect(await fixture.shopify.flow.turn({ shop: fixture.domain, handle: 'waitlist-joined', on: true })).toBe(
    true,
  );
  expect(await flow.due()).toBe(false);
  await fixture.line(variantId, 1);
  await flow.tell();
  expect(flow.of('waitlist-joined').map((each) => each.Waiting)).toEqual([4]);

  pass(1);
  await fixture.shopify.flow.turn({ shop: fixture.domain, handle: 'waitlist-joined', on: false });
  await fixture.line(variantId, 1);
  expect(await flow.due()).toBe(false);
  await flow.tell();
  expect(flow.received()).toHaveLength(1);
});

test('the merchant’s own test leaves no event', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  await shop.waitingShopper(variantId, { isTest: true });
  await shop.tell();
  expect(shop.received()).toEqual([]);
  expect(await shop.due()).toBe(false);
});

test('two shops hear of their own alone', async () => {
  const [one, two] = [await openFlowShop(), await openFlowShop()];
  const { variantId } = await one.product();
  await one.line(variantId, 2);
  expect(await two.due()).toBe(false);
  await two.tell();
  expect(two.received()).toEqual([]);
  const { variantId: theirs } = await two.product();
  const [their] = await two.line(theirs, 1);
  await one.tell();
  expect(one.received()).toHaveLength(2);
  expect(two.received()).toEqual([]);
  await two.tell();
  expect(two.ids()).toEqual([`joined-${their!.id}`]);
});

test('a shop that has left is not called', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  await shop.line(variantId, 1);
  await db.shop.update({ where: { id: shop.shopId }, data: { uninstalledAt: clock() } });
  expect(await shop.due()).toBe(false);
  expect(await shop.tell()).toBe(null);
  expect(shop.received()).toEqual([]);
});

for (const [name, disturbance, within] of [
  ['throttles', { kind: 'throttle' }, 60],
  ['answers 503', { kind: 'refuse', status: 503 }, 60],
  ['cannot be reached', { kind: 'drop_request' }, 60],
] as const)
  test(`while Shopify ${name}, Flow is told later, and nothing is lost or out of order`, async () => {
    const shop = await openFlowShop();
    const { variantId } = await shop.product();
    const line = await shop.line(variantId, 3);
    const over = shop.shopify.disturb({
      ...disturbance,
      times: Infinity,
      only: { shop: shop.domain, operation: 'TellFlow' },
    });
    const again = await shop.tell();
    expect(again!.getTime()).toBeGreaterThan(clock().getTime());
    expect(again!.getTime()).toBeLessThanOrEqual(clock().getTime() + within * 1_000);
    const calls = shop.calls();
    // The worker's round asks on and on; Shopify is left alone meanwhile.
    expect(await shop.tell()).toEqual(again);
    expect(shop.calls()).toBe(calls);
    over();
    pass(within);
    expect(await shop.tell()).toBe(null);
    expect(shop.ids()).toEqual(line.map(({ id }) => `joined-${id}`));
  });

test('an answer that never arrives repeats that one event, under the same id', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  const [first, second] = await shop.line(variantId, 2);
  shop.shopify.disturb({ kind: 'lose_reply', only: { shop: shop.domain, operation: 'TellFlow' } });
  await shop.tell();
  shop.anotherWorker();
  await shop.tell();
  expect(shop.ids()).toEqual([`joined-${first!.id}`, `joined-${first!.id}`, `joined-${second!.id}`]);
});

test('a worker that is stopped between two events leaves the rest to the next one', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  const line = await shop.line(variantId, 4);
  const stopping = new AbortController();
  const notified = shop.tell({ signal: stopping.signal });
  await waitFor(() => shop.received().length >= 1, { until: 'the first event', everyMs: 1 });
  stopping.abort();
  await notified;
  expect(shop.received().length).toBeLessThan(4);
  shop.anotherWorker();
  await shop.tell();
  expect(shop.ids()).toEqual(line.map(({ id }) => `joined-${id}`));
});

test('a yes that is written while a later one is told already is not passed over', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  const other = await shop.product();
  await shop.line(variantId, 1);
  await shop.tell();
  const slow = new pg.Client({ connectionString: process.env.DATABASE_URL });
  await slow.connect();
  await slow.query('BEGIN');
  const copy = await slow.query<{ id: string }>(
    `INSERT INTO opt_in_requests (shop_id, shopper_id, variant_id, title, locale, created_at)
     SELECT shop_id, shopper_id, $2, title, locale, created_at FROM opt_in_requests WHERE shop_id = $1 LIMIT 1 RETURNING id`,
    [shop.shopId, variantId],
  );
  await slow.query(`UPDATE subscriptions SET status = 'cancelled', grant_token = NULL WHERE shop_id = $1`, [
    shop.shopId,
  ]);
  const early = await slow.query<{ id: string }>(
    `INSERT INTO subscriptions (shop_id, shopper_id, variant_id, page_id, opt_in_request_id, grant_token, waiting_since, granted_at, expires_at)
     SELECT shop_id, shopper_id, $2, page_id, $3, '\\x01', waiting_since, granted_at, expires_at FROM subscriptions WHERE shop_id = $1 LIMIT 1 RETURNING id`,
    [shop.shopId, variantId, copy.rows[0]!.id],
  );
  const late = await shop.waitingShopper(other.variantId);
  expect(BigInt(early.rows[0]!.id)).toBeLessThan(late.id);
  expect(await shop.tell()).not.toBe(null);
  expect(shop.received()).toHaveLength(1);
  await slow.query('COMMIT');
  await slow.end();
  expect(await shop.tell()).toBe(null);
  expect(shop.ids().slice(1)).toEqual([`joined-${early.rows[0]!.id}`, `joined-${late.id}`]);
});

test('what Flow itself refuses holds up nothing behind it', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  const other = await shop.product();
  await shop.line(variantId, 1);
  const [second] = await shop.line(other.variantId, 1);
  const title = 'x'.repeat(60_000);
  await db.variant.update({ where: { shopId_id: { shopId: shop.shopId, id: variantId } }, data: { title } });
  expect(await shop.tell()).toBe(null);
  expect(shop.ids()).toEqual([`joined-${second!.id}`]);
  expect(await shop.due()).toBe(false);
});

test('half of Shopify’s bucket stays with the looks', async () => {
  const shop = await openFlowShop();
  const { variantId } = await shop.product();
  const line = await shop.line(variantId, 12);
  shop.shopify.admin.setBucket({ maximum: 100, restoreRate: 10 });
  const again = await shop.tell();
  expect(again).not.toBe(null);
  const notified = shop.of('waitlist-joined').length;
  expect(notified).toBeGreaterThan(0);
  expect(shop.received().length).toBeLessThanOrEqual(6);
  for (let second = 0; second < 30; second += 1) {
    pass(1);
    await shop.tell();
  }
  expect(shop.of('waitlist-joined').map((each) => each['Event ID'])).toEqual(
    line.map(({ id }) => `joined-${id}`),
  );
  shop.shopify.admin.setBucket({ maximum: 2_000, restoreRate: 100 });
});
