// Shopify's compliance requests: kept in the door, carried out by the worker within minutes (30 days are allowed).
import { db, type Tx } from '../db.server.ts';
import { idNumber, type Json } from '../lib/json.ts';
import type { Delivery } from './webhook.server.ts';

const id = (value: Json | undefined): string | null => idNumber(value)?.toString() ?? null;
const ids = (value: Json | undefined): string[] =>
  Array.isArray(value) ? value.map(id).filter((each) => each !== null) : [];
const member = (value: Json | undefined, key: string): Json | undefined =>
  value !== null && typeof value === 'object' && !Array.isArray(value) ? value[key] : undefined;

/** Keeps a request: ids only, no name, address or phone number. The same webhook again is the same request. */
export async function keepPrivacyRequest({
  tx,
  delivery,
  now,
}: {
  tx: Tx;
  delivery: Delivery;
  now: Date;
}): Promise<void> {
  const { payload, topic, triggeredAt } = delivery;
  const subject = {
    customer: id(member(payload.customer, 'id')),
    orders: [...ids(payload.orders_to_redact), ...ids(payload.orders_requested)],
    triggeredAt: triggeredAt.toISOString(),
  };
  await tx.privacyRequest.createMany({
    data: [
      {
        key: delivery.webhookId || `${topic} ${delivery.domain} ${subject.customer ?? ''}`,
        shopId: idNumber(payload.shop_id) ?? null,
        topic,
        subject,
        receivedAt: now,
      },
    ],
    skipDuplicates: true,
  });
}

export type DueRequest = {
  id: bigint;
  shopId: bigint | null;
  topic: string;
  orders: bigint[];
  askedAt: Date;
};

/** Requests that were not carried out yet, oldest first. */
export async function dueRequests(): Promise<DueRequest[]> {
  const rows = await db.privacyRequest.findMany({
    where: { doneAt: null },
    orderBy: { id: 'asc' },
    take: 100,
  });
  return rows.map((row) => {
    const subject = row.subject as { orders?: string[]; triggeredAt?: string };
    return {
      id: row.id,
      shopId: row.shopId,
      topic: row.topic,
      orders: (subject.orders ?? []).flatMap((id) => idNumber(id) ?? []),
      askedAt: subject.triggeredAt ? new Date(subject.triggeredAt) : row.receivedAt,
    };
  });
}

/** The request was carried out. */
export async function requestDone({ id, now }: { id: bigint; now: Date }): Promise<void> {
  await db.privacyRequest.update({ where: { id }, data: { doneAt: now } });
}
