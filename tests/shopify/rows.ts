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

/** Inserts a row given by name and value, past everything that the app would check. */
export const inserter =
  (client: Pick<pg.ClientBase, 'query'>): Insert =>
  async (table, values) => {
    const names = Object.keys(values);
    const { rows } = await client.query<Record<string, string>>(
      `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(', ')})
       VALUES (${names.map((_, at) => `$${at + 1}`).join(', ')}) RETURNING *`,
      Object.values(values),
    );
    return rows[0]!;
  };

export const AT = '2026-11-22T10:00:00Z';
export const NEXT_YEAR = '2027-11-22T10:00:00Z';

/** Values of a subscription that waits; each test changes what it is about. */
export const waiting = ({ shopId, shopperId, variantId, pageId, requestId }: Omit<Rows, Late>) => ({
  ...{ shopId, shopperId, variantId, pageId, requestId },
  token: Buffer.from('encrypted'),
  since: AT,
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
  code: `code-${(codes += 1)}`,
  epoch: 1,
  claimedAt: AT,
});

/** A shop that has lived through the whole story once: every table that carries a shop holds one row of it. */
export async function furnish({ insert, shopId }: { insert: Insert; shopId: string }): Promise<Rows> {
  const domain = `shop-${shopId}.myshopify.com`;
  await insert('Shop', { id: shopId, domain, name: domain, installedAt: AT, refKey: 'k' });
  await insert('PrivacyRequest', { key: `p-${shopId}`, shopId, topic: 'shop/redact', receivedAt: AT });
  await insert('LoginState', { hash: `l-${shopId}`, shopId, createdAt: AT });
  await insert('SpentToken', { hash: `t-${shopId}`, shopId, day: AT });
  const metaPageId = `page-of-${shopId}`;
  const token = Buffer.from('encrypted');
  const page = await insert('Page', { shopId, metaPageId, name: 'Page', token, connectedAt: AT });
  const inbox = { key: `i-${shopId}`, metaPageId, shopId, person: 'p', at: AT, receivedAt: AT, dueAt: AT };
  await insert('Inbox', { ...inbox, body: token });
  await insert('InboxSeen', { key: `s-${shopId}`, shopId, day: AT });
  const shopper = await insert('Shopper', { shopId, pageId: page.id, psid: '1', createdAt: AT });
  const variantId = `${shopId}7`;
  await insert('Variant', {
    ...{ shopId, id: variantId, productId: `${shopId}5` },
    ...{ productTitle: 'Linen shirt', title: 'M', handle: 'linen-shirt', wanted: 1, looked: 1 },
  });
  const asked = { shopId, shopperId: shopper.id, variantId, title: 'Linen shirt', locale: 'en' };
  const request = await insert('OptInRequest', { ...asked, createdAt: AT });
  const reply = { shopId, id: randomUUID(), pageId: page.id, orderingKey: 'p', optInRequestId: request.id };
  await insert('Reply', { ...reply, occurredAt: AT, createdAt: AT, dueAt: AT, body: token });
  const ids = { shopId, pageId: page.id!, shopperId: shopper.id!, variantId, requestId: request.id! };
  const subscription = await insert('Subscription', waiting(ids));
  await insert('Look', { shopId, variantId, at: AT, sellable: true, verdict: 'open', reason: 'r' });
  const open = { shopId, variantId, openedAt: AT, sellableAt: AT, allowance: 5, told: 1 };
  const restock = await insert('Restock', open);
  const told = { ...ids, subscriptionId: subscription.id!, restockId: restock.id! };
  const notification = await insert('Notification', claimed(told));
  await insert('Tap', { shopId, notificationId: notification.id, at: AT });
  const sale = { shopId, notificationId: notification.id, orderId: `${shopId}9` };
  await insert('Sale', { ...sale, amount: '49', currency: 'EUR', at: AT });
  await insert('OrderReading', { shopId, orderId: `${shopId}8`, heardAt: AT, dueAt: NEXT_YEAR });
  await insert('FlowUse', { shopId, trigger: 'Waitlist joined', used: true, at: AT });
  await insert('FlowCursor', { shopId, since: AT, joined: subscription.id, restock: restock.id });
  await insert('FlowTold', { shopId, fact: `line ${variantId}`, reached: 5, at: AT });
  return { ...told, notificationId: notification.id! };
}
