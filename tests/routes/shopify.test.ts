// Shopify's routes in the real web process: what is genuine is stored, what is not leaves no trace.
import { createHmac, randomBytes } from 'node:crypto';
import { request as open } from 'node:http';
import pg from 'pg';
import { beforeEach, expect, test } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';
import { openFixture } from './web.ts';

const OLD_SECRET = 'shpss_the-one-before-the-rotation';
process.env.SHOPIFY_API_SECRET_OLD = OLD_SECRET;
const fixture = openFixture();

/** Beyond 2^53: a parser that rounds would miss it. From Shopify's own sample. */
const HUGE = '271878346596884015';
const level = { path: 'inventory', topic: 'inventory_levels/update' };
const levelBody = (item = HUGE) =>
  `{"inventory_item_id":${item},"location_id":53716844710,"available":null,"updated_at":"2026-11-22T10:00:00Z"}`;
const doors = ['inventory', 'products', 'locations', 'shop', 'privacy', 'orders'];
const shop = (change: string) => fixture.client.query(`UPDATE shops SET ${change} WHERE id = 11`);
const wanted = async () =>
  (await fixture.one<{ wanted: string }>('SELECT check_requested_version AS wanted FROM variants')).wanted;

/** Someone waits for a variant whose ids a number cannot hold. */
beforeEach(async () => {
  await shop(`uninstalled_at = NULL, installed_at = '2026-11-22T10:00:00Z', name = 'House'`);
  await fixture.client.query(
    `UPDATE variants SET inventory_item_id = ${HUGE}, product_id = ${HUGE}, check_requested_version = 1, checked_version = 1`,
  );
  await fixture.client.query(`UPDATE subscriptions SET status = 'waiting', grant_token = '\\x01'`);
  await fixture.client.query(`UPDATE restocks SET closed_at = NULL`);
});

async function leavesNoTrace(attempt: () => Promise<Response>, status: number) {
  const before = await fixture.contents();
  const answer = await attempt();
  expect(answer.status).toBe(status);
  expect(await fixture.contents()).toEqual(before);
}

const forgeries: Record<string, () => Promise<Response>> = {
  unsigned: () =>
    fixture.call('/webhooks/shopify/inventory', {
      method: 'POST',
      body: levelBody(),
      headers: {
        'x-shopify-topic': 'inventory_levels/update',
        'x-shopify-shop-domain': fixture.domain,
        'content-type': 'application/json',
      },
    }),
  'signed with another secret': () =>
    fixture.shopify({ ...level, body: levelBody(), secret: 'shpss_not-ours' }),
  'signed over other bytes': () =>
    fixture.shopify({
      ...level,
      body: levelBody(),
      headers: {
        'x-shopify-hmac-sha256': createHmac('sha256', process.env.SHOPIFY_API_SECRET!)
          .update(`${levelBody()} `)
          .digest('base64'),
      },
    }),
  'signed in hex, as Meta signs': () =>
    fixture.shopify({
      ...level,
      body: levelBody(),
      headers: {
        'x-shopify-hmac-sha256': createHmac('sha256', process.env.SHOPIFY_API_SECRET!)
          .update(levelBody())
          .digest('hex'),
      },
    }),
  'signed with nothing': () =>
    fixture.shopify({ ...level, body: levelBody(), headers: { 'x-shopify-hmac-sha256': '' } }),
  'no JSON at all': () => fixture.shopify({ ...level, body: 'x', secret: 'shpss_not-ours' }),
};
for (const [how, attempt] of Object.entries(forgeries))
  test(`a webhook that is ${how} is answered 401 and writes nothing`, () => leavesNoTrace(attempt, 401));

test('every door refuses a forged uninstall, product, location and erasure', async () => {
  for (const path of doors)
    await leavesNoTrace(
      () => fixture.shopify({ path, topic: 'app/uninstalled', body: '{"id":11}', secret: 'forged' }),
      401,
    );
});

test('a signed webhook is a hint for the variant that somebody waits for, its ids digit for digit', async () => {
  expect((await fixture.shopify({ ...level, body: levelBody() })).status).toBe(200);
  expect(await wanted()).toBe('2');
  const named = `{"inventory_item_id":1,"admin_graphql_api_id":"gid:\\/\\/shopify\\/InventoryLevel\\/87892394150?inventory_item_id=${HUGE}"}`;
  expect((await fixture.shopify({ ...level, body: named })).status).toBe(200);
  expect(await wanted()).toBe('3');
  await fixture.shopify({ path: 'inventory', topic: 'inventory_items/update', body: `{"id":${HUGE}}` });
  expect(await wanted()).toBe('4');
  await fixture.shopify({ path: 'products', topic: 'products/update', body: `{"id":${HUGE}}` });
  expect(await wanted()).toBe('5');
  await fixture.shopify({ path: 'locations', topic: 'locations/update', body: '{"id":1,"active":true}' });
  expect(await wanted()).toBe('6');
});

test('the neighbour of a huge id, which rounding would make the same, is another item', async () => {
  const neighbour = String(BigInt(HUGE) - 1n);
  expect(Number(neighbour)).toBe(Number(HUGE));
  await leavesNoTrace(() => fixture.shopify({ ...level, body: levelBody(neighbour) }), 200);
});

test('during a rotation the old secret signs as well as the new one', async () => {
  expect((await fixture.shopify({ ...level, body: levelBody(), secret: OLD_SECRET })).status).toBe(200);
  expect(await wanted()).toBe('2');
});

test('the same delivery again is answered 200 each time', async () => {
  const headers = { 'x-shopify-webhook-id': 'the-same' };
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => fixture.shopify({ ...level, body: levelBody(), headers })),
  );
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
});

test('a hint for a variant that nobody waits for writes nothing and notifies nobody', async () => {
  await fixture.client.query(`UPDATE subscriptions SET status = 'notified', grant_token = NULL`);
  await fixture.client.query(`UPDATE restocks SET closed_at = now()`);
  const ears = new pg.Client({ connectionString: process.env.DATABASE_URL });
  const heard: (string | undefined)[] = [];
  ears.on('notification', ({ payload }) => heard.push(payload));
  await ears.connect();
  await ears.query('LISTEN notify_me');
  await leavesNoTrace(() => fixture.shopify({ ...level, body: levelBody() }), 200);
  await fixture.client.query(`SELECT pg_notify('notify_me', 'the end')`);
  await waitFor(() => heard.includes('the end'));
  expect(heard).toEqual(['the end']);
  await ears.end();
});

test('a shop that we do not know, or that has left, is answered 200 and forgotten', async () => {
  await leavesNoTrace(() => fixture.shopify({ ...level, shop: 'who.myshopify.com', body: levelBody() }), 200);
  await shop('uninstalled_at = now()');
  await leavesNoTrace(() => fixture.shopify({ ...level, body: levelBody() }), 200);
});

test('what is signed but no JSON object is answered 400 and writes nothing', async () => {
  const odd = ['', 'hello', '[1]', '"text"', 'null', '{"a":', '['.repeat(200_000), randomBytes(64)];
  for (const body of odd) await leavesNoTrace(() => fixture.shopify({ ...level, body }), 400);
});

test('a signed body is never refused for what else it says', async () => {
  const mine = { shop_domain: fixture.domain, myshopify_domain: fixture.domain };
  const odd = [
    '{}',
    '{"inventory_item_id":null,"admin_graphql_api_id":7}',
    '{"inventory_item_id":"x\\u0000y","admin_graphql_api_id":{}}',
    '{"inventory_item_id":1e400,"orders_to_redact":[{"id":1},null,"\\u0000"]}',
    '{"inventory_item_id":99999999999999999999999,"name":"\\u0000","iana_timezone":"\\u0000"}',
    `{"name":"N\\u0000ul","__proto__":{"id":1}}`,
    '{"created_at":"+275760-09-13T00:00:00Z","updated_at":"-271821-04-20T00:00:00Z","currency":"\\u0000UR","total_price":1e400,"landing_site":"\\u0000"}',
    `{"created_at":"2026-11-23T10:00:00Z","updated_at":"2026-11-23T10:00:00Z","currency":"EUR","total_price":"99999999999999999.99","landing_site":"http://["}`,
  ];
  const topics = {
    inventory: ['inventory_levels/update', 'inventory_items/update'],
    products: ['products/delete'],
    locations: ['locations/delete'],
    shop: ['shop/update', 'app/scopes_update', 'app/nobody-knows'],
    orders: ['orders/create', 'orders/updated', 'orders/nobody-knows'],
    privacy: ['customers/redact', 'shop/redact', 'customers/data_request'],
  };
  const needed: Record<string, string> = {
    'app/scopes_update': '"current":7,',
    'customers/redact': '"customer":[],',
    'customers/data_request': '"data_request":"\\u0000",',
  };
  await shop(`order_attribution = 'on', order_attribution_started_at = '2026-11-22T10:00:00Z'`);
  for (const [path, each] of Object.entries(topics))
    for (const topic of each)
      for (const text of odd) {
        // Whose it is stands in front: what comes twice in JSON counts the last time.
        const body = `{${needed[topic] ?? ''}"id":11,"shop_id":11,${JSON.stringify(mine).slice(1, -1)}${text === '{}' ? '' : ','}${text.slice(1)}`;
        const answer = await fixture.shopify({ path, topic, body });
        expect([topic, body, answer.status]).toEqual([topic, body, 200]);
      }
  expect(await fixture.one('SELECT name FROM shops')).toEqual({ name: 'Nul' });
  await fixture.client.query('DELETE FROM privacy_requests');
});

test('a body over 5 MiB is answered 413 without being read to its end', async () => {
  const announced = Buffer.alloc(5 * 1024 * 1024 + 1, 0x20);
  await leavesNoTrace(() => fixture.shopify({ ...level, body: announced }), 413);
  expect((await fixture.shopify({ ...level, body: announced.subarray(1) })).status).toBe(400);

  const chunk = Buffer.alloc(64 * 1024, 0x20);
  let sent = 0;
  const status = await new Promise<number>((resolve, reject) => {
    const headers = { 'x-shopify-hmac-sha256': `${'A'.repeat(43)}=` };
    const knock = open(new URL('/webhooks/shopify/inventory', fixture.origin), { method: 'POST', headers });
    let answered = false;
    knock.on('response', (answer) => {
      answered = true;
      resolve(answer.statusCode!);
      knock.destroy();
    });
    knock.on('error', (error) => answered || reject(error));
    const pour = () => {
      // An endless body: whoever wants to read all of it never answers.
      while (!answered && sent < 512 * 1024 * 1024) {
        sent += chunk.length;
        if (!knock.write(chunk)) return void knock.once('drain', pour);
      }
    };
    pour();
  });
  expect(status).toBe(413);
  expect(sent).toBeLessThan(64 * 1024 * 1024);
});

test('a door that is opened in a browser says that webhooks are posted', async () => {
  for (const path of doors) {
    const answer = await fixture.call(`/webhooks/shopify/${path}`);
    expect([path, answer.status, answer.headers.get('allow')]).toEqual([path, 405, 'POST']);
    expect((await fixture.call(`/webhooks/shopify/${path}`, { method: 'PUT' })).status).toBe(405);
  }
});

const CODE = 'a-code-of-ours';
const sold = { path: 'orders', topic: 'orders/create' };
const orderBody = (id = HUGE) => {
  const at = new Date().toISOString();
  const landing = `/products/shirt?utm_source=messenger&utm_campaign=back_in_stock&utm_content=${CODE}`;
  return `{"id":${id},"test":false,"created_at":"${at}","updated_at":"${at}","cancelled_at":null,"currency":"EUR","total_price":"49.00","current_total_price":"49.00","landing_site":"${landing}"}`;
};
const counting = () =>
  shop(
    `order_attribution = 'on', order_attribution_started_at = '2026-11-22T10:00:00Z', order_attribution_check_at = NULL`,
  );
const sales = () => fixture.client.query(`SELECT * FROM attributed_orders WHERE order_id = ${HUGE}`);

test('an order that carries our code is kept once, its id digit for digit, and only while the shop counts', async () => {
  await fixture.client.query(`UPDATE notifications SET link_code = '${CODE}'`);
  await shop(`order_attribution = 'off'`);
  await leavesNoTrace(() => fixture.shopify({ ...sold, body: orderBody() }), 200);
  await counting();
  await leavesNoTrace(() => fixture.shopify({ ...sold, body: orderBody(), secret: 'forged' }), 401);
  await leavesNoTrace(() => fixture.shopify({ ...sold, shop: 'who.myshopify.com', body: orderBody() }), 200);
  const body = orderBody();
  const answers = await Promise.all(Array.from({ length: 5 }, () => fixture.shopify({ ...sold, body })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  expect((await sales()).rows).toMatchObject([{ amount: '49.0000', refunded: '0.0000', currency: 'EUR' }]);
  await leavesNoTrace(() => fixture.shopify({ ...sold, body }), 200);
});

test('while the database is down an order is answered 503, and kept when it is brought again', async () => {
  await counting();
  await fixture.client.query(`DELETE FROM attributed_orders WHERE order_id = ${HUGE}`);
  const body = orderBody();
  await fixture.withDatabaseDown(async () => {
    expect((await fixture.shopify({ ...sold, body })).status).toBe(503);
  });
  expect((await sales()).rowCount).toBe(0);
  expect((await fixture.shopify({ ...sold, body })).status).toBe(200);
  expect((await sales()).rowCount).toBe(1);
});

test('changed scopes are a hint: what is true is asked of Shopify later', async () => {
  await counting();
  const body = '{"id":1,"shop_id":"gid://shopify/Shop/11","previous":["read_orders"],"current":[]}';
  expect((await fixture.shopify({ path: 'shop', topic: 'app/scopes_update', body })).status).toBe(200);
  const { due, counting: standing } = await fixture.one<{ due: boolean; counting: string }>(
    `SELECT order_attribution_check_at <= now() AS due, order_attribution AS counting FROM shops`,
  );
  expect([due, standing]).toEqual([true, 'on']);
});

test('while the database is down a genuine webhook is answered 503 and a forged one 401; the next is kept', async () => {
  const before = await fixture.contents();
  await fixture.withDatabaseDown(async () => {
    const answer = await fixture.shopify({ ...level, body: levelBody() });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect((await fixture.shopify({ ...level, body: levelBody(), secret: 'forged' })).status).toBe(401);
    expect((await fixture.askHealth('/readyz')).status).toBe(503);
    expect((await fixture.askHealth('/healthz')).status).toBe(200);
    expect((await fixture.call('/healthz')).status).toBe(200);
  });
  expect((await fixture.askHealth('/readyz')).status).toBe(200);
  expect(await fixture.contents()).toEqual(before);
  expect((await fixture.shopify({ ...level, body: levelBody() })).status).toBe(200);
  expect(await wanted()).toBe('2');
});

test('what is said of the inside is said on the private port alone, and there to a GET', async () => {
  for (const path of ['/readyz', '/metrics', '/readyz?verbose'])
    expect([path, (await fixture.call(path)).status]).toEqual([path, 404]);
  const metrics = await (await fixture.askHealth('/metrics')).text();
  for (const name of ['notify_events_stored', 'notify_stock_checks_due', 'notify_listening'])
    expect(metrics).toMatch(new RegExp(`^${name} \\d`, 'm'));
  expect(await (await fixture.askHealth('/readyz?verbose')).json()).toMatchObject({
    database: 'answers',
    listen: 'off',
    warnings: [],
  });
  for (const path of ['/', '/app', '/webhooks/messenger'])
    expect([path, (await fixture.askHealth(path)).status]).toEqual([path, 404]);
});

test('work that holds every connection it may have keeps no webhook waiting, and readiness neither', async () => {
  const { db, connections } = await import('../../app/db.server.ts');
  const done = Promise.withResolvers<void>();
  let begun = 0;
  const held = Array.from({ length: connections.work }, () =>
    db.$transaction(
      async () => {
        begun += 1;
        await done.promise;
      },
      { timeout: 60_000 },
    ),
  );
  try {
    await waitFor(() => begun === connections.work, { until: 'all of them to be held', timeoutMs: 30_000 });
    const answers = Array.from({ length: 3 * connections.webhooks }, () =>
      fixture.shopify({ ...level, body: levelBody() }),
    );
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await fixture.meta({ body: '{"object":"page","entry":[]}' })).status).toBe(200);
    expect((await fixture.askHealth('/readyz')).status).toBe(200);
  } finally {
    done.resolve();
    await Promise.all(held);
  }
});

/** Genuine bodies as Shopify writes them, of our shop and of another one; each is signed by itself, and by nothing else. */
const OTHER = { id: 12, domain: 'shop-12.myshopify.com' };
const genuine = ({ id, domain }: { id: number; domain: string }): Record<string, object> => ({
  'inventory_levels/update': { inventory_item_id: 1, location_id: 2, updated_at: '2026-11-23T10:00:00Z' },
  'inventory_items/update': { id: 3, updated_at: '2026-11-23T10:00:00Z' },
  'products/update': { id: 4, updated_at: '2026-11-23T10:00:00Z', variants: [{ id: 5 }] },
  'products/delete': { id: 4 },
  'locations/update': { id: 6, name: 'Berlin', active: true },
  'orders/create': { id: 7, test: false, created_at: '2026-11-23T10:00:00Z', landing_site: '/' },
  'app/uninstalled': { id, myshopify_domain: domain },
  'shop/update': { id, myshopify_domain: domain, name: domain, updated_at: '2026-11-23T10:00:00Z' },
  'app/scopes_update': { id: 8, shop_id: `gid://shopify/Shop/${id}`, previous: ['read_orders'], current: [] },
  'customers/data_request': {
    shop_id: id,
    shop_domain: domain,
    customer: { id: 7 },
    orders_requested: [9],
    data_request: { id: 1 },
  },
  'customers/redact': { shop_id: id, shop_domain: domain, customer: { id: 7 }, orders_to_redact: [9] },
  'shop/redact': { shop_id: id, shop_domain: domain },
});
const doorOf = (topic: string) =>
  /^(customers|shop\/redact)/.test(topic)
    ? 'privacy'
    : /^(app|shop)/.test(topic)
      ? 'shop'
      : topic.split(/[_/]/)[0]!;

test('a genuine body under the headers of another topic or shop does no more than ask for a check', async () => {
  await fixture.client.query('DELETE FROM privacy_requests');
  await shop(`access_check_at = NULL, access_unknown_since = NULL, details_as_of = NULL`);
  const before = await fixture.contents();
  const shopBefore = await fixture.one('SELECT * FROM shops WHERE id = 11');
  const accepted: string[] = [];
  for (const whose of [{ id: 11, domain: fixture.domain }, OTHER])
    for (const [kind, said] of Object.entries(genuine(whose)))
      for (const topic of Object.keys(genuine(whose))) {
        if (whose !== OTHER && topic === kind) continue;
        // An uninstall and an update of the same shop have the same body: it is about this shop, and Shopify is asked.
        const body = JSON.stringify(said);
        const { status } = await fixture.shopify({ path: doorOf(topic), topic, body });
        expect([200, 401]).toContain(status);
        if (status === 200 && whose !== OTHER) accepted.push(`${kind} as ${topic}`);
        if (whose === OTHER && 'myshopify_domain' in said)
          expect([kind, topic, status === 200]).toEqual([
            kind,
            topic,
            !/^(app|shop|customers)\//.test(topic),
          ]);
      }
  expect(accepted.filter((each) => / as (app|shop|customers)\//.test(each))).toEqual([
    'app/uninstalled as shop/update',
    'shop/update as app/uninstalled',
  ]);
  const { shops: _before, variants: _variantBefore, ...others } = before;
  const { shops: _after, variants: _variantAfter, ...othersAfter } = await fixture.contents();
  expect(othersAfter).toEqual(others);
  expect(await fixture.one('SELECT * FROM shops WHERE id = 11')).toEqual({
    ...shopBefore,
    access_check_at: expect.any(Date),
    access_unknown_since: expect.any(Date),
  });
  expect(await fixture.client.query('SELECT 1 FROM shops WHERE uninstalled_at IS NOT NULL')).toMatchObject({
    rowCount: 0,
  });
});

const renamed = (name: string, at: string) =>
  fixture.shopify({
    path: 'shop',
    topic: 'shop/update',
    body: JSON.stringify({ id: 11, myshopify_domain: fixture.domain, name, updated_at: at }),
  });

test('an update of the shop that is older than what is known changes nothing', async () => {
  await shop(`details_as_of = NULL`);
  expect((await renamed('New', '2026-11-23T10:00:00+01:00')).status).toBe(200);
  await leavesNoTrace(() => renamed('Old', '2026-11-23T08:59:59Z'), 200);
  expect(await fixture.one('SELECT name FROM shops')).toEqual({ name: 'New' });
});

const uninstalled = (at: string) =>
  fixture.shopify({
    path: 'shop',
    topic: 'app/uninstalled',
    body: JSON.stringify({ id: 11, myshopify_domain: fixture.domain }),
    headers: { 'x-shopify-triggered-at': at },
  });

test('an uninstall older than the latest install changes nothing', () =>
  leavesNoTrace(() => uninstalled('2026-11-22T09:59:59Z'), 200));

test('an uninstall stops the sending and has Shopify asked; it deletes nothing', async () => {
  await shop(`access_check_at = NULL, access_unknown_since = NULL`);
  await fixture.client.query(
    `INSERT INTO sessions (id, shop, state, access_token) VALUES ('offline_x', '${fixture.domain}', '', 'encrypted')`,
  );
  expect((await uninstalled('2999-01-01T00:00:00Z')).status).toBe(200);
  expect(
    await fixture.one(
      `SELECT uninstalled_at, access_check_at <= now() AS due, access_unknown_since <= now() AS stopped FROM shops`,
    ),
  ).toEqual({ uninstalled_at: null, due: true, stopped: true });
  expect((await fixture.client.query('SELECT 1 FROM sessions')).rowCount).toBe(1);
  await leavesNoTrace(() => uninstalled('2026-11-22T09:59:59Z'), 200);
  await shop(`access_check_at = NULL, access_unknown_since = NULL`);
});

test('each compliance request is kept once, with ids and nothing else of the person', async () => {
  await fixture.client.query('DELETE FROM privacy_requests');
  const whose = { shop_id: 11, shop_domain: fixture.domain };
  const customer = '{"id":%,"email":"ida@example.com","phone":"+4912345"}'.replace('%', HUGE);
  const bodies: Record<string, string> = {
    'customers/data_request': `${JSON.stringify(whose).slice(0, -1)},"customer":${customer},"orders_requested":[3],"data_request":{"id":9}}`,
    'customers/redact': `${JSON.stringify(whose).slice(0, -1)},"customer":${customer},"orders_to_redact":[${HUGE},2]}`,
    'shop/redact': JSON.stringify(whose),
  };
  for (const [topic, body] of Object.entries(bodies))
    for (const _time of [1, 2])
      expect((await fixture.shopify({ path: 'privacy', topic, body })).status).toBe(200);
  const kept = await fixture.client.query('SELECT * FROM privacy_requests ORDER BY id');
  expect(kept.rows.map((row) => [row.topic, row.shop_id, row.done_at])).toEqual([
    ['customers/data_request', '11', null],
    ['customers/redact', '11', null],
    ['shop/redact', '11', null],
  ]);
  expect(kept.rows[1].subject).toMatchObject({ customer: HUGE, orders: [HUGE, '2'] });
  expect(JSON.stringify(kept.rows)).not.toMatch(/ida@example|4912345/);
});

test('what has no signature is answered before its body is read, also when eighty say it at once', async () => {
  const unsigned = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const knock = open(new URL(path, fixture.origin), {
        method: 'POST',
        headers: { 'content-length': 5 * 1024 * 1024 - 5, 'x-shopify-hmac-sha256': 'c2hvcnQ=' },
      });
      knock.on('response', (answer) => {
        resolve(answer.statusCode!);
        knock.destroy();
      });
      knock.on('error', reject);
      // Not one byte of the body ever leaves.
      knock.flushHeaders();
    });
  const paths = [...doors.map((door) => `/webhooks/shopify/${door}`), '/webhooks/messenger', '/flow/usage'];
  const answers = await Promise.all(
    Array.from({ length: 80 }, (_, at) => unsigned(paths[at % paths.length]!)),
  );
  expect(new Set(answers)).toEqual(new Set([401]));
});
