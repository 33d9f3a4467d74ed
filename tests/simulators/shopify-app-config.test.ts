// The simulator reads webhook subscriptions from the same file as Shopify does.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAppConfig, readSubscriptions } from '../../simulators/shopify/app-config.ts';
import { TOPIC_SCOPES } from '../../simulators/shopify/topics.ts';

test('the subscriptions are read from a toml as the CLI would register them', () => {
  const toml = `
client_id = "abc" # the key
application_url = "https://app.demo.test/"
[access_scopes]
scopes = "read_products, read_inventory"
optional_scopes = [ "read_orders" ]
[webhooks]
api_version = "2026-07"
# a comment with [brackets]
[[webhooks.subscriptions]]
topics = [
  "products/update", # one
  'products/delete',
]
uri = "/webhooks/shopify/products"
include_fields = ["id", "updated_at"]
[[webhooks.subscriptions]]
compliance_topics = ["shop/redact"]
uri = "https://elsewhere.test/privacy#here"
`;
  const own = 'https://app.demo.test/webhooks/shopify/products';
  expect(readAppConfig({ toml })).toEqual({
    clientId: 'abc',
    applicationUrl: 'https://app.demo.test',
    apiVersion: '2026-07',
    scopes: ['read_products', 'read_inventory'],
    optionalScopes: ['read_orders'],
    subscriptions: [
      { topic: 'products/update', uri: own, compliance: false, includeFields: ['id', 'updated_at'] },
      { topic: 'products/delete', uri: own, compliance: false, includeFields: ['id', 'updated_at'] },
      {
        topic: 'shop/redact',
        uri: 'https://elsewhere.test/privacy#here',
        compliance: true,
        includeFields: [],
      },
    ],
  });
  expect(readAppConfig({ toml, applicationUrl: 'http://127.0.0.1:3000' }).subscriptions[0]?.uri).toBe(
    'http://127.0.0.1:3000/webhooks/shopify/products',
  );
});

test("the project's own file is understood: known topics only, each opened by its scopes", () => {
  const toml = readFileSync(new URL('../../shopify.app.toml', import.meta.url), 'utf8');
  const { scopes, apiVersion } = readAppConfig({ toml });
  const subscriptions = readSubscriptions(toml);
  expect(apiVersion).toBe('2026-07');
  expect(
    subscriptions
      .filter(({ compliance }) => compliance)
      .map(({ topic }) => topic)
      .toSorted(),
  ).toEqual(['customers/data_request', 'customers/redact', 'shop/redact']);
  for (const { topic } of subscriptions.filter(({ compliance }) => !compliance)) {
    const needed = TOPIC_SCOPES[topic];
    expect([topic, needed !== undefined]).toEqual([topic, true]);
    expect([topic, needed!.length === 0 || needed!.some((scope) => scopes.includes(scope))]).toEqual([
      topic,
      true,
    ]);
  }
});
