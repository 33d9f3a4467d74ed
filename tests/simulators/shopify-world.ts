// Builds a Shopify with the demo's shop in it, the app installed, and a clock that the test turns.
import { createDemoShop } from '../../simulators/shopify/demo-shop.ts';
import { createShopify } from '../../simulators/shopify/shopify.ts';

export const DOMAIN = 'demo.myshopify.com';
export const API_KEY = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
export const API_SECRET = 'shpss_the-demo-has-no-real-secret';
export const SCOPES = ['read_products', 'read_inventory', 'read_locations'];

export type Received = { headers: Headers; text: string; url: string };

export function shopifyWorld({
  scopes = SCOPES,
  optionalScopes = [],
  topics = [
    'inventory_levels/update',
    'products/update',
    'products/delete',
    'app/uninstalled',
    'shop/redact',
  ],
  answer = () => new Response(null, { status: 200 }),
}: {
  scopes?: string[];
  optionalScopes?: string[];
  topics?: string[];
  answer?: (received: Received) => Response | Promise<Response>;
} = {}) {
  let at = new Date('2026-11-22T10:00:00Z');
  const received: Received[] = [];
  const shopify = createShopify({
    now: () => at,
    send: async (request) => {
      const one = { headers: request.headers, text: await request.text(), url: request.url };
      received.push(one);
      return answer(one);
    },
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    scopes,
    optionalScopes,
    subscriptions: topics.map((topic) => ({
      topic,
      uri: `https://app.demo.test/webhooks/shopify/${topic.split('/')[0]}`,
      compliance: topic.includes('redact') || topic.includes('request'),
      includeFields: [],
    })),
    random: () => 0.5,
  });
  const demo = createDemoShop({ store: shopify.store });
  shopify.install(DOMAIN);

  const post = ({ path, body, headers = {} }: { path: string; body: unknown; headers?: HeadersInit }) =>
    shopify.handle(
      new Request(`https://${DOMAIN}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    );

  async function exchange(given: Record<string, string> = {}) {
    const response = await post({
      path: '/admin/oauth/access_token',
      body: {
        client_id: API_KEY,
        client_secret: API_SECRET,
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        subject_token: shopify.sessionToken({ shop: DOMAIN }),
        subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
        requested_token_type: 'urn:shopify:params:oauth:token-type:offline-access-token',
        expiring: '1',
        ...given,
      },
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }
  async function refresh(refreshToken: string) {
    const body = {
      client_id: API_KEY,
      client_secret: API_SECRET,
      grant_type: 'refresh_token',
      refresh_token: refreshToken,
    };
    const response = await post({ path: '/admin/oauth/access_token', body });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }

  let accessToken: string | undefined;
  /** Asks the Admin API with a good token, unless another is given. */
  async function ask({
    query,
    variables,
    token,
    version = '2026-07',
  }: {
    query: string;
    variables?: Record<string, unknown>;
    token?: string;
    version?: string;
  }) {
    if (token === undefined) accessToken ??= (await exchange()).body['access_token'];
    const response = await post({
      path: `/admin/api/${version}/graphql.json`,
      headers: { 'x-shopify-access-token': token ?? accessToken! },
      body: { query, variables },
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  const variantCalled = ({ product, title }: { product: string; title: string }) =>
    [...shopify.store.shop(DOMAIN).variants.values()].find(
      (variant) =>
        variant.title === title &&
        shopify.store.shop(DOMAIN).products.get(variant.productId)?.title === product,
    )!;

  return {
    shopify,
    ...demo,
    received,
    post,
    exchange,
    refresh,
    ask,
    variantCalled,
    pass: (seconds: number) => {
      at = new Date(at.getTime() + seconds * 1_000);
    },
  };
}

export type Answer = {
  data?: any;
  errors?: { message: string; path?: (string | number)[]; extensions?: Record<string, unknown> }[];
  extensions?: {
    cost: {
      requestedQueryCost: number;
      actualQueryCost: number | null;
      throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
    };
  };
};

/** Everything that a look asks of a variant. */
export const LOOK = `query Look($ids: [ID!]!) {
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

export const variantGid = (id: bigint): string => `gid://shopify/ProductVariant/${id}`;
