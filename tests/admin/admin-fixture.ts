// The real web process on this test's database, two shops with data, and their merchants with session tokens.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { mintSessionToken } from '../../simulators/shopify/session-token.ts';
import { createWorld } from '../../simulators/world.ts';
import { createShop, inserter, type Rows } from '../shopify/rows.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export type AdminRoute = { id: string; path: string; loader: boolean; action: boolean };

type Asked = {
  path: string;
  token?: string;
  form?: Record<string, string>;
  headers?: Record<string, string>;
};

export type Whose = 'mine' | 'theirs';
const WHOSE: Whose[] = ['mine', 'theirs'];

const domainOf = (whose: Whose) => `${whose}.myshopify.com`;

/** What an address of the admin is made of: `app/waitlist/:variantId` for routes/app.waitlist.$variantId. */
const pathOf = (id: string, routes: Record<string, { path?: string; parentId?: string }>): string => {
  const { path = '', parentId } = routes[id]!;
  const above = parentId && parentId !== 'root' ? pathOf(parentId, routes) : '';
  return [above, path].filter(Boolean).join('/');
};

/** The intents that a route knows, or an empty one, read from its source: a new one is tried without anybody having to remember. */
export function intentsOf({ id }: AdminRoute): string[] {
  const [file] = globSync([`app/${id}.tsx`, `app/${id}/route.tsx`], { cwd: root });
  const block = /const INTENTS = \{([\s\S]*?)\n\};/.exec(readFileSync(join(root, file!), 'utf8'))?.[1];
  if (block === undefined) return [''];
  return [...block.matchAll(/^ {2}'?([\w-]+)'?[:,]/gm)].map((found) => found[1]!);
}

export function openAdmin() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  let origin = '';
  let close: () => Promise<void>;
  const shops = new Map<Whose, Rows>();
  const allRoutes: AdminRoute[] = [];
  const routes: AdminRoute[] = [];

  beforeAll(async () => {
    await buildApp({ print: () => undefined });
    await client.connect();
    const { env } = process;
    const world = await createWorld({
      now: () => new Date(),
      keys: {
        apiKey: env.SHOPIFY_API_KEY!,
        apiSecret: env.SHOPIFY_API_SECRET!,
        metaAppId: env.META_APP_ID!,
        metaAppSecret: env.META_APP_SECRET!,
        verifyToken: env.META_VERIFY_TOKEN!,
      },
      appUrl: env.SHOPIFY_APP_URL!,
      appAddress: () => origin,
    });
    for (const whose of WHOSE) {
      const { id } = world.shopify.store.addShop({
        domain: domainOf(whose),
        name: whose,
        email: `hello@${whose}.test`,
        primaryLocale: 'en',
        countryCode: 'GB',
        currency: 'GBP',
        ianaTimezone: 'Europe/London',
      });
      world.shopify.install(domainOf(whose));
      shops.set(whose, await createShop({ insert: inserter(client), shopId: String(id) }));
      await client.query('UPDATE shops SET domain = $1 WHERE id = $2', [domainOf(whose), String(id)]);
    }
    const simulators = await world.serve();
    env.SIMULATORS_ADDRESS = `http://127.0.0.1:${simulators.port}`;
    await import('../../simulators/network/preload.ts');
    const built = (await import(new URL('../../build/server/index.js', import.meta.url).href)) as {
      routes: Record<
        string,
        { id: string; path?: string; parentId?: string; module: { loader?: unknown; action?: unknown } }
      >;
    };
    for (const { id, module } of Object.values(built.routes))
      if (id !== 'root')
        allRoutes.push({
          id,
          path: `/${pathOf(id, built.routes)}`,
          loader: module.loader !== undefined,
          action: module.action !== undefined,
        });
    routes.push(...allRoutes.filter(({ id }) => id.startsWith('routes/app')));
    const { startWeb } = await import('../../app/server.ts');
    const web = await startWeb({ port: 0 });
    origin = `http://127.0.0.1:${web.port}`;
    close = async () => {
      await web.stop();
      await simulators.stop();
    };
  }, 120_000);
  afterAll(async () => {
    await close?.();
    await client.end();
  });

  const token = ({
    whose = 'mine',
    ...given
  }: { whose?: Whose } & Partial<Parameters<typeof mintSessionToken>[0]> = {}) =>
    mintSessionToken({
      shop: domainOf(whose),
      apiKey: process.env.SHOPIFY_API_KEY!,
      apiSecret: process.env.SHOPIFY_API_SECRET!,
      now: new Date(),
      ...given,
    });

  return {
    client,
    /** Every route of the build but the document around them. */
    allRoutes,
    /** Those of the merchant's admin. */
    routes,
    origin: () => origin,
    domainOf,
    token,
    rowsOf: (whose: Whose) => shops.get(whose)!,

    /** A shop in which nobody asked for anything yet, to be filled by plain SQL whose $1 is the shop. */
    async emptied(whose: Whose) {
      const { shopId, pageId } = shops.get(whose)!;
      const run = (text: string, values: unknown[] = []) => client.query(text, [shopId, ...values]);
      await run('DELETE FROM notifications WHERE shop_id = $1');
      await run('DELETE FROM variants WHERE shop_id = $1');
      return { shopId: BigInt(shopId), pageId, run };
    },

    /** A request as App Bridge makes it; without a token, as a browser does. */
    call({ path, token: bearer, form, headers = {} }: Asked): Promise<Response> {
      return fetch(new URL(path, origin), {
        method: form ? 'POST' : 'GET',
        body: form && new URLSearchParams(form),
        redirect: 'manual',
        headers: {
          'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0',
          ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
          ...headers,
        },
      });
    },

    /** A page's data, as Remix asks for it. */
    data({ route, path = route.path, ...rest }: { route: AdminRoute } & Partial<Asked>): Promise<Response> {
      const index = route.id.endsWith('_index') && rest.form ? 'index&' : '';
      const mark = route.id.endsWith('.export')
        ? ''
        : `${path.includes('?') ? '&' : '?'}${index}_data=${encodeURIComponent(route.id)}`;
      return this.call({ ...rest, path: `${path}${mark}` });
    },

    /** Every row of a shop, in every table that carries one, as text. */
    async everythingOf(whose: Whose): Promise<string> {
      const { shopId } = shops.get(whose)!;
      const { rows: tables } = await client.query<{ table_name: string }>(
        `SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'shop_id' ORDER BY 1`,
      );
      const parts: string[] = [];
      for (const { table_name: name } of [...tables, { table_name: 'shops' }]) {
        const column = name === 'shops' ? 'id' : 'shop_id';
        const { rows } = await client.query<{ text: string }>(
          `SELECT t::text AS text FROM ${name} t WHERE ${column} = $1 ORDER BY 1`,
          [shopId],
        );
        parts.push(`${name}: ${rows.map((row) => row.text).join('\n')}`);
      }
      return parts.join('\n');
    },
  };
}

export type Admin = ReturnType<typeof openAdmin>;
