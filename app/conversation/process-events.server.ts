// Handles the stored events of one Page: each shopper's in order, what was done and its answer in one transaction.
import type { Inbox } from '@prisma/client';
import { attempt, db, type Tx } from '../db.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { type Clock, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { nextAttemptAt } from '../lib/retry.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import type { Effects, EventHandler } from './context.server.ts';
import { decryptEvent, MAX_ATTEMPTS, needsNoOrder, writeFailure } from './event-store.server.ts';
import {
  dueReplies,
  nextReplyDueAt,
  type OnReplySent,
  type Reply,
  sendOrPostpone,
  type SendReply,
  storeReplies,
} from './replies.server.ts';

const dayOf = (now: Date) => new Date(now.toISOString().slice(0, 10));

const BATCH_SIZE = 64;

/**
 * Handles one Page's events and sends its replies until nothing is due, one person's in their order; events and replies don't wait for each
 * other. Every event's effects, its deletion and the replies it calls for are one transaction.
 * @returns when to come again; null: not before the bell.
 */
export async function processEvents<Prepared>({
  metaPageId,
  lease,
  clock,
  handler,
  sendReply,
  onReplySent,
  signal,
}: {
  metaPageId: string;
  lease: Lease;
  clock: Clock;
  handler: EventHandler<Prepared>;
  /** Sends a reply at the Page's pace. */
  sendReply: SendReply;
  /** What a reply's fate means to whoever asked for it; within the transaction that forgets the reply. */
  onReplySent: OnReplySent;
  signal?: AbortSignal;
}): Promise<Date | null> {
  while (holds(lease) && !signal?.aborted) {
    const due = { metaPageId, now: clock() };
    const [events, replies] = await Promise.all([dueEvents(due), dueReplies(due)]);
    if (events.length + replies.length === 0) return nextDueAt({ metaPageId });
    const opened = await openRows({ rows: events, now: clock() });
    const [inBulk, byOne] = [
      opened.filter(({ event }) => needsNoOrder(event)),
      opened.filter(({ event }) => !needsNoOrder(event)),
    ];
    await Promise.all([
      handleUnordered({ opened: inBulk, lease, clock, handler }),
      ...byOne.map((one) => handleOne({ ...one, lease, clock, handler })),
      ...replies.map((row) => sendOrPostpone({ row, lease, clock, sendReply, onReplySent })),
    ]);
  }
  return clock();
}

/** Meta's ids of the Pages that have an event to handle or a reply to send now. */
export async function pagesWithDueEvents({ now }: { now: Date }): Promise<string[]> {
  const rows = await db.$queryRaw<{ metaPageId: string }[]>`
    SELECT "metaPageId" FROM "Inbox" WHERE "problem" IS NULL AND "dueAt" <= ${now}
    UNION
    SELECT p."metaPageId" FROM "Reply" r JOIN "Page" p ON p."shopId" = r."shopId" AND p."id" = r."pageId" WHERE r."dueAt" <= ${now}`;
  return rows.map((row) => row.metaPageId);
}

type Opened = { row: Inbox; event: MetaEvent };

/** The next event of every person that is due. */
const dueEvents = ({ metaPageId, now }: { metaPageId: string; now: Date }) =>
  db.$queryRaw<Inbox[]>`
    SELECT i.* FROM "Inbox" i
    WHERE i."metaPageId" = ${metaPageId} AND i."problem" IS NULL AND i."dueAt" <= ${now}
      AND NOT EXISTS (
        SELECT 1 FROM "Inbox" b WHERE b."metaPageId" = i."metaPageId" AND b."person" = i."person" AND b."problem" IS NULL
          AND (b."at", b."id") < (i."at", i."id"))
    ORDER BY i."id" LIMIT ${BATCH_SIZE}`;

/** When the next event or reply of any person is due; what waits behind one that was put off does not count. */
async function nextDueAt({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const dates = await Promise.all([nextEventDueAt({ metaPageId }), nextReplyDueAt({ metaPageId })]);
  const [earliest = null] = dates.filter((at) => at !== null).toSorted((a, b) => a.getTime() - b.getTime());
  return earliest;
}

async function nextEventDueAt({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const [next] = await db.$queryRaw<{ at: Date | null }[]>`
    SELECT min(i."dueAt") AS "at" FROM "Inbox" i
    WHERE i."metaPageId" = ${metaPageId} AND i."problem" IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM "Inbox" b WHERE b."metaPageId" = i."metaPageId" AND b."person" = i."person" AND b."problem" IS NULL
          AND (b."at", b."id") < (i."at", i."id"))`;
  return next?.at ?? null;
}

/** One event's effects, once, with the replies that it calls for and its deletion. */
async function applyOnce<Prepared>({
  tx,
  row,
  handler,
  prepared,
  now,
}: {
  tx: Tx;
  row: Inbox;
  handler: EventHandler<Prepared>;
  prepared: Prepared;
  now: Date;
}): Promise<void> {
  const locked = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 AS "here" FROM "Inbox" WHERE "id" = ${row.id} AND "problem" IS NULL FOR UPDATE`;
  if (locked.length === 0) return;
  const first = await tx.inboxSeen.createMany({
    data: [{ key: row.key, shopId: row.shopId, day: dayOf(now) }],
    skipDuplicates: true,
  });
  const { replies, answer, problem }: Effects =
    first.count === 1 ? await handler.apply(tx, prepared) : { replies: [] };
  const store = (replies: Reply[]) =>
    storeReplies({ tx, metaPageId: row.metaPageId, at: row.at, replies, now });
  await store(replies);
  if (answer !== undefined)
    await attempt({
      tx,
      work: async () => store(await answer()),
      onFailure: (error) => log.error('event.answer_failed', { inboxId: row.id, error }),
    });
  if (problem === undefined) await tx.inbox.deleteMany({ where: { id: row.id } });
  else await tx.inbox.updateMany({ where: { id: row.id }, data: { problem: writeFailure(problem) } });
}

type Work<Prepared> = { lease: Lease; clock: Clock; handler: EventHandler<Prepared> };

async function handleOne<Prepared>({
  row,
  event,
  lease,
  clock,
  handler,
}: Opened & Work<Prepared>): Promise<void> {
  try {
    const prepared = await handler.prepare(event);
    if (!holds(lease)) return;
    await db.$transaction((tx) => applyOnce({ tx, row, handler, prepared, now: clock() }));
  } catch (error) {
    await retryLater({ row, error, now: clock() });
  }
}

async function handleUnordered<Prepared>({
  opened,
  lease,
  clock,
  handler,
}: Work<Prepared> & { opened: Opened[] }): Promise<void> {
  if (opened.length === 0) return;
  try {
    const ready = await Promise.all(
      opened.map(async ({ row, event }) => ({ row, prepared: await handler.prepare(event) })),
    );
    if (!holds(lease)) return;
    await db.$transaction(async (tx) => {
      for (const { row, prepared } of ready) await applyOnce({ tx, row, handler, prepared, now: clock() });
    });
  } catch {
    // One of them spoils the batch: by themselves the others are served.
    for (const one of opened) await handleOne({ ...one, lease, clock, handler });
  }
}

/** A failure of ours must not lose the event, nor hold up its Page for ever. */
async function retryLater({ row, error, now }: { row: Inbox; error: unknown; now: Date }): Promise<void> {
  const attempts = row.attempts + 1;
  const last = attempts >= MAX_ATTEMPTS;
  log.error('event.failed', { inboxId: row.id, attempts, last, error });
  await db.inbox.updateMany({
    where: { id: row.id },
    data: {
      attempts,
      // A second longer than usual at first: what stood in the way within the database is rarely gone at once.
      dueAt: nextAttemptAt({ attempt: attempts + 1, longestMs: 10 * MINUTE, now }),
      ...(last ? { problem: writeFailure({ kind: 'not_handled', detail: '' }) } : {}),
    },
  });
}

/** One event that can't be opened (its key is gone) must not keep the others of its Page waiting. */
async function openRows({ rows, now }: { rows: Inbox[]; now: Date }): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const row of rows)
    try {
      opened.push({ row, event: decryptEvent(row) });
    } catch (error) {
      await retryLater({ row, error, now });
    }
  return opened;
}
