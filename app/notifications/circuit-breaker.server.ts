// The circuit of a Page's sender: why it opens, and the single probe that may close it.
import type { PageTrouble } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { type Lease, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { PROBING } from '../messenger/page-status.ts';
import { clearIssue, setIssue, type Page, recordTestPassed } from '../messenger/pages.server.ts';
import { releaseAllUnsent } from './finish.server.ts';
import type { InFlightSends } from './in-flight-sends.server.ts';
import type { AnsweredSend } from './result-writer.server.ts';
import { stateOf } from './sender-state.ts';

export type CircuitState = {
  pausedAt: Date | null;
  pausedBecause: string | null;
  doubtful: number;
  tryAt: Date | null;
};

export const CLOSED_CIRCUIT: CircuitState = { pausedAt: null, pausedBecause: null, doubtful: 0, tryAt: null };

/** Meta gave no answer any more. */
export const NO_RESPONSE = 'silence';

/** Bare refusals of first attempts in a row that pause a lane. */
export const FAILURE_THRESHOLD = 3;

const LONGEST_PROBE_DELAY_MS = 10 * MINUTE;

export async function loadCircuit({ metaPageId }: { metaPageId: string }): Promise<CircuitState> {
  const row = await db.lane.findUnique({ where: { metaPageId } });
  return row ?? CLOSED_CIRCUIT;
}

/** Waits as long as the trouble has lasted already, between a minute and ten: a dead Page hears little from us. */
export const nextProbeAt = ({ since, now }: { since: Date; now: Date }): Date =>
  later(now, Math.min(LONGEST_PROBE_DELAY_MS, Math.max(MINUTE, now.getTime() - since.getTime())));

async function write({
  tx,
  metaPageId,
  lease,
  pausedAt,
  because,
  tryAt,
}: {
  tx: Tx;
  metaPageId: string;
  lease: Lease;
  pausedAt: Date | null;
  because: string | null;
  tryAt: Date;
}): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "Lane" ("metaPageId", "pausedAt", "pausedBecause", "tryAt")
    SELECT ${metaPageId}, ${pausedAt}::timestamptz, ${because}, ${tryAt} WHERE ${leaseIsCurrent(lease)}
    ON CONFLICT ("metaPageId") DO UPDATE SET "pausedAt" = COALESCE("Lane"."pausedAt", excluded."pausedAt"),
      "pausedBecause" = COALESCE(excluded."pausedBecause", "Lane"."pausedBecause"), "tryAt" = excluded."tryAt"`;
}

/**
 * The Page is in trouble: it is marked for the merchant, whoever was not told waits again with their token, and nothing more is sent
 * through this connection (or, `whole`, through any of this Meta Page) until it is mended.
 * @returns the subscriptions that wait again.
 */
export async function openCircuit({
  metaPageId,
  pageId,
  lease,
  trouble,
  whole,
  now,
}: {
  metaPageId: string;
  pageId: bigint;
  lease: Lease;
  trouble: PageTrouble;
  whole: boolean;
  now: Date;
}): Promise<bigint[]> {
  log.warn('a Page is in trouble; whoever waits for it keeps their token', { metaPageId, trouble, whole });
  return db.$transaction(async (tx) => {
    await setIssue({ ...(whole ? { metaPageId } : { pageId }), trouble, now, tx });
    // A dead token is mended by the merchant alone: nothing is tried until then.
    if (trouble !== 'reconnect')
      await write({
        tx,
        metaPageId,
        lease,
        pausedAt: whole ? now : null,
        because: whole ? trouble : null,
        tryAt: await probeAfter({ tx, metaPageId, now }),
      });
    return releaseAllUnsent({ tx, metaPageId, ...(whole ? {} : { pageId }), lease, now });
  });
}

async function probeAfter({ tx, metaPageId, now }: { tx: Tx; metaPageId: string; now: Date }): Promise<Date> {
  const oldest = await tx.page.aggregate({
    where: { metaPageId, disconnectedAt: null, trouble: { in: PROBING } },
    _min: { troubleSince: true },
  });
  return nextProbeAt({ since: oldest._min.troubleSince ?? now, now });
}

/** Meta gives no answer any more: no further token is put at risk until one comes. */
export async function openCircuitForNoResponse({
  metaPageId,
  lease,
  now,
}: {
  metaPageId: string;
  lease: Lease;
  now: Date;
}): Promise<void> {
  const { pausedAt } = await loadCircuit({ metaPageId });
  log.warn('Meta gives no answer; the lane waits', { metaPageId });
  await write({
    tx: db,
    metaPageId,
    lease,
    pausedAt: now,
    because: NO_RESPONSE,
    tryAt: nextProbeAt({ since: pausedAt ?? now, now }),
  });
}

/** How many bare refusals of first attempts have come in a row: remembered beyond this worker. */
export async function recordUnexplainedErrors({
  metaPageId,
  inARow,
}: {
  metaPageId: string;
  inARow: number;
}): Promise<void> {
  await db.lane.upsert({
    where: { metaPageId },
    create: { metaPageId, doubtful: inARow },
    update: { doubtful: inARow },
  });
}

/** When the next message may try whether the trouble has passed; written down before it does. */
export async function scheduleProbe({
  metaPageId,
  since,
  now,
}: {
  metaPageId: string;
  since: Date;
  now: Date;
}): Promise<Date> {
  const tryAt = nextProbeAt({ since, now });
  await db.lane.upsert({ where: { metaPageId }, create: { metaPageId, tryAt }, update: { tryAt } });
  return tryAt;
}

/** Meta has accepted a message through this connection: what stood in its way is over. */
export async function closeCircuit({
  metaPageId,
  pageIds,
  whole,
}: {
  metaPageId: string;
  pageIds: bigint[];
  whole: boolean;
}): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.lane.updateMany({
      where: { metaPageId },
      data: { pausedAt: null, pausedBecause: null, doubtful: 0, tryAt: null },
    });
    if (whole) await clearIssue({ metaPageId, only: ['restricted', 'blocked', 'doubtful'], tx });
    for (const pageId of pageIds) await clearIssue({ pageId, only: PROBING, tx });
  });
}

/** So many calls in a row without any answer pause a lane. */
const NO_RESPONSE_THRESHOLD = 5;

const PAUSE_AFTER_UNEXPLAINED_MS = 5 * MINUTE;

type Given = {
  metaPageId: string;
  lease: Lease;
  /** In the order in which they came. */ answers: AnsweredSend[];
  pause: CircuitState;
  pages: ReadonlyMap<bigint, Page>;
  calls: InFlightSends;
  now: Date;
};

/** @returns whether what stands in the way of the lane, or of one of its connections, has changed. */
export async function applyOutcomes(given: Given): Promise<boolean> {
  const { metaPageId, lease, answers, pause, now } = given;
  const memory = stateOf(lease);
  memory.doubtfulInARow ??= pause.doubtful;
  const doubtfulBefore = memory.doubtfulInARow;
  let doubtfulMost = 0;
  let silentMost = 0;
  for (const { row, verdict, trouble } of answers) {
    if (verdict.end === 'sent') memory.doubtfulInARow = 0;
    else if (verdict.end === 'doubtful') memory.doubtfulInARow += 1;
    if (verdict.end === 'in_doubt' && trouble === undefined) memory.silentInARow += 1;
    else if (verdict.end !== 'put_back') memory.silentInARow = 0;
    if (!row.isTest) doubtfulMost = Math.max(doubtfulMost, memory.doubtfulInARow);
    silentMost = Math.max(silentMost, memory.silentInARow);
  }

  const mended = await recordSuccess(given);
  let troubled = await recordFailure(given);
  if (memory.doubtfulInARow !== doubtfulBefore)
    await recordUnexplainedErrors({ metaPageId, inARow: memory.doubtfulInARow });
  const lastDoubtful = answers.findLast(({ verdict }) => verdict.end === 'doubtful');
  if (lastDoubtful && doubtfulMost >= FAILURE_THRESHOLD && memory.doubtfulInARow > 0) {
    await stop(given, { pageId: lastDoubtful.row.pageId, trouble: 'doubtful', whole: true });
    troubled = true;
  }
  if (silentMost >= NO_RESPONSE_THRESHOLD && memory.silentInARow > 0 && !troubled) {
    await openCircuitForNoResponse({ metaPageId, lease, now });
    given.calls.dropWaiting(() => true);
    troubled = true;
  }
  return mended || troubled;
}

/** What Meta accepted: the merchant's test has passed, and a trouble in the way of this connection is over. */
async function recordSuccess({ metaPageId, answers, pause, pages, calls, now }: Given): Promise<boolean> {
  const accepted = answers.filter(({ verdict }) => verdict.end === 'sent');
  if (accepted.length === 0) {
    const heard = answers.some(({ verdict, trouble }) => trouble || isWord(verdict.end));
    if (pause.pausedBecause !== NO_RESPONSE || !heard) return false;
    await closeCircuit({ metaPageId, pageIds: [], whole: false });
    return true;
  }
  for (const { row, picture } of accepted.filter((one) => one.row.isTest))
    await recordTestPassed({
      pageId: row.pageId,
      picture: picture ? true : calls.pictureRefused(row.pageId) ? false : null,
      now,
    });
  const spoke = new Set(accepted.map(({ row }) => row.pageId));
  const ill = [...spoke].filter((id) => PROBING.some((trouble) => pages.get(id)?.trouble === trouble));
  if (pause.pausedAt === null && pause.doubtful === 0 && pause.tryAt === null && ill.length === 0)
    return false;
  await closeCircuit({
    metaPageId,
    pageIds: ill,
    whole: pause.pausedAt !== null && pause.pausedBecause !== NO_RESPONSE,
  });
  return true;
}

/** Ends that only an answer of Meta's can bring. */
const isWord = (end: AnsweredSend['verdict']['end']) =>
  end === 'sent' || end === 'presumed' || end === 'refused' || end === 'doubtful';

async function recordFailure(given: Given): Promise<boolean> {
  const seen = new Set<string>();
  for (const { row, trouble } of given.answers) {
    if (trouble === undefined) continue;
    const key = `${trouble.trouble} ${trouble.whole ? '' : row.pageId}`;
    if (seen.has(key)) continue;
    seen.add(key);
    await stop(given, { pageId: row.pageId, ...trouble });
  }
  return seen.size > 0;
}

async function stop(
  { metaPageId, lease, calls, now }: Given,
  trouble: { pageId: bigint; trouble: NonNullable<AnsweredSend['trouble']>['trouble']; whole: boolean },
): Promise<void> {
  const released = await openCircuit({ metaPageId, lease, now, ...trouble });
  // Whoever was refused without a reason lets others try first: one bad token must not stand for all.
  if (trouble.trouble === 'doubtful')
    for (const id of released) stateOf(lease).resting.set(id, now.getTime() + PAUSE_AFTER_UNEXPLAINED_MS);
  calls.dropWaiting((row) => trouble.whole || row.pageId === trouble.pageId);
}
