// Orders at the simulator: who may read them, which webhooks a shop's own subscription gets, and how long a journey takes.
import { expect, test } from 'vitest';
import { afterPage, sessionCookie, sessionOf } from '../../simulators/storefront/session.ts';
import { API_KEY, DOMAIN, shopifyWorld } from './shopify-world.ts';

const SCOPES = ['read_orders'];
const URI = 'https://app.demo.test/webhooks/shopify/orders';
const CREATE = `mutation Hear($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) { webhookSubscription { id topic uri } userErrors { message } }
}`;
const ORDER = `query Order($id: ID!) {
  order(id: $id) {
    totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } } totalRefundedSet { shopMoney { amount } }
    customerJourneySummary { ready lastVisit { landingPage utmParameters { content } } moments(first: 5) { nodes { occurredAt } } }
  }
}`;

function ordering(given: Parameters<typeof shopifyWorld>[0] = {}) {
  const world = shopifyWorld({ optionalScopes: SCOPES, ...given });
  const variantId = world.variantCalled({ product: 'Linen shirt', title: 'M / Sand' }).id;
  const subscribe = async (webhook: object = { uri: URI }, topic = 'ORDERS_CREATE') =>
    (await world.ask({ query: CREATE, variables: { topic, webhook } })).body.data
      .webhookSubscriptionCreate as {
      webhookSubscription: { id: string } | null;
      userErrors: { message: string }[];
    };
  return {
    ...world,
    subscribe,
    place: (more: object = {}) => world.shopify.store.placeOrder({ shop: DOMAIN, variantId, ...more }),
    grant: () => world.shopify.grantScopes({ shop: DOMAIN, scopes: SCOPES }),
    webhooks: () => world.shopify.store.installationOf({ shop: DOMAIN, apiKey: API_KEY })!.webhooks,
  };
}

test('without the scope orders can be neither read nor heard, and only an optional one can be granted', async () => {
  const { ask, subscribe, place, shopify } = ordering();
  const { id } = place();
  const { body } = await ask({ query: ORDER, variables: { id: `gid://shopify/Order/${id}` } });
  expect(body.errors?.[0]?.extensions?.code).toBe('ACCESS_DENIED');
  expect((await subscribe()).userErrors[0]?.message).toContain('do not have permission');
  expect(() => shopify.grantScopes({ shop: DOMAIN, scopes: ['write_themes'] })).toThrow('optional');
});

test('a subscription hears what it asked for, and no other field', async () => {
  const { subscribe, place, grant, received, shopify } = ordering();
  grant();
  await subscribe({ uri: URI, includeFields: ['id', 'landing_site'] });
  const { id } = place({ landingSite: '/products/shirt?a=1' });
  await shopify.untilIdle();
  expect(received.map(({ headers }) => headers.get('x-shopify-topic'))).toEqual(['orders/create']);
  expect(received[0]!.text).toBe(`{"id":${id},"landing_site":"/products/shirt?a=1"}`);
  expect(received[0]!.url).toBe(URI);
});

test('one that asks for nothing in particular is told the whole order, customer and all', async () => {
  const { subscribe, place, grant, received, shopify } = ordering();
  grant();
  await subscribe();
  place();
  await shopify.untilIdle();
  const notified = JSON.parse(received[0]!.text) as Record<string, unknown>;
  expect(notified).toMatchObject({ test: false, landing_site: null, customer: { first_name: 'Ada' } });
});

test('the same address twice is refused, and so is one without TLS', async () => {
  const { subscribe, grant } = ordering();
  grant();
  await subscribe();
  expect((await subscribe()).userErrors[0]?.message).toContain('already been taken');
  expect((await subscribe({ uri: 'http://app.demo.test/' })).userErrors[0]?.message).toContain('invalid');
});

test('eight failures in a row end a shop’s own subscription; one success in between starts the count anew', async () => {
  let healthy = false;
  const { subscribe, place, grant, shopify, webhooks } = ordering({
    answer: () => new Response(null, { status: healthy ? 200 : 500 }),
  });
  grant();
  await subscribe();
  place();
  await shopify.untilIdle();
  for (let time = 0; time < 6; time += 1) await shopify.webhooks.retry();
  expect(webhooks().map(({ failures }) => failures)).toEqual([7]);
  healthy = true;
  place();
  await shopify.untilIdle();
  expect(webhooks().map(({ failures }) => failures)).toEqual([0]);
  healthy = false;
  place();
  await shopify.untilIdle();
  for (let time = 0; time < 7; time += 1) await shopify.webhooks.retry();
  expect(webhooks()).toEqual([]);
});

test('a scope that is given back closes both, and a required one cannot be given back', async () => {
  const { subscribe, place, grant, received, ask, shopify } = ordering();
  grant();
  await subscribe();
  const GIVE_BACK =
    'mutation Give($scopes: [String!]!) { appRevokeAccessScopes(scopes: $scopes) { userErrors { code } } }';
  const back = async (scopes: string[]) =>
    (await ask({ query: GIVE_BACK, variables: { scopes } })).body.data.appRevokeAccessScopes
      .userErrors as object[];
  expect(await back(['read_products'])).toEqual([{ code: 'CANNOT_REVOKE_REQUIRED_SCOPES' }]);
  expect(await back(SCOPES)).toEqual([]);
  expect(shopify.scopes(DOMAIN).granted).not.toContain('read_orders');
  place();
  await shopify.untilIdle();
  expect(received).toEqual([]);
});

test('a journey is not ready at once, and shows nothing until it is', async () => {
  const { ask, place, grant, pass } = ordering();
  grant();
  const visits = ['/', '/products/shirt?utm_source=messenger&utm_content=abc'];
  const order = place({ visits, journeyAfterMs: 60_000, presentment: { currency: 'JPY', rate: 190 } });
  const read = async () =>
    (await ask({ query: ORDER, variables: { id: `gid://shopify/Order/${order.id}` } })).body.data.order;
  expect((await read()).customerJourneySummary).toEqual({
    ready: false,
    lastVisit: null,
    moments: { nodes: [] },
  });
  pass(61);
  const { customerJourneySummary: journey, totalPriceSet: price } = await read();
  expect(journey.ready).toBe(true);
  expect(journey.lastVisit).toEqual({
    landingPage: `https://${DOMAIN}/products/shirt?utm_source=messenger&utm_content=abc`,
    utmParameters: { content: 'abc' },
  });
  expect(journey.moments.nodes).toHaveLength(2);
  expect(price.presentmentMoney).toEqual({
    amount: (Number(price.shopMoney.amount) * 190).toFixed(2),
    currencyCode: 'JPY',
  });
});

test('orders and subscriptions outlive the process, and an older memory is none the worse without them', async () => {
  const { subscribe, place, grant, shopify } = ordering();
  grant();
  await subscribe();
  place();
  const kept = shopify.snapshot();
  const next = ordering();
  next.shopify.restore(kept);
  expect([next.webhooks().length, next.shopify.store.shop(DOMAIN).orders.size]).toEqual([1, 1]);
  const older = kept
    .replaceAll('\\"orders\\":', '\\"forgotten\\":')
    .replaceAll('\\"webhooks\\":', '\\"gone\\":');
  next.shopify.restore(older);
  expect([next.webhooks(), next.shopify.store.shop(DOMAIN).orders.size]).toEqual([[], 0]);
});

test('a session keeps its first page, and a link with marks begins another one', () => {
  const page = (path: string, session = { landingSite: null as string | null, visits: [] as string[] }) =>
    afterPage({ session, url: new URL(path, 'https://shop.test') });
  const first = page('/products/shirt?variant=1');
  expect(page('/cart', first)).toBe(first);
  const back = page('/products/shirt?utm_source=messenger', first);
  expect(back).toEqual({
    landingSite: '/products/shirt?utm_source=messenger',
    visits: ['/products/shirt?variant=1', '/products/shirt?utm_source=messenger'],
  });
  const [cookie] = sessionCookie(back).split(';');
  expect(sessionOf(new Request('https://shop.test/', { headers: { cookie: cookie! } }))).toEqual(back);
  expect(sessionOf(new Request('https://shop.test/'))).toEqual({ landingSite: null, visits: [] });
});
