// Shopify's compliance requests: stored by the webhook handler, carried out by the worker within minutes (30 days are allowed).
import { createHash } from 'node:crypto';
import { db, type Tx } from '../db.server.ts';
import { idNumber, type Json } from '../lib/json.ts';
import type { Delivery } from './webhook-handler.server.ts';

const id = (value: Json | undefined): string | null => idNumber(value)?.toString() ?? null;
const ids = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map(id).filter((each) => each !== null) : [];
const member = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;

const TOPICS = ['customers/data_request', 'customers/redact', 'shop/redact'];

/**
 * Keeps a request: ids only, no name, address or phone number. Its key is what the body says, which Shopify has signed: the same body is
 * the same request, under whatever webhook id it comes. Only an erasure of the whole shop is due again when it comes again, since a shop
 * may come back, and leave again.
 */
export async function storePrivacyRequest({
  tx,
  delivery: { payload, topic },
  now,
}: {
  tx: Tx;
  delivery: Pick<Delivery, 'payload' | 'topic'>;
  now: Date;
}): Promise<void> {
  if (!TOPICS.includes(topic)) return;
  const orders = ids(topic === 'customers/redact' ? payload.orders_to_redact : payload.orders_requested);
  const customer = id(member(payload.customer, 'id'));
  const request = id(member(payload.data_request, 'id'));
  const shopId = idNumber(payload.shop_id) ?? null;
  const about = createHash('sha256').update(JSON.stringify([customer, request, orders.toSorted()]));
  const key = `${topic} ${shopId} ${about.digest('base64url')}`;
  const fresh = { topic, shopId, receivedAt: now, subject: { customer, orders } };
  await tx.privacyRequest.createMany({ data: [{ requestKey: key, ...fresh }], skipDuplicates: true });
  if (topic === 'shop/redact')
    await tx.privacyRequest.updateMany({
      where: { requestKey: key, doneAt: { not: null } },
      data: { receivedAt: now, doneAt: null },
    });
}

export type DueRequest = {
  id: bigint;
  shopId: bigint | null;
  topic: string;
  orders: bigint[];
  receivedAt: Date;
};

const AT_ONCE = 100;

/** Requests that were not carried out yet, oldest first; those `after` an id. */
export async function dueRequests({ after = 0n }: { after?: bigint } = {}): Promise<DueRequest[]> {
  const rows = await db.privacyRequest.findMany({
    where: { doneAt: null, id: { gt: after } },
    orderBy: { id: 'asc' },
    take: AT_ONCE,
  });
  return rows.map(({ subject, ...row }) => ({
    id: row.id,
    shopId: row.shopId,
    topic: row.topic,
    receivedAt: row.receivedAt,
    orders: ((subject as { orders?: string[] }).orders ?? []).flatMap((id) => idNumber(id) ?? []),
  }));
}

/** The request was carried out. */
export async function requestDone({ id, now }: { id: bigint; now: Date }): Promise<void> {
  await db.privacyRequest.update({ where: { id }, data: { doneAt: now } });
}
