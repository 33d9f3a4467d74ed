// Meta's events between our 200 and what they bring about: each kept once, each handled once, one person's in their order.
import type { Inbox } from '@prisma/client';
import { attempt, db, webhookDb, type Tx } from '../db.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { ring } from '../jobs/signal.server.ts';
import { later, MINUTE, SECOND, type Clock } from '../lib/clock.ts';
import { parseJson, type Json } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { fingerprint, fingerprints, seal, unseal } from '../lib/seal.server.ts';
import { eventKey, openBatch, plain, readEvent, type Kept, type MetaEvent } from './events.ts';
import { readPayload } from './payload.ts';
import { readRef } from './ref.ts';
import { problemText, type Problem } from './problem.ts';
import {
  isOwnEcho,
  isReply,
  keepReplies,
  replyLine,
  sayOrPutOff,
  type Reply,
  type Speak,
  type Said,
} from './replies.server.ts';

const binding = { shopId: null, purpose: 'inbox' };
const DAY_OF = (now: Date) => new Date(now.toISOString().slice(0, 10));

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
const quick = (event: MetaEvent) =>
  (event.kind === 'echoed' && isOwnEcho(event)) || event.kind === 'delivered' || event.kind === 'read';

const personLine = ({ metaPageId, psid }: { metaPageId: string; psid: string | null }) =>
  `${metaPageId} ${psid ?? ''}`;

/** Takes everything of a person out of the inbox: what they did and what we had yet to say. */
export async function forgetInbox({
  tx,
  metaPageId,
  psid,
}: {
  tx: Tx;
  metaPageId: string;
  psid: string;
}): Promise<void> {
  const lines = [personLine({ metaPageId, psid }), replyLine({ metaPageId, psid })];
  await tx.inbox.deleteMany({ where: { metaPageId, person: { in: lines.flatMap(fingerprints) } } });
}

/**
 * Keeps the events of a signed body: one transaction, each event by a key that absorbs every later copy of it. Events of Pages that
 * nobody has connected here are counted and let go: nobody would ever handle them.
 */
export async function keepEvents({ body, now }: { body: Json; now: Date }): Promise<{
  kept: number;
  odd: number;
  foreign: number;
}> {
  const { kept, odd } = openBatch({ body, now });
  if (odd > 0) log.warn('a webhook of Meta held parts that are no events', { odd });
  if (kept.length === 0) return { kept: 0, odd, foreign: 0 };
  return webhookDb.$transaction(async (tx) => {
    const pages = await tx.page.findMany({
      where: { metaPageId: { in: [...new Set(kept.map((one) => one.metaPageId))] }, disconnectedAt: null },
      select: { metaPageId: true, shopId: true },
    });
    const shopsOf = Map.groupBy(pages, (page) => page.metaPageId);
    const rows = kept.flatMap((one) => {
      const shops = shopsOf.get(one.metaPageId)?.map((page) => page.shopId);
      return shops === undefined ? [] : [rowOf({ kept: one, shops, now })];
    });
    const foreign = kept.length - rows.length;
    if (foreign > 0) log.warn('events of a Page that nobody has connected were let go', { foreign });
    const seen = await tx.inboxSeen.findMany({
      where: { key: { in: rows.flatMap((row) => row.keys) } },
      select: { key: true },
    });
    const known = new Set(seen.map((one) => one.key));
    const fresh = rows.filter((row) => !row.keys.some((key) => known.has(key)));
    const made = await tx.inbox.createMany({
      data: fresh.map(({ keys: [key], ...row }) => ({ ...row, key: key! })),
      skipDuplicates: true,
    });
    for (const metaPageId of new Set(fresh.map((row) => row.metaPageId))) await ring(tx, 'inbox', metaPageId);
    return { kept: made.count, odd, foreign };
  });
}

/** `shops`: those that are connected to the event's Page. */
function rowOf({ kept, shops, now }: { kept: Kept; shops: bigint[]; now: Date }) {
  const event = readEvent(kept);
  const named = namedShop(event);
  const keyText = eventKey(kept);
  const person = quick(event) ? `each ${keyText}` : personLine(event);
  return {
    keys: fingerprints(keyText),
    metaPageId: kept.metaPageId,
    shopId: named !== null && shops.includes(named) ? named : null,
    person: fingerprint(person),
    at: event.at,
    receivedAt: now,
    dueAt: now,
    body: seal(plain(kept), binding),
  };
}

/** What an event brought about: what to say, or why nothing is said, and why it is kept and shown instead of being let go. */
export type Effects = {
  say: Reply[];
  /** For an event that is an act of the person's: the act is saved by now, and stands although this may fail. */
  answer?: (() => Promise<Reply[]>) | undefined;
  silence?: string;
  problem?: Problem;
};
/** First whatever needs the network, then, given a transaction, the effects. */
export type Handle = (event: MetaEvent) => Promise<(tx: Tx) => Promise<Effects>>;

const ROUND = 64;
/** So often an event is tried before it is parked: kept, shown to the merchant, and out of the way of what came after it. */
export const GIVE_UP_AFTER = 8;

/**
 * Works one Page's inbox until nothing is due: events in their order (a person's next one waits for the one before), then the replies.
 * Every event's effects, its deletion and the replies it calls for are one transaction.
 * @returns when to come again; null: not before the bell.
 */
export async function workInbox({
  metaPageId,
  lease,
  clock,
  handle,
  speak,
  said,
  signal,
}: {
  metaPageId: string;
  lease: Lease;
  clock: Clock;
  handle: Handle;
  /** Sends a reply at the Page's pace. */
  speak: Speak;
  /** What a reply's fate means to whoever asked for it; within the transaction that forgets the reply. */
  said: Said;
  signal?: AbortSignal;
}): Promise<Date | null> {
  while (holds(lease) && !signal?.aborted) {
    const heads = await dueHeads({ metaPageId, now: clock() });
    if (heads.length === 0) return nextDue({ metaPageId });
    const replies = heads.filter(isReply);
    const opened = await openRows({ rows: heads.filter((row) => !isReply(row)), now: clock() });
    const [inBulk, byOne] = [
      opened.filter(({ event }) => quick(event)),
      opened.filter(({ event }) => !quick(event)),
    ];
    await Promise.all([
      handleQuick({ opened: inBulk, lease, clock, handle }),
      ...byOne.map((one) => handleOne({ ...one, lease, clock, handle })),
      ...replies.map((row) => sayOrPutOff({ row, lease, clock, speak, said })),
    ]);
  }
  return clock();
}

type Opened = { row: Inbox; event: MetaEvent };
export const openRow = (row: Pick<Inbox, 'body'>): MetaEvent =>
  readEvent(parseJson(unseal(row.body, binding)) as unknown as Kept);

/** One event that can't be opened (its key is gone) must not keep the others of its Page waiting. */
async function openRows({ rows, now }: { rows: Inbox[]; now: Date }): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const row of rows)
    try {
      opened.push({ row, event: openRow(row) });
    } catch (error) {
      await putOff({ row, error, now });
    }
  return opened;
}

/** The next thing of every person that is due. */
const dueHeads = ({ metaPageId, now }: { metaPageId: string; now: Date }) =>
  db.$queryRaw<Inbox[]>`
    SELECT i.* FROM "Inbox" i
    WHERE i."metaPageId" = ${metaPageId} AND i."problem" IS NULL AND i."dueAt" <= ${now}
      AND NOT EXISTS (
        SELECT 1 FROM "Inbox" b WHERE b."metaPageId" = i."metaPageId" AND b."person" = i."person" AND b."problem" IS NULL
          AND (b."at", b."id") < (i."at", i."id"))
    ORDER BY i."id" LIMIT ${ROUND}`;

/** When the next head of any line is due; what waits behind one that was put off does not count. */
async function nextDue({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const [next] = await db.$queryRaw<{ at: Date | null }[]>`
    SELECT min(i."dueAt") AS "at" FROM "Inbox" i
    WHERE i."metaPageId" = ${metaPageId} AND i."problem" IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM "Inbox" b WHERE b."metaPageId" = i."metaPageId" AND b."person" = i."person" AND b."problem" IS NULL
          AND (b."at", b."id") < (i."at", i."id"))`;
  return next?.at ?? null;
}

async function apply({
  tx,
  row,
  effects,
  now,
}: {
  tx: Tx;
  row: Inbox;
  effects: (tx: Tx) => Promise<Effects>;
  now: Date;
}): Promise<void> {
  const locked = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 AS "here" FROM "Inbox" WHERE "id" = ${row.id} AND "problem" IS NULL FOR UPDATE`;
  if (locked.length === 0) return;
  const first = await tx.inboxSeen.createMany({
    data: [{ key: row.key, shopId: row.shopId, day: DAY_OF(now) }],
    skipDuplicates: true,
  });
  const { say, answer, problem }: Effects = first.count === 1 ? await effects(tx) : { say: [] };
  const keep = (replies: Reply[]) =>
    keepReplies({ tx, metaPageId: row.metaPageId, at: row.at, replies, now });
  await keep(say);
  if (answer !== undefined)
    await attempt({
      tx,
      work: async () => keep(await answer()),
      onFailure: (error) =>
        log.error('an act was saved and could not be answered', { inboxId: row.id, error }),
    });
  if (problem === undefined) await tx.inbox.deleteMany({ where: { id: row.id } });
  else await tx.inbox.updateMany({ where: { id: row.id }, data: { problem: problemText(problem) } });
}

type Work = { lease: Lease; clock: Clock; handle: Handle };

async function handleOne({ row, event, lease, clock, handle }: Opened & Work): Promise<void> {
  try {
    const effects = await handle(event);
    if (!holds(lease)) return;
    await db.$transaction((tx) => apply({ tx, row, effects, now: clock() }));
  } catch (error) {
    await putOff({ row, error, now: clock() });
  }
}

async function handleQuick({ opened, lease, clock, handle }: Work & { opened: Opened[] }): Promise<void> {
  if (opened.length === 0) return;
  try {
    const ready = await Promise.all(
      opened.map(async ({ row, event }) => ({ row, effects: await handle(event) })),
    );
    if (!holds(lease)) return;
    await db.$transaction(async (tx) => {
      for (const { row, effects } of ready) await apply({ tx, row, effects, now: clock() });
    });
  } catch {
    // One of them spoils the batch: by themselves the others are served.
    for (const one of opened) await handleOne({ ...one, lease, clock, handle });
  }
}

/** A failure of ours must not lose the event, nor hold up its Page for ever. */
async function putOff({ row, error, now }: { row: Inbox; error: unknown; now: Date }): Promise<void> {
  const attempts = row.attempts + 1;
  const last = attempts >= GIVE_UP_AFTER;
  log.error('an event of Meta could not be handled', { inboxId: row.id, attempts, last, error });
  await db.inbox.updateMany({
    where: { id: row.id },
    data: {
      attempts,
      dueAt: later(now, Math.min(2 ** attempts * SECOND, 10 * MINUTE)),
      ...(last ? { problem: problemText({ kind: 'not_handled', detail: '' }) } : {}),
    },
  });
}

/** Housekeeping: what can't be acted on goes after 30 days, keys of handled events too (Meta delivers again for hours, not weeks). */
export async function tidyInbox({ now }: { now: Date }): Promise<void> {
  const before = later(now, -30 * 24 * 60 * MINUTE);
  await db.inbox.deleteMany({ where: { receivedAt: { lt: before } } });
  await db.inboxSeen.deleteMany({ where: { day: { lt: before } } });
}
