// The real web process in front of this test's database, callers who sign or forge, and a way to see that nothing was written.
import { createHmac, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { createShop, inserter, type Rows } from '../shopify/rows.ts';

export type Delivery = {
  path: string;
  topic: string;
  shop?: string;
  body?: string | Uint8Array;
  secret?: string;
  headers?: Record<string, string>;
};

/** Starts the built web process on a free port for the tests of one file, and furnishes a shop. */
export function openFixture() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  let origin = '';
  let healthOrigin = '';
  let close: () => Promise<void>;
  let rows: Rows;
  beforeAll(async () => {
    await buildApp({ print: () => undefined });
    await client.connect();
    rows = await createShop({ insert: inserter(client), shopId: '11' });
    const { startWeb } = await import('../../app/server.ts');
    const { startHealth } = await import('../../app/metrics.server.ts');
    const [web, health] = await Promise.all([startWeb({ port: 0 }), startHealth()]);
    origin = `http://127.0.0.1:${web.port}`;
    healthOrigin = `http://127.0.0.1:${health.port}`;
    close = async () => void (await Promise.all([web.stop(), health.stop()]));
  }, 120_000);
  afterAll(async () => {
    await close?.();
    await client.end();
  });

  const call = (path: string, init?: RequestInit) => fetch(new URL(path, origin), init);

  return {
    call,
    /** The private port of the same process. */
    askHealth: (path: string) => fetch(new URL(path, healthOrigin)),
    client,
    get rows() {
      return rows;
    },
    get origin() {
      return origin;
    },
    domain: 'shop-11.myshopify.com',

    /** Delivers as Shopify does: base64 HMAC of the raw bytes. A header given by the test replaces the genuine one. */
    shopify({ path, topic, shop = 'shop-11.myshopify.com', body = '{}', ...given }: Delivery) {
      const secret = given.secret ?? process.env.SHOPIFY_API_SECRET!;
      return call(`/webhooks/shopify/${path}`, {
        method: 'POST',
        body: body as BodyInit,
        headers: {
          'content-type': 'application/json',
          'x-shopify-topic': topic,
          'x-shopify-shop-domain': shop,
          'x-shopify-webhook-id': randomUUID(),
          'x-shopify-triggered-at': new Date().toISOString(),
          'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
          ...given.headers,
        },
      });
    },
    /** Delivers as Meta does: hex HMAC of the raw bytes. */
    meta({
      body,
      secret = process.env.META_APP_SECRET!,
      headers = {},
    }: Pick<Delivery, 'secret' | 'headers'> & { body: string | Uint8Array }) {
      const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      return call('/webhooks/messenger', {
        method: 'POST',
        body: body as BodyInit,
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature, ...headers },
      });
    },

    /** A fingerprint of every row of every table: equal before and after means that nothing was written. */
    async contents(): Promise<Record<string, string>> {
      const tables = await client.query<{ name: string }>(
        `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
      );
      const all: Record<string, string> = {};
      for (const { name } of tables.rows) {
        const { rows: found } = await client.query<{ sum: string }>(
          `SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum FROM "${name}" t`,
        );
        all[name] = found[0]!.sum;
      }
      return all;
    },
    async one<T extends object>(sql: string, values: unknown[] = []): Promise<T> {
      const found = await client.query<T>(sql, values);
      if (found.rows.length !== 1) throw new Error(`${found.rows.length} rows for ${sql}`);
      return found.rows[0]!;
    },

    /** Runs `work` while nobody but us can reach the database; those who were connected are cut off. */
    async withDatabaseDown(work: () => Promise<void>): Promise<void> {
      const url = new URL(process.env.DATABASE_URL!);
      const name = url.pathname.slice(1);
      const other = new pg.Client({
        connectionString: process.env.DATABASE_URL!.replace(`/${name}`, '/postgres'),
      });
      await other.connect();
      try {
        await other.query(`ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS false`);
        const [mine] = (await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows;
        await other.query(
          'SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1 AND pid <> $2',
          [name, mine!.pid],
        );
        await work();
      } finally {
        await other.query(`ALTER DATABASE "${name}" WITH ALLOW_CONNECTIONS true`);
        await other.end();
      }
    },
  };
}
