// One row in every table for a shop of its own, written by plain SQL: what the tests of the database itself stand on.
import { randomUUID } from 'node:crypto';
import type pg from 'pg';

export type Rows = {
  shopId: string;
  pageId: string;
  shopperId: string;
  variantId: string;
  requestId: string;
  subscriptionId: string;
  restockId: string;
  notificationId: string;
};

export type Insert = (table: string, values: Record<string, unknown>) => Promise<Record<string, string>>;

/** Inserts a row given by field and value, past everything that the app would check. */
export const inserter =
  (client: Pick<pg.ClientBase, 'query'>): Insert =>
  async (table, values) => {
    const columns = Object.keys(values).map((name) =>
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    );
    const { rows } = await client.query<Record<string, string>>(
      `INSERT INTO ${table} (${columns.join(', ')})
       VALUES (${columns.map((_, at) => `$${at + 1}`).join(', ')}) RETURNING *`,
      Object.values(values),
    );
    return rows[0]!;
  };

export const AT = '2026-11-22T10:00:00Z';
export const NEXT_YEAR = '2027-11-22T10:00:00Z';

/** Values of a subscription that waits; each test changes what it is about. */
export const waiting = ({ shopId, shopperId, variantId, pageId, requestId }: Omit<Rows, Late>) => ({
  ...{ shopId, shopperId, variantId, pageId, optInRequestId: requestId },
  grantToken: Buffer.from('encrypted'),
  waitingSince: AT,
  grantedAt: AT,
  expiresAt: NEXT_YEAR,
});
type Late = 'subscriptionId' | 'restockId' | 'notificationId';

let codes = 0;
/** Values of a notification that may be written. */
export const claimed = (rows: Omit<Rows, 'notificationId'>) => ({
  shopId: rows.shopId,
  subscriptionId: rows.subscriptionId,
  restockId: rows.restockId,
  shopperId: rows.shopperId,
  pageId: rows.pageId,
  metaPageId: `page-of-${rows.shopId}`,
  linkCode: `code-${(codes += 1)}`,
  leaseEpoch: 1,
  claimedAt: AT,
});

/** A shop that has lived through the whole story once: every table that carries a shop holds one row of it. */
export async function createShop({ insert, shopId }: { insert: Insert; shopId: string }): Promise<Rows> {
  const domain = `shop-${shopId}.myshopify.com`;
  await insert('shops', { id: shopId, domain, name: domain, installedAt: AT, refKey: 'k' });
  await insert('privacy_requests', {
    requestKey: `p-${shopId}`,
    shopId,
    topic: 'shop/redact',
    receivedAt: AT,
  });
  await insert('oauth_states', { stateHash: `l-${shopId}`, shopId, createdAt: AT });
  await insert('used_grants', { grantHash: `t-${shopId}`, shopId, usedOn: AT });
  const metaPageId = `page-of-${shopId}`;
  const token = Buffer.from('encrypted');
  const page = await insert('pages', {
    shopId,
    metaPageId,
    name: 'Page',
    accessToken: token,
    connectedAt: AT,
  });
  const inbox = {
    eventKey: `i-${shopId}`,
    metaPageId,
    shopId,
    orderingKey: 'p',
    occurredAt: AT,
    receivedAt: AT,
    dueAt: AT,
  };
  await insert('webhook_events', { ...inbox, body: token });
  await insert('processed_events', { eventKey: `s-${shopId}`, shopId, processedOn: AT });
  const shopper = await insert('shoppers', { shopId, pageId: page.id, psid: '1', createdAt: AT });
  const variantId = `${shopId}7`;
  await insert('variants', {
    ...{ shopId, id: variantId, productId: `${shopId}5` },
    ...{
      productTitle: 'Linen shirt',
      title: 'M',
      handle: 'linen-shirt',
      checkRequestedVersion: 1,
      checkedVersion: 1,
    },
  });
  const asked = { shopId, shopperId: shopper.id, variantId, title: 'Linen shirt', locale: 'en' };
  const request = await insert('opt_in_requests', { ...asked, createdAt: AT });
  const reply = { shopId, id: randomUUID(), pageId: page.id, orderingKey: 'p', optInRequestId: request.id };
  await insert('replies', { ...reply, occurredAt: AT, createdAt: AT, dueAt: AT, body: token });
  const ids = { shopId, pageId: page.id!, shopperId: shopper.id!, variantId, requestId: request.id! };
  const subscription = await insert('subscriptions', waiting(ids));
  await insert('stock_checks', {
    shopId,
    variantId,
    checkedAt: AT,
    available: true,
    decision: 'open',
    reason: 'in_stock',
  });
  const open = {
    shopId,
    variantId,
    openedAt: AT,
    confirmedAvailableAt: AT,
    notificationQuota: 5,
    claimedCount: 1,
  };
  const restock = await insert('restocks', open);
  const notified = { ...ids, subscriptionId: subscription.id!, restockId: restock.id! };
  const notification = await insert('notifications', claimed(notified));
  await insert('link_clicks', { shopId, notificationId: notification.id, clickedAt: AT });
  const sale = { shopId, notificationId: notification.id, orderId: `${shopId}9` };
  await insert('attributed_orders', { ...sale, amount: '49', currency: 'EUR', orderedAt: AT });
  await insert('order_syncs', { shopId, orderId: `${shopId}8`, requestedAt: AT, dueAt: NEXT_YEAR });
  await insert('flow_trigger_usages', { shopId, trigger: 'Waitlist joined', used: true, reportedAt: AT });
  await insert('flow_cursors', {
    shopId,
    startedAt: AT,
    lastSubscriptionId: subscription.id,
    lastRestockId: restock.id,
  });
  await insert('flow_deliveries', {
    shopId,
    kind: 'waitlist',
    subjectId: variantId,
    threshold: 5,
    deliveredAt: AT,
  });
  return { ...notified, notificationId: notification.id! };
}
