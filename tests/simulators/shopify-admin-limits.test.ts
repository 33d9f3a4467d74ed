// The Admin API refuses as Shopify does: by token, scope, price and page size; and fails when a test asks it to.
import { validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { ConnectionLost } from '../../simulators/shopify/disturbances.ts';
import { adminSchema, VERSIONS } from '../../simulators/shopify/schema.ts';
import { API_KEY, DOMAIN, LOOK, shopifyWorld, variantGid } from './shopify-world.ts';

test('the schemas are whole, and are built once', () => {
  for (const version of VERSIONS) {
    expect(validateSchema(adminSchema(version).schema)).toEqual([]);
    expect(adminSchema(version)).toBe(adminSchema(version));
  }
});

test('a query that is not in the schema is refused, and so is one without a version that exists', async () => {
  const { ask } = shopifyWorld();
  const unknown = await ask({ query: '{ shop { shoeSize } }' });
  expect(unknown.body.errors?.[0]?.message).toMatch(/Cannot query field "shoeSize" on type "Shop"/);
  expect((await ask({ query: '{ shop {' })).body.errors?.[0]?.message).toMatch(/Syntax Error/);
  expect((await ask({ query: '{ shop { id } }', version: '2019-01' })).status).toBe(404);
  const missing = await ask({ query: 'query One($id: ID!) { product(id: $id) { id } }', variables: {} });
  expect(missing.body.errors?.[0]?.message).toMatch(/\$id/);
});

test('unknown and absent tokens are 401, a shop that is not there is 404', async () => {
  const { ask, shopify } = shopifyWorld();
  for (const token of ['', 'shpat_made_up']) {
    const { status, body } = await ask({ query: '{ shop { id } }', token });
    expect([status, body]).toEqual([
      401,
      { errors: expect.stringMatching(/Invalid API key or access token/) },
    ]);
  }
  const elsewhere = new Request('https://nobody.myshopify.com/admin/api/2026-07/graphql.json', {
    method: 'POST',
  });
  expect((await shopify.handle(elsewhere)).status).toBe(404);
});

test("what the scopes do not open is denied by Shopify's own table, each scope for its part", async () => {
  const everything = ['read_products', 'read_inventory', 'read_locations'];
  const denied: Record<string, string[]> = {};
  for (const missing of everything) {
    const { ask, variantCalled } = shopifyWorld({ scopes: everything.filter((scope) => scope !== missing) });
    const { id } = variantCalled({ product: 'Linen shirt', title: 'S / Sand' });
    const { body } = await ask({ query: LOOK, variables: { ids: [variantGid(id)] } });
    expect(body.data.nodes).toEqual([null]);
    denied[missing] = [...new Set(body.errors?.map(({ path }) => String(path?.at(-1))))];
    expect(body.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
    expect(body.errors?.[0]?.message).toContain(`\`${missing}\``);
  }
  expect(denied).toEqual({
    read_products: ['id'],
    read_inventory: ['inventoryLevels'],
    read_locations: ['name'],
  });

  const { ask } = shopifyWorld();
  const orders = await ask({ query: '{ shop { name } orders(first: 1) { nodes { id } } }' });
  expect(orders.body.errors?.[0]).toMatchObject({ path: ['orders'], extensions: { code: 'ACCESS_DENIED' } });
  const writer = shopifyWorld({ scopes: ['write_products'] });
  expect(
    (await writer.ask({ query: '{ products(first: 1) { nodes { id } } }' })).body.errors,
  ).toBeUndefined();
});

test('a query is priced by its connections before, and by what came back after', async () => {
  const { ask } = shopifyWorld();
  const price = async (query: string, variables = {}) => {
    const { cost } = (await ask({ query, variables })).body.extensions!;
    return [cost.requestedQueryCost, cost.actualQueryCost];
  };
  expect(await price('{ shop { id name } }')).toEqual([1, 1]);
  expect(await price('{ products(first: 10) { nodes { id } } }')).toEqual([12, 8]);
  expect(
    await price('{ products(first: 10) { edges { cursor node { id } } pageInfo { hasNextPage } } }'),
  ).toEqual([12, 8]);
  // 2 + 5 x (product 1 + variants 2 + 4 x 1), of which there are 8, 3, 1, 2 and 1 variants, four at most.
  expect(await price('{ products(first: 5) { nodes { id variants(first: 4) { nodes { id } } } } }')).toEqual([
    37, 28,
  ]);
  expect(
    await price('query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on ProductVariant { product { id } } } }', {
      ids: [variantGid(1n), variantGid(2n), variantGid(3n)],
    }),
  ).toEqual([6, 0]);
  const page = 'fragment Page on ProductConnection { nodes { ...One } } fragment One on Product { id }';
  expect(
    await price(
      `query ($more: Boolean!) { products(first: 3) { ...Page } shop @include(if: $more) { id } } ${page}`,
      { more: false },
    ),
  ).toEqual([5, 5]);
});

test('a mutation costs ten, also when it changes nothing', async () => {
  const { ask } = shopifyWorld();
  const { body } = await ask({
    query: 'mutation { metafieldsSet(metafields: []) { userErrors { message } } }',
  });
  expect(body.extensions?.cost).toMatchObject({ requestedQueryCost: 10, actualQueryCost: 10 });
});

test('more than a thousand points, 250 ids or 250 rows are refused outright', async () => {
  const { ask } = shopifyWorld();
  const dear = await ask({
    query: '{ products(first: 250) { nodes { variants(first: 10) { nodes { id } } } } }',
  });
  expect(dear.body.errors?.[0]?.extensions).toMatchObject({
    code: 'MAX_COST_EXCEEDED',
    cost: 3_252,
    maxCost: 1_000,
  });
  const ids = Array.from({ length: 251 }, (_, index) => variantGid(BigInt(index + 1)));
  const many = await ask({ query: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids } });
  expect(many.body.errors?.[0]?.extensions?.['code']).toBe('MAX_INPUT_SIZE_EXCEEDED');
  for (const args of ['', '(first: 251)', '(first: 1, last: 1)', '(first: -1)'])
    expect([
      args,
      (await ask({ query: `{ products${args} { nodes { id } } }` })).body.errors?.length,
    ]).toEqual([args, 1]);
});

test('the bucket empties, throttles with an answer of 200, and fills again by the clock', async () => {
  const { ask, pass, shopify } = shopifyWorld();
  shopify.admin.setBucket({ maximum: 100, restoreRate: 10 });
  const query = '{ products(first: 58) { nodes { id } } }';
  const first = await ask({ query });
  // Sixty were reserved and all but eight came back.
  expect(first.body.extensions?.cost.throttleStatus).toEqual({
    maximumAvailable: 100,
    currentlyAvailable: 92,
    restoreRate: 10,
  });
  shopify.admin.drainBucket({ shop: DOMAIN, apiKey: API_KEY });
  const { status, body } = await ask({ query });
  expect(status).toBe(200);
  expect(body.data).toBeUndefined();
  expect(body.errors?.[0]).toMatchObject({ message: 'Throttled', extensions: { code: 'THROTTLED' } });
  expect(body.extensions?.cost).toMatchObject({
    requestedQueryCost: 60,
    actualQueryCost: null,
    throttleStatus: { currentlyAvailable: 0 },
  });
  pass(5);
  expect((await ask({ query })).body.errors?.[0]?.message).toBe('Throttled');
  pass(1);
  expect((await ask({ query })).body.errors).toBeUndefined();
});

test('Shopify can be made slow, refuse, throttle, and die before or after the work', async () => {
  const { ask, shopify, shop } = shopifyWorld({ scopes: ['write_products'] });
  const query = '{ shop { id } }';
  await ask({ query });
  for (const status of [500, 401, 402, 423]) {
    shopify.disturb({ kind: 'refuse', status, times: 2 });
    expect([
      (await ask({ query })).status,
      (await ask({ query })).status,
      (await ask({ query })).status,
    ]).toEqual([status, status, 200]);
  }
  shopify.disturb({ kind: 'throttle' });
  expect((await ask({ query })).body.errors?.[0]?.extensions?.['code']).toBe('THROTTLED');
  expect((await ask({ query })).body.errors).toBeUndefined();

  const product = [...shop.products.values()][0]!;
  const rename = (title: string) =>
    ask({
      query: `mutation Rename { productUpdate(product: { id: "gid://shopify/Product/${product.id}", title: "${title}" }) { userErrors { message } } }`,
    });
  shopify.disturb({ kind: 'drop_request', only: { operation: 'Rename' } });
  expect((await ask({ query })).status).toBe(200);
  await expect(rename('Dropped')).rejects.toThrow(ConnectionLost);
  expect(product.title).toBe('Linen shirt');
  shopify.disturb({ kind: 'lose_reply', only: { operation: 'Rename' } });
  await expect(rename('Done, unheard')).rejects.toThrow(ConnectionLost);
  expect(product.title).toBe('Done, unheard');

  const stop = shopify.disturb({ kind: 'refuse', status: 503, times: Infinity });
  expect((await ask({ query })).status).toBe(503);
  expect((await ask({ query })).status).toBe(503);
  stop();
  expect((await ask({ query })).status).toBe(200);
  shopify.disturb({ kind: 'slow', ms: 1 });
  expect((await ask({ query })).status).toBe(200);
});

test('a field that the simulator cannot answer says so, instead of inventing something', async () => {
  const { ask } = shopifyWorld();
  const { body } = await ask({ query: '{ shop { checkoutApiSupported } }' });
  expect(body.errors?.[0]).toMatchObject({
    message: 'The Shopify simulator does not answer Shop.checkoutApiSupported',
    extensions: { code: 'NOT_IN_STAND_IN' },
  });
});

test('every call is written down: which operation, what it cost, how it ended', async () => {
  const { ask, shopify } = shopifyWorld();
  await ask({ query: 'query Hello { shop { id } }' });
  await ask({ query: 'query Hello { shop { id } }', token: 'wrong' });
  expect(
    shopify.admin.calls().map(({ operation, status, requestedCost }) => [operation, status, requestedCost]),
  ).toEqual([
    ['Hello', 200, 1],
    [null, 401, null],
  ]);
});
