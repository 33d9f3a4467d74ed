// The circuit of a Page's sender: why it opens, and the single probe that may close it.
import { Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { type Lease, leaseIsCurrent } from '../jobs/lease.server.ts';
import { later, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { PROBING } from '../messenger/page-status.ts';
import { clearIssue, recordTestPassed, setIssue } from '../messenger/pages.server.ts';
import { releaseAllUnsent } from './finish.server.ts';
import type { AnsweredSend } from './result-writer.server.ts';
import { type CircuitState, CLOSED_CIRCUIT, type InARow, type SenderState } from './sender-state.ts';

/** Meta gave no answer any more. */
const NO_RESPONSE = 'silence';

/** Bare refusals of first attempts in a row that open a sender's circuit. */
const FAILURE_THRESHOLD = 3;

const LONGEST_PROBE_DELAY_MS = 10 * MINUTE;

export async function loadCircuit({ metaPageId }: { metaPageId: string }): Promise<CircuitState> {
  const row = await db.pageSender.findUnique({ where: { metaPageId } });
  return row ?? CLOSED_CIRCUIT;
}

/** Waits as long as the trouble has lasted already, between a minute and ten: a dead Page hears little from us. */
const nextProbeAt = ({ since, now }: { since: Date; now: Date }): Date =>
  later(now, Math.min(LONGEST_PROBE_DELAY_MS, Math.max(MINUTE, now.getTime() - since.getTime())));

/** Opens the circuit, or only sets the next probe. @returns the circuit; undefined: the lease has passed to somebody else. */
async function save({
  tx,
  metaPageId,
  lease,
  pausedAt,
  because,
  probeAt,
}: {
  tx: Tx;
  metaPageId: string;
  lease: Lease;
  pausedAt: Date | null;
  because: string | null;
  probeAt: Date;
}): Promise<CircuitState | undefined> {
  const [row] = await queryRows<CircuitState>({
    tx,
    sql: Prisma.sql`
    INSERT INTO page_senders (meta_page_id, paused_at, pause_reason, probe_at)
    SELECT ${metaPageId}, ${pausedAt}::timestamptz, ${because}, ${probeAt} WHERE ${leaseIsCurrent(lease)}
    ON CONFLICT (meta_page_id) DO UPDATE SET paused_at = COALESCE(page_senders.paused_at, excluded.paused_at),
      pause_reason = COALESCE(excluded.pause_reason, page_senders.pause_reason), probe_at = excluded.probe_at
    RETURNING paused_at, pause_reason, unexplained_errors, probe_at`,
  });
  return row;
}

type Issue = NonNullable<AnsweredSend['issue']> & { pageId: bigint };

/**
 * The Page has an issue: it is marked for the merchant, whoever was not notified waits again with the permission grant, and nothing more is
 * sent through this connection (or, `whole`, through any of this Meta Page) until it is over.
 * @returns the circuit (undefined: as before), and the subscriptions that wait again.
 */
async function openCircuit(
  { metaPageId, lease }: SenderState,
  { pageId, issue, whole }: Issue,
  now: Date,
): Promise<{ circuit: CircuitState | undefined; released: bigint[] }> {
  log.warn('circuit.opened_by_issue', { metaPageId, issue, whole });
  return db.$transaction(async (tx) => {
    await setIssue({ ...(whole ? { metaPageId } : { pageId }), issue, now, tx });
    // A dead token is mended by the merchant alone: nothing is tried until then.
    const circuit =
      issue === 'reconnect'
        ? undefined
        : await save({
            tx,
            metaPageId,
            lease,
            pausedAt: whole ? now : null,
            because: whole ? issue : null,
            probeAt: await probeAfter({ tx, metaPageId, now }),
          });
    const released = await releaseAllUnsent({ tx, metaPageId, pageId: whole ? null : pageId, lease, now });
    return { circuit, released };
  });
}

async function probeAfter({ tx, metaPageId, now }: { tx: Tx; metaPageId: string; now: Date }): Promise<Date> {
  const oldest = await tx.page.aggregate({
    where: { metaPageId, disconnectedAt: null, issue: { in: PROBING } },
    _min: { issueSince: true },
  });
  return nextProbeAt({ since: oldest._min.issueSince ?? now, now });
}

/** Meta gives no answer any more: no further permission grant is put at risk until one comes. */
async function openCircuitForNoResponse(
  { metaPageId, lease }: SenderState,
  pausedAt: Date | null,
  now: Date,
): Promise<CircuitState | undefined> {
  log.warn('circuit.opened_by_silence', { metaPageId });
  const probeAt = nextProbeAt({ since: pausedAt ?? now, now });
  return save({ tx: db, metaPageId, lease, pausedAt: now, because: NO_RESPONSE, probeAt });
}

/** How many unexplained errors of first attempts have come in a row: remembered beyond this worker. */
async function recordUnexplainedErrors({
  metaPageId,
  inARow,
}: {
  metaPageId: string;
  inARow: number;
}): Promise<void> {
  await db.pageSender.upsert({
    where: { metaPageId },
    create: { metaPageId, unexplainedErrors: inARow },
    update: { unexplainedErrors: inARow },
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
  const probeAt = nextProbeAt({ since, now });
  await db.pageSender.upsert({ where: { metaPageId }, create: { metaPageId, probeAt }, update: { probeAt } });
  return probeAt;
}

/** Meta has accepted a message through these connections: what stood in their way is over. */
async function closeCircuit({
  metaPageId,
  pageIds,
  whole,
}: {
  metaPageId: string;
  pageIds: bigint[];
  whole: boolean;
}): Promise<void> {
  await db.$transaction(async (tx) => {
    await tx.pageSender.updateMany({
      where: { metaPageId },
      data: { pausedAt: null, pauseReason: null, unexplainedErrors: 0, probeAt: null },
    });
    if (whole) await clearIssue({ metaPageId, only: ['restricted', 'blocked', 'unexplained_errors'], tx });
    for (const pageId of pageIds) await clearIssue({ pageId, only: PROBING, tx });
  });
}

/** So many calls in a row without any answer open a sender's circuit. */
const NO_RESPONSE_THRESHOLD = 5;

const PAUSE_AFTER_UNEXPLAINED_MS = 5 * MINUTE;

/** What the answers change, for the sender to take over. */
export type CircuitChange = {
  /** undefined: as before. */ circuit: CircuitState | undefined;
  inARow: InARow;
  /** Connections through which nothing can be sent now: what waits for its turn is to be released. */
  release: 'all' | Set<bigint> | undefined;
  /** Subscriptions that let others go first, until then (ms of the clock). */ resting: Map<bigint, number>;
  /** Whether what stands in the way of the Page, or of one of its connections, is another than before. */ changed: boolean;
};

/** @param answers in the order in which they came. Writes to the database, and changes nothing of `state`. */
export async function applyOutcomes(
  answers: AnsweredSend[],
  state: SenderState,
  now: Date,
): Promise<CircuitChange> {
  const { metaPageId } = state;
  const before = state.inARow.unexplained ?? state.circuit.unexplainedErrors;
  const { unexplained, unanswered, mostUnexplained, mostUnanswered } = countInARow(answers, {
    unexplained: before,
    unanswered: state.inARow.unanswered,
  });
  const change: CircuitChange = {
    circuit: undefined,
    inARow: { unexplained, unanswered },
    release: undefined,
    resting: new Map(),
    changed: false,
  };
  if (await recordSuccess(answers, state, now)) {
    change.circuit = CLOSED_CIRCUIT;
    change.changed = true;
  }
  const issues = issuesOf(answers);
  if (unexplained !== before) await recordUnexplainedErrors({ metaPageId, inARow: unexplained });
  const last = answers.findLast(({ outcome }) => outcome.end === 'unexplained_error');
  if (last && mostUnexplained >= FAILURE_THRESHOLD && unexplained > 0)
    issues.push({ pageId: last.row.pageId, issue: 'unexplained_errors', whole: true });
  for (const issue of issues) {
    const { circuit, released } = await openCircuit(state, issue, now);
    change.circuit = circuit ?? change.circuit;
    change.changed = true;
    if (issue.whole) change.release = 'all';
    else if (change.release !== 'all') change.release = new Set(change.release).add(issue.pageId);
    // Whoever was refused without a reason lets others try first: one bad token must not stand for all.
    if (issue.issue === 'unexplained_errors')
      for (const id of released) change.resting.set(id, now.getTime() + PAUSE_AFTER_UNEXPLAINED_MS);
  }
  if (mostUnanswered >= NO_RESPONSE_THRESHOLD && unanswered > 0 && issues.length === 0) {
    change.circuit =
      (await openCircuitForNoResponse(state, (change.circuit ?? state.circuit).pausedAt, now)) ??
      change.circuit;
    change.release = 'all';
    change.changed = true;
  }
  return change;
}

/** `most…`: the longest that each row was meanwhile; the merchant's test opens no circuit by an unexplained error. */
function countInARow(answers: AnsweredSend[], before: { unexplained: number; unanswered: number }) {
  let { unexplained, unanswered } = before;
  let mostUnexplained = 0;
  let mostUnanswered = 0;
  for (const { row, outcome, issue } of answers) {
    if (outcome.end === 'sent') unexplained = 0;
    else if (outcome.end === 'unexplained_error') unexplained += 1;
    if (outcome.end === 'in_doubt' && issue === undefined) unanswered += 1;
    else if (outcome.end !== 'put_back') unanswered = 0;
    if (!row.isTest) mostUnexplained = Math.max(mostUnexplained, unexplained);
    mostUnanswered = Math.max(mostUnanswered, unanswered);
  }
  return { unexplained, unanswered, mostUnexplained, mostUnanswered };
}

/**
 * What Meta accepted: the merchant's test has passed, and an issue in the way of this connection is over.
 * @returns whether the circuit was closed.
 */
async function recordSuccess(
  answers: AnsweredSend[],
  { metaPageId, circuit, pages, pictureRefused }: SenderState,
  now: Date,
): Promise<boolean> {
  const accepted = answers.filter(({ outcome }) => outcome.end === 'sent');
  if (accepted.length === 0) {
    const answered = answers.some(({ outcome, issue }) => issue || isAnswer(outcome.end));
    if (circuit.pauseReason !== NO_RESPONSE || !answered) return false;
    await closeCircuit({ metaPageId, pageIds: [], whole: false });
    return true;
  }
  for (const { row, picture } of accepted.filter((one) => one.row.isTest))
    await recordTestPassed({
      pageId: row.pageId,
      picture: picture ? true : pictureRefused.has(row.pageId) ? false : null,
      now,
    });
  const sentThrough = new Set(accepted.map(({ row }) => row.pageId));
  const pageIds = [...sentThrough].filter((id) => PROBING.some((issue) => pages.get(id)?.issue === issue));
  const { pausedAt, pauseReason, unexplainedErrors: doubtful, probeAt } = circuit;
  if (pausedAt === null && doubtful === 0 && probeAt === null && pageIds.length === 0) return false;
  await closeCircuit({ metaPageId, pageIds, whole: pausedAt !== null && pauseReason !== NO_RESPONSE });
  return true;
}

/** Ends that only an answer of Meta's can bring. */
const isAnswer = (end: AnsweredSend['outcome']['end']) =>
  end === 'sent' || end === 'assumed_sent' || end === 'failed' || end === 'unexplained_error';

/** Each issue that Meta named, once. */
function issuesOf(answers: AnsweredSend[]): Issue[] {
  const issues = new Map<string, Issue>();
  for (const { row, issue } of answers) {
    if (issue === undefined) continue;
    const key = `${issue.issue} ${issue.whole ? '' : row.pageId}`;
    if (!issues.has(key)) issues.set(key, { pageId: row.pageId, ...issue });
  }
  return [...issues.values()];
}
