// Records how sends ended, in batches: sent, failed, released, expired.
import { type NotificationState, Prisma } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { type Lease, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { statusIn } from './claim.server.ts';
import { UNEXPLAINED_RETRY_MS, GIVE_UP_MS, type Outcome } from './outcome.ts';

export type FinishedSend = { id: bigint; verdict: Outcome };

type Of<End extends Outcome['end']> = { id: bigint; verdict: Extract<Outcome, { end: End }> };

const only = <End extends Outcome['end']>(all: FinishedSend[], end: End) =>
  all.filter((one): one is Of<End> => one.verdict.end === end);

const UNFINISHED: NotificationState[] = ['claimed', 'begun', 'doubtful'];

/**
 * SQL over `n`: this worker was the last to touch it, or still holds the Page. What is known to be unsent is recorded also when the lease has
 * passed meanwhile: whoever takes a row up writes an epoch of their own into it, so that nothing of theirs can be meant.
 */
const lastTouchedBy = (lease: Lease): Prisma.Sql =>
  Prisma.sql`(n."epoch" = ${lease.epoch} OR ${leaseIsCurrent(lease)})`;

/** Writes all verdicts in one transaction. What is in doubt needs no word: it stays begun, and its repeat stands written since then. */
export async function finishSends({
  settlings,
  lease,
  now,
}: {
  settlings: FinishedSend[];
  lease: Lease;
  now: Date;
}): Promise<void> {
  const written = settlings.filter(({ verdict }) => verdict.end !== 'in_doubt');
  if (written.length === 0) return;
  const sent = only(written, 'sent').map(({ id, verdict }) => ({ id, mid: verdict.mid }));
  // Nearly always there is nothing else: one statement, one commit.
  if (sent.length === written.length) return finishSent({ tx: db, sent, now });
  await db.$transaction(async (tx) => {
    await finishSent({ tx, sent, now });
    await finishOthers({
      tx,
      lease,
      ending: 'presumed',
      ends: only(written, 'presumed').map(({ id }) => ({ id, reason: 'repeat_refused' })),
      now,
    });
    await finishOthers({
      tx,
      lease,
      ending: 'refused',
      ends: only(written, 'refused').map(({ id, verdict }) => ({ id, reason: verdict.reason })),
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
      UPDATE "Notification" n SET "state" = 'sent', "mid" = COALESCE(e."mid", n."mid"), "settledAt" = ${now}, "body" = NULL, "retryAt" = NULL, "reason" = NULL
      FROM unnest(${sent.map((one) => one.id)}::bigint[], ${sent.map((one) => one.mid)}::text[]) AS e("id", "mid")
      WHERE n."id" = e."id" AND NOT ${statusIn('sent')}
      RETURNING n."subscriptionId")
    UPDATE "Subscription" s SET "state" = 'told', "token" = NULL, "endedAt" = ${now}, "endedBecause" = NULL
    FROM done WHERE s."id" = done."subscriptionId" AND s."state" <> 'told'`;
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
  ending: 'presumed' | 'refused';
  ends: { id: bigint; reason: string }[];
  now: Date;
}): Promise<void> {
  if (ends.length === 0) return;
  await tx.$executeRaw`
    WITH done AS (
      UPDATE "Notification" n SET "state" = ${ending}::"NotificationState", "settledAt" = ${now}, "body" = NULL, "retryAt" = NULL, "reason" = e."reason"
      FROM unnest(${ends.map((one) => one.id)}::bigint[], ${ends.map((one) => one.reason)}::text[]) AS e("id", "reason")
      WHERE n."id" = e."id" AND ${statusIn('begun')} AND ${leaseIsCurrent(lease)}
      RETURNING n."subscriptionId", n."reason")
    UPDATE "Subscription" s SET "state" = ${ending}::"SubscriptionState", "token" = NULL, "endedAt" = ${now}, "endedBecause" = done."reason"
    FROM done WHERE s."id" = done."subscriptionId" AND COALESCE(s."state" = 'claimed', false)`;
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
    ...only(settlings, 'again').map(({ id, verdict }) => ({ id, state: 'claimed', ms: verdict.afterMs })),
    ...only(settlings, 'doubtful').map(({ id }) => ({ id, state: 'doubtful', ms: UNEXPLAINED_RETRY_MS })),
  ];
  if (left.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Notification" n SET "state" = e."state"::"NotificationState", "retryAt" = e."at", "body" = NULL,
      "begunAt" = CASE WHEN e."state" = 'doubtful' THEN n."begunAt" END
    FROM unnest(${left.map((one) => one.id)}::bigint[], ${left.map((one) => one.state)}::text[],
      ${left.map((one) => later(now, one.ms))}::timestamptz[]) AS e("id", "state", "at")
    WHERE n."id" = e."id" AND ${statusIn('begun')} AND ${lastTouchedBy(lease)}`;
}

/** Repeats that were written down and not made: their call is as much in doubt as before, and due again at once. */
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
    UPDATE "Notification" n SET "retryAt" = ${now}, "attempts" = n."attempts" - 1
    WHERE n."id" = ANY(${ids}::bigint[]) AND ${statusIn('begun')} AND ${lastTouchedBy(lease)}`;
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
  states: NotificationState[];
  now: Date;
}): Promise<bigint[]> {
  if (ids.length === 0) return [];
  // Three statements, not one: the first may wait for a row, and the last has to see who opted out while it did.
  const rows = await tx.$queryRaw<{ subscriptionId: bigint; restockId: bigint }[]>`
    DELETE FROM "Notification" n WHERE n."id" = ANY(${ids}::bigint[]) AND ${statusIn(...states)} AND ${lastTouchedBy(lease)}
    RETURNING n."subscriptionId", n."restockId"`;
  if (rows.length === 0) return [];
  await tx.$executeRaw`
    UPDATE "Restock" r SET "told" = GREATEST(0, r."told" - back."count")
    FROM (SELECT "id", count(*)::int AS "count" FROM unnest(${rows.map((row) => row.restockId)}::bigint[]) AS given("id") GROUP BY "id" ORDER BY "id") back
    WHERE r."id" = back."id"`;
  const subscriptionIds = rows.map((row) => row.subscriptionId);
  await tx.$executeRaw`
    UPDATE "Subscription" s SET
      "state" = CASE WHEN p."stoppedAt" IS NULL THEN 'waiting' ELSE 'stopped' END::"SubscriptionState",
      "token" = CASE WHEN p."stoppedAt" IS NULL THEN s."token" END,
      "endedAt" = CASE WHEN p."stoppedAt" IS NULL THEN NULL::timestamptz ELSE ${now} END,
      "endedBecause" = CASE WHEN p."stoppedAt" IS NULL THEN NULL ELSE 'the shopper said STOP' END
    FROM "Shopper" p WHERE s."id" = ANY(${subscriptionIds}::bigint[]) AND s."state" = 'claimed' AND p."id" = s."shopperId"`;
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
  const rows = await db.$queryRaw<{ id: bigint }[]>`
    SELECT n."id" FROM "Page" pg
    JOIN "Subscription" s ON s."pageId" = pg."id" AND s."state" = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n
    WHERE pg."metaPageId" = ${metaPageId} AND n."state" = 'claimed' AND n."retryAt" IS NULL`;
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
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT n."id" FROM "Page" pg
    JOIN "Subscription" s ON s."pageId" = pg."id" AND s."state" = 'claimed'
    CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n
    WHERE pg."metaPageId" = ${metaPageId} AND (n."state" = 'doubtful' OR n."state" = 'claimed' AND n."retryAt" IS NOT NULL)
      AND (${pageId}::bigint IS NULL OR n."pageId" = ${pageId}::bigint)`;
  return release({ tx, lease, ids: rows.map((row) => row.id), states: ['claimed', 'doubtful'], now });
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
      UPDATE "Notification" n SET "state" = 'unknown', "settledAt" = ${now}, "body" = NULL, "retryAt" = NULL, "reason" = 'no_answer'
      WHERE n."id" = ANY(ARRAY(
          SELECT n."id" FROM "Page" pg
          JOIN "Subscription" s ON s."pageId" = pg."id" AND s."state" = 'claimed'
          CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n
          WHERE pg."metaPageId" = ${metaPageId}
            AND n."state" = 'begun' AND n."begunAt" <= ${later(now, -GIVE_UP_MS)} AND n."id" <> ALL(${inFlight}::bigint[])))
        AND n."state" = 'begun' AND ${leaseIsCurrent(lease)}
      RETURNING n."subscriptionId")
    UPDATE "Subscription" s SET "state" = 'unknown', "token" = NULL, "endedAt" = ${now}, "endedBecause" = 'no_answer'
    FROM done WHERE s."id" = done."subscriptionId" AND COALESCE(s."state" = 'claimed', false)`;
}
