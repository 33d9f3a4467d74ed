// Records how sends ended, in batches: sent, failed, released, expired.
import { Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { type Lease, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { type NotificationStatus, statusIn } from './claim.server.ts';
import { UNEXPLAINED_RETRY_MS, GIVE_UP_MS, type Outcome } from './outcome.ts';

export type FinishedSend = { id: bigint; outcome: Outcome };

type Of<End extends Outcome['end']> = { id: bigint; outcome: Extract<Outcome, { end: End }> };

const only = <End extends Outcome['end']>(all: FinishedSend[], end: End) =>
  all.filter((one): one is Of<End> => one.outcome.end === end);

const UNFINISHED: NotificationStatus[] = ['claimed', 'sending', 'unexplained_error'];

/**
 * SQL over `n`: this worker was the last to touch it, or still holds the Page. What is known to be unsent is recorded also when the lease has
 * passed meanwhile: whoever takes a row up writes an epoch of their own into it, so that nothing of theirs can be meant.
 */
const lastTouchedBy = (lease: Lease): Prisma.Sql =>
  Prisma.sql`(n.lease_epoch = ${lease.epoch} OR ${leaseIsCurrent(lease)})`;

/** Writes all outcomes in one transaction. What is uncertain needs no word: it stays started, and its repeat stands written since then. */
export async function finishSends({
  settlings,
  lease,
  now,
}: {
  settlings: FinishedSend[];
  lease: Lease;
  now: Date;
}): Promise<void> {
  const written = settlings.filter(({ outcome }) => outcome.end !== 'in_doubt');
  if (written.length === 0) return;
  const sent = only(written, 'sent').map(({ id, outcome }) => ({ id, mid: outcome.mid }));
  // Nearly always there is nothing else: one statement, one commit.
  if (sent.length === written.length) return finishSent({ tx: db, sent, now });
  await db.$transaction(async (tx) => {
    await finishSent({ tx, sent, now });
    await finishOthers({
      tx,
      lease,
      ending: 'assumed_sent',
      ends: only(written, 'assumed_sent').map(({ id }) => ({ id, reason: 'repeat_refused' })),
      now,
    });
    await finishOthers({
      tx,
      lease,
      ending: 'failed',
      ends: only(written, 'failed').map(({ id, outcome }) => ({ id, reason: outcome.reason })),
      now,
    });
    await scheduleRetries({ tx, lease, settlings: written, now });
    await undoRepeats({ tx, lease, ids: only(written, 'not_repeated').map(({ id }) => id), now });
    await release({ tx, lease, ids: only(written, 'put_back').map(({ id }) => id), states: UNFINISHED, now });
  });
}

/** Meta took them. Whoever finds that out, and whenever: it is so. */
export async function finishSent({
  tx,
  sent,
  now,
}: {
  tx: Pick<Tx, '$executeRaw'>;
  sent: { id: bigint; mid: string | null }[];
  now: Date;
}): Promise<void> {
  if (sent.length === 0) return;
  await tx.$executeRaw`
    WITH done AS (
      UPDATE notifications n SET status = 'sent', message_id = COALESCE(e.message_id, n.message_id), finished_at = ${now}, request_body = NULL, retry_at = NULL, failure_reason = NULL
      FROM unnest(${sent.map((one) => one.id)}::bigint[], ${sent.map((one) => one.mid)}::text[]) AS e(id, message_id)
      WHERE n.id = e.id AND NOT ${statusIn('sent')}
      RETURNING n.shop_id, n.subscription_id)
    UPDATE subscriptions s SET status = 'notified', grant_token = NULL, ended_at = ${now}, end_reason = NULL
    FROM done WHERE s.shop_id = done.shop_id AND s.id = done.subscription_id AND s.status <> 'notified'`;
}

/** Any other end only closes what is open: an echo may have said meanwhile that it was sent. */
async function finishOthers({
  tx,
  lease,
  ending,
  ends,
  now,
}: {
  tx: Tx;
  lease: Lease;
  ending: 'assumed_sent' | 'failed';
  ends: { id: bigint; reason: string }[];
  now: Date;
}): Promise<void> {
  if (ends.length === 0) return;
  const ended =
    ending === 'failed'
      ? { status: 'failed', reason: 'delivery_failed' }
      : { status: 'assumed_notified', reason: null };
  await tx.$executeRaw`
    WITH done AS (
      UPDATE notifications n SET status = ${ending}, finished_at = ${now}, request_body = NULL, retry_at = NULL, failure_reason = e.failure_reason
      FROM unnest(${ends.map((one) => one.id)}::bigint[], ${ends.map((one) => one.reason)}::text[]) AS e(id, failure_reason)
      WHERE n.id = e.id AND ${statusIn('sending')} AND ${leaseIsCurrent(lease)}
      RETURNING n.shop_id, n.subscription_id)
    UPDATE subscriptions s SET status = ${ended.status}, grant_token = NULL, ended_at = ${now}, end_reason = ${ended.reason}
    FROM done WHERE s.shop_id = done.shop_id AND s.id = done.subscription_id AND COALESCE(s.status = 'claimed', false)`;
}

async function scheduleRetries({
  tx,
  lease,
  settlings,
  now,
}: {
  tx: Tx;
  lease: Lease;
  settlings: FinishedSend[];
  now: Date;
}): Promise<void> {
  const left = [
    ...only(settlings, 'again').map(({ id, outcome }) => ({ id, state: 'claimed', ms: outcome.afterMs })),
    ...only(settlings, 'unexplained_error').map(({ id }) => ({
      id,
      state: 'unexplained_error',
      ms: UNEXPLAINED_RETRY_MS,
    })),
  ];
  if (left.length === 0) return;
  await tx.$executeRaw`
    UPDATE notifications n SET status = e.status, retry_at = e.at, request_body = NULL,
      started_at = CASE WHEN e.status = 'unexplained_error' THEN n.started_at END
    FROM unnest(${left.map((one) => one.id)}::bigint[], ${left.map((one) => one.state)}::text[],
      ${left.map((one) => later(now, one.ms))}::timestamptz[]) AS e(id, status, at)
    WHERE n.id = e.id AND ${statusIn('sending')} AND ${lastTouchedBy(lease)}`;
}

/** Repeats that were written down and not made: their call is as much uncertain as before, and due again at once. */
async function undoRepeats({
  tx,
  lease,
  ids,
  now,
}: {
  tx: Tx;
  lease: Lease;
  ids: bigint[];
  now: Date;
}): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE notifications n SET retry_at = ${now}, attempts = n.attempts - 1
    WHERE n.id = ANY(${ids}::bigint[]) AND ${statusIn('sending')} AND ${lastTouchedBy(lease)}`;
}

/**
 * Messages that were certainly not sent, as far as they are still in one of `states`: the row goes, the quota is free again, and the shopper
 * waits again in the old position; whoever opted out meanwhile does not.
 * @returns the subscriptions that were released.
 */
async function release({
  tx,
  lease,
  ids,
  states,
  now,
}: {
  tx: Tx;
  lease: Lease;
  ids: bigint[];
  states: NotificationStatus[];
  now: Date;
}): Promise<bigint[]> {
  if (ids.length === 0) return [];
  // Three statements, not one: the first may wait for a row, and the last has to see who opted out while it did.
  const rows = await queryRows<{ shopId: bigint; subscriptionId: bigint; restockId: bigint }>({
    tx,
    sql: Prisma.sql`
    DELETE FROM notifications n WHERE n.id = ANY(${ids}::bigint[]) AND ${statusIn(...states)} AND ${lastTouchedBy(lease)}
    RETURNING n.shop_id, n.subscription_id, n.restock_id`,
  });
  if (rows.length === 0) return [];
  const shopIds = rows.map((row) => row.shopId);
  await tx.$executeRaw`
    UPDATE restocks r SET claimed_count = GREATEST(0, r.claimed_count - back.count)
    FROM (SELECT shop_id, id, count(*)::int AS count
      FROM unnest(${shopIds}::bigint[], ${rows.map((row) => row.restockId)}::bigint[]) AS given(shop_id, id)
      GROUP BY shop_id, id ORDER BY shop_id, id) back
    WHERE r.shop_id = back.shop_id AND r.id = back.id`;
  const subscriptionIds = rows.map((row) => row.subscriptionId);
  await tx.$executeRaw`
    UPDATE subscriptions s SET
      status = CASE WHEN p.opted_out_at IS NULL THEN 'waiting' ELSE 'cancelled' END,
      grant_token = CASE WHEN p.opted_out_at IS NULL THEN s.grant_token END,
      ended_at = CASE WHEN p.opted_out_at IS NULL THEN NULL::timestamptz ELSE ${now} END,
      end_reason = CASE WHEN p.opted_out_at IS NULL THEN NULL ELSE 'shopper_opted_out' END
    FROM shoppers p, unnest(${shopIds}::bigint[], ${subscriptionIds}::bigint[]) AS back(shop_id, id)
    WHERE s.shop_id = back.shop_id AND s.id = back.id AND s.status = 'claimed' AND p.shop_id = s.shop_id AND p.id = s.shopper_id`;
  return subscriptionIds;
}

/** What was claimed and never started, by whomever: nobody will send it now. */
export async function releaseNeverStarted({
  metaPageId,
  lease,
  now,
}: {
  metaPageId: string;
  lease: Lease;
  now: Date;
}): Promise<number> {
  const rows = await queryRows<{ id: bigint }>({
    tx: db,
    sql: Prisma.sql`
    SELECT n.id FROM pages pg
    JOIN subscriptions s ON s.page_id = pg.id AND s.status = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.finished_at IS NULL LIMIT 1) n
    WHERE pg.meta_page_id = ${metaPageId} AND n.status = 'claimed' AND n.retry_at IS NULL`,
  });
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  const released = await db.$transaction((tx) => release({ tx, lease, ids, states: ['claimed'], now }));
  return released.length;
}

/** Every unexplained or postponed message of the Page (or of one connection): all grants kept. */
export async function releaseAllUnsent({
  tx,
  metaPageId,
  pageId = null,
  lease,
  now,
}: {
  tx: Tx;
  metaPageId: string;
  pageId?: bigint | null;
  lease: Lease;
  now: Date;
}): Promise<bigint[]> {
  const rows = await queryRows<{ id: bigint }>({
    tx,
    sql: Prisma.sql`
    SELECT n.id FROM pages pg
    JOIN subscriptions s ON s.page_id = pg.id AND s.status = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.finished_at IS NULL LIMIT 1) n
    WHERE pg.meta_page_id = ${metaPageId} AND (n.status = 'unexplained_error' OR n.status = 'claimed' AND n.retry_at IS NOT NULL)
      AND (${pageId}::bigint IS NULL OR n.page_id = ${pageId}::bigint)`,
  });
  return release({
    tx,
    lease,
    ids: rows.map((row) => row.id),
    states: ['claimed', 'unexplained_error'],
    now,
  });
}

/** Five minutes without an answer: nobody can know whether it was sent, and it is recorded so. */
export async function expireUncertain({
  metaPageId,
  inFlight,
  lease,
  now,
}: {
  metaPageId: string;
  inFlight: bigint[];
  lease: Lease;
  now: Date;
}): Promise<void> {
  await db.$executeRaw`
    WITH done AS (
      UPDATE notifications n SET status = 'unknown', finished_at = ${now}, request_body = NULL, retry_at = NULL, failure_reason = 'no_answer'
      WHERE n.id = ANY(ARRAY(
          SELECT n.id FROM pages pg
          JOIN subscriptions s ON s.page_id = pg.id AND s.status = 'claimed'
          CROSS JOIN LATERAL (SELECT * FROM notifications n WHERE n.shop_id = s.shop_id AND n.subscription_id = s.id AND n.finished_at IS NULL LIMIT 1) n
          WHERE pg.meta_page_id = ${metaPageId}
            AND n.status = 'sending' AND n.started_at <= ${later(now, -GIVE_UP_MS)} AND n.id <> ALL(${inFlight}::bigint[])))
        AND n.status = 'sending' AND ${leaseIsCurrent(lease)}
      RETURNING n.shop_id, n.subscription_id)
    UPDATE subscriptions s SET status = 'unknown', grant_token = NULL, ended_at = ${now}, end_reason = 'no_response'
    FROM done WHERE s.shop_id = done.shop_id AND s.id = done.subscription_id AND COALESCE(s.status = 'claimed', false)`;
}
