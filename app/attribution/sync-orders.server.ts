// Reads orders from Shopify that a webhook named, and saves those that carry our link code.
import { db } from '../db.server.ts';
import { type Clock, DAY, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql, bucketOf, type Cost, ShopifyApiError } from '../shopify/admin-api.server.ts';
import { requestScopesCheck } from '../shopify/order-attribution.server.ts';
import { shopById } from '../shopify/shops.server.ts';
import { findAttributedOrder, findNotification, saveAttributedOrder } from './attributed-orders.server.ts';
import { type Visit, linkCodeInUrl, linkCodeOfVisit } from './landing-url.ts';
import { orderInAnswer, type SyncedOrder } from './order.ts';

const ORDERS_QUERY = `#graphql
  query Orders($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on Order {
        id test createdAt updatedAt cancelledAt
        totalPriceSet { shopMoney { amount currencyCode } }
        currentTotalPriceSet { shopMoney { amount currencyCode } }
        totalRefundedSet { shopMoney { amount currencyCode } }
        customerJourneySummary {
          ready
          firstVisit { occurredAt landingPage utmParameters { source campaign content } }
          lastVisit { occurredAt landingPage utmParameters { source campaign content } }
          moments(first: 20, reverse: true) {
            nodes { ... on CustomerVisit { occurredAt landingPage utmParameters { source campaign content } } }
          }
        }
      }
    }
  }`;

type CustomerVisit = { occurredAt: string; landingPage: string | null; utmParameters: Visit | null };
type Journey = {
  ready: boolean;
  firstVisit: CustomerVisit | null;
  lastVisit: CustomerVisit | null;
  moments: { nodes: Partial<CustomerVisit>[] } | null;
};
type Answer = { nodes: ((SyncedOrder & { customerJourneySummary: Journey | null }) | null)[] };
type OrderSync = { orderId: bigint; requestedAt: Date; attempts: number };
type Outcome = 'done' | 'not_ready' | 'no_answer';

const BATCH_SIZE = 5;
/** Points that Shopify takes out of the bucket for one order of the query above. */
const ORDER_POINTS = 54;
/** Shopify does not say how long a journey takes: minutes as a rule. After two days we give up, and the order is not counted. */
const RETRY_MS = [2, 5, 10, 30, 60, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE);
const KEEP_FOR_MS = 3 * DAY;
/** Looks come first: readings leave them half of the shop's bucket. */
const PAUSE_MS = 5 * SECOND;

/** Shops with an order to read; one that does not count, has left or cannot be read is passed over. */
export const shopsWithOrderSyncs = async ({ now }: { now: Date }): Promise<bigint[]> => {
  const due = await db.orderSync.findMany({
    where: {
      dueAt: { lte: now },
      shop: {
        orderAttribution: 'on',
        uninstalledAt: null,
        accessUnknownSince: null,
        reauthorizationRequiredSince: null,
      },
    },
    select: { shopId: true },
    distinct: ['shopId'],
  });
  return due.map(({ shopId }) => shopId);
};

/** All codes of a journey, the latest visit's first. */
function codesIn({ firstVisit, lastVisit, moments }: Journey): (string | null)[] {
  const visits = [firstVisit, lastVisit, ...(moments?.nodes ?? [])].filter(
    (visit): visit is CustomerVisit => visit?.occurredAt !== undefined,
  );
  return visits
    .toSorted((a, b) => Date.parse(b.occurredAt) - Date.parse(a.occurredAt))
    .map((visit) => linkCodeInUrl(visit.landingPage) ?? linkCodeOfVisit(visit.utmParameters));
}

async function take({
  shopId,
  orderId,
  read,
}: {
  shopId: bigint;
  orderId: bigint;
  read: Answer['nodes'][number];
}): Promise<Outcome> {
  const order = read === null ? undefined : orderInAnswer(read);
  if (read === null || order === undefined || order.test) return 'done';
  const journey = read.customerJourneySummary;
  return db.$transaction(async (tx) => {
    const shop = await shopById({ tx, shopId });
    if (shop?.orderAttribution !== 'on') return 'done';
    const known = await findAttributedOrder({ tx, shopId, orderId });
    const codes = journey?.ready ? codesIn(journey) : [];
    const notificationId = known?.notificationId ?? (await findNotification({ tx, shopId, codes }));
    if (notificationId !== null)
      await saveAttributedOrder({ tx, shopId, notificationId, order, truth: true });
    return notificationId === null && journey?.ready === false ? 'not_ready' : 'done';
  });
}

/** Done, or due again later; one that was heard of anew meanwhile stays due. */
async function put({
  shopId,
  reading: { orderId, requestedAt, attempts },
  outcome,
  now,
}: {
  shopId: bigint;
  reading: OrderSync;
  outcome: Outcome;
  now: Date;
}): Promise<void> {
  const where = { shopId, orderId, requestedAt };
  const again = outcome === 'done' ? undefined : RETRY_MS[attempts];
  if (again === undefined) await db.orderSync.deleteMany({ where });
  else
    await db.orderSync.updateMany({
      where,
      data: { attempts: attempts + 1, dueAt: later(now, again) },
    });
  if (outcome !== 'done' && again === undefined) log.info('order.given_up', { shopId });
}

/** Nothing of this shop is read before then. */
async function rest({ shopId, now, ms }: { shopId: bigint; now: Date; ms: number }): Promise<Date> {
  const dueAt = later(now, ms);
  await db.orderSync.updateMany({ where: { shopId, dueAt: { lt: dueAt } }, data: { dueAt } });
  return dueAt;
}

const poor = (cost: Cost | undefined) => cost !== undefined && cost.available < cost.maximum / 2;

/** Reads all that is due in one shop. @returns when to come again; null: not before it is called for. */
export async function syncOrders({
  shopId,
  clock,
  signal,
}: {
  shopId: bigint;
  clock: Clock;
  signal: AbortSignal;
}): Promise<Date | null> {
  while (!signal.aborted) {
    // As many as the shop's points suffice for; one is waited for.
    const payable = Math.floor(bucketOf({ shopId, now: clock() }).available / ORDER_POINTS);
    const due: OrderSync[] = await db.orderSync.findMany({
      where: { shopId, dueAt: { lte: clock() }, shop: { orderAttribution: 'on' } },
      orderBy: { dueAt: 'asc' },
      take: Math.max(1, Math.min(BATCH_SIZE, payable)),
      select: { orderId: true, requestedAt: true, attempts: true },
    });
    if (due.length === 0) return null;
    try {
      const { data, cost } = await adminGraphql<Answer>({
        shopId,
        query: ORDERS_QUERY,
        variables: { ids: due.map(({ orderId }) => `gid://shopify/Order/${orderId}`) },
        price: due.length * ORDER_POINTS,
        clock,
      });
      for (const [at, reading] of due.entries()) {
        const outcome = await take({ shopId, orderId: reading.orderId, read: data.nodes[at] ?? null });
        await put({ shopId, reading, outcome, now: clock() });
      }
      if (poor(cost)) return await rest({ shopId, now: clock(), ms: PAUSE_MS });
    } catch (error) {
      if (!(error instanceof ShopifyApiError)) throw error;
      if (error.advice === 'wrong') {
        log.warn('orders.read_failed', { shopId, error });
        for (const reading of due) await put({ shopId, reading, outcome: 'no_answer', now: clock() });
        // Perhaps we may no longer read them.
        await requestScopesCheck({ shop: { id: shopId }, now: clock() });
      }
      return rest({ shopId, now: clock(), ms: Math.max(error.retryAfterMs, PAUSE_MS) });
    }
  }
  return null;
}

/** What shops have left behind that stopped counting, or left: no other reading grows so old. */
export async function deleteExpiredOrderSyncs({ now }: { now: Date }): Promise<void> {
  await db.orderSync.deleteMany({ where: { requestedAt: { lt: later(now, -KEEP_FOR_MS) } } });
}
