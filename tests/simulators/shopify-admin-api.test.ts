// The Admin API answers on Shopify's own schema, and refuses as Shopify refuses: by scope, by price, by page size.
import { validateSchema } from 'graphql';
import { expect, test } from 'vitest';
import { ConnectionLost } from '../../simulators/shopify/disturbances.ts';
import { adminSchema, VERSIONS } from '../../simulators/shopify/schema.ts';
import { API_KEY, DOMAIN, shopifyWorld } from './shopify-world.ts';

const LOOK = `query Look($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ProductVariant {
      id title price availableForSale sellableOnlineQuantity inventoryQuantity inventoryPolicy requiresComponents
      media(first: 1) { nodes { preview { image { url } } } }
      product { id title handle status onlineStoreUrl featuredMedia { preview { image { url } } } }
      inventoryItem {
        id tracked
        inventoryLevels(first: 5) {
          pageInfo { hasNextPage endCursor }
          nodes { isActive location { id name isActive fulfillsOnlineOrders } quantities(names: ["available"]) { name quantity } }
        }
      }
    }
  }
}`;

const variantGid = (id: bigint) => `gid://shopify/ProductVariant/${id}`;

test('the schemas are whole, and are built once', () => {
  for (const version of VERSIONS) {
    expect(validateSchema(adminSchema(version).schema)).toEqual([]);
    expect(adminSchema(version)).toBe(adminSchema(version));
  }
});

test('a look at variants reads the truth of the store, and a variant that is gone is null', async () => {
  const { ask, variantCalled, shop } = shopifyWorld();
  const variant = variantCalled({ product: 'Linen shirt', title: 'XL / Indigo' });
  for (const version of VERSIONS) {
    const { body } = await ask({
      query: LOOK,
      variables: { ids: [variantGid(variant.id), variantGid(1n)] },
      version,
    });
    expect(body.errors).toBeUndefined();
    expect(body.data.nodes[1]).toBeNull();
    const [{ inventoryItem, product, ...own }] = body.data.nodes;
    expect(own).toMatchObject({
      id: variantGid(variant.id),
      title: 'XL / Indigo',
      price: '79.00',
      availableForSale: false,
      sellableOnlineQuantity: 0,
      inventoryQuantity: 2,
      inventoryPolicy: 'DENY',
      media: {
        nodes: [
          { preview: { image: { url: 'https://cdn.shopify.com/s/files/demo/linen-shirt-indigo.svg' } } },
        ],
      },
    });
    expect(product).toMatchObject({
      status: 'ACTIVE',
      onlineStoreUrl: `https://${shop.domain}/products/linen-shirt`,
    });
    expect(
      inventoryItem.inventoryLevels.nodes.map(
        (node: { location: object; quantities: { quantity: number }[] }) => [
          node.location,
          node.quantities[0]!.quantity,
        ],
      ),
    ).toEqual([
      [expect.objectContaining({ name: 'Warehouse', fulfillsOnlineOrders: true }), 0],
      [expect.objectContaining({ name: 'High Street shop', fulfillsOnlineOrders: true }), 0],
      [expect.objectContaining({ name: 'Showroom', fulfillsOnlineOrders: false }), 2],
    ]);
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

test('paging walks through every variant once, forwards and backwards', async () => {
  const { ask, shop } = shopifyWorld();
  const query = `query ($id: ID!, $first: Int, $last: Int, $after: String, $before: String) {
    product(id: $id) { variants(first: $first, last: $last, after: $after, before: $before) {
      nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
  const ribbon = [...shop.products.values()].find(({ title }) => title === 'Linen ribbon')!;
  const all = ribbon.variantIds.map(variantGid);
  const walk = async (way: 'forwards' | 'backwards') => {
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let more = true; more;) {
      const variables: Record<string, unknown> =
        way === 'forwards' ? { first: 130, after: cursor } : { last: 130, before: cursor };
      const { body } = await ask({
        query,
        variables: { id: `gid://shopify/Product/${ribbon.id}`, ...variables },
      });
      const { nodes, pageInfo } = body.data.product.variants;
      const ids = nodes.map((node: { id: string }) => node.id);
      if (way === 'forwards') seen.push(...ids);
      else seen.unshift(...ids);
      more = way === 'forwards' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage;
      cursor = way === 'forwards' ? pageInfo.endCursor : pageInfo.startCursor;
    }
    return seen;
  };
  expect(await walk('forwards')).toEqual(all);
  expect(await walk('backwards')).toEqual(all);
});

test('products are found by the words of their title, by handle and by status', async () => {
  const { ask, shopify, shop } = shopifyWorld();
  const found = async (query: string) => {
    const { body } = await ask({
      query: 'query ($query: String!) { products(first: 20, query: $query) { nodes { title } } }',
      variables: { query },
    });
    return body.errors?.[0]?.message ?? body.data.products.nodes.map((node: { title: string }) => node.title);
  };
  expect(await found('title:linen')).toEqual(['Linen shirt', 'Linen ribbon']);
  expect(await found('title:"linen shirt"')).toEqual(['Linen shirt']);
  expect(await found('title:line')).toEqual([]);
  expect(await found('title:line*')).toEqual(['Linen shirt', 'Linen ribbon']);
  expect(await found('handle:"gauze-scarf"')).toEqual(['Gauze scarf']);
  expect(await found('title:linen NOT ribbon')).toEqual(['Linen shirt']);
  expect(await found('title:linen -ribbon')).toEqual(['Linen shirt']);
  expect(await found('(title:shirt OR title:tote) AND status:active')).toEqual([
    'Linen shirt',
    'Market tote',
  ]);
  const shirt = [...shop.products.values()][0]!;
  shopify.store.setStatus({ shop: DOMAIN, productId: shirt.id, status: 'DRAFT' });
  expect(await found('status:active title:linen')).toEqual(['Linen ribbon']);
  expect(await found('colour:red')).toMatch(/cannot search by 'colour'/);
});

test('an unpublished, a draft and an archived product have no address on the online store', async () => {
  const { ask, shopify, shop } = shopifyWorld();
  const { id } = [...shop.products.values()][0]!;
  const url = async () =>
    (await ask({ query: `{ product(id: "gid://shopify/Product/${id}") { onlineStoreUrl } }` })).body.data
      .product.onlineStoreUrl;
  const states: (string | null)[] = [];
  for (const status of ['DRAFT', 'ARCHIVED', 'UNLISTED', 'ACTIVE'] as const) {
    shopify.store.setStatus({ shop: DOMAIN, productId: id, status });
    states.push(await url());
  }
  shopify.store.unpublish({ shop: DOMAIN, productId: id });
  states.push(await url());
  const address = `https://${DOMAIN}/products/linen-shirt`;
  expect(states).toEqual([null, null, address, address, null]);
});

test("an item's variants and levels are read, and an InventoryLevel's id is no item's", async () => {
  const { ask, shop, variantCalled } = shopifyWorld();
  const { id, inventoryItemId } = variantCalled({ product: 'Market tote', title: 'Default Title' });
  const query = `query ($id: ID!) { inventoryItem(id: $id) { variants(first: 5) { nodes { id } } inventoryLevels(first: 1) { nodes { id } pageInfo { hasNextPage } } } }`;
  const { body } = await ask({ query, variables: { id: `gid://shopify/InventoryItem/${inventoryItemId}` } });
  expect(body.data.inventoryItem.variants.nodes).toEqual([{ id: variantGid(id) }]);
  expect(body.data.inventoryItem.inventoryLevels.pageInfo.hasNextPage).toBe(true);
  const levelId = body.data.inventoryItem.inventoryLevels.nodes[0].id as string;
  expect(levelId).toMatch(
    new RegExp(`^gid://shopify/InventoryLevel/\\d+\\?inventory_item_id=${inventoryItemId}$`),
  );
  for (const locationId of shop.locations.keys()) expect(levelId).not.toContain(String(locationId));
  expect((await ask({ query, variables: { id: levelId } })).body.errors?.[0]?.message).toBe(
    `Invalid id: ${levelId}`,
  );
  const again = await ask({
    query: 'query ($id: ID!) { node(id: $id) { ... on InventoryLevel { item { id } } } }',
    variables: { id: levelId },
  });
  expect(again.body.data.node.item.id).toBe(`gid://shopify/InventoryItem/${inventoryItemId}`);
});

test('stock is set and adjusted by mutation, all of it or none, and the webhooks share one event', async () => {
  const { ask, shopify, shop, variantCalled, warehouse, highStreet, received } = shopifyWorld({
    scopes: ['read_products', 'write_inventory', 'read_locations'],
  });
  const variant = variantCalled({ product: 'Linen shirt', title: 'M / Sand' });
  const at = (locationId: bigint, rest: object) => ({
    inventoryItemId: `gid://shopify/InventoryItem/${variant.inventoryItemId}`,
    locationId: `gid://shopify/Location/${locationId}`,
    ...rest,
  });
  const set = (quantities: object[]) =>
    ask({
      query: `mutation ($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) {
        inventoryAdjustmentGroup { reason changes { name delta quantityAfterChange item { id } } } userErrors { code field message } } }`,
      variables: { input: { name: 'available', reason: 'correction', quantities } },
    });
  const stock = () => shop.levels.get(`${variant.inventoryItemId}/${warehouse}`)?.available;

  const wrong = await set([at(warehouse, { quantity: 5 }), at(1n, { quantity: 5 })]);
  expect(wrong.body.data.inventorySetQuantities.userErrors).toMatchObject([
    { code: 'INVALID_LOCATION', field: ['input', 'quantities', '1', 'locationId'] },
  ]);
  expect(stock()).toBe(0);
  const late = await set([at(warehouse, { quantity: 5, changeFromQuantity: 3 })]);
  expect(late.body.data.inventorySetQuantities.userErrors[0].code).toBe('CHANGE_FROM_QUANTITY_STALE');

  const right = await set([
    at(warehouse, { quantity: 5, changeFromQuantity: 0 }),
    at(highStreet, { quantity: 2 }),
  ]);
  expect(right.body.data.inventorySetQuantities.inventoryAdjustmentGroup.changes).toMatchObject([
    { name: 'available', delta: 5, quantityAfterChange: 5 },
    { name: 'available', delta: 2, quantityAfterChange: 2 },
  ]);
  await shopify.settle();
  expect(received.map(({ headers }) => headers.get('x-shopify-topic'))).toEqual([
    'inventory_levels/update',
    'inventory_levels/update',
  ]);
  expect(new Set(received.map(({ headers }) => headers.get('x-shopify-event-id'))).size).toBe(1);
  expect(new Set(received.map(({ headers }) => headers.get('x-shopify-webhook-id'))).size).toBe(2);

  await ask({
    query:
      'mutation ($input: InventoryAdjustQuantitiesInput!) { inventoryAdjustQuantities(input: $input) { userErrors { code } } }',
    variables: { input: { name: 'available', reason: 'shrinkage', changes: [at(warehouse, { delta: -2 })] } },
  });
  expect(stock()).toBe(3);

  const reader = shopifyWorld();
  const { body } = await reader.ask({
    query:
      'mutation { inventoryAdjustQuantities(input: { name: "available", reason: "other", changes: [] }) { userErrors { code } } }',
  });
  expect(body.errors?.[0]?.extensions?.['code']).toBe('ACCESS_DENIED');
});

test('app-data metafields are written, read and deleted by their owner, and go with the installation', async () => {
  const { ask, shopify } = shopifyWorld();
  const own = await ask({ query: '{ currentAppInstallation { id accessScopes { handle } } }' });
  const { id: ownerId, accessScopes } = own.body.data.currentAppInstallation;
  expect(accessScopes.map(({ handle }: { handle: string }) => handle)).toEqual([
    'read_products',
    'read_inventory',
    'read_locations',
  ]);
  const set = (metafields: object[]) =>
    ask({
      query: `mutation ($metafields: [MetafieldsSetInput!]!) { metafieldsSet(metafields: $metafields) { metafields { key value jsonValue } userErrors { code field } } }`,
      variables: { metafields },
    });
  const ready = { ownerId, namespace: 'notify', key: 'ready', type: 'boolean', value: 'true' };
  expect((await set([ready])).body.data.metafieldsSet).toEqual({
    metafields: [{ key: 'ready', value: 'true', jsonValue: true }],
    userErrors: [],
  });
  const codes = async (change: object) =>
    (await set([ready, { ...ready, ...change }])).body.data.metafieldsSet.userErrors.map(
      ({ code }: { code: string }) => code,
    );
  expect(await codes({ value: 'perhaps' })).toEqual(['INVALID_VALUE']);
  expect(await codes({ value: '' })).toEqual(['BLANK']);
  expect(await codes({ key: 'page', type: 'nonsense' })).toEqual(['INCLUSION']);
  expect(await codes({ type: 'json' })).toEqual(['INVALID_TYPE']);
  expect(await codes({ ownerId: 'gid://shopify/AppInstallation/1' })).toEqual(['INVALID']);

  const read = async () =>
    (
      await ask({
        query:
          '{ currentAppInstallation { metafield(namespace: "notify", key: "ready") { value } metafields(first: 5) { nodes { namespace key } } } }',
      })
    ).body.data.currentAppInstallation;
  expect(await read()).toEqual({
    metafield: { value: 'true' },
    metafields: { nodes: [{ namespace: 'notify', key: 'ready' }] },
  });
  const gone = await ask({
    query:
      'mutation ($metafields: [MetafieldIdentifierInput!]!) { metafieldsDelete(metafields: $metafields) { deletedMetafields { key } userErrors { message } } }',
    variables: { metafields: [{ ownerId, namespace: 'notify', key: 'ready' }] },
  });
  expect(gone.body.data.metafieldsDelete).toEqual({ deletedMetafields: [{ key: 'ready' }], userErrors: [] });
  expect((await read()).metafield).toBeNull();

  await set([ready]);
  shopify.uninstall(DOMAIN);
  shopify.install(DOMAIN);
  expect(shopify.store.installationOf({ shop: DOMAIN, apiKey: API_KEY })?.metafields).toEqual([]);
});

test("a bundle names its components, and one shop's things are nothing in another", async () => {
  const { ask, shopify, shop, variantCalled } = shopifyWorld();
  const tote = variantCalled({ product: 'Market tote', title: 'Default Title' });
  const set = shopify.store.createProduct({
    shop: DOMAIN,
    title: 'Picnic set',
    variants: [{ components: [{ variantId: tote.id, quantity: 2 }] }],
  });
  const query = `query ($id: ID!) { productVariant(id: $id) { requiresComponents productVariantComponents(first: 5) { nodes { quantity productVariant { id } } } } }`;
  const { body } = await ask({ query, variables: { id: variantGid(set.variantIds[0]!) } });
  expect(body.data.productVariant).toEqual({
    requiresComponents: true,
    productVariantComponents: { nodes: [{ quantity: 2, productVariant: { id: variantGid(tote.id) } }] },
  });
  const other = shopify.store.addShop({ domain: 'other.myshopify.com' });
  const [theirs] = shopify.store.createProduct({ shop: other.domain, title: 'Theirs' }).variantIds;
  expect((await ask({ query, variables: { id: variantGid(theirs!) } })).body.data.productVariant).toBeNull();
  expect(shop.variants.has(theirs!)).toBe(false);
});

test('a product is renamed and taken off sale by mutation', async () => {
  const { ask, shop, received, shopify } = shopifyWorld({ scopes: ['write_products'] });
  const { id } = [...shop.products.values()][0]!;
  const update = (product: object) =>
    ask({
      query:
        'mutation ($product: ProductUpdateInput!) { productUpdate(product: $product) { product { title status } userErrors { field message } } }',
      variables: { product: { id: `gid://shopify/Product/${id}`, ...product } },
    });
  expect((await update({ title: 'Linen blouse', status: 'DRAFT' })).body.data.productUpdate).toEqual({
    product: { title: 'Linen blouse', status: 'DRAFT' },
    userErrors: [],
  });
  expect((await update({ handle: 'gauze-scarf' })).body.data.productUpdate.userErrors[0].field).toEqual([
    'handle',
  ]);
  await shopify.settle();
  expect(received.map(({ text }) => JSON.parse(text).status)).toEqual(['draft']);
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

test('a field that the stand-in cannot answer says so, instead of inventing something', async () => {
  const { ask } = shopifyWorld();
  const { body } = await ask({ query: '{ shop { checkoutApiSupported } }' });
  expect(body.errors?.[0]).toMatchObject({
    message: 'The Shopify stand-in does not answer Shop.checkoutApiSupported',
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
