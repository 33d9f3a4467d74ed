// Shopify's compliance requests: what the body says is the request, however often and under whatever headers it comes.
import { afterAll, beforeEach, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { later, MINUTE } from '../../app/lib/clock.ts';
import { parseJson } from '../../app/lib/json.ts';
import { dueRequests, storePrivacyRequest, requestDone } from '../../app/shopify/privacy-requests.server.ts';
import type { Payload } from '../../app/shopify/webhook-handler.server.ts';

afterAll(() => db.$disconnect());
beforeEach(() => db.privacyRequest.deleteMany());
const now = new Date('2026-11-30T10:00:00Z');
const keep = (topic: string, body: string, at = now) =>
  db.$transaction((tx) =>
    storePrivacyRequest({ tx, delivery: { topic, payload: parseJson(body) as Payload }, now: at }),
  );

const redact = '{"shop_id":11,"customer":{"id":7},"orders_to_redact":[271878346596884015,2]}';

test('a request is due until it was carried out, with its orders digit for digit', async () => {
  for (const _time of [1, 2]) await keep('customers/redact', redact);
  const due = await dueRequests();
  expect(due).toMatchObject([
    { shopId: 11n, topic: 'customers/redact', orders: [271878346596884015n, 2n], receivedAt: now },
  ]);
  await requestDone({ id: due[0]!.id, now });
  expect(await dueRequests()).toEqual([]);
  await keep('customers/redact', redact);
  expect(await dueRequests()).toEqual([]);
});

test('thirty replays of one request are one request; another customer, other orders and another request are their own', async () => {
  const request = '{"shop_id":11,"customer":{"id":7},"orders_requested":[1],"data_request":{"id":9}}';
  for (let time = 0; time < 30; time += 1) await keep('customers/data_request', request);
  expect(await db.privacyRequest.count()).toBe(1);
  await keep('customers/data_request', request.replace('{"id":9}', '{"id":10}'));
  await keep('customers/redact', redact);
  await keep('customers/redact', redact.replace('{"id":7}', '{"id":8}'));
  await keep('customers/redact', redact.replace('[271878346596884015,2]', '[3]'));
  expect(await db.privacyRequest.count()).toBe(5);
});

test('what a request asks to see is not what it asks to erase', async () => {
  await keep('customers/redact', '{"shop_id":11,"customer":{"id":7},"orders_requested":[1,2]}');
  expect(await dueRequests()).toMatchObject([{ orders: [] }]);
});

test('the erasure of a shop is due again when it comes again: a shop may come back, and leave again', async () => {
  await keep('shop/redact', '{"shop_id":11,"shop_domain":"a.myshopify.com"}');
  const [first] = await dueRequests();
  await requestDone({ id: first!.id, now });
  await keep('shop/redact', '{"shop_id":11,"shop_domain":"a.myshopify.com"}', later(now, MINUTE));
  expect(await dueRequests()).toMatchObject([{ id: first!.id, receivedAt: later(now, MINUTE) }]);
});

test('a hundred requests that wait do not hold up the next one', async () => {
  for (let shop = 1; shop <= 120; shop += 1) await keep('shop/redact', `{"shop_id":${shop}}`);
  const first = await dueRequests();
  expect(first).toHaveLength(100);
  expect(await dueRequests({ after: first.at(-1)!.id })).toHaveLength(20);
});

test('a topic that is no compliance request leaves no row', async () => {
  await keep('products/update', '{"id":1}');
  expect(await db.privacyRequest.count()).toBe(0);
});
