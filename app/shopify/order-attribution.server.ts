// Turns order attribution on and off, and keeps it in line with the granted scope.
import type { Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { env } from '../env.server.ts';
import { type Clock, HOUR, later, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql, ShopifyApiError } from './admin-api.server.ts';
import { ORDERS_SCOPE } from './scopes.ts';
import type { Shop } from './shops.server.ts';

export type OrderAttribution = {
  on: boolean;
  since: Date | null;
  endedAt: Date | null;
  /** "stopped" by the merchant; "revoked": Shopify lets us no longer. */
  because: string | null;
};

type Of = { shopId: bigint; clock: Clock };

const CHECK_EVERY_MS = 6 * HOUR;

const AGAIN_MS = MINUTE;

export const orderAttributionOf = (shop: Shop): OrderAttribution => ({
  on: shop.orderAttribution === 'on',
  since: shop.orderAttribution === 'on' ? shop.orderAttributionStartedAt : null,
  endedAt: shop.orderAttribution === 'on' ? null : shop.orderAttributionEndedAt,
  because: shop.orderAttribution === 'on' ? null : shop.orderAttributionEndReason,
});

async function startAttribution({ shopId, now }: { shopId: bigint; now: Date }): Promise<void> {
  const started = await db.shop.updateMany({
    where: { id: shopId, orderAttribution: { not: 'on' }, uninstalledAt: null },
    data: {
      orderAttribution: 'on',
      orderAttributionStartedAt: now,
      orderAttributionEndedAt: null,
      orderAttributionEndReason: null,
    },
  });
  // A check that is due by now has been hinted at meanwhile, and stays due.
  await db.shop.updateMany({
    where: {
      id: shopId,
      orderAttribution: 'on',
      OR: [{ orderAttributionCheckAt: null }, { orderAttributionCheckAt: { gt: now } }],
    },
    data: { orderAttributionCheckAt: later(now, CHECK_EVERY_MS) },
  });
  if (started.count > 0) log.info('order_attribution.on', { shopId });
}

/** The merchant has said yes to Shopify, who is asked whether it is so. @throws {ShopifyApiError} */
export async function turnOnAttribution({
  shopId,
  clock,
}: Of): Promise<'counting' | 'not_granted' | 'not_approved'> {
  const access = await readOrderAccess({ shopId, clock });
  if (!access.granted) return 'not_granted';
  try {
    await subscribeToOrders({ shopId, clock, access });
  } catch (error) {
    if (!(error instanceof OrdersRefused)) throw error;
    log.warn('order_attribution.subscribe_failed', { shopId, error });
    return 'not_approved';
  }
  await startAttribution({ shopId, now: clock() });
  return 'counting';
}

/** From this moment no order is taken; that Shopify hears of it too is tried at once, and again until it has. */
export async function turnOffAttribution({ shopId, clock }: Of): Promise<void> {
  const now = clock();
  await db.shop.updateMany({
    where: { id: shopId, orderAttribution: 'on' },
    data: {
      orderAttribution: 'stopping',
      orderAttributionEndedAt: now,
      orderAttributionEndReason: 'stopped',
      orderAttributionCheckAt: later(now, AGAIN_MS),
    },
  });
  await syncAttribution({ shopId, clock }).catch((error: unknown) => {
    if (!(error instanceof ShopifyApiError)) throw error;
    log.warn('order_attribution.unsubscribe_failed', { shopId, error });
  });
}

/** What we may read may have changed: a reason to ask Shopify, and no more. */
export async function requestScopesCheck({
  tx = db,
  shop,
  now,
}: {
  tx?: Tx;
  shop: { domain: string } | { id: bigint };
  now: Date;
}): Promise<void> {
  await tx.shop.updateMany({
    where: { ...shop, uninstalledAt: null },
    data: { orderAttributionCheckAt: now },
  });
}

/** Shops whose counting is to be compared with the truth, or `within` one; an unreadable one waits for its merchant. */
export const shopsToCheckAttribution = async ({
  now,
  within,
}: {
  now: Date;
  within?: bigint;
}): Promise<bigint[]> => {
  const due = await db.shop.findMany({
    where: {
      id: within,
      orderAttributionCheckAt: { lte: now },
      uninstalledAt: null,
      accessUnknownSince: null,
      reauthorizationRequiredSince: null,
    },
    select: { id: true },
  });
  return due.map(({ id }) => id);
};

/**
 * Makes our side and Shopify's the same. The scope is asked for by nothing but the merchant's *Count orders*: where it is granted, they
 * want it, also when their browser was closed before it could tell us.
 * @throws {ShopifyApiError} the check stays due.
 */
export async function syncAttribution({ shopId, clock }: Of): Promise<void> {
  // Whatever becomes of this attempt, the next one is not before a minute has passed.
  const orderAttributionCheckAt = later(clock(), AGAIN_MS);
  const { orderAttribution: counting } = await db.shop.update({
    where: { id: shopId },
    data: { orderAttributionCheckAt },
  });
  const access = await readOrderAccess({ shopId, clock });
  // A change that was reported in between has moved the check: then nothing is finished, and it is done anew.
  const done = (data: Prisma.ShopUpdateManyMutationInput) =>
    db.shop.updateMany({
      where: { id: shopId, orderAttribution: counting, orderAttributionCheckAt },
      data: { orderAttributionCheckAt: null, ...data },
    });

  if (counting === 'stopping') {
    await unsubscribeFromOrders({ shopId, clock, access });
    if (access.granted) await revokeOrdersScope({ shopId, clock });
    await done({ orderAttribution: 'off' });
  } else if (access.granted) {
    try {
      await subscribeToOrders({ shopId, clock, access });
      await startAttribution({ shopId, now: clock() });
    } catch (error) {
      if (!(error instanceof OrdersRefused)) throw error;
      log.warn('order_attribution.subscribe_failed', { shopId, error });
      await done({ orderAttributionCheckAt: counting === 'on' ? later(clock(), CHECK_EVERY_MS) : null });
    }
  } else if (counting === 'on') {
    log.info('order_attribution.off', { shopId });
    await done({
      orderAttribution: 'off',
      orderAttributionEndedAt: clock(),
      orderAttributionEndReason: 'revoked',
    });
  } else await done({});
}

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

const ORDER_ACCESS_QUERY = `#graphql
  query OrderAccess {
    currentAppInstallation { accessScopes { handle } }
    webhookSubscriptions(first: 20, topics: [ORDERS_CREATE, ORDERS_UPDATED]) {
      nodes { id topic uri includeFields }
    }
  }`;

const SUBSCRIBE_TO_ORDERS_MUTATION = `#graphql
  mutation HearOrders($topic: WebhookSubscriptionTopic!, $webhook: WebhookSubscriptionInput!) {
    webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhook) {
      webhookSubscription { id }
      userErrors { field message }
    }
  }`;

const UNSUBSCRIBE_FROM_ORDERS_MUTATION = `#graphql
  mutation UnhearOrders($id: ID!) {
    webhookSubscriptionDelete(id: $id) { userErrors { field message } }
  }`;

const REVOKE_SCOPES_MUTATION = `#graphql
  mutation GiveBackScopes($scopes: [String!]!) {
    appRevokeAccessScopes(scopes: $scopes) { userErrors { field message } }
  }`;

type Subscription = { id: string; topic: string; uri: string; includeFields: string[] };

type OrderAccess = { granted: boolean; subscriptions: Subscription[] };

type Errors = { userErrors: { message: string }[] };

type AccessOf = { shopId: bigint; clock: Clock };

/** Shopify will not send us orders although the scope was granted: the app's access to protected customer data is not approved. */
class OrdersRefused extends Error {}

/** The truth, as Shopify has it now. @throws {ShopifyApiError} */
async function readOrderAccess({ shopId, clock }: AccessOf): Promise<OrderAccess> {
  const { data } = await adminGraphql<{
    currentAppInstallation: { accessScopes: { handle: string }[] };
    webhookSubscriptions: { nodes: Subscription[] };
  }>({ shopId, query: ORDER_ACCESS_QUERY, clock });
  return {
    granted: data.currentAppInstallation.accessScopes.some(({ handle }) => handle === ORDERS_SCOPE),
    subscriptions: data.webhookSubscriptions.nodes,
  };
}

const here = () => new URL('/webhooks/shopify/orders', env.SHOPIFY_APP_URL).href;

const isSubscribed = ({ uri, includeFields }: Subscription) =>
  uri === here() &&
  includeFields.length === ORDER_FIELDS.length &&
  ORDER_FIELDS.every((field) => includeFields.includes(field));

/**
 * Subscribes to what is missing and ends what is wrong; all is well already: no call. Shopify ends a shop's own subscription after eight
 * failed deliveries in a row, so this is done again and again.
 * @throws {ShopifyApiError} | {OrdersRefused}
 */
async function subscribeToOrders({
  shopId,
  clock,
  access,
}: AccessOf & { access: Pick<OrderAccess, 'subscriptions'> }): Promise<void> {
  const wrong = access.subscriptions.filter((each) => !isSubscribed(each));
  await unsubscribeFromOrders({ shopId, clock, access: { subscriptions: wrong } });
  const heard = new Set(access.subscriptions.filter(isSubscribed).map(({ topic }) => topic));
  for (const topic of TOPICS.filter((each) => !heard.has(each))) {
    const webhook = { uri: here(), format: 'JSON', includeFields: ORDER_FIELDS };
    const { data } = await adminGraphql<{ webhookSubscriptionCreate: Errors }>({
      shopId,
      query: SUBSCRIBE_TO_ORDERS_MUTATION,
      variables: { topic, webhook },
      clock,
    });
    const [error] = data.webhookSubscriptionCreate.userErrors;
    // Another of our processes was faster.
    if (error && !/already been taken/i.test(error.message)) throw new OrdersRefused(error.message);
  }
}

/** Ends subscriptions. One that is gone already is no trouble. @throws {ShopifyApiError} */
async function unsubscribeFromOrders({
  shopId,
  clock,
  access,
}: AccessOf & { access: Pick<OrderAccess, 'subscriptions'> }): Promise<void> {
  for (const { id } of access.subscriptions)
    await adminGraphql({ shopId, query: UNSUBSCRIBE_FROM_ORDERS_MUTATION, variables: { id }, clock });
}

/** Gives the optional scope back to the merchant. @throws {ShopifyApiError} */
async function revokeOrdersScope({ shopId, clock }: AccessOf): Promise<void> {
  await adminGraphql({
    shopId,
    query: REVOKE_SCOPES_MUTATION,
    variables: { scopes: [ORDERS_SCOPE] },
    clock,
  });
}
