// Stores Meta's events once each, before we answer 200, until they are handled; those that failed are listed and retried.
import { type WebhookEvent, Prisma } from '@prisma/client';
import { db, queryRows, type Tx, webhookDb } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { later, MINUTE } from '../lib/clock.ts';
import { decrypt, encrypt, keyedHash, keyedHashes } from '../lib/encryption.server.ts';
import { type Json, parseJson } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { readPayload, readRef } from '../messenger/payloads.ts';
import {
  eventJson,
  eventKey,
  type MetaEvent,
  openBatch,
  readEvent,
  type StoredEvent,
} from '../messenger/webhooks.ts';
import { isOwnEcho } from './replies.server.ts';

const binding = { shopId: null, purpose: 'events' };

/** Which shop an event names by itself. A Page may serve several; whether this Page serves that one is not yet known. */
function namedShop(event: MetaEvent): bigint | null {
  if (event.kind === 'arrived') return event.ref === null ? null : (readRef(event.ref)?.shopId ?? null);
  if (event.kind === 'tapped' || event.kind === 'opted_in') return readPayload(event.payload)?.shopId ?? null;
  return null;
}

/**
 * Our own echoes, deliveries and reads need no order, and there are three of them for every message that we send. Somebody else's word
 * stands in the person's line: what it answers has to be known first.
 */
export const needsNoOrder = (event: MetaEvent) =>
  (event.kind === 'echoed' && isOwnEcho(event)) || event.kind === 'delivered' || event.kind === 'read';

const orderingKeyText = ({ metaPageId, psid }: { metaPageId: string; psid: string | null }) =>
  `${metaPageId} ${psid ?? ''}`;

/** Safe to run again. Events that name no shop may be another's, and go by themselves within 30 days. */
export async function eraseShopEvents({ shopId }: { shopId: bigint }): Promise<void> {
  await db.webhookEvent.deleteMany({ where: { shopId } });
}

/** What one person did on one Page and we had yet to handle. */
export async function eraseEvents({
  tx,
  metaPageId,
  psid,
}: {
  tx: Tx;
  metaPageId: string;
  psid: string;
}): Promise<void> {
  const person = { in: keyedHashes(orderingKeyText({ metaPageId, psid })) };
  await tx.webhookEvent.deleteMany({ where: { metaPageId, orderingKey: person } });
}

/**
 * Keeps the events of a signed body: one transaction, each event by a key that absorbs every later copy of it. Events of Pages that
 * nobody has connected here are counted and let go: nobody would ever handle them.
 */
export async function storeEvents({ body, now }: { body: Json; now: Date }): Promise<{
  events: number;
  unrecognized: number;
  foreign: number;
}> {
  const { events, unrecognized } = openBatch({ body, now });
  if (unrecognized > 0) log.warn('meta_webhook.not_understood', { unrecognized });
  if (events.length === 0) return { events: 0, unrecognized, foreign: 0 };
  return webhookDb.$transaction(async (tx) => {
    const pages = await tx.page.findMany({
      where: { metaPageId: { in: [...new Set(events.map((one) => one.metaPageId))] }, disconnectedAt: null },
      select: { metaPageId: true, shopId: true },
    });
    const shopsOf = Map.groupBy(pages, (page) => page.metaPageId);
    const rows = events.flatMap((one) => {
      const shops = shopsOf.get(one.metaPageId)?.map((page) => page.shopId);
      return shops === undefined ? [] : [rowOf({ events: one, shops, now })];
    });
    const foreign = events.length - rows.length;
    if (foreign > 0) log.warn('meta_webhook.foreign_page', { foreign });
    const seen = await tx.processedEvent.findMany({
      where: { eventKey: { in: rows.flatMap((row) => row.keys) } },
      select: { eventKey: true },
    });
    const known = new Set(seen.map((one) => one.eventKey));
    const unseen = rows.filter((row) => !row.keys.some((key) => known.has(key)));
    const made = await tx.webhookEvent.createMany({
      data: unseen.map(({ keys: [key], ...row }) => ({ ...row, eventKey: key! })),
      skipDuplicates: true,
    });
    for (const metaPageId of new Set(unseen.map((row) => row.metaPageId)))
      await notify(tx, 'events', metaPageId);
    return { events: made.count, unrecognized, foreign };
  });
}

/** `shops`: those that are connected to the event's Page. */
function rowOf({ events, shops, now }: { events: StoredEvent; shops: bigint[]; now: Date }) {
  const event = readEvent(events);
  const named = namedShop(event);
  const keyText = eventKey(events);
  const person = needsNoOrder(event) ? `each ${keyText}` : orderingKeyText(event);
  return {
    keys: keyedHashes(keyText),
    metaPageId: events.metaPageId,
    shopId: named !== null && shops.includes(named) ? named : null,
    orderingKey: keyedHash(person),
    occurredAt: event.at,
    receivedAt: now,
    dueAt: now,
    body: encrypt(eventJson(events), binding),
  };
}

/** Housekeeping: what can't be acted on goes after 30 days, keys of handled events too (Meta delivers again for hours, not weeks). */
export async function deleteExpiredEvents({ now }: { now: Date }): Promise<void> {
  const before = later(now, -30 * 24 * 60 * MINUTE);
  await db.webhookEvent.deleteMany({ where: { receivedAt: { lt: before } } });
  await db.processedEvent.deleteMany({ where: { processedOn: { lt: before } } });
}

export type FailureKind = NonNullable<WebhookEvent['failure']>;

/** `detail` never holds what a person wrote. */
export type EventFailure = { kind: FailureKind; detail: string };

/** As it is stored with the event. */
export const storedFailure = ({ kind, detail }: EventFailure) => ({
  failure: kind,
  failureDetail: detail === '' ? null : detail.slice(0, 300),
});

/** So often an event is tried before it is parked: kept, shown to the merchant, and out of the way of what came after it. */
export const MAX_ATTEMPTS = 8;

export const decryptEvent = (row: Pick<WebhookEvent, 'body'>): MetaEvent =>
  readEvent(parseJson(decrypt(row.body, binding)) as unknown as StoredEvent);

/** Newest first, for the merchant to see. Never what a person wrote. */
export async function failedEvents({ shopId }: { shopId: bigint }) {
  const pages = await db.page.findMany({ where: { shopId }, select: { metaPageId: true } });
  const parked = await db.webhookEvent.findMany({
    where: {
      metaPageId: { in: pages.map((page) => page.metaPageId) },
      failure: { not: null },
      OR: [{ shopId }, { shopId: null }],
    },
    select: { id: true, occurredAt: true, failure: true, failureDetail: true },
    orderBy: { id: 'desc' },
    take: 50,
  });
  return parked.map(({ id, occurredAt, failure, failureDetail }) => ({
    ...{ id, at: occurredAt, kind: failure! },
    detail: failureDetail ?? '',
  }));
}

/** Whose events are taken up again: everybody's, those of one Page, or those that one shop's merchant sees. */
type Whose = 'everybody' | { metaPageId: string } | { shopId: bigint };

const belongsTo = (whose: Whose): Prisma.Sql => {
  if (whose === 'everybody') return Prisma.sql`TRUE`;
  if ('metaPageId' in whose) return Prisma.sql`i.meta_page_id = ${whose.metaPageId}`;
  const { shopId } = whose;
  return Prisma.sql`(i.shop_id = ${shopId} OR i.shop_id IS NULL)
    AND i.meta_page_id IN (SELECT p.meta_page_id FROM pages p WHERE p.shop_id = ${shopId})`;
};

/**
 * Gives each event that we failed to handle one more try, the oldest first; what fails again is parked again. To be called when the reason
 * may be gone: a new release, a Page that works again, settings that were changed, the merchant's press. @returns how many.
 */
export async function retryFailedEvents({
  tx = db,
  whose,
  now,
}: {
  tx?: Tx;
  whose: Whose;
  now: Date;
}): Promise<number> {
  const taken = await queryRows<{ metaPageId: string }>({
    tx,
    sql: Prisma.sql`
    UPDATE webhook_events i SET failure = NULL, failure_detail = NULL, attempts = ${MAX_ATTEMPTS - 1}, due_at = ${now}
    WHERE i.failure = 'not_handled' AND ${belongsTo(whose)} RETURNING i.meta_page_id`,
  });
  for (const metaPageId of new Set(taken.map((row) => row.metaPageId)))
    await notify(tx, 'events', metaPageId);
  if (taken.length > 0) log.info('events.retried', { events: taken.length });
  return taken.length;
}

const AT_ONCE = 500;

/**
 * After a release: what it may do better than the one before. Events that were not understood are read once more, and those that now are
 * count as not handled yet.
 */
export async function retryAfterRelease({ now }: { now: Date }): Promise<void> {
  await retryFailedEvents({ whose: 'everybody', now });
  for (
    let after = 0n, rows: Unrecognized[];
    (rows = await oddAfter(after)).length > 0;
    after = rows.at(-1)!.id
  ) {
    const understood = rows.filter(isUnderstood);
    for (const { id, eventKey: key, metaPageId } of understood)
      await db.$transaction(async (tx) => {
        await tx.processedEvent.deleteMany({ where: { eventKey: key } });
        await tx.webhookEvent.updateMany({
          where: { id },
          data: { failure: null, failureDetail: null, attempts: 0, dueAt: now },
        });
        await notify(tx, 'events', metaPageId);
      });
  }
}

type Unrecognized = Pick<WebhookEvent, 'id' | 'eventKey' | 'metaPageId' | 'body'>;

const oddAfter = (id: bigint): Promise<Unrecognized[]> =>
  db.webhookEvent.findMany({
    where: { id: { gt: id }, failure: 'unrecognized' },
    select: { id: true, eventKey: true, metaPageId: true, body: true },
    orderBy: { id: 'asc' },
    take: AT_ONCE,
  });

function isUnderstood(row: Unrecognized): boolean {
  try {
    return decryptEvent(row).kind !== 'odd';
  } catch {
    return false;
  }
}
