// What Shopify is asked, over real HTTP: the truth about variants whole, and of every failure what to do about it.
import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { adminGraphql, ShopifyApiError } from '../../app/shopify/admin-api.server.ts';
import { findProducts, locationsOf, variantsOfProduct } from '../../app/shopify/product-queries.server.ts';
import { priceOf } from '../../app/shopify/read-plan.ts';
import { probeVariants, readVariants } from '../../app/shopify/read-variants.server.ts';
import {
  COMPONENTS_QUERY,
  LEVELS_QUERY,
  variantGid,
  VARIANTS_QUERY,
} from '../../app/shopify/variant-queries.ts';
import { queryCost } from '../../simulators/shopify/query-cost.ts';
import { adminSchema } from '../../simulators/shopify/schema.ts';
import { clock, openShopify } from './installed.ts';

const fixture = openShopify();
const { shopify } = fixture;
const { store } = shopify;
const QUERY = 'query Anything { shop { name } }';

async function failureOf(work: Promise<unknown>): Promise<ShopifyApiError> {
  const failed = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failed instanceof ShopifyApiError)) throw new Error(`no ShopifyApiError but ${String(failed)}`);
  return failed;
}

test('an answer comes with what it has cost', async () => {
  const { shopId } = await fixture.install();
  const { data, cost } = await adminGraphql({ shopId, query: QUERY, clock });
  expect(data).toEqual({ shop: { name: 'shops-1' } });
  expect(cost).toMatchObject({ maximum: expect.any(Number), restoreRate: expect.any(Number) });
});

test('throttled: wait until the bucket holds enough', async () => {
  const { shopId, domain } = await fixture.install();
  shopify.admin.drainBucket({ shop: domain, apiKey: shopify.apiKey });
  const many = { query: 'query Many { products(first: 250) { nodes { id } } }', price: 252 };
  const { advice, retryAfterMs, price } = await failureOf(adminGraphql({ shopId, ...many, clock }));
  expect([advice, price]).toEqual(['throttled', 252]);
  expect(retryAfterMs).toBeGreaterThan(500);
  expect(retryAfterMs).toBeLessThan(20_000);
  shopify.disturb({ kind: 'throttle' });
  expect((await failureOf(adminGraphql({ shopId, query: QUERY, clock }))).advice).toBe('throttled');
});

test('what the bucket cannot pay for yet is not asked at all, and is asked once it can', async () => {
  const { shopId, domain } = await fixture.install();
  const asked = () => shopify.admin.calls().filter((call) => call.shop === domain).length;
  let at = clock();
  const many = { shopId, query: 'query Many { products(first: 250) { nodes { id } } }', clock: () => at };
  await adminGraphql(many);
  shopify.admin.drainBucket({ shop: domain, apiKey: shopify.apiKey });
  const { retryAfterMs } = await failureOf(adminGraphql(many));
  const before = asked();
  expect((await failureOf(adminGraphql(many))).advice).toBe('throttled');
  expect(asked(), 'Shopify was not asked in vain').toBe(before);
  // Another shop has points of its own.
  const other = await fixture.install();
  await adminGraphql({ shopId: other.shopId, query: QUERY, clock });
  at = new Date(at.getTime() + retryAfterMs + 1_000);
  await adminGraphql(many).catch(() => undefined);
  expect(asked(), 'by then it is worth asking').toBe(before + 1);
});

test('somebody who waits for the answer gets it as soon as the points suffice, or hears that it takes longer', async () => {
  const { shopId, domain } = await fixture.install();
  let at = clock();
  const many = {
    shopId,
    query: 'query Many { products(first: 250) { nodes { id } } }',
    clock: () => at,
    patienceMs: 5_000,
    wait: async ({ ms }: { ms: number }) => {
      at = new Date(at.getTime() + ms);
      shopify.admin.drainBucket({ shop: domain, apiKey: shopify.apiKey, to: 500 });
    },
  };
  shopify.admin.drainBucket({ shop: domain, apiKey: shopify.apiKey });
  expect(await adminGraphql(many)).toMatchObject({ data: { products: { nodes: [] } } });
  shopify.admin.drainBucket({ shop: domain, apiKey: shopify.apiKey });
  expect((await failureOf(adminGraphql({ ...many, patienceMs: 500 }))).advice).toBe('throttled');
});

test('429 with a Retry-After: wait that long', async () => {
  const { shopId } = await fixture.install();
  shopify.disturb({ kind: 'refuse', status: 429 });
  const { advice, retryAfterMs } = await failureOf(adminGraphql({ shopId, query: QUERY, clock }));
  expect([advice, retryAfterMs]).toEqual(['throttled', 2_000]);
});

for (const status of [500, 502, 503])
  test(`${status}: ask again, and once is not done twice behind the caller’s back`, async () => {
    const { shopId, domain } = await fixture.install();
    shopify.disturb({ kind: 'refuse', status });
    expect((await failureOf(adminGraphql({ shopId, query: QUERY, clock }))).advice).toBe('retry');
    expect(shopify.admin.calls().filter((call) => call.shop === domain)).toEqual([]);
    await adminGraphql({ shopId, query: QUERY, clock });
  });

for (const kind of ['lose_reply', 'drop_request'] as const)
  test(`a connection that dies (${kind}): ask again`, async () => {
    const { shopId } = await fixture.install();
    shopify.disturb({ kind });
    expect((await failureOf(adminGraphql({ shopId, query: QUERY, clock }))).advice).toBe('retry');
  });

test('no answer in time: ask again', async () => {
  const { shopId } = await fixture.install();
  shopify.disturb({ kind: 'slow', ms: 60_000 });
  const asked = adminGraphql({ shopId, query: QUERY, clock, signal: AbortSignal.timeout(200) });
  expect((await failureOf(asked)).advice).toBe('retry');
});

for (const status of [402, 403, 404, 423])
  test(`${status}: the shop cannot be read until its merchant does something`, async () => {
    const { shopId } = await fixture.install();
    shopify.disturb({ kind: 'refuse', status });
    expect((await failureOf(adminGraphql({ shopId, query: QUERY, clock }))).advice).toBe('unreadable');
  });

test('a query that Shopify cannot read is our own fault', async () => {
  const { shopId } = await fixture.install();
  const failed = await failureOf(adminGraphql({ shopId, query: 'query { nonsense }', clock }));
  expect(failed.advice).toBe('wrong');
  expect(failed.message).toContain('nonsense');
});

test('a variant is read whole, with every location beyond the first five', async () => {
  const { shopId, domain } = await fixture.install();
  const places = Array.from({ length: 60 }, (_, at) =>
    store.addLocation({ shop: domain, name: `Depot ${at}`, fulfillsOnlineOrders: at % 2 === 0 }),
  );
  const stock = new Map(places.map(({ id }, at) => [id, at]));
  const product = store.createProduct({
    shop: domain,
    title: 'Linen shirt',
    imageUrl: 'https://cdn.shopify.com/shirt.png',
    variants: [{ options: ['M'], price: '79.00', stock }],
  });
  store.setLocation({ shop: domain, locationId: places[7]!.id, active: false });
  const [variantId] = product.variantIds as [bigint];
  const truth = (await readVariants({ shopId, variantIds: [variantId], clock })).get(variantId)!;
  expect(truth).toMatchObject({
    variantId,
    productId: product.id,
    productTitle: 'Linen shirt',
    title: 'M',
    handle: 'linen-shirt',
    // Of a size and format that Messenger takes.
    imageUrl: 'https://cdn.shopify.com/shirt.png?width=1200&height=1200&format=jpg',
    price: '79.00',
    status: 'ACTIVE',
    published: true,
    availableForSale: true,
    tracked: true,
    policy: 'DENY',
    componentItemIds: [],
  });
  expect(truth.url).toContain('/products/linen-shirt');
  expect(truth.levels).toHaveLength(61);
  expect(new Set(truth.levels.map(({ locationId }) => locationId)).size).toBe(61);
  const sum = truth.levels.reduce((total, { available }) => total + available, 0);
  expect(sum).toBe((59 * 60) / 2);
  const closed = truth.levels.find(({ locationId }) => locationId === places[7]!.id)!;
  expect(closed).toMatchObject({ available: 7, locationActive: false, fulfillsOnlineOrders: false });
});

test('a variant that Shopify no longer knows is missing from what was read; the others are there', async () => {
  const { shopId, domain } = await fixture.install();
  const product = store.createProduct({ shop: domain, title: 'Scarf', variants: [{}, { options: ['Red'] }] });
  const [gone, there] = product.variantIds as [bigint, bigint];
  store.deleteVariant({ shop: domain, variantId: gone });
  const found = await readVariants({ shopId, variantIds: [gone, there, 999_999n], clock });
  expect([...found.keys()]).toEqual([there]);
});

test('what is not on the online store has no address and counts as unpublished', async () => {
  const { shopId, domain } = await fixture.install();
  const product = store.createProduct({ shop: domain, title: 'Draft', published: false });
  const [variantId] = product.variantIds as [bigint];
  const found = await readVariants({ shopId, variantIds: [variantId], clock });
  expect(found.get(variantId)).toMatchObject({ url: null, published: false });
});

test('a bundle names the inventory items of its components', async () => {
  const { shopId, domain } = await fixture.install();
  const parts = store.createProduct({ shop: domain, title: 'Cup', variants: [{}, { options: ['Blue'] }] });
  const bundle = store.createProduct({
    shop: domain,
    title: 'Tea set',
    variants: [{ components: parts.variantIds.map((variantId) => ({ variantId, quantity: 2 })) }],
  });
  const [variantId] = bundle.variantIds as [bigint];
  const truth = (await readVariants({ shopId, variantIds: [variantId], clock })).get(variantId)!;
  const items = parts.variantIds.map((id) => store.shop(domain).variants.get(id)!.inventoryItemId);
  expect(truth.requiresComponents).toBe(true);
  expect(truth.componentItemIds.toSorted()).toEqual(items.toSorted());
});

test('Shopify asks for each reading of stock what the plan says', async () => {
  const { schema } = adminSchema('2026-07');
  const asked = (query: string, variables: object) => {
    const document = parse(query);
    const operation = getOperationAST(document)!;
    return queryCost({ schema, document, operation, variables: { ...variables } });
  };
  for (const first of [1, 5, 200, 250]) {
    const rest = { id: 7n, after: null, first };
    expect(asked(LEVELS_QUERY, { id: 'gid://shopify/InventoryItem/7', first })).toBe(
      priceOf({ of: 'levels', ...rest }),
    );
    expect(asked(COMPONENTS_QUERY, { id: variantGid(7n), first })).toBe(
      priceOf({ of: 'components', ...rest }),
    );
    for (const ids of [[1n], [1n, 2n, 3n]])
      expect(asked(VARIANTS_QUERY, { ids: ids.map(variantGid), first })).toBe(
        priceOf({ of: 'variants', ids, first }),
      );
  }
});

test('more variants than one call can name are read by several', async () => {
  const { shopId, domain } = await fixture.install();
  const variants = Array.from({ length: 26 }, (_, at) => ({ options: [`No. ${at}`] }));
  const { variantIds } = store.createProduct({ shop: domain, title: 'Ribbon', variants });
  const before = shopify.admin.calls().length;
  expect(await readVariants({ shopId, variantIds, clock })).toHaveProperty('size', 26);
  const calls = shopify.admin.calls().slice(before);
  expect(calls).toHaveLength(2);
  for (const { requestedCost } of calls) expect(requestedCost).toBeLessThanOrEqual(1_000);
});

test('Shopify asks three times our price: the next calls are planned by what it asked', async () => {
  const { shopId, domain } = await fixture.install();
  shopify.admin.setDearness(3);
  const variants = Array.from({ length: 40 }, (_, at) => ({ options: [`No. ${at}`] }));
  const { variantIds } = store.createProduct({ shop: domain, title: 'Ribbon', variants });
  const before = shopify.admin.calls().length;
  expect(await readVariants({ shopId, variantIds, clock })).toHaveProperty('size', 40);
  const refused = shopify.admin
    .calls()
    .slice(before)
    .filter(({ errors }) => errors.length > 0);
  expect(refused.length).toBeLessThanOrEqual(1);
  shopify.admin.setDearness(1);
  expect(await readVariants({ shopId, variantIds, clock })).toHaveProperty('size', 40);
});

test('a probe reads up to 250 variants in one cheap call, the missing ones left out', async () => {
  const { shopId, domain } = await fixture.install();
  const product = store.createProduct({ shop: domain, title: 'Towel', variants: [{ stock: 4 }] });
  const [variantId] = product.variantIds as [bigint];
  const ids = [variantId, ...Array.from({ length: 249 }, (_, at) => BigInt(10_000_000 + at))];
  const { probes, cost } = await probeVariants({ shopId, variantIds: ids, clock });
  expect([...probes]).toEqual([[variantId, { availableForSale: true, inventoryQuantity: 4 }]]);
  expect(cost!.requested).toBeLessThanOrEqual(1_000);
  await expect(probeVariants({ shopId, variantIds: [...ids, 1n], clock })).rejects.toThrow(RangeError);
});

test('a list that breaks off in the middle goes on there, and what was read is not paid for again', async () => {
  const { shopId, domain } = await fixture.install();
  const variants = Array.from({ length: 600 }, (_, at) => ({ options: [`No. ${at}`] }));
  const { id: productId } = store.createProduct({ shop: domain, title: 'Ribbon', variants });
  const asked = () => shopify.admin.calls().filter((call) => call.operation === 'ProductVariants').length;
  const before = asked();
  const only = { operation: 'ProductVariants' };
  fixture.during(async () => {
    fixture.during(async () => shopify.disturb({ kind: 'drop_request', only }));
    return Promise.resolve();
  });
  expect((await failureOf(variantsOfProduct({ shopId, productId, clock }))).advice).toBe('retry');
  const found = await variantsOfProduct({ shopId, productId, clock });
  expect(new Set(found.map(({ title }) => title)).size).toBe(600);
  expect(asked() - before).toBe(3);
});

test('a shop of a thousand locations fits into four calls', async () => {
  const { shopId, domain } = await fixture.install();
  store.addLocations({ shop: domain, count: 999 });
  const before = shopify.admin.calls().length;
  expect(await locationsOf({ shopId, clock })).toHaveLength(1_000);
  expect(shopify.admin.calls().length - before).toBe(4);
});

test('products are found by words or handle; a shopper’s words are never operators', async () => {
  const { shopId, domain } = await fixture.install();
  const add = (title: string, status: 'ACTIVE' | 'DRAFT' = 'ACTIVE') =>
    store.createProduct({ shop: domain, title, status, variants: [{ stock: 1 }, { options: ['Red'] }] });
  const shirt = add('Linen shirt');
  add('Gauze scarf');
  add('Secret linen', 'DRAFT');
  store.unpublish({ shop: domain, productId: add('Linen for the trade').id });
  const titles = async (title: string) =>
    (await findProducts({ shopId, title, clock })).map((product) => product.title);
  expect(await titles('linen')).toEqual(['Linen shirt']);
  const asOperatorsTheyWouldFindMore = [
    'linen OR scarf',
    'nothing" OR title:"scarf',
    'x OR status:draft',
    'scarf OR *',
    'NOT linen',
    '\\" OR \\"scarf',
    'title:scarf OR title:linen',
  ];
  for (const words of asOperatorsTheyWouldFindMore) expect([words, await titles(words)]).toEqual([words, []]);
  // As an operator the dash would take away the only one that fits.
  expect(await titles('linen -shirt')).toEqual(['Linen shirt']);
  const [found] = await findProducts({ shopId, handle: 'linen-shirt', clock });
  expect(found).toMatchObject({
    productId: shirt.id,
    handle: 'linen-shirt',
    variants: [
      { variantId: shirt.variantIds[0], availableForSale: true },
      { variantId: shirt.variantIds[1], title: 'Red', availableForSale: false },
    ],
  });
});

test('at most five products are found', async () => {
  const { shopId, domain } = await fixture.install();
  for (let at = 0; at < 7; at += 1) store.createProduct({ shop: domain, title: `Linen ${at}` });
  expect(await findProducts({ shopId, title: 'linen', clock })).toHaveLength(5);
});
