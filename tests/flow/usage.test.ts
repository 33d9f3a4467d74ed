// Flow's lifecycle route in the real web process: who may say that a trigger is in use, and what an older call is worth.
import { createHmac } from 'node:crypto';
import { beforeEach, expect, test } from 'vitest';
import { openFixture } from '../routes/web.ts';

const fixture = openFixture();

const body = (change: object = {}) =>
  JSON.stringify({
    flow_trigger_definition_id: 'Waitlist joined',
    has_enabled_flow: true,
    shop_id: '11',
    shopify_domain: fixture.domain,
    timestamp: '2026-11-23T10:00:00.000Z',
    ...change,
  });

/** As https://shopify.dev/docs/apps/build/flow/track-lifecycle-events says that Flow calls: no topic, no webhook id. */
const call = (text: string, { secret = process.env.SHOPIFY_API_SECRET! } = {}) =>
  fixture.call('/flow/usage', {
    method: 'POST',
    body: text,
    headers: {
      'content-type': 'application/json',
      'x-shopify-hmac-sha256': createHmac('sha256', secret).update(text).digest('base64'),
    },
  });

const uses = async () =>
  (await fixture.client.query('SELECT trigger, used FROM flow_trigger_usages ORDER BY 1')).rows as unknown[];
const notified = async () => (await fixture.client.query('SELECT * FROM flow_cursors')).rowCount;

beforeEach(async () => {
  await fixture.client.query('DELETE FROM flow_trigger_usages');
  await fixture.client.query('DELETE FROM flow_cursors');
  await fixture.client.query('DELETE FROM flow_deliveries');
});

test('a trigger that is turned on begins the telling, and the last one turned off ends it', async () => {
  expect((await call(body())).status).toBe(200);
  expect((await call(body({ flow_trigger_definition_id: 'Restock alerts sent' }))).status).toBe(200);
  expect(await uses()).toEqual([
    { trigger: 'Restock alerts sent', used: true },
    { trigger: 'Waitlist joined', used: true },
  ]);
  expect(await notified()).toBe(1);
  const off = { has_enabled_flow: false, timestamp: '2026-11-23T10:01:00.000Z' };
  await call(body(off));
  expect(await notified()).toBe(1);
  await call(body({ ...off, flow_trigger_definition_id: 'Restock alerts sent' }));
  expect(await notified()).toBe(0);
});

test('an older word changes nothing, and the same one twice is one', async () => {
  await call(body({ has_enabled_flow: false, timestamp: '2026-11-23T10:05:00.000Z' }));
  await call(body());
  expect(await uses()).toEqual([{ trigger: 'Waitlist joined', used: false }]);
  expect(await notified()).toBe(0);
  const newest = body({ timestamp: '2026-11-23T10:06:00.000Z' });
  await call(newest);
  const before = await fixture.contents();
  await call(newest);
  expect(await fixture.contents()).toEqual(before);
});

test('whoever forges it leaves no trace', async () => {
  const before = await fixture.contents();
  expect((await call(body(), { secret: 'forged' })).status).toBe(401);
  expect((await fixture.call('/flow/usage', { method: 'POST', body: body() })).status).toBe(401);
  expect((await fixture.call('/flow/usage')).status).toBe(405);
  expect(await fixture.contents()).toEqual(before);
});

test('what cannot be read, or names a shop that is not here, is answered and forgotten', async () => {
  const before = await fixture.contents();
  for (const text of [
    body({ shopify_domain: 'nobody.myshopify.com' }),
    body({ has_enabled_flow: 'perhaps' }),
    body({ flow_trigger_definition_id: null }),
    '{}',
  ])
    expect((await call(text)).status).toBe(200);
  expect((await call('no json')).status).toBe(400);
  expect(await fixture.contents()).toEqual(before);
  expect((await call(body({ timestamp: 'yesterday', flow_trigger_definition_id: 'a\u0000b' }))).status).toBe(
    200,
  );
  expect(await uses()).toEqual([{ trigger: 'ab', used: true }]);
});

test('while the database is down Flow hears 503, so that the merchant tries again', async () => {
  await fixture.withDatabaseDown(async () => {
    expect((await call(body())).status).toBe(503);
  });
  expect((await call(body())).status).toBe(200);
});
