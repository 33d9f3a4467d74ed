// The sale that a message brought: one for each order, kept true as the order changes.
import { db, type Tx } from '../db.server.ts';
import { DAY, later, MINUTE, SECOND } from '../lib/clock.ts';
import type { Shop } from '../shopify/shops.server.ts';
import type { Delivery } from '../shopify/webhook-handler.server.ts';
import { linkCodeInUrl } from './landing-url.ts';
import { type Order, orderInWebhook } from './order.ts';

/** The message of the first of these codes that this very shop gave out; the merchant's own test brings no sale. */
export async function findNotification({
  tx,
  shopId,
  codes,
}: {
  tx: Tx;
  shopId: bigint;
  /** The likeliest first. */
  codes: (string | null)[];
}): Promise<bigint | null> {
  const given = codes.filter((code) => code !== null);
  if (given.length === 0) return null;
  const found = await tx.notification.findMany({
    where: { shopId, linkCode: { in: given }, isTest: false },
    select: { id: true, linkCode: true },
  });
  for (const code of given) {
    const message = found.find((each) => each.linkCode === code);
    if (message) return message.id;
  }
  return null;
}

export const findAttributedOrder = ({ tx, shopId, orderId }: { tx: Tx; shopId: bigint; orderId: bigint }) =>
  tx.attributedOrder.findUnique({
    where: { shopId_orderId: { shopId, orderId } },
    select: { notificationId: true },
  });

/**
 * Writes what is newer than what is kept, so that deliveries may come twice and in any order. `truth`: it was read from Shopify, and
 * says more than a webhook of the same moment.
 */
export async function saveAttributedOrder({
  tx,
  shopId,
  notificationId,
  order: { orderId, worth, currency, createdAt, updatedAt },
  truth,
}: {
  tx: Tx;
  shopId: bigint;
  notificationId: bigint;
  order: Order;
  truth: boolean;
}): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO attributed_orders (shop_id, notification_id, order_id, amount, currency, refunded, ordered_at, source_updated_at)
    VALUES (${shopId}, ${notificationId}, ${orderId}, ${worth.amount}::numeric, ${currency}, ${worth.refunded}::numeric,
            ${createdAt}, ${updatedAt})
    ON CONFLICT (shop_id, order_id) DO UPDATE
    SET amount = excluded.amount, refunded = excluded.refunded, currency = excluded.currency, source_updated_at = excluded.source_updated_at
    WHERE attributed_orders.source_updated_at < excluded.source_updated_at OR (${truth} AND attributed_orders.source_updated_at = excluded.source_updated_at)`;
}

/** Shopify traces an order over 30 days; without a tap in them no order can be ours, and none is asked for. */
const ATTRIBUTION_WINDOW_MS = 30 * DAY;

/** Shopify needs a moment before it can say how a shopper came. */
const JOURNEY_LIMIT_MS = 2 * MINUTE;

/** The order is to be read from Shopify at `dueAt`, anew if it was going to be anyway. */
async function requestOrderSync({
  tx,
  shopId,
  orderId,
  now,
  dueAt,
}: {
  tx: Tx;
  shopId: bigint;
  orderId: bigint;
  now: Date;
  dueAt: Date;
}): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO order_syncs (shop_id, order_id, requested_at, due_at) VALUES (${shopId}, ${orderId}, ${now}, ${dueAt})
    ON CONFLICT (shop_id, order_id) DO UPDATE
    SET requested_at = excluded.requested_at, due_at = LEAST(order_syncs.due_at, excluded.due_at)`;
}

async function hadLinkClicks({ tx, shopId, now }: { tx: Tx; shopId: bigint; now: Date }): Promise<boolean> {
  const tap = await tx.linkClick.findFirst({
    where: { shopId, clickedAt: { gt: later(now, -ATTRIBUTION_WINDOW_MS) } },
    select: { id: true },
  });
  return tap !== null;
}

/** The door's whole work. What is not counted, or not ours, leaves no row. */
export async function handleOrderWebhook({
  tx,
  shop,
  delivery: { topic, payload },
  now,
}: {
  tx: Tx;
  shop: Shop | null;
  delivery: Delivery;
  now: Date;
}): Promise<void> {
  if (shop?.orderAttribution !== 'on' || shop.orderAttributionStartedAt === null) return;
  const order = orderInWebhook(payload);
  if (order === undefined || order.test) return;
  const of = { tx, shopId: shop.id };
  const changed = topic !== 'orders/create';

  const known = await findAttributedOrder({ ...of, orderId: order.orderId });
  // An order from before counting stays uncounted, and one of long ago does not come back after it was forgotten.
  const young =
    order.createdAt >= later(shop.orderAttributionStartedAt, -SECOND) &&
    order.createdAt > later(now, -ATTRIBUTION_WINDOW_MS);
  if (known === null && !young) return;
  const landing = typeof payload.landing_site === 'string' ? payload.landing_site : null;
  const notificationId =
    known?.notificationId ?? (await findNotification({ ...of, codes: [linkCodeInUrl(landing)] }));
  if (notificationId !== null) {
    await saveAttributedOrder({ ...of, notificationId, order, truth: false });
    // A change may be money paid back, of which the webhook says too little.
    if (changed) await requestOrderSync({ ...of, orderId: order.orderId, now, dueAt: now });
  } else if (!changed && (await hadLinkClicks({ ...of, now })))
    await requestOrderSync({ ...of, orderId: order.orderId, now, dueAt: later(now, JOURNEY_LIMIT_MS) });
}

/** Removes what is kept of these orders. Safe to run again. @returns how many. */
export async function eraseOrders({
  shopId,
  orderIds,
}: {
  shopId: bigint;
  orderIds: bigint[];
}): Promise<number> {
  const where = { shopId, orderId: { in: orderIds } };
  const [, { count }] = await db.$transaction([
    db.orderSync.deleteMany({ where }),
    db.attributedOrder.deleteMany({ where }),
  ]);
  return count;
}
