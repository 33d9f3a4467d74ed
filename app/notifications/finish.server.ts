// How messages ended, many at a time: a success holds under any epoch, what was surely not sent from whoever began it, all else from the holder.
import { Prisma, type SubscriptionState } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Lease } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { statusIn, leaseIsCurrent, ours, unfinishedOf } from './claim.server.ts';
import { UNEXPLAINED_RETRY_MS, GIVE_UP_MS, type Outcome } from './outcome.ts';

export type FinishedSend = { id: bigint; verdict: Outcome };

type Of<End extends Outcome['end']> = { id: bigint; verdict: Extract<Outcome, { end: End }> };

const only = <End extends Outcome['end']>(all: FinishedSend[], end: End) =>
  all.filter((one): one is Of<End> => one.verdict.end === end);

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
    await release({ tx, lease, ids: only(written, 'put_back').map(({ id }) => id), now });
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
      WHERE n."id" = e."id" AND NOT ${statusIn({ states: ['sent'] })}
      RETURNING n."subscriptionId")
    ${endAsNotified({ now })}`;
}

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
  const rows = await tx.$queryRaw<{ subscriptionId: bigint; reason: string }[]>`
    UPDATE "Notification" n SET "state" = ${ending}::"NotificationState", "settledAt" = ${now}, "body" = NULL, "retryAt" = NULL, "reason" = e."reason"
    FROM unnest(${ends.map((one) => one.id)}::bigint[], ${ends.map((one) => one.reason)}::text[]) AS e("id", "reason")
    WHERE n."id" = e."id" AND ${statusIn({ states: ['begun'] })} AND ${leaseIsCurrent(lease)}
    RETURNING n."subscriptionId", n."reason"`;
  const ids = rows.map((row) => row.subscriptionId);
  await endSubscriptions({ tx, ids, ending, because: rows.map((row) => row.reason), now });
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
    WHERE n."id" = e."id" AND ${statusIn({ states: ['begun'] })} AND ${ours(lease)}`;
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
    WHERE n."id" = ANY(${ids}::bigint[]) AND ${statusIn({ states: ['begun'] })} AND ${ours(lease)}`;
}

/** Gives back the places of messages that were surely not sent: the row goes, and its shopper waits again, in place. */
export async function release({
  tx,
  lease,
  ids,
  now,
}: {
  tx: Tx;
  lease: Lease;
  ids: bigint[];
  now: Date;
}): Promise<bigint[]> {
  if (ids.length === 0) return [];
  const rows = await tx.$queryRaw<{ subscriptionId: bigint; restockId: bigint }[]>`
    DELETE FROM "Notification" n WHERE n."id" = ANY(${ids}::bigint[]) AND n."settledAt" IS NULL AND ${ours(lease)}
    RETURNING n."subscriptionId", n."restockId"`;
  await returnQuota({ tx, restockIds: rows.map((row) => row.restockId) });
  const subscriptionIds = rows.map((row) => row.subscriptionId);
  await returnToWaiting({ tx, ids: subscriptionIds, now });
  return subscriptionIds;
}

/** Rows that were claimed and never begun, by whomever: nobody will send them now, so their shoppers wait again. */
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
    SELECT n."id" FROM ${unfinishedOf({ metaPageId })} WHERE n."state" = 'claimed' AND n."retryAt" IS NULL`;
  if (rows.length === 0) return 0;
  const released = await db.$transaction((tx) =>
    releaseIf({ tx, lease, ids: rows.map((row) => row.id), state: 'claimed', now }),
  );
  return released.length;
}

/** Every doubtful or postponed message of the Page (or of one connection): all tokens kept. */
export async function releaseAllUnsent({
  tx,
  metaPageId,
  pageId,
  lease,
  now,
}: {
  tx: Tx;
  metaPageId: string;
  pageId?: bigint;
  lease: Lease;
  now: Date;
}): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ id: bigint; state: string }[]>`
    SELECT n."id", n."state"::text AS "state" FROM ${unfinishedOf({ metaPageId })}
    WHERE (n."state" = 'doubtful' OR n."state" = 'claimed' AND n."retryAt" IS NOT NULL)
      AND (${pageId ?? null}::bigint IS NULL OR n."pageId" = ${pageId ?? null}::bigint)`;
  const released: bigint[] = [];
  for (const state of ['claimed', 'doubtful'] as const) {
    const ids = rows.filter((row) => row.state === state).map((row) => row.id);
    released.push(...(await releaseIf({ tx, lease, ids, state, now })));
  }
  return released;
}

async function releaseIf({
  tx,
  lease,
  ids,
  state,
  now,
}: {
  tx: Tx;
  lease: Lease;
  ids: bigint[];
  state: 'claimed' | 'doubtful';
  now: Date;
}): Promise<bigint[]> {
  if (ids.length === 0) return [];
  // Between finding and locking a row may have been begun by its former holder: then it is in doubt, and stays.
  const still = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT "id" FROM "Notification" WHERE "id" = ANY(${ids}::bigint[]) AND "state" = ${state}::"NotificationState" FOR NO KEY UPDATE`;
  return release({ tx, lease, ids: still.map((row) => row.id), now });
}

/** Five minutes without a word: the fate is unknown, and it is said so. */
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
}): Promise<number> {
  return db.$transaction(async (tx) => {
    const rows = await tx.$queryRaw<{ subscriptionId: bigint }[]>`
      UPDATE "Notification" n SET "state" = 'unknown', "settledAt" = ${now}, "body" = NULL, "retryAt" = NULL, "reason" = 'no_answer'
      WHERE n."id" = ANY(ARRAY(SELECT n."id" FROM ${unfinishedOf({ metaPageId })}
          WHERE n."state" = 'begun' AND n."begunAt" <= ${later(now, -GIVE_UP_MS)} AND n."id" <> ALL(${inFlight}::bigint[])))
        AND n."state" = 'begun' AND ${leaseIsCurrent(lease)}
      RETURNING n."subscriptionId"`;
    const ids = rows.map((row) => row.subscriptionId);
    await endSubscriptions({ tx, ids, ending: 'unknown', because: ids.map(() => 'no_answer'), now });
    return rows.length;
  });
}

/** One place given back for every time that a restock is named. */
export async function returnQuota({ tx, restockIds }: { tx: Tx; restockIds: bigint[] }): Promise<void> {
  if (restockIds.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Restock" r SET "told" = GREATEST(0, r."told" - back."count")
    FROM (SELECT "id", count(*)::int AS "count" FROM unnest(${restockIds}::bigint[]) AS given("id") GROUP BY "id" ORDER BY "id") back
    WHERE r."id" = back."id"`;
}

/** Whoever was claimed and not told waits again, in place; whoever said STOP meanwhile does not. */
export async function returnToWaiting({ tx, ids, now }: { tx: Tx; ids: bigint[]; now: Date }): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Subscription" s SET
      "state" = CASE WHEN p."stoppedAt" IS NULL THEN 'waiting' ELSE 'stopped' END::"SubscriptionState",
      "token" = CASE WHEN p."stoppedAt" IS NULL THEN s."token" END,
      "endedAt" = CASE WHEN p."stoppedAt" IS NULL THEN NULL::timestamptz ELSE ${now} END,
      "endedBecause" = CASE WHEN p."stoppedAt" IS NULL THEN NULL ELSE 'the shopper said STOP' END
    FROM "Shopper" p WHERE s."id" = ANY(${ids}::bigint[]) AND s."state" = 'claimed' AND p."id" = s."shopperId"`;
}

export type EndStatus = Extract<SubscriptionState, 'presumed' | 'refused' | 'unknown'>;

/** SQL: whoever is in `done(subscriptionId)` was told, whatever was thought before. */
export const endAsNotified = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`
  UPDATE "Subscription" s SET "state" = 'told', "token" = NULL, "endedAt" = ${now}, "endedBecause" = NULL
  FROM done WHERE s."id" = done."subscriptionId" AND s."state" <> 'told'`;

/** Any other end, for many at once: it only closes what is open. */
export async function endSubscriptions({
  tx,
  ids,
  ending,
  because,
  now,
}: {
  tx: Tx;
  ids: bigint[];
  ending: EndStatus;
  because: string[];
  now: Date;
}): Promise<void> {
  if (ids.length === 0) return;
  await tx.$executeRaw`
    UPDATE "Subscription" s SET "state" = ${ending}::"SubscriptionState", "token" = NULL, "endedAt" = ${now}, "endedBecause" = e."because"
    FROM unnest(${ids}::bigint[], ${because}::text[]) AS e("id", "because")
    WHERE s."id" = e."id" AND COALESCE(s."state" = 'claimed', false)`;
}
