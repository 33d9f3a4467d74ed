// Setup of the admin's bench: the real web process on its own PostgreSQL, a shop with a million subscriptions, its merchant.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { buildApp } from '../scripts/build.ts';
import { migrate } from '../scripts/database/migrate.ts';
import { startPostgres } from '../scripts/database/embedded.ts';
import { APP_URL, environmentOf, makeKeys } from '../simulators/demo/seed.ts';
import { mintSessionToken } from '../simulators/shopify/session-token.ts';
import { createWorld } from '../simulators/world.ts';
import { addMillion } from './admin-crowd.ts';
import { ENCRYPTION_KEY } from './encryption-key.ts';

const DOMAIN = 'million.myshopify.com';
const keys = makeKeys();

/** A query, and the settings of its transaction that it was asked under. */
export type Asked = { text: string; values: unknown[]; under: string[] };
export type AdminBench = Awaited<ReturnType<typeof openAdminBench>>;

/** `keep`: a folder whose database stays for the next run, so that it need not be filled again. */
export async function openAdminBench({
  people,
  variants,
  keep,
  print,
}: {
  people: number;
  variants: number;
  keep?: string | undefined;
  print: (line: string) => void;
}) {
  await buildApp({ print });
  const folder = keep ?? mkdtempSync(join(tmpdir(), 'notify-bench-admin-'));
  const postgres = await startPostgres({ folder, durable: keep !== undefined, endsWithMe: true });
  await migrate(postgres.url);
  Object.assign(process.env, environmentOf({ keys, encryptionKey: ENCRYPTION_KEY }), {
    DATABASE_URL: postgres.url,
    LOG_LEVEL: 'warn',
    PORT: '0',
    ROLE: 'web',
  });
  delete process.env.DATABASE_DIRECT_URL;
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();

  let origin = '';
  const world = await createWorld({ now: () => new Date(), keys, appUrl: APP_URL, appAddress: () => origin });
  const { id } = world.shopify.store.addShop({
    domain: DOMAIN,
    name: 'Linen & Sons',
    email: 'hello@million.test',
    primaryLocale: 'en',
    countryCode: 'GB',
    currency: 'GBP',
    ianaTimezone: 'Europe/London',
  });
  world.shopify.install(DOMAIN);
  const simulators = await world.serve();
  process.env.SIMULATORS_ADDRESS = `http://127.0.0.1:${simulators.port}`;
  await import('../simulators/network/preload.ts');
  const { startWeb } = await import('../app/server.ts');
  const web = await startWeb({ port: 0 });
  origin = `http://127.0.0.1:${web.port}`;

  const heard: Asked[] = [];
  listenTo(heard);

  const ask = async ({ path, route }: { path: string; route: string }): Promise<unknown> => {
    const url = new URL(path, origin);
    if (!route.endsWith('.export')) url.searchParams.set('_data', route);
    const token = mintSessionToken({
      shop: DOMAIN,
      apiKey: keys.apiKey,
      apiSecret: keys.apiSecret,
      now: new Date(),
    });
    const answer = await fetch(url, {
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0',
      },
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 300)}`);
    return route.endsWith('.export') ? text.length : JSON.parse(text);
  };

  // The first visit installs the shop.
  await ask({ path: '/app/settings', route: 'routes/app.settings' });
  const there = await client.query<{ n: string }>(`SELECT count(*) AS n FROM variants`);
  if (Number(there.rows[0]!.n) < variants) {
    print(`Filling a shop with ${people.toLocaleString('en')} who wait ...`);
    await addMillion({ client, shopId: String(id), people, variants });
  }

  return {
    client,
    shopId: String(id),
    ask,

    /** Every query that reaches the database while `visit` runs, with its values. */
    async during(visit: () => Promise<unknown>): Promise<Asked[]> {
      heard.splice(0);
      await visit();
      return heard.splice(0).filter(({ text }) => /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)/i.test(text));
    },

    async close() {
      await web.stop();
      await simulators.stop();
      await client.end();
      await postgres.stop(keep === undefined ? 'immediate' : 'fast');
    },
  };
}

/** Writes down what is asked of PostgreSQL, whoever asks: below Prisma, so that it is the very text that the database gets. */
function listenTo(heard: Asked[]): void {
  type Query = (this: pg.Client, ...args: unknown[]) => unknown;
  const client = pg.Client.prototype as unknown as { query: Query };
  const { query } = client;
  const settings = new WeakMap<pg.Client, string[]>();
  client.query = function listened(...args) {
    const [first, second] = args as [string | { text?: string; values?: unknown[] } | undefined, unknown];
    const text = (typeof first === 'string' ? first : first?.text)?.trim() ?? '';
    const values =
      (typeof first === 'string' ? undefined : first?.values) ?? (Array.isArray(second) ? second : []);
    if (/^(BEGIN|COMMIT|ROLLBACK)/i.test(text)) settings.delete(this);
    else if (text.startsWith('SELECT set_config(')) settings.set(this, [...(settings.get(this) ?? []), text]);
    else if (/^(SELECT|WITH|INSERT|UPDATE|DELETE)/i.test(text))
      heard.push({ text, values, under: settings.get(this) ?? [] });
    return query.apply(this, args);
  };
}
