// The Admin API answers on Shopify's own schema from the store's memory, and changes it by mutation.
import { expect, test } from 'vitest';
import { VERSIONS } from '../../simulators/shopify/schema.ts';
import { API_KEY, DOMAIN, LOOK, shopifyWorld, variantGid } from './shopify-world.ts';

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
  await shopify.untilIdle();
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
  await shopify.untilIdle();
  expect(received.map(({ text }) => JSON.parse(text).status)).toEqual(['draft']);
});
