// From an order to a sale: what carries our code is counted once and kept true, and nothing else is counted at all.
import { createHmac, randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { eraseOrders } from '../../app/attribution/attributed-orders.server.ts';
import { deleteExpiredOrderSyncs } from '../../app/attribution/sync-orders.server.ts';
import { db } from '../../app/db.server.ts';
import { dailyActivity, recoveredRevenue } from '../../app/reports/home-figures.server.ts';
import { subscriptionDetails } from '../../app/reports/subscription.server.ts';
import * as door from '../../app/routes/webhooks.shopify.orders.ts';
import { turnOffAttribution } from '../../app/shopify/order-attribution.server.ts';
import { writeJson } from '../../simulators/shopify/payloads.ts';
import { openOrders, type Shop } from './attribution-fixture.ts';

const fixture = openOrders();
const { shopify, clock } = fixture;
const { store, webhooks } = shopify;
const DAY = 86_400_000;

/** A webhook of our own making, signed as Shopify signs. */
async function deliver({ shop, topic, body }: { shop: Shop; topic: string; body: object }): Promise<number> {
  const raw = writeJson(body);
  const request = new Request('https://app.example/webhooks/shopify/orders', {
    method: 'POST',
    body: raw,
    headers: {
      'x-shopify-topic': topic,
      'x-shopify-shop-domain': shop.domain,
      'x-shopify-webhook-id': randomUUID(),
      'x-shopify-hmac-sha256': createHmac('sha256', process.env.SHOPIFY_API_SECRET!)
        .update(raw)
        .digest('base64'),
    },
  });
  return (await door.action({ request, params: {}, context: {} })).status;
}

const ours = () => [{ left: 49, amount: 49, currency: 'EUR', orderId: expect.any(BigInt) }];

test('an order whose session began at our link is a sale at once, and Shopify is not asked anything', async () => {
  const shop = await fixture.counting();
  const order = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  expect(await shop.revenue()).toEqual([{ orderId: order.id, amount: 49, left: 49, currency: 'EUR' }]);
  const { orderedAt: at } = await db.attributedOrder.findFirstOrThrow({ where: { shopId: shop.shopId } });
  expect(Math.abs(at.getTime() - order.createdAt.getTime())).toBeLessThan(1_000);
  fixture.pass(1);
  await fixture.read();
  expect(await shop.revenue()).toEqual(ours());
});

test('the life of the message then says when it was bought', async () => {
  const shop = await fixture.counting();
  const order = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  const subscriptionId = BigInt(shop.rows.subscriptionId);
  const read = await subscriptionDetails({
    shop: await db.shop.findUniqueOrThrow({ where: { id: shop.shopId } }),
    subscriptionId,
    now: new Date(),
  });
  expect(Math.abs(read!.steps.bought!.getTime() - order.createdAt.getTime())).toBeLessThan(1_000);
});

test('an order that came otherwise is no sale: other marks, a code of nobody’s, the same shopper by another way', async () => {
  const shop = await fixture.counting({ clicks: false });
  const none = [
    null,
    '/',
    '/?utm_source=newsletter&utm_campaign=back_in_stock&utm_content=x',
    shop.landing('nobody-s'),
  ];
  for (const landingSite of none) shop.place({ landingSite, visits: ['/'] });
  await fixture.brought();
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 0]);
  fixture.pass(60);
  await fixture.read();
  expect([await shop.revenue(), shop.asked().length]).toEqual([[], 0]);
});

test('another shop’s code brings nothing, neither here nor there', async () => {
  const [one, other] = [await fixture.counting(), await fixture.counting()];
  one.place({ landingSite: other.landing(), visits: [other.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  fixture.pass(3);
  await fixture.read();
  expect([await one.revenue(), await other.revenue()]).toEqual([[], []]);
});

test('the code of the merchant’s own test brings nothing', async () => {
  const shop = await fixture.counting();
  await db.notification.updateMany({ where: { shopId: shop.shopId }, data: { isTest: true } });
  shop.place({ landingSite: shop.landing(), visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  fixture.pass(3);
  await fixture.read();
  expect(await shop.revenue()).toEqual([]);
});

test('a test order is never a sale, though it carries the code by both ways', async () => {
  const shop = await fixture.counting();
  shop.place({ landingSite: shop.landing(), visits: [shop.landing()], test: true });
  await fixture.brought();
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 0]);
});

test('the webhook does not know the landing page, Shopify’s journey does: read as soon as it is ready', async () => {
  const shop = await fixture.counting();
  shop.place({ visits: ['/', shop.landing(), '/cart'], journeyAfterMs: 8 * 60_000 });
  await fixture.brought();
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 1]);
  await fixture.read();
  expect(shop.asked()).toHaveLength(0);
  fixture.pass(3);
  await fixture.read();
  expect([await shop.revenue(), shop.asked().length]).toEqual([[], 1]);
  fixture.pass(10);
  await fixture.read();
  expect(await shop.revenue()).toEqual(ours());
  expect(await shop.readings()).toBe(0);
});

test('a journey without our code ends there, and one that never gets ready is given up after two days', async () => {
  const shop = await fixture.counting();
  shop.place({ visits: ['/', '/products/other'], journeyAfterMs: 0 });
  await fixture.brought();
  fixture.pass(3);
  await fixture.read();
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 0]);

  shop.place({ visits: [shop.landing()], journeyAfterMs: 1_000 * DAY });
  await fixture.brought();
  let hours = 0;
  for (; (await shop.readings()) > 0 && hours < 100; hours += 1) {
    fixture.pass(60);
    await fixture.read();
  }
  expect(hours).toBeGreaterThan(24);
  expect(hours).toBeLessThan(60);
  expect(shop.asked().length).toBeLessThanOrEqual(11);
  expect(await shop.revenue()).toEqual([]);
});

test('many orders to read are read a few at a time, and leave half of the shop’s bucket to looks', async () => {
  const shop = await fixture.counting();
  for (let n = 0; n < 12; n += 1) shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  fixture.pass(3);
  await fixture.read();
  for (let round = 0; round < 10; round += 1) {
    fixture.pass(1);
    await fixture.read();
  }
  expect(await shop.revenue()).toHaveLength(12);
  const prices = shopify.admin.calls().filter(({ operation }) => operation === 'Orders');
  expect(
    new Set(prices.map(({ requestedCost }) => requestedCost! % 54)),
    'the price that is planned',
  ).toEqual(new Set([0]));
  // Too little for five at once: two are read now, and none twice.
  for (let n = 0; n < 4; n += 1) shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  await db.orderSync.updateMany({ where: { shopId: shop.shopId }, data: { dueAt: clock() } });
  shopify.admin.drainBucket({ shop: shop.domain, apiKey: shopify.apiKey, to: 110 });
  await fixture.read();
  for (let round = 0; round < 5; round += 1) {
    fixture.pass(1);
    await fixture.read();
  }
  expect(await shop.revenue()).toHaveLength(16);
  shopify.admin.drainBucket({ shop: shop.domain, apiKey: shopify.apiKey });
  shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  await db.orderSync.updateMany({ where: { shopId: shop.shopId }, data: { dueAt: clock() } });
  await fixture.read();
  const [reading] = await db.orderSync.findMany({ where: { shopId: shop.shopId } });
  expect(reading!.dueAt > clock()).toBe(true);
  expect(reading!.attempts).toBe(0);
});

test('Shopify is away, or refuses: the order waits and is read later', async () => {
  const shop = await fixture.counting();
  shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  for (const disturbance of [
    { kind: 'refuse', status: 503 },
    { kind: 'lose_reply' },
    { kind: 'throttle' },
  ] as const) {
    fixture.pass(3);
    shopify.disturb(disturbance);
    await fixture.read();
    expect([await shop.revenue(), await shop.readings()]).toEqual([[], 1]);
  }
  fixture.pass(3);
  await fixture.read();
  expect(await shop.revenue()).toEqual(ours());
});

test('each webhook five times, and an order paid back in between: one sale, with what is left of it', async () => {
  const shop = await fixture.counting();
  webhooks.faultOptions.copies = 5;
  const order = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  expect(await shop.revenue()).toEqual(ours());
  fixture.pass(1);
  store.refund({ shop: shop.domain, orderId: order.id, amount: 1_000 });
  await fixture.brought();
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 39 });
  await webhooks.repeat({ topic: 'orders/create', times: 5 });
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 39 });
  await fixture.read();
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 39 });
  expect(await shop.revenue()).toHaveLength(1);
});

test('money paid back without a line of the order is found in the truth', async () => {
  const shop = await fixture.counting();
  const order = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  fixture.pass(1);
  store.refund({ shop: shop.domain, orderId: order.id, amount: 900, returned: false });
  await fixture.brought();
  await fixture.read();
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 40 });
  // The webhook of the same moment, delivered once more, knows less and changes nothing.
  await webhooks.repeat({ topic: 'orders/updated', times: 2 });
  await fixture.read();
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 40 });
});

for (const order of ['given', 'reversed', 'shuffled'] as const)
  test(`an order and its whole refund, delivered ${order}: nothing is left of it`, async () => {
    const shop = await fixture.counting();
    webhooks.faultOptions.hold = true;
    const placed = shop.place({ landingSite: shop.landing() });
    // Bodies are of the moment at which they leave; these have left already.
    const created = { ...bodyOf(shop, placed.id) };
    fixture.pass(1);
    store.refund({ shop: shop.domain, orderId: placed.id, amount: 4_900 });
    await webhooks.release({ order });
    expect(await deliver({ shop, topic: 'orders/create', body: created })).toBe(200);
    await fixture.read();
    expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 0 });
  });

/** What Shopify would send of an order now. */
function bodyOf(shop: Shop, orderId: bigint) {
  const order = store.shop(shop.domain).orders.get(orderId)!;
  return {
    id: order.id,
    test: order.test,
    created_at: order.createdAt.toISOString(),
    updated_at: order.updatedAt.toISOString(),
    cancelled_at: order.cancelledAt,
    landing_site: order.landingSite,
    currency: 'EUR',
    total_price: (order.total / 100).toFixed(2),
    current_total_price: (order.current / 100).toFixed(2),
  };
}

test('the refund is heard before the order that needs the journey: the truth has both', async () => {
  const shop = await fixture.counting();
  const placed = shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  store.refund({ shop: shop.domain, orderId: placed.id, amount: 1_900 });
  await fixture.brought();
  fixture.pass(3);
  await fixture.read();
  expect((await shop.revenue())[0]).toMatchObject({ amount: 49, left: 30 });
});

test('a cancelled order counts as nothing, whichever is heard first', async () => {
  const shop = await fixture.counting();
  const placed = shop.place({ landingSite: shop.landing() });
  const created = bodyOf(shop, placed.id);
  fixture.pass(1);
  store.cancelOrder({ shop: shop.domain, orderId: placed.id });
  await fixture.brought();
  await deliver({ shop, topic: 'orders/create', body: created });
  expect((await shop.revenue())[0]).toMatchObject({ left: 0 });
  const report = await recoveredRevenue({ shopId: shop.shopId, now: new Date(), days: 30 });
  expect(report.revenue.map(({ orders, amount }) => [orders, Number(amount)])).toEqual([[0, 0]]);
});

test('a change that has nothing to do with money changes nothing', async () => {
  const shop = await fixture.counting();
  const placed = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  for (let time = 0; time < 3; time += 1) {
    fixture.pass(1);
    store.touchOrder({ shop: shop.domain, orderId: placed.id });
    await fixture.brought();
    await fixture.read();
  }
  expect(await shop.revenue()).toEqual(ours());
  expect(await shop.readings()).toBe(0);
});

test('whatever currency the shopper saw, the shop’s own is counted; two of them are never added up', async () => {
  const shop = await fixture.counting();
  shop.place({ landingSite: shop.landing(), presentment: { currency: 'JPY', rate: 162 } });
  await fixture.brought();
  expect(await shop.revenue()).toEqual(ours());
  store.updateShop({ shop: shop.domain, currency: 'GBP' });
  shop.place({ landingSite: shop.landing(), shipping: 500 });
  await fixture.brought();
  const { revenue } = await recoveredRevenue({ shopId: shop.shopId, now: new Date(), days: 30 });
  expect(revenue.map(({ currency, amount, orders }) => [currency, Number(amount), orders])).toEqual([
    ['GBP', 54, 1],
    ['EUR', 49, 1],
  ]);
  const { days, earned: byDay } = await dailyActivity({
    shopId: shop.shopId,
    now: new Date(),
    days: 30,
    timezone: 'Europe/Berlin',
  });
  expect(days).toHaveLength(30);
  expect(byDay.map(({ currency, amounts }) => [currency, amounts.reduce((a, b) => a + b)])).toEqual([
    ['EUR', 49],
    ['GBP', 54],
  ]);
});

test('an order from before counting, and one of long ago, stay uncounted', async () => {
  const shop = await fixture.counting();
  const before = { ...bodyOf(shop, shop.place({ landingSite: shop.landing() }).id) };
  await fixture.brought();
  await db.attributedOrder.deleteMany({ where: { shopId: shop.shopId } });
  const { orderAttributionStartedAt } = await shop.row();
  for (const created of [orderAttributionStartedAt!.getTime() - 60_000, Date.now() - 40 * DAY]) {
    if (created < orderAttributionStartedAt!.getTime() - 10 * DAY)
      await db.shop.update({ where: { id: shop.shopId }, data: { orderAttributionStartedAt: new Date(0) } });
    const body = { ...before, created_at: new Date(created).toISOString() };
    for (const topic of ['orders/create', 'orders/updated'])
      expect(await deliver({ shop, topic, body })).toBe(200);
    expect(await shop.revenue()).toEqual([]);
  }
});

test('a shop that does not count leaves no trace of an order', async () => {
  const shop = await fixture.counting();
  const body = bodyOf(shop, shop.place({ landingSite: shop.landing() }).id);
  await fixture.brought();
  await turnOffAttribution({ shopId: shop.shopId, clock });
  await db.attributedOrder.deleteMany({ where: { shopId: shop.shopId } });
  await db.orderSync.deleteMany({ where: { shopId: shop.shopId } });
  for (const topic of ['orders/create', 'orders/updated'])
    expect(await deliver({ shop, topic, body: { ...body, updated_at: '2099-01-01T00:00:00Z' } })).toBe(200);
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 0]);
});

test('what is to be read when the merchant stops is not read, and goes', async () => {
  const shop = await fixture.counting();
  shop.place({ visits: [shop.landing()], journeyAfterMs: 0 });
  await fixture.brought();
  await turnOffAttribution({ shopId: shop.shopId, clock });
  fixture.pass(3);
  await fixture.read();
  expect([await shop.revenue(), shop.asked()]).toEqual([[], []]);
  await deleteExpiredOrderSyncs({ now: new Date(Date.now() + 4 * DAY) });
  expect(await shop.readings()).toBe(0);
});

test('a customer who is forgotten takes the sale along, and a late webhook does not bring it back', async () => {
  const shop = await fixture.counting();
  const placed = shop.place({ landingSite: shop.landing() });
  await fixture.brought();
  expect(await eraseOrders({ shopId: shop.shopId, orderIds: [placed.id] })).toBe(1);
  // Shopify asks for it half a year after the order.
  const body = {
    ...bodyOf(shop, placed.id),
    created_at: new Date(Date.now() - 180 * DAY).toISOString(),
    updated_at: new Date().toISOString(),
  };
  await db.shop.update({ where: { id: shop.shopId }, data: { orderAttributionStartedAt: new Date(0) } });
  await deliver({ shop, topic: 'orders/updated', body });
  expect([await shop.revenue(), await shop.readings()]).toEqual([[], 0]);
});

test('nothing of the customer is sent to us, and nothing of it is kept', async () => {
  const shop = await fixture.counting();
  fixture.sent.splice(0);
  shop.place({ landingSite: shop.landing() });
  shop.place({ visits: [shop.landing()] });
  await fixture.brought();
  expect(fixture.sent.length).toBeGreaterThanOrEqual(4);
  expect(fixture.sent.join('\n')).not.toMatch(/ada|personal|flax street|email|customer/i);
  const tables = await Promise.all(
    ['attributed_orders', 'order_syncs'].map((name) =>
      fixture.client.query<{ column_name: string }>(
        `SELECT column_name FROM information_schema.columns WHERE table_name = $1`,
        [name],
      ),
    ),
  );
  const columns = tables.flatMap(({ rows }) => rows.map((row) => row.column_name));
  expect(columns.filter((name) => /name|mail|phone|address|customer|landing|note/i.test(name))).toEqual([]);
});
