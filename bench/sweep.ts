// R4: ten thousand watched variants, every webhook lost: how soon the sweep finds what came back, and what it takes of the shop's points.
//   node scripts/run.mjs bench/sweep.ts [--variants 10000] [--restocks 100] [--json FILE]
// Shopify's clock and ours are one that only rests and calls turn (a call takes 300 ms), so the figures are seconds of Shopify's time.
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate } from '../scripts/database/migrate.ts';
import { erasePostgres, startPostgres } from '../scripts/database/embedded.ts';
import { environmentOf, makeKeys } from '../simulators/demo/seed.ts';
import { serve } from '../simulators/network/host.ts';
import { readAppConfig } from '../simulators/shopify/app-config.ts';
import { createShopify } from '../simulators/shopify/shopify.ts';
import { count, report, spread, type Figure } from './figures.ts';

const variants = count('variants', 10_000);
const restocks = count('restocks', 100);
const CALL_MS = 300;
const SHOP = 'sweep.myshopify.com';

const folder = mkdtempSync(join(tmpdir(), 'notify-bench-'));
const postgres = await startPostgres({ folder, durable: false, endsWithMe: true });
await migrate(postgres.url);
const keys = makeKeys();
const encryptionKey = Buffer.from('a key for the bench, 32 bytes ok').toString('base64');
Object.assign(process.env, environmentOf({ keys, encryptionKey }), {
  DATABASE_URL: postgres.url,
  LOG_LEVEL: 'error',
});

let at = new Date();
const clock = () => at;
const pass = (ms: number) => (at = new Date(at.getTime() + ms));
const { scopes } = readAppConfig({
  toml: readFileSync(new URL('../shopify.app.toml', import.meta.url), 'utf8'),
  applicationUrl: process.env.SHOPIFY_APP_URL!,
});
const shopify = createShopify({
  now: clock,
  send: () => Promise.resolve(new Response()),
  apiKey: keys.apiKey,
  apiSecret: keys.apiSecret,
  scopes,
  subscriptions: [],
});
const network = await serve({
  handle: (request) => {
    pass(CALL_MS);
    return shopify.handle(request);
  },
});
process.env.SIMULATORS_ADDRESS = `http://127.0.0.1:${network.port}`;
await import('../simulators/network/preload.ts');
await import('@shopify/shopify-api/adapters/node');
const { RequestedTokenType } = await import('@shopify/shopify-api');
const { db } = await import('../app/db.server.ts');
const { acquireLease, releaseLease } = await import('../app/jobs/lease.server.ts');
const { runDueChecks } = await import('../app/stock/run-checks.server.ts');
const { reconcileShop } = await import('../app/stock/reconcile.server.ts');
const { sessionStorage } = await import('../app/shopify/access-tokens.server.ts');
const { api } = await import('../app/shopify/access-tokens.server.ts');

const { store } = shopify;
const { id: shopId } = store.addShop({ domain: SHOP });
const locationId = store.addLocation({ shop: SHOP, name: 'Warehouse' }).id;
shopify.install(SHOP);
const { session } = await api.auth.tokenExchange({
  shop: SHOP,
  sessionToken: shopify.sessionToken({ shop: SHOP }),
  requestedTokenType: RequestedTokenType.OfflineAccessToken,
  expiring: true,
});
await sessionStorage.storeSession(session);
const ids: bigint[] = [];
while (ids.length < variants) {
  const sizes = Array.from({ length: Math.min(100, variants - ids.length) }, (_none, size) => `Size ${size}`);
  const made = store.createProduct({
    shop: SHOP,
    title: `Shirt ${ids.length}`,
    options: [{ name: 'Size', values: sizes }],
    variants: sizes.map((size) => ({ options: [size] })),
  });
  ids.push(...made.variantIds);
}
const client = new pg.Client({ connectionString: postgres.url });
await client.connect();
const known = store.shop(SHOP).variants;
await client.query(
  `INSERT INTO shops (id,domain,name,installed_at,ref_key,send_delay_seconds) VALUES ($1,$2,'Sweep',now(),'k',0)`,
  [shopId, SHOP],
);
await client.query('SET session_replication_role = replica');
await client.query(
  `INSERT INTO pages (id,shop_id,meta_page_id,name,access_token,connected_at) VALUES (1,$1,'1','Page','\\x01',now())`,
  [shopId],
);
await client.query(
  `INSERT INTO variants (shop_id,id,product_id,inventory_item_id,product_title,title,handle,seen_for_sale,seen_quantity) SELECT $1, v, p, i, 'Shirt', 'M', 'shirt', false, 0 FROM unnest($2::bigint[], $3::bigint[], $4::bigint[]) g(v, p, i)`,
  [shopId, ids, ids.map((id) => known.get(id)!.productId), ids.map((id) => known.get(id)!.inventoryItemId)],
);
await client.query(
  `INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at) SELECT $1, 1, v, 1, v, '\\x01', now(), now(), now() + interval '300 days' FROM unnest($2::bigint[]) v`,
  [shopId, ids],
);
await client.query('SET session_replication_role = origin');
await client.query('ANALYZE');

/** When it came back, and when a look found it so. */
const back = new Map<bigint, { at: number; foundMs?: number }>();
const plan = Array.from({ length: restocks }, (_none, one) => ({
  variantId: ids[Math.floor(((one + Math.random()) * ids.length) / restocks)]!,
  afterMs: Math.random() * (variants / 50) * 1_000,
})).sort((a, b) => a.afterMs - b.afterMs);
const began = clock().getTime();
const callsBefore = shopify.admin.calls().length;

/** What happens in the shop, and in the app's other hand, while the sweep rests. */
async function meanwhile(ms: number): Promise<void> {
  pass(ms);
  while (plan[0] && clock().getTime() - began >= plan[0].afterMs) {
    const { variantId } = plan.shift()!;
    store.setStock({ shop: SHOP, variantId, locationId, available: 5 });
    back.set(variantId, { at: clock().getTime() });
  }
  const acquired = await acquireLease({ name: `shop:${shopId}`, holder: 'bench' });
  if (!('lease' in acquired)) return;
  await runDueChecks({ shopId, lease: acquired.lease, clock });
  await releaseLease(acquired.lease);
  const open = await db.restock.findMany({ where: { shopId, closedAt: null }, select: { variantId: true } });
  for (const { variantId } of open) {
    const one = back.get(variantId);
    if (one && one.foundMs === undefined) one.foundMs = clock().getTime() - one.at;
  }
}

let probed = 0;
let points = 0;
let sweeps = 0;
let inSweeps = 0;
while (plan.length > 0 || [...back.values()].some((one) => one.foundMs === undefined)) {
  const from = clock().getTime();
  const swept = await reconcileShop({ shopId, clock, rest: ({ ms }) => meanwhile(ms) });
  if (swept.outcome !== 'swept') throw new Error('A sweep was cut short.');
  inSweeps += clock().getTime() - from;
  probed += swept.probed;
  points += swept.points;
  sweeps += 1;
  // The next one is in the queue already; the worker asks for it every five seconds.
  await meanwhile(5_000);
}
const calls = shopify.admin.calls().slice(callsBefore);
const throttled = calls.filter(({ errors }) => errors.includes('THROTTLED')).length;
const seconds = (clock().getTime() - began) / 1_000;
const pointsPerVariant = points / probed;
// Half of the 100 points that come back in a second pay for so many variants.
const boundSeconds = (variants * pointsPerVariant) / 50;
const found = [...back.values()].map((one) => one.foundMs! / 1_000);
const one = (value: number) => spread([value]);
const shared = { n: variants, pairs: 1 };
const figures: Figure[] = [
  {
    ...shared,
    name: 'R4 found',
    measured: `seconds until each of ${found.length} restocks was found, all webhooks lost; floor: all variants once, on half of the points`,
    unit: 's',
    floor: one(boundSeconds),
    own: spread(found),
    ratio: one(Math.max(...found) / boundSeconds),
    goal: 'each within 1.25 x the bound',
    met: Math.max(...found) <= 1.25 * boundSeconds,
    note: `${pointsPerVariant.toFixed(2)} points a variant, ${sweeps} sweeps of ${(inSweeps / sweeps / 1_000).toFixed(0)} s`,
  },
  {
    ...shared,
    name: 'R4 points',
    measured: "the sweep's share of the points that came back meanwhile",
    unit: '%',
    own: one(points / seconds),
    goal: '<= 50 %',
    met: points / seconds <= 50,
  },
  {
    ...shared,
    name: 'R4 throttled',
    measured: `answers THROTTLED, of ${calls.length} calls`,
    unit: 'answers',
    own: one(throttled),
    goal: '0',
    met: throttled === 0,
  },
];
report({ bench: 'sweep', figures });
await db.$disconnect();
await client.end();
await network.stop();
await postgres.stop('immediate');
await erasePostgres({ folder });
