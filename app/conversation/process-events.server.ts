// Handles the stored events of one Page: each shopper's in order, what was done and its answer in one transaction.
import { type WebhookEvent, Prisma } from '@prisma/client';
import { attempt, db, queryRows, type Tx } from '../db.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { type Clock, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { nextAttemptAt } from '../lib/retry.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import type { Effects, EventHandler } from './context.server.ts';
import { decryptEvent, MAX_ATTEMPTS, needsNoOrder, storedFailure } from './event-store.server.ts';
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
 * @returns when to come again; null: not before a NOTIFY.
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
  const rows = await queryRows<{ metaPageId: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT meta_page_id FROM webhook_events WHERE failure IS NULL AND due_at <= ${now}
    UNION
    SELECT p.meta_page_id FROM replies r JOIN pages p ON p.shop_id = r.shop_id AND p.id = r.page_id WHERE r.due_at <= ${now}`,
  });
  return rows.map((row) => row.metaPageId);
}

type Opened = { row: WebhookEvent; event: MetaEvent };

/** The next event of every person that is due. */
const dueEvents = ({ metaPageId, now }: { metaPageId: string; now: Date }) =>
  queryRows<WebhookEvent>({
    tx: db,
    sql: Prisma.sql`
    SELECT i.* FROM webhook_events i
    WHERE i.meta_page_id = ${metaPageId} AND i.failure IS NULL AND i.due_at <= ${now}
      AND NOT EXISTS (
        SELECT 1 FROM webhook_events b WHERE b.meta_page_id = i.meta_page_id AND b.ordering_key = i.ordering_key AND b.failure IS NULL
          AND (b.occurred_at, b.id) < (i.occurred_at, i.id))
    ORDER BY i.id LIMIT ${BATCH_SIZE}`,
  });

/** When the next event or reply of any person is due; what waits behind one that was put off does not count. */
async function nextDueAt({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const dates = await Promise.all([nextEventDueAt({ metaPageId }), nextReplyDueAt({ metaPageId })]);
  const [earliest = null] = dates.filter((at) => at !== null).toSorted((a, b) => a.getTime() - b.getTime());
  return earliest;
}

async function nextEventDueAt({ metaPageId }: { metaPageId: string }): Promise<Date | null> {
  const [next] = await queryRows<{ at: Date | null }>({
    tx: db,
    sql: Prisma.sql`
    SELECT min(i.due_at) AS at FROM webhook_events i
    WHERE i.meta_page_id = ${metaPageId} AND i.failure IS NULL
      AND NOT EXISTS (
        SELECT 1 FROM webhook_events b WHERE b.meta_page_id = i.meta_page_id AND b.ordering_key = i.ordering_key AND b.failure IS NULL
          AND (b.occurred_at, b.id) < (i.occurred_at, i.id))`,
  });
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
  row: WebhookEvent;
  handler: EventHandler<Prepared>;
  prepared: Prepared;
  now: Date;
}): Promise<void> {
  const locked = await queryRows<unknown>({
    tx,
    sql: Prisma.sql`SELECT 1 AS here FROM webhook_events WHERE id = ${row.id} AND failure IS NULL FOR UPDATE`,
  });
  if (locked.length === 0) return;
  const first = await tx.processedEvent.createMany({
    data: [{ eventKey: row.eventKey, shopId: row.shopId, processedOn: dayOf(now) }],
    skipDuplicates: true,
  });
  const { replies, answer, problem }: Effects =
    first.count === 1 ? await handler.apply(tx, prepared) : { replies: [] };
  const store = (replies: Reply[]) =>
    storeReplies({ tx, metaPageId: row.metaPageId, at: row.occurredAt, replies, now });
  await store(replies);
  if (answer !== undefined)
    await attempt({
      tx,
      work: async () => store(await answer()),
      onFailure: (error) => log.error('event.answer_failed', { inboxId: row.id, error }),
    });
  if (problem === undefined) await tx.webhookEvent.deleteMany({ where: { id: row.id } });
  else await tx.webhookEvent.updateMany({ where: { id: row.id }, data: storedFailure(problem) });
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
async function retryLater({
  row,
  error,
  now,
}: {
  row: WebhookEvent;
  error: unknown;
  now: Date;
}): Promise<void> {
  const attempts = row.attempts + 1;
  const last = attempts >= MAX_ATTEMPTS;
  log.error('event.failed', { inboxId: row.id, attempts, last, error });
  await db.webhookEvent.updateMany({
    where: { id: row.id },
    data: {
      attempts,
      // A second longer than usual at first: what stood in the way within the database is rarely gone at once.
      dueAt: nextAttemptAt({ attempt: attempts + 1, longestMs: 10 * MINUTE, now }),
      ...(last ? storedFailure({ kind: 'not_handled', detail: '' }) : {}),
    },
  });
}

/** One event that can't be opened (its key is gone) must not keep the others of its Page waiting. */
async function openRows({ rows, now }: { rows: WebhookEvent[]; now: Date }): Promise<Opened[]> {
  const opened: Opened[] = [];
  for (const row of rows)
    try {
      opened.push({ row, event: decryptEvent(row) });
    } catch (error) {
      await retryLater({ row, error, now });
    }
  return opened;
}
