// shopify.app.toml is complete and true: what the app asks and hears is covered by its scopes, and each scope is needed.
import {
  getNamedType,
  type GraphQLOutputType,
  isObjectType,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { API_VERSION } from '../../app/shopify/api-version.ts';
import { ORDER_FIELDS } from '../../app/shopify/order-attribution.server.ts';
import { neededScopes } from '../../simulators/shopify/access.ts';
import { readAppConfig } from '../../simulators/shopify/app-config.ts';
import { adminSchema, type ScopeTable, VERSIONS } from '../../simulators/shopify/schema.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');
const toml = read('shopify.app.toml');
const config = readAppConfig({ toml });
afterAll(() => db.$disconnect());

/** Any one of these scopes opens the topic (WebhookSubscriptionTopic of the Admin schema); none: open to every app. */
const TOPICS: Record<string, string[]> = {
  'inventory_levels/update': ['read_inventory'],
  'inventory_levels/connect': ['read_inventory'],
  'inventory_levels/disconnect': ['read_inventory'],
  'inventory_items/update': ['read_inventory', 'read_products'],
  'products/update': ['read_products'],
  'products/delete': ['read_products'],
  'locations/activate': ['read_locations'],
  'locations/deactivate': ['read_locations'],
  'locations/update': ['read_locations'],
  'locations/delete': ['read_locations'],
  'orders/create': ['read_orders'],
  'orders/updated': ['read_orders'],
  'app/uninstalled': [],
  'app/scopes_update': [],
  'shop/update': [],
};

const operations = globSync('app/**/*.{ts,tsx}', { cwd: root }).flatMap((path) =>
  [...read(path).matchAll(/`#graphql([^`]*)`/g)].map(([, text]) => ({ path, text: text! })),
);
type Operation = (typeof operations)[number];

/** Each choice of scopes that a field of the operation, or the things it leads to, asks for. */
function scopesOf({ text }: Operation, version: (typeof VERSIONS)[number]): string[][] {
  const { schema, scopes } = adminSchema(version);
  const info = new TypeInfo(schema);
  const needed: string[][] = [];
  visit(
    parse(text),
    visitWithTypeInfo(info, {
      Field({ name }) {
        const parent = info.getParentType();
        if (!parent) return;
        const own = neededScopes({ scopes, type: parent.name, field: name.value });
        const held = heldBy(info.getType(), scopes);
        for (const choice of [own, held]) if (choice) needed.push(choice);
      },
    }),
  );
  return needed;
}
/** A connection is judged by what it holds. */
function heldBy(type: GraphQLOutputType | null | undefined, scopes: ScopeTable): string[] | undefined {
  const named = type && getNamedType(type);
  if (!named) return undefined;
  const nodes = isObjectType(named) && named.name.endsWith('Connection') && named.getFields().nodes;
  return scopes[nodes ? getNamedType(nodes.type).name : named.name];
}

/** What an app with these scopes could not ask or hear. */
function uncovered(granted: string[]): string[] {
  const open = (choice: string[]) => choice.length === 0 || choice.some((scope) => granted.includes(scope));
  return [
    ...VERSIONS.flatMap((version) =>
      operations.flatMap((operation) =>
        scopesOf(operation, version)
          .filter((choice) => !open(choice))
          .map((choice) => `${operation.path} in ${version}: ${choice.join(' or ')}`),
      ),
    ),
    ...config.subscriptions
      .filter(({ topic, compliance }) => !compliance && !open(TOPICS[topic] ?? ['unknown topic']))
      .map(({ topic }) => topic),
  ];
}

test('every operation of the app is found, and none is put together from pieces', () => {
  expect(operations.length).toBeGreaterThanOrEqual(8);
  expect(operations.filter(({ text }) => text.includes('${'))).toEqual([]);
  const unmarked = globSync('app/**/*.{ts,tsx}', { cwd: root }).filter((path) =>
    /`\s*(query|mutation|subscription)\b[^`]*\{/.test(read(path)),
  );
  expect(unmarked).toEqual([]);
});

for (const version of VERSIONS)
  test(`every operation is valid in Shopify’s schema of ${version}, and uses nothing deprecated`, () => {
    const { schema } = adminSchema(version);
    for (const { path, text } of operations) {
      expect([path, validate(schema, parse(text)).map(({ message }) => message)]).toEqual([path, []]);
      const info = new TypeInfo(schema);
      const deprecated: string[] = [];
      visit(
        parse(text),
        visitWithTypeInfo(info, {
          Field({ name }) {
            if (info.getFieldDef()?.deprecationReason) deprecated.push(name.value);
          },
        }),
      );
      expect([path, deprecated]).toEqual([path, []]);
    }
  });

const all = [...config.scopes, ...config.optionalScopes];

test('the scopes of the toml cover every operation and every topic', () => {
  expect(uncovered(all)).toEqual([]);
});

for (const scope of all)
  test(`without ${scope} something could not be asked or heard`, () => {
    expect(uncovered(all.filter((each) => each !== scope))).not.toEqual([]);
  });

test('what every shop grants is enough for all but reading orders, which a merchant may leave out', () => {
  const closed = uncovered(config.scopes);
  expect(config.optionalScopes).toEqual(['read_orders']);
  expect(closed.length).toBeGreaterThan(0);
  for (const each of closed) expect(each).toMatch(/^app\/attribution\/sync-orders\.server\.ts in /);
});

test('what a shop is asked to send by itself is open to the optional scope, and never asks for more than we read', () => {
  expect(ofShops.topics).toEqual(['orders/create', 'orders/updated']);
  for (const topic of ofShops.topics) expect([topic, TOPICS[topic]]).toEqual([topic, config.optionalScopes]);
  const heard = read('app/attribution/order.ts') + read('app/attribution/attributed-orders.server.ts');
  for (const field of ORDER_FIELDS.filter((each) => each !== 'admin_graphql_api_id'))
    expect([field, heard.includes(`payload.${field}`)]).toEqual([field, true]);
  for (const personal of ['customer', 'email', 'phone', 'billing_address', 'shipping_address', 'line_items'])
    expect(ORDER_FIELDS).not.toContain(personal);
});

test('the toml and the code name the same version of the Admin API, and the simulator speaks it', () => {
  expect(config.apiVersion).toBe(API_VERSION);
  expect(VERSIONS).toContain(API_VERSION);
});

/** Orders are subscribed to by each shop that counts them: docs/decisions/005-order-webhooks-per-shop.md. */
const ofShops = {
  path: 'app/routes/webhooks.shopify.orders.ts',
  uri: '/webhooks/shopify/orders',
  topics: [
    .../const TOPICS = \[([^\]]*)\]/
      .exec(read('app/shopify/order-attribution.server.ts'))![1]!
      .matchAll(/'(\w+)'/g),
  ].map(([, name]) => name!.toLowerCase().replace('_', '/')),
};

/** Each subscription with the file that its comment names. */
const named = toml
  .split(/\n\s*\n/)
  .filter((block) => block.includes('[[webhooks.subscriptions]]'))
  .map((block) => ({
    path: /^# (app\/routes\/[^\s:]+)(?::.*)?$/m.exec(block)?.[1] ?? 'no file named',
    uri: /^uri = "([^"]+)"$/m.exec(block)?.[1] ?? '',
    topics: [...block.matchAll(/"([a-z_]+\/[a-z_]+)"/g)].map(([, topic]) => topic!),
  }));

test('each subscription names the file that answers, and each such file is named', () => {
  expect(named).toHaveLength([...toml.matchAll(/^\[\[webhooks\.subscriptions\]\]/gm)].length);
  for (const { path, uri } of named) {
    expect([path, existsSync(`${root}/${path}`)]).toEqual([path, true]);
    expect(path).toBe(`app/routes/${uri.slice(1).replaceAll('/', '.')}.ts`);
  }
  expect(read('app/shopify/order-attribution.server.ts')).toContain(`'${ofShops.uri}'`);
  expect([...new Set([...named, ofShops].map(({ path }) => path))].toSorted()).toEqual(
    globSync('app/routes/webhooks.shopify.*', { cwd: root }).toSorted(),
  );
});

/** What tells a topic from others that name a shop in the same way. */
const MEMBERS: Record<string, object> = {
  'app/scopes_update': { current: [] },
  'customers/data_request': { customer: {}, data_request: {} },
  'customers/redact': { customer: {} },
};

test('each topic is answered by its file: 200 when signed, 401 when not', async () => {
  for (const { path, topics } of [...named, ofShops]) {
    const { action } = (await import(`${root}/${path}`)) as {
      action: (given: { request: Request }) => Promise<Response>;
    };
    expect(topics.length).toBeGreaterThan(0);
    for (const topic of topics) {
      const domain = 'nobody.myshopify.com';
      const shop = { id: 1, shop_id: 1, shop_domain: domain, myshopify_domain: domain };
      const body = JSON.stringify({ ...shop, ...MEMBERS[topic] });
      const knock = (secret: string) =>
        action({
          request: new Request('https://app.example/', {
            method: 'POST',
            body,
            headers: {
              'x-shopify-topic': topic,
              'x-shopify-shop-domain': domain,
              'x-shopify-webhook-id': `id of ${topic}`,
              'x-shopify-hmac-sha256': createHmac('sha256', secret).update(body).digest('base64'),
            },
          }),
        }).catch((thrown: unknown) => thrown as Response);
      expect([topic, (await knock(process.env.SHOPIFY_API_SECRET!)).status]).toEqual([topic, 200]);
      expect([topic, (await knock('forged')).status]).toEqual([topic, 401]);
    }
  }
});

test('the three compliance topics are subscribed to', () => {
  const compliance = config.subscriptions.filter((each) => each.compliance).map(({ topic }) => topic);
  expect(compliance.toSorted()).toEqual(['customers/data_request', 'customers/redact', 'shop/redact']);
});

test('no topic is subscribed to twice', () => {
  const topics = config.subscriptions.map(({ topic }) => topic);
  expect(new Set(topics).size).toBe(topics.length);
});

test('Shopify’s own command line builds the app, offline', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'build:shopify'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
}, 120_000);
