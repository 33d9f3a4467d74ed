// One shop floods the webhooks with the largest deliveries that shopify.app.toml lets Shopify make; another shop's webhook beside it.
//   node scripts/run.mjs bench/flood.ts [--connections 32] [--n 200] [--pairs 3] [--whole] [--json FILE]
//   --whole: the deliveries as they are without include_fields
import { createHmac, randomUUID } from 'node:crypto';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { Agent, request } from 'undici';
import { buildApp } from '../scripts/build.ts';
import { migrate } from '../scripts/database/migrate.ts';
import { erasePostgres, startPostgres } from '../scripts/database/embedded.ts';
import { readAppConfig } from '../simulators/shopify/app-config.ts';
import { createShopify } from '../simulators/shopify/shopify.ts';
import { count, percentile, report, spread } from './figures.ts';
import type { Flood } from './flooder.ts';
import { ENCRYPTION_KEY } from './encryption-key.ts';

const connections = count('connections', 32);
const n = count('n', 200);
const pairs = count('pairs', 3);
const whole = process.argv.includes('--whole');
/** Five a second, however long the answers take: what is late waits for nobody. */
const PACE_MS = 200;
const SECRET = 'shpss_bench';
const APP_URL = 'https://notify.bench.example';
const LOUD = { domain: 'loud.myshopify.com', id: 2n };
const QUIET = { domain: 'quiet.myshopify.com', id: 1n };

const print = (line: string) => void process.stderr.write(`${line}\n`);
await buildApp({ print });
const folder = mkdtempSync(join(tmpdir(), 'notify-bench-'));
const postgres = await startPostgres({ folder, durable: true, endsWithMe: true });
await migrate(postgres.url);
Object.assign(process.env, {
  SHOPIFY_API_KEY: 'bench',
  SHOPIFY_API_SECRET: SECRET,
  SHOPIFY_APP_URL: APP_URL,
  META_APP_ID: '1029384756',
  META_APP_SECRET: 'c7b1f02a9e3d4856b1d7c0a2f4e69b83',
  META_VERIFY_TOKEN: 'bench-verify',
  ENCRYPTION_KEY,
  LOG_LEVEL: 'error',
  DATABASE_URL: postgres.url,
  NODE_ENV: 'production',
});
delete process.env.DATABASE_DIRECT_URL;

/** What Shopify would bring of a merchant who makes everything as large as Shopify lets them: each topic's largest delivery. */
async function largestDeliveries(): Promise<{ deliveries: Flood['deliveries']; productId: bigint }> {
  const toml = readFileSync(new URL('../shopify.app.toml', import.meta.url), 'utf8');
  const config = readAppConfig({ toml, applicationUrl: APP_URL });
  const largest = new Map<string, Flood['deliveries'][number]>();
  const shopify = createShopify({
    now: () => new Date(),
    send: async (delivery) => {
      const body = await delivery.text();
      const headers = Object.fromEntries(delivery.headers);
      const topic = headers['x-shopify-topic']!;
      if (body.length > (largest.get(topic)?.body.length ?? 0))
        largest.set(topic, { path: new URL(delivery.url).pathname, body, headers });
      return new Response();
    },
    apiKey: 'bench',
    apiSecret: SECRET,
    scopes: [...config.scopes, ...config.optionalScopes],
    subscriptions: whole
      ? config.subscriptions.map((each) => ({ ...each, includeFields: [] }))
      : config.subscriptions,
  });
  const shop = LOUD.domain;
  const { store } = shopify;
  store.addShop({ ...LOUD, name: 'L'.repeat(255) });
  shopify.install(shop);
  const { id: locationId } = store.addLocation({ shop, name: 'W'.repeat(255) });
  const names = Array.from({ length: 2_048 }, (_none, at) => `Extra large in midnight blue, number ${at}`);
  const product = store.createProduct({
    shop,
    title: 'P'.repeat(255),
    variants: names.map((name) => ({ price: '49.00', options: [name], stock: 1 })),
  });
  store.updateProduct({ shop, productId: product.id, descriptionHtml: 'd'.repeat(500_000) });
  store.setStock({ shop, variantId: product.variantIds[0]!, locationId, available: 0 });
  store.setLocation({ shop, locationId, name: 'V'.repeat(255) });
  store.updateShop({ shop, name: 'M'.repeat(255) });
  shopify.redactCustomer({
    shop,
    customer: { id: 7n },
    ordersToRedact: Array.from({ length: 1_000 }, (_none, at) => 5_000_000_000_000n + BigInt(at)),
  });
  await shopify.untilIdle();
  return { deliveries: [...largest.values()], productId: product.id };
}

const { deliveries, productId } = await largestDeliveries();
const client = new pg.Client({ connectionString: postgres.url });
await client.connect();
for (const { id, domain } of [LOUD, QUIET])
  await client.query(`INSERT INTO shops (id,domain,name,installed_at,ref_key) VALUES ($1,$2,$2,now(),'k')`, [
    id,
    domain,
  ]);
// Somebody waits for each of 200 variants of the product: every delivery about it is a check of all of them.
await client.query(`SET session_replication_role = replica`);
await client.query(
  `INSERT INTO variants (id,shop_id,product_id,inventory_item_id,product_title,title,handle)
   SELECT 1000 + g, $1, $2, 2000 + g, 'P', 'M', 'p' FROM generate_series(1, 200) g`,
  [LOUD.id, productId],
);
await client.query(
  `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at)
   SELECT $1, g, 1000 + g, 1, g, '\\x01', now(), now(), now() + interval '1 year' FROM generate_series(1, 200) g`,
  [LOUD.id],
);
await client.query(`SET session_replication_role = origin`);
await client.query('VACUUM (ANALYZE)');

const host = fork(join(import.meta.dirname, 'web-host.ts'));
const [{ port }] = (await once(host, 'message')) as [{ port: number }];
const origin = `http://127.0.0.1:${port}`;
const flooder = fork(join(import.meta.dirname, 'flooder.ts'));

const body = JSON.stringify({ inventory_item_id: 9, location_id: 9, updated_at: '2026-11-30T10:00:00Z' });
const headers = {
  'content-type': 'application/json',
  'x-shopify-topic': 'inventory_levels/update',
  'x-shopify-shop-domain': QUIET.domain,
  'x-shopify-webhook-id': randomUUID(),
  'x-shopify-hmac-sha256': createHmac('sha256', SECRET).update(body).digest('base64'),
};
const dispatcher = new Agent({ connections: 8 });

/** The quiet shop's webhook, again and again at its pace: how long each answer took. */
async function answers(): Promise<number[]> {
  const took: Promise<number>[] = [];
  const began = performance.now();
  for (let at = 0; at < n; at += 1) {
    const due = began + at * PACE_MS;
    await pause(Math.max(0, due - performance.now()));
    const sent = performance.now();
    took.push(
      request(`${origin}/webhooks/shopify/inventory`, { method: 'POST', body, headers, dispatcher }).then(
        async ({ statusCode, body: answer }) => {
          await answer.dump();
          if (statusCode !== 200) throw new Error(`the quiet shop was answered ${statusCode}`);
          return performance.now() - sent;
        },
      ),
    );
  }
  return Promise.all(took);
}

await answers();
const idle: number[][] = [];
const flooded: number[][] = [];
const taken: Record<string, number> = {};
let floodedMs = 0;
for (let pair = 0; pair < pairs; pair += 1) {
  idle.push(await answers());
  flooder.send({ origin, connections, deliveries } satisfies Flood);
  await pause(1_000);
  const began = performance.now();
  flooded.push(await answers());
  flooder.send('stop');
  const [{ answers: seen }] = (await once(flooder, 'message')) as [{ answers: Record<string, number> }];
  floodedMs += performance.now() - began + 1_000;
  for (const [status, times] of Object.entries(seen)) taken[status] = (taken[status] ?? 0) + times;
}

const at = (share: number, runs: number[][]) => spread(runs.map((run) => percentile(run, share)));
const perSecond = Object.entries(taken).map(
  ([status, times]) => `${((times / floodedMs) * 1_000).toFixed(0)}/s answered ${status}`,
);
const sizes = deliveries.map(({ body: each }) => each.length);
const figure = (name: string, share: number) => ({
  name,
  measured: `a small webhook of another shop, ${connections} connections flooding; floor: nobody floods`,
  unit: 'ms',
  n,
  pairs,
  floor: at(share, idle),
  own: at(share, flooded),
  ratio: spread(idle.map((run, pair) => percentile(flooded[pair]!, share) / percentile(run, share))),
  goal: '<= 2 x',
  met: at(share, flooded).median <= 2 * at(share, idle).median,
  note: `deliveries of ${Math.min(...sizes)} to ${Math.max(...sizes)} bytes, ${perSecond.join(', ')}`,
});
report({ bench: 'flood', figures: [figure('flood p99', 0.99), figure('flood p50', 0.5)] });
host.disconnect();
flooder.disconnect();
await dispatcher.close();
await client.end();
await postgres.stop('immediate');
await erasePostgres({ folder });
