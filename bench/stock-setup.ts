// Setup of the restock benches: web process and worker as in production, a durable PostgreSQL, the simulators, and waitlists of any length.
import { createHmac, randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { erasePostgres, startPostgres } from '../scripts/database/embedded.ts';
import { migrate } from '../scripts/database/migrate.ts';
import { buildApp } from '../scripts/build.ts';
import { until } from '../simulators/demo/demo-world.ts';
import { APP_URL, environmentOf, createShop, makeKeys, PAGE, SHOP } from '../simulators/demo/seed.ts';
import { connectPage, fromAdmin, passTest } from '../simulators/demo/merchant.ts';
import { runApp } from '../simulators/demo/run-app.ts';
import { createWorld } from '../simulators/world.ts';
import { ENCRYPTION_KEY } from './encryption-key.ts';

export type StockBench = Awaited<ReturnType<typeof openStockBench>>;
/** One variant that some wait for. */
export type Line = { variantId: bigint; itemId: bigint };

/** So many of a line have a token that Messenger knows; a bench that tells more of them asks for more. */
const REAL = 2_000;

export async function openStockBench({ perSecond = 300 }: { perSecond?: number } = {}) {
  const print = (line: string) => void process.stderr.write(`${line}\n`);
  await buildApp({ print });
  const folder = mkdtempSync(join(tmpdir(), 'notify-bench-'));
  const postgres = await startPostgres({ folder, durable: true, endsWithMe: true });
  await migrate(postgres.url);
  const keys = makeKeys();
  const environment = {
    ...environmentOf({
      keys,
      encryptionKey: ENCRYPTION_KEY,
    }),
    LOG_LEVEL: 'warn',
  };
  Object.assign(process.env, environment, { DATABASE_URL: postgres.url });

  let address = '';
  const world = await createWorld({
    now: () => new Date(),
    keys,
    appUrl: APP_URL,
    appAddress: () => address,
  });
  createShop({ world, keys });
  const network = await world.serve();
  const simulators = `http://127.0.0.1:${network.port}`;
  const app = await runApp({
    environment,
    databaseUrl: postgres.url,
    simulatorsAddress: simulators,
    onLog: print,
  });
  address = app.address;
  const host = Buffer.from('admin.shopify.com/store/demo').toString('base64').replaceAll('=', '');
  const pumping = world.shopify.webhooks.keepPumping();
  await fromAdmin({ world, path: `/app?embedded=1&shop=${SHOP}&host=${host}` });
  await connectPage({ world });
  await passTest({ world, until });
  // From here on the bench itself brings what Shopify would bring, and looks at the clock meanwhile.
  world.shopify.webhooks.faultOptions.lose = 1;
  world.messenger.faultOptions.keepMessages = false;

  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(
    `UPDATE shops SET send_delay_seconds = 0, restock_cooldown_minutes = 0, send_policy = 'all_at_once', batch_interval_minutes = 1`,
  );
  await client.query(`UPDATE pages SET messages_per_second = $1`, [perSecond]);
  const [page] = (await client.query<{ id: string; shop_id: string }>(`SELECT id, shop_id FROM pages`)).rows;
  const { encrypt } = await import('../app/lib/encryption.server.ts');

  /** The first byte of a call that sends a message, on our clock. */
  let arrived: (at: number) => void = () => undefined;
  const { handle } = world.messenger;
  world.messenger.handle = (request) => {
    if (request.method === 'POST' && request.url.includes('/messages')) arrived(performance.now());
    return handle(request);
  };
  const firstSend = (): Promise<number> =>
    new Promise((resolve, reject) => {
      const alarm = setTimeout(() => reject(new Error('Nothing was sent within a minute.')), 60_000);
      arrived = (at) => {
        clearTimeout(alarm);
        arrived = () => undefined;
        resolve(at);
      };
    });

  const shop = () => world.shopify.store.shop(SHOP);
  const warehouse = [...shop().locations.values()].find((one) => one.name === 'Warehouse')!.id;
  const unused = [...shop().products.values()]
    .find((one) => one.title === 'Linen ribbon')!
    .variantIds.values();
  let people = 0;

  const fixture = {
    world,
    client,
    simulators,
    keys,
    databaseUrl: postgres.url,
    pageId: PAGE.id,
    firstSend,

    /** Sold out, and so many wait; the oldest have tokens that Messenger knows. */
    async line({ waitingShoppers, real = REAL }: { waitingShoppers: number; real?: number }): Promise<Line> {
      const variantId = unused.next().value!;
      const itemId = shop().variants.get(variantId)!.inventoryItemId;
      fixture.stock({ variantId, itemId }, 0);
      await client.query(
        `INSERT INTO variants (shop_id,id,product_id,inventory_item_id,product_title,title,handle) VALUES ($1,$2,1,$3,'Linen ribbon','one','linen-ribbon')`,
        [page!.shop_id, variantId, itemId],
      );
      const shopId = BigInt(page!.shop_id);
      const encrypted = (token: string) =>
        Buffer.from(encrypt(token, { shopId, purpose: 'one-time token' })).toString('base64');
      const dummy = encrypted('x'.repeat(30));
      await client.query(`SET session_replication_role = replica`);
      for (let done = 0; done < waitingShoppers; done += 100_000) {
        const count = Math.min(100_000, waitingShoppers - done);
        const known = Array.from({ length: Math.max(0, Math.min(count, real - done)) }, () =>
          world.messenger.seedThread({ pageId: PAGE.id, personId: `bench-${(people += 1)}`, payload: 'p' }),
        );
        await client.query(
          `WITH given AS (
             SELECT nextval('shoppers_id_seq') AS s, nextval('opt_in_requests_id_seq') AS r, g,
               COALESCE(($4::text[])[g], 'bench-' || $2::bigint || '-' || $6::int + g) AS psid, decode(COALESCE(($5::text[])[g], $7), 'base64') AS token
             FROM generate_series(1, $8::int) g
           ), shoppers AS (
             INSERT INTO shoppers (id,shop_id,page_id,psid,created_at) SELECT s, $1, $3, psid, now() FROM given
           ), requests AS (
             INSERT INTO opt_in_requests (id,shop_id,shopper_id,variant_id,title,locale,created_at,accepted_at)
             SELECT r, $1, s, $2, 'asked', 'en', now(), now() FROM given)
           INSERT INTO subscriptions (shop_id,shopper_id,variant_id,page_id,opt_in_request_id,grant_token,waiting_since,granted_at,expires_at)
           SELECT $1, s, $2, $3, r, token, now() + ($6::int + g) * interval '1 ms', now(), now() + interval '365 days' FROM given`,
          [
            page!.shop_id,
            variantId,
            page!.id,
            known.map((one) => one.psid),
            known.map((one) => encrypted(one.token!)),
            done,
            dummy,
            count,
          ],
        );
      }
      await client.query(`SET session_replication_role = origin`);
      if (waitingShoppers > 100) await client.query('VACUUM (ANALYZE)');
      return { variantId, itemId };
    },

    /** Shopify's shelves, changed without a word. */
    stock: ({ variantId }: Line, available: number) =>
      world.shopify.store.setStock({ shop: SHOP, variantId, locationId: warehouse, available }),

    /** One webhook about the level. @returns when its last byte had left us, and how long the answer took. */
    async webhook({ itemId }: Line): Promise<{ sentAt: number; answerMs: number }> {
      const body = Buffer.from(
        `{"inventory_item_id":${itemId},"location_id":${warehouse},"available":1,"updated_at":"${new Date().toISOString()}","admin_graphql_api_id":"gid://shopify/InventoryLevel/1?inventory_item_id=${itemId}"}`,
      );
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        'x-shopify-topic': 'inventory_levels/update',
        'x-shopify-shop-domain': SHOP,
        'x-shopify-webhook-id': randomUUID(),
        'x-shopify-triggered-at': new Date().toISOString(),
        'x-shopify-hmac-sha256': createHmac('sha256', keys.apiSecret).update(body).digest('base64'),
      };
      return new Promise((resolve, reject) => {
        let sentAt = 0;
        const call = httpRequest(
          `${address}/webhooks/shopify/inventory`,
          { method: 'POST', headers },
          (answer) => {
            answer.resume().on('end', () => {
              if (answer.statusCode === 200) resolve({ sentAt, answerMs: performance.now() - sentAt });
              else reject(new Error(`The webhook was answered ${answer.statusCode}.`));
            });
          },
        );
        call.on('error', reject);
        call.end(body, () => (sentAt = performance.now()));
      });
    },

    /** Resolves once the app has nothing to do. */
    async quiet(): Promise<void> {
      await until('everything to come to rest', async () => {
        const { events, replies, stockChecks, unfinished } = await app.lag();
        return events + replies + stockChecks + unfinished === 0;
      });
    },

    /** How many of a line were told, by Messenger's own ledger. */
    notified: () => world.messenger.ledger().filter((one) => one.paidBy === 'token').length,

    async close(): Promise<void> {
      pumping();
      await app.stop();
      await network.stop();
      await client.end();
      const { db } = await import('../app/db.server.ts');
      await db.$disconnect();
      await postgres.stop('immediate');
      await erasePostgres({ folder });
    },
  };
  return fixture;
}
