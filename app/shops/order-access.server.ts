// What Shopify lets us know of a shop's orders: the optional scope, and the webhooks that can stand for one shop alone.
import { env } from '../env.server.ts';
import type { Clock } from '../lib/clock.ts';
import { askShopify } from './admin-api.server.ts';
import { ORDERS_SCOPE } from './orders-scope.ts';

const TOPICS = ['ORDERS_CREATE', 'ORDERS_UPDATED'] as const;

/** All that a webhook about an order may bring: no name, address, contact or line of it ever leaves Shopify for us. */
export const ORDER_FIELDS = [
  'id',
  'admin_graphql_api_id',
  'test',
  'created_at',
  'updated_at',
  'cancelled_at',
  'landing_site',
  'currency',
  'total_price',
  'current_total_price',
];

export const ORDER_ACCESS_QUERY = `#graphql
  query OrderAccess {
    currentAppInstallation { accessScopes { handle } }
    webhookSubscriptions(first: 20, topics: [ORDERS_CREATE, ORDERS_UPDATED]) {
      nodes { id topic uri includeFields }
    }
  }`;

export const HEAR_ORDERS_MUTATION = `#graphql
  mutation HearOrders($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) {
      webhookSubscription { id }
      userErrors { field message }
    }
  }`;

export const UNHEAR_ORDERS_MUTATION = `#graphql
  mutation UnhearOrders($id: ID!) {
    webhookSubscriptionDelete(id: $id) { userErrors { field message } }
  }`;

export const GIVE_BACK_SCOPES_MUTATION = `#graphql
  mutation GiveBackScopes($scopes: [String!]!) {
    appRevokeAccessScopes(scopes: $scopes) { userErrors { field message } }
  }`;

type Subscription = { id: string; topic: string; uri: string; includeFields: string[] };
export type OrderAccess = { granted: boolean; subscriptions: Subscription[] };
type Errors = { userErrors: { message: string }[] };
type Of = { shopId: bigint; clock: Clock };

/** Shopify will not send us orders although the scope was granted: the app's access to protected customer data is not approved. */
export class OrdersRefused extends Error {}

/** The truth, as Shopify has it now. @throws {ShopifyFailed} */
export async function readOrderAccess({ shopId, clock }: Of): Promise<OrderAccess> {
  const { data } = await askShopify<{
    currentAppInstallation: { accessScopes: { handle: string }[] };
    webhookSubscriptions: { nodes: Subscription[] };
  }>({ shopId, query: ORDER_ACCESS_QUERY, clock });
  return {
    granted: data.currentAppInstallation.accessScopes.some(({ handle }) => handle === ORDERS_SCOPE),
    subscriptions: data.webhookSubscriptions.nodes,
  };
}

const here = () => new URL('/webhooks/shopify/orders', env.SHOPIFY_APP_URL).href;

const asWeWant = ({ uri, includeFields }: Subscription) =>
  uri === here() &&
  includeFields.length === ORDER_FIELDS.length &&
  ORDER_FIELDS.every((field) => includeFields.includes(field));

/**
 * Subscribes to what is missing and ends what is wrong; all is well already: no call. Shopify ends a shop's own subscription after eight
 * failed deliveries in a row, so this is done again and again.
 * @throws {ShopifyFailed} | {OrdersRefused}
 */
export async function hearOrders({
  shopId,
  clock,
  access,
}: Of & { access: Pick<OrderAccess, 'subscriptions'> }): Promise<void> {
  const wrong = access.subscriptions.filter((each) => !asWeWant(each));
  await unhearOrders({ shopId, clock, access: { subscriptions: wrong } });
  const heard = new Set(access.subscriptions.filter(asWeWant).map(({ topic }) => topic));
  for (const topic of TOPICS.filter((each) => !heard.has(each))) {
    const webhook = { uri: here(), format: 'JSON', includeFields: ORDER_FIELDS };
    const { data } = await askShopify<{ webhookSubscriptionCreate: Errors }>({
      shopId,
      query: HEAR_ORDERS_MUTATION,
      variables: { topic, webhook },
      clock,
    });
    const [error] = data.webhookSubscriptionCreate.userErrors;
    // Another of our processes was faster.
    if (error && !/already been taken/i.test(error.message)) throw new OrdersRefused(error.message);
  }
}

/** Ends subscriptions. One that is gone already is no trouble. @throws {ShopifyFailed} */
export async function unhearOrders({
  shopId,
  clock,
  access,
}: Of & { access: Pick<OrderAccess, 'subscriptions'> }): Promise<void> {
  for (const { id } of access.subscriptions)
    await askShopify({ shopId, query: UNHEAR_ORDERS_MUTATION, variables: { id }, clock });
}

/** Gives the optional scope back to the merchant. @throws {ShopifyFailed} */
export async function giveBackOrders({ shopId, clock }: Of): Promise<void> {
  await askShopify({
    shopId,
    query: GIVE_BACK_SCOPES_MUTATION,
    variables: { scopes: [ORDERS_SCOPE] },
    clock,
  });
}
