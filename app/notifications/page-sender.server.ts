// Sends one Page's notifications, oldest first: claims, starts, sends and records, many at a time, until nobody is left.
//
// | mode       | does                                                                                   | leaves when                            |
// | ---------- | -------------------------------------------------------------------------------------- | -------------------------------------- |
// | starting   | releases what an earlier holder claimed and never started; loads the state             | loaded → sending, blocked              |
// | sending    | claims 0.4 s ahead, starts 0.12 s ahead, sends at the rate limit, records; reads again | nobody left, twice → finished          |
// |            | every 250 ms, requests stock checks of restocks older than 20 s                        |                                        |
// | blocked    | the circuit is open, or every connection in need has an issue: only one probe at       | a send is accepted → sending           |
// |            | `probeAt`, and the merchant's own test                                                   |                                        |
// | unanswered | calls out and no answer for 5 s: starts and sends nothing                              | an answer → sending; 5 in a row opens  |
// |            |                                                                                        | the circuit → blocked                  |
// | draining   | lease lost, stop or failure: releases what was not sent, waits 5 s for answers         | empty → finished                       |
// | finished   | returns when to run again                                                              |                                        |
import { db } from '../db.server.ts';
import { holds } from '../jobs/lease.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { type Clock, later, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { type Page, pagesByMetaId } from '../messenger/pages.server.ts';
import type { RateLimiter } from '../messenger/rate-limiter.ts';
import { refreshOpenRestocks } from '../stock/check-requests.server.ts';
import { applyOutcomes, loadCircuit, scheduleProbe } from './circuit-breaker.server.ts';
import { claim, sendableRestocks, unfinished } from './claim.server.ts';
import type { QueueEntry } from './fair-queue.ts';
import { expireUncertain, releaseNeverStarted } from './finish.server.ts';
import { createInFlightSends } from './in-flight-sends.server.ts';
import type { AnsweredSend } from './result-writer.server.ts';
import {
  beginRun,
  howManyToClaim,
  isFree,
  mayRepeat,
  nextEntry,
  nextMode,
  nextRunAt,
  restedAt,
  restingIds,
  type SenderMode,
  type SenderState,
} from './sender-state.ts';

const REFRESH_MS = 250;
const REFRESH_CHECKS_MS = 1_000;
const SHUTDOWN_MS = 5_000;

/** Where shops share a Page, the most careful of their merchants decides. */
const lowestRateLimit = (pages: Page[]) => Math.min(...pages.map((page) => page.messagesPerSecond));

/**
 * Notifies whoever may be notified through this Page, as long as there is somebody and the lease is ours. `state`: made anew with the lease.
 * @returns when to run again; null: not before we are woken.
 */
export async function runPageSender({
  state,
  rateLimiter,
  clock,
  signal,
  limitOf = lowestRateLimit,
}: {
  state: SenderState;
  rateLimiter: RateLimiter;
  clock: Clock;
  signal: AbortSignal;
  /** How fast these connections may send (messages a second). */ limitOf?: (pages: Page[]) => number;
}): Promise<Date | null> {
  const { metaPageId, lease } = beginRun(state, rateLimiter.now());
  const tasks = new Map<'refresh' | 'tidy' | 'claim', Promise<void>>();
  let wake = () => {};

  const fail = (error: unknown) => {
    state.failure ??= { error };
    wake();
  };
  const sends = createInFlightSends({
    state,
    rateLimiter,
    clock,
    onAnswers: readAnswers,
    onChange: () => wake(),
    onFailure: fail,
  });

  function enter(mode: SenderMode): void {
    if (mode === state.mode) return;
    log.info('sender.mode_changed', { metaPageId, from: state.mode, to: mode });
    state.mode = mode;
  }

  async function readAnswers(answers: AnsweredSend[]): Promise<void> {
    // The quota that is free again may be somebody else's.
    state.moved ||= answers.some(({ outcome }) => outcome.end === 'put_back');
    const { circuit, inARow, release, resting, changed } = await applyOutcomes(answers, state, clock());
    state.inARow = inARow;
    // Else another reading may have brought a newer one meanwhile.
    if (circuit !== undefined) state.circuit = circuit;
    for (const [id, until] of resting) state.resting.set(id, until);
    if (release !== undefined) sends.release((row) => release === 'all' || release.has(row.pageId));
    if (!changed) return;
    // What was just learnt stands in the way, or no longer does: read it before anybody else is claimed.
    await readPages();
    state.refreshedAt = -Infinity;
  }

  async function readPages(): Promise<void> {
    const connections = await pagesByMetaId({ metaPageId });
    state.pages = new Map(connections.map((page) => [page.id, page]));
    if (connections.length > 0) rateLimiter.limitTo(limitOf(connections));
  }

  async function refresh(): Promise<void> {
    state.refreshedAt = performance.now();
    const now = clock();
    const [open, circuit] = await Promise.all([
      sendableRestocks({ metaPageId, now }),
      loadCircuit({ metaPageId }),
      readPages(),
    ]);
    state.circuit = circuit;
    if (circuit.probeAt === null && open.some((entry) => entry.hasIssue && !entry.isTest))
      state.circuit = { ...circuit, probeAt: await scheduleProbe({ metaPageId, since: now, now }) };
    state.entries.renew(open);
  }

  /** What nobody waits for: uncertain calls end or are repeated, and stock checks are requested before the last are too old. */
  async function cleanUp(): Promise<void> {
    state.cleanedUpAt = performance.now();
    const now = clock();
    for (const [id, until] of state.resting) if (until <= now.getTime()) state.resting.delete(id);
    await sends.takeDue();
    if (state.cleanedUpAt - state.checksRefreshedAt < REFRESH_CHECKS_MS) return;
    state.checksRefreshedAt = state.cleanedUpAt;
    await expireUncertain({ metaPageId, inFlight: sends.inFlight(), lease, now });
    state.checksRequested = await refreshOpenRestocks({ metaPageId, now });
  }

  async function claimNext({ entry, anyway }: { entry: QueueEntry; anyway: boolean }): Promise<void> {
    const now = clock();
    const limit = anyway ? 1 : howManyToClaim(state, rateLimiter.rate());
    state.entries.served(entry);
    if (anyway && !isFree(state, entry)) {
      const since = state.circuit.pausedAt ?? state.pages.get(entry.pageId)?.issueSince ?? now;
      state.circuit = { ...state.circuit, probeAt: await scheduleProbe({ metaPageId, since, now }) };
    }
    const except = restingIds(state, now);
    const claimed = await claim({ metaPageId, lease, entry, limit, anyway, except, now });
    if (claimed.length < limit) state.entries.isEmpty(entry);
    state.moved ||= claimed.length > 0;
    for (const row of claimed) state.queue.push({ row, uncertain: false, unexplainedAt: null, repeat: null });
  }

  function start(name: 'refresh' | 'tidy' | 'claim', work: () => Promise<void>): void {
    if (tasks.has(name)) return;
    const running = work()
      .catch(fail)
      .finally(() => {
        tasks.delete(name);
        wake();
      });
    tasks.set(name, running);
  }

  /** Starts what is due, and waits until there is more to do. @returns whether there may be. */
  async function work(): Promise<boolean> {
    const at = performance.now();
    if (at - state.refreshedAt >= REFRESH_MS) start('refresh', refresh);
    if (at - state.cleanedUpAt >= REFRESH_MS) start('tidy', cleanUp);
    const next = nextEntry(state, clock());
    if (next && howManyToClaim(state, rateLimiter.rate()) > 0) start('claim', () => claimNext(next));
    const waitMs = sends.launch();
    if (!next && tasks.size === 0 && sends.areIdle()) {
      if (!state.moved) return false;
      // What was read before that says nothing of who waits now.
      state.moved = false;
      state.refreshedAt = -Infinity;
      return true;
    }
    await new Promise<void>((resolve) => {
      const alarm = setTimeout(resolve, Math.max(1, Math.min(waitMs, REFRESH_MS)));
      wake = () => {
        clearTimeout(alarm);
        resolve();
      };
    });
    return true;
  }

  const maySend = () => !signal.aborted && holds(lease) && state.failure === undefined;
  const proceed = (left: boolean) =>
    enter(nextMode(state, { maySend: maySend(), left, at: rateLimiter.now() }));
  let cutOff = true;
  try {
    const [released] = await Promise.all([
      releaseNeverStarted({ metaPageId, lease, now: clock() }),
      refresh(),
    ]);
    // Whoever was released in this moment waits where the first reading did not see them.
    if (released > 0) await refresh();
    proceed(true);
    while (state.mode !== 'draining' && state.mode !== 'finished') proceed(await work());
  } finally {
    cutOff = state.mode !== 'finished';
    if (cutOff) enter('draining');
    wake = () => {};
    await Promise.all(tasks.values());
    await sends.drain({ withinMs: SHUTDOWN_MS });
    // Whoever holds the Page by now need not find by looking what we have just released.
    if (!holds(lease)) await notify(db, 'pageSender', metaPageId).catch(() => undefined);
    enter('finished');
  }
  if (state.failure !== undefined) throw state.failure.error;
  const now = clock();
  // Cut off in the middle, by a stall that may be over already: whoever holds the Page now, us included, has to go on at once.
  if (cutOff) return now;
  const { circuit } = state;
  const waits = state.entries.open().length > 0;
  return nextRunAt({
    rows: await unfinished({ metaPageId }),
    blocked: (pageId) => !mayRepeat(state, pageId),
    probeAt: waits ? circuit.probeAt : null,
    restedAt: waits && circuit.pausedAt === null ? restedAt(state, now) : null,
    checkedAt: state.checksRequested > 0 ? later(now, 2 * SECOND) : null,
    now,
  });
}
