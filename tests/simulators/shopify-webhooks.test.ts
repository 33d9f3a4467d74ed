// Webhooks leave as Shopify's do: signed on their raw bytes, with what is true when they are written, and repeated until they are accepted.
import { expect, test } from 'vitest';
import { writeJson } from '../../simulators/shopify/payloads.ts';
import { shopTime } from '../../simulators/shopify/shop-time.ts';
import { shopifyLibrary } from './shopify-library.ts';
import { API_SECRET, DOMAIN, shopifyWorld, type Received } from './shopify-world.ts';

const HOUR = 3_600;

const topicsOf = (received: Received[]) => received.map(({ headers }) => headers.get('x-shopify-topic'));

function restockable(given: Parameters<typeof shopifyWorld>[0] = {}) {
  const world = shopifyWorld(given);
  const variant = world.variantCalled({ product: 'Linen shirt', title: 'M / Sand' });
  const setStock = (available: number) =>
    world.shopify.store.setStock({
      shop: DOMAIN,
      variantId: variant.id,
      locationId: world.warehouse,
      available,
    });
  return { ...world, variant, setStock };
}

async function webCryptoSignature({ text, secret }: { text: string; secret: string }) {
  const bytes = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes.encode(secret), algorithm, false, ['sign']);
  const signature = await crypto.subtle.sign('HMAC', key, bytes.encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(signature)));
}

test('a change of stock arrives with every header, and the signature holds by two other reckonings', async () => {
  const { shopify, received, setStock, variant, warehouse } = restockable();
  setStock(5);
  await shopify.untilIdle();
  const [one] = received;
  expect(received).toHaveLength(1);
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4/;
  expect(Object.fromEntries(one!.headers)).toMatchObject({
    'content-type': 'application/json',
    'x-shopify-topic': 'inventory_levels/update',
    'x-shopify-shop-domain': DOMAIN,
    'x-shopify-api-version': '2026-07',
    'x-shopify-triggered-at': '2026-11-22T10:00:00.000Z',
    'x-shopify-webhook-id': expect.stringMatching(uuid),
    'x-shopify-event-id': expect.stringMatching(uuid),
  });
  expect(one!.headers.get('x-shopify-webhook-id')).not.toBe(one!.headers.get('x-shopify-event-id'));
  expect(JSON.parse(one!.text)).toEqual({
    inventory_item_id: Number(variant.inventoryItemId),
    location_id: Number(warehouse),
    available: 5,
    updated_at: '2026-11-22T10:00:00+00:00',
    admin_graphql_api_id: expect.stringMatching(
      new RegExp(`^gid://shopify/InventoryLevel/\\d+\\?inventory_item_id=${variant.inventoryItemId}$`),
    ),
  });
  expect(one!.headers.get('x-shopify-hmac-sha256')).toBe(
    await webCryptoSignature({ text: one!.text, secret: API_SECRET }),
  );
  const rawRequest = new Request(one!.url, { method: 'POST', headers: one!.headers, body: one!.text });
  const judged = await shopifyLibrary().webhooks.validate({
    rawBody: one!.text,
    rawRequest: { method: 'POST', url: rawRequest.url, headers: Object.fromEntries(rawRequest.headers) },
  });
  expect(judged).toMatchObject({ valid: true, topic: 'INVENTORY_LEVELS_UPDATE', domain: DOMAIN });
});

test('the payload tells the state of its writing: up and down again in one breath is nothing twice', async () => {
  const { shopify, received, setStock } = restockable();
  setStock(10);
  setStock(0);
  await shopify.untilIdle();
  expect(received.map(({ text }) => JSON.parse(text).available)).toEqual([0, 0]);
});

test('an untracked item has no figure, and ids of any size stay digit for digit', async () => {
  const { shopify, received, variant, setStock } = restockable({ topics: ['inventory_levels/update'] });
  shopify.store.setTracked({ shop: DOMAIN, variantId: variant.id, tracked: false });
  setStock(5);
  await shopify.untilIdle();
  expect(JSON.parse(received[0]!.text).available).toBeNull();
  expect(writeJson({ id: 271878346596884015n })).toBe('{"id":271878346596884015}');
});

test("a product's first hundred variants come whole, the others only by id", async () => {
  const { shopify, received, shop } = shopifyWorld();
  const ribbon = [...shop.products.values()].find(({ title }) => title === 'Linen ribbon')!;
  shopify.store.unpublish({ shop: DOMAIN, productId: ribbon.id });
  await shopify.untilIdle();
  const body = JSON.parse(received[0]!.text);
  expect(body).toMatchObject({ id: Number(ribbon.id), status: 'active', published_at: null });
  expect(body.variants).toHaveLength(100);
  expect(body.variants[0]).toMatchObject({
    inventory_quantity: 25,
    inventory_policy: 'deny',
    inventory_item_id: expect.any(Number),
  });
  expect(body.variant_gids).toHaveLength(300);
});

test("times are written on the shop's own clock", () => {
  const { shop } = shopifyWorld();
  const date = new Date('2026-03-16T08:35:06.789Z');
  const at = (ianaTimezone: string) => shopTime({ date, shop: { ...shop, ianaTimezone } });
  expect(at('Asia/Bangkok')).toBe('2026-03-16T15:35:06+07:00');
  expect(at('Europe/London')).toBe('2026-03-16T08:35:06+00:00');
  expect(at('America/St_Johns')).toBe('2026-03-16T06:05:06-02:30');
});

test('a delivery that is not taken is tried eight times more over four hours, as it was first written', async () => {
  const { shopify, received, setStock, pass } = restockable({
    answer: () => new Response(null, { status: 503 }),
  });
  setStock(5);
  await shopify.untilIdle();
  setStock(0);
  await shopify.untilIdle();
  const [first] = shopify.deliveries();
  for (let minute = 0; minute < 4 * 60; minute += 1) {
    pass(60);
    await shopify.untilIdle();
  }
  expect(first).toMatchObject({ status: 'given_up', attempts: { length: 9 } });
  const own = received.filter(({ headers }) => headers.get('x-shopify-webhook-id') === first!.webhookId);
  expect(own).toHaveLength(9);
  expect(new Set(own.map(({ text }) => JSON.parse(text).available))).toEqual(new Set([5]));
  expect(new Set(own.map(({ headers }) => headers.get('x-shopify-triggered-at'))).size).toBe(1);
  pass(24 * HOUR);
  await shopify.untilIdle();
  expect(first!.attempts).toHaveLength(9);
});

test('redirects, silence and dead connections count as not taken; a retry may be asked for at once', async () => {
  const answers = [
    () => Response.redirect('https://app.demo.test/elsewhere', 302),
    () => new Promise<Response>(() => {}),
    () => {
      throw new Error('connection refused');
    },
    () => new Response(null, { status: 204 }),
  ];
  const { shopify, received, setStock } = restockable({ answer: () => answers.shift()!() });
  shopify.webhooks.faultOptions.timeoutMs = 20;
  setStock(5);
  await shopify.untilIdle();
  for (let time = 0; time < 3; time += 1) await shopify.webhooks.retry();
  expect(shopify.deliveries()[0]).toMatchObject({ status: 'delivered' });
  expect(shopify.deliveries()[0]!.attempts.map(({ answer }) => answer)).toEqual([302, null, null, 204]);
  expect(received).toHaveLength(4);
});

test('copies and repeats are the same delivery, letter for letter', async () => {
  const { shopify, received, setStock } = restockable();
  shopify.webhooks.faultOptions.copies = 2;
  setStock(5);
  await shopify.untilIdle();
  shopify.webhooks.faultOptions.copies = 1;
  await shopify.webhooks.repeat({ topic: 'inventory_levels/update', times: 3 });
  expect(received).toHaveLength(5);
  expect(new Set(received.map(({ text }) => text)).size).toBe(1);
  for (const header of ['x-shopify-webhook-id', 'x-shopify-hmac-sha256'])
    expect(new Set(received.map(({ headers }) => headers.get(header))).size).toBe(1);
  await expect(shopify.webhooks.repeat({ topic: 'products/delete' })).rejects.toThrow(
    /nothing was delivered/,
  );
});

test('losses, delays and wrong signatures happen when they are dialled, and are written down', async () => {
  const { shopify, received, setStock, pass } = restockable();
  const { faultOptions } = shopify.webhooks;
  faultOptions.loseNext = 1;
  setStock(1);
  faultOptions.loseTopics = ['inventory_levels/update'];
  setStock(2);
  faultOptions.loseTopics = [];
  faultOptions.lose = 0.6;
  setStock(3);
  faultOptions.lose = 0.4;
  faultOptions.delayMs = 30_000;
  setStock(4);
  await shopify.untilIdle();
  expect(received).toHaveLength(0);
  expect(shopify.deliveries().map(({ status }) => status)).toEqual(['lost', 'lost', 'lost', 'waiting']);
  pass(30);
  faultOptions.wrongSignature = true;
  await shopify.untilIdle();
  expect(received).toHaveLength(1);
  expect(received[0]!.headers.get('x-shopify-hmac-sha256')).not.toBe(
    await webCryptoSignature({ text: received[0]!.text, secret: API_SECRET }),
  );
});

test('what is held is let go in another order', async () => {
  const { shopify, received, setStock, variant, pass } = restockable();
  shopify.webhooks.faultOptions.hold = true;
  setStock(5);
  pass(1);
  shopify.store.deleteProduct({ shop: DOMAIN, productId: variant.productId });
  await shopify.untilIdle();
  expect(received).toHaveLength(0);
  await shopify.webhooks.release({ order: 'reversed' });
  expect(topicsOf(received)).toEqual(['products/delete']);
  // The level was gone before its webhook could be written.
  expect(shopify.deliveries().map(({ topic, status }) => [topic, status])).toEqual([
    ['inventory_levels/update', 'void'],
    ['products/delete', 'delivered'],
  ]);
  expect(JSON.parse(received[0]!.text)).toEqual({ id: Number(variant.productId) });
});

test('only what was subscribed to, opened by the scopes, and where the app is installed, is told', async () => {
  const deaf = restockable({ scopes: ['read_products'] });
  deaf.setStock(5);
  deaf.shopify.store.sell({ shop: DOMAIN, variantId: deaf.variant.id });
  await deaf.shopify.untilIdle();
  expect(topicsOf(deaf.received)).toEqual(['products/update']);

  const { shopify, received } = restockable();
  shopify.store.addShop({ domain: 'other.myshopify.com' });
  shopify.store.createProduct({ shop: 'other.myshopify.com', title: 'Nobody listens' });
  shopify.store.updateShop({ shop: DOMAIN, name: 'Not subscribed' });
  await shopify.untilIdle();
  expect(received).toEqual([]);
});

test('an uninstall is told, silences the rest, and asks for erasure two days later unless the app comes back', async () => {
  const { shopify, received, setStock, pass } = restockable();
  shopify.uninstall(DOMAIN);
  setStock(5);
  await shopify.untilIdle();
  expect(topicsOf(received)).toEqual(['app/uninstalled']);
  expect(JSON.parse(received[0]!.text)).toMatchObject({ myshopify_domain: DOMAIN, id: expect.any(Number) });
  pass(47 * HOUR);
  await shopify.untilIdle();
  expect(received).toHaveLength(1);
  pass(HOUR);
  await shopify.untilIdle();
  expect(topicsOf(received)).toEqual(['app/uninstalled', 'shop/redact']);
  expect(received[1]!.headers.get('x-shopify-triggered-at')).toBe('2026-11-24T10:00:00.000Z');

  shopify.install(DOMAIN);
  shopify.uninstall(DOMAIN);
  shopify.install(DOMAIN);
  pass(49 * HOUR);
  await shopify.untilIdle();
  expect(topicsOf(received)).toEqual(['app/uninstalled', 'shop/redact', 'app/uninstalled']);
});

test('the compliance topics carry what the law page says', async () => {
  const topics = ['customers/data_request', 'customers/redact', 'shop/redact', 'app/scopes_update'];
  const { shopify, received, shop } = shopifyWorld({ topics });
  const customer = { id: 191167n, email: 'john@example.com', phone: '555-625-1199' };
  shopify.requestCustomerData({ shop: DOMAIN, customer, ordersRequested: [299938n] });
  shopify.redactCustomer({ shop: DOMAIN, customer, ordersToRedact: [299938n] });
  shopify.redactShop(DOMAIN);
  shopify.setScopes({ shop: DOMAIN, scopes: ['read_products'] });
  await shopify.untilIdle();
  expect(topicsOf(received)).toEqual(topics);
  const head = { shop_id: Number(shop.id), shop_domain: DOMAIN };
  const person = { id: 191167, email: 'john@example.com', phone: '555-625-1199' };
  const [request, redact, erase, scopes] = received.map(({ text }) => JSON.parse(text));
  expect(request).toEqual({
    ...head,
    orders_requested: [299938],
    customer: person,
    data_request: { id: expect.any(Number) },
  });
  expect(redact).toEqual({ ...head, customer: person, orders_to_redact: [299938] });
  expect(erase).toEqual(head);
  expect(scopes).toMatchObject({
    shop_id: `gid://shopify/Shop/${shop.id}`,
    previous: ['read_products', 'read_inventory', 'read_locations'],
    current: ['read_products'],
  });
});

test('after a rotation the new secret signs, and the old one may for a while', async () => {
  const { shopify, received, setStock } = restockable();
  shopify.rotateSecret('fresh');
  setStock(1);
  await shopify.untilIdle();
  shopify.webhooks.faultOptions.signWithOldSecret = true;
  setStock(2);
  await shopify.untilIdle();
  for (const [index, secret] of ['fresh', API_SECRET].entries())
    expect(received[index]!.headers.get('x-shopify-hmac-sha256')).toBe(
      await webCryptoSignature({ text: received[index]!.text, secret }),
    );
});

test('what was on its way survives a restart of the simulator', async () => {
  const before = restockable({ answer: () => new Response(null, { status: 500 }) });
  const { body } = await before.exchange();
  before.setStock(5);
  await before.shopify.untilIdle();
  const after = restockable();
  after.shopify.restore(before.shopify.snapshot());
  await after.shopify.webhooks.retry();
  expect(after.received.map(({ text }) => JSON.parse(text).available)).toEqual([5]);
  expect((await after.ask({ query: '{ shop { id } }', token: body['access_token'] })).status).toBe(200);
});
