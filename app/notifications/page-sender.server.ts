// Sends one Page's notifications: claims, starts, sends and finishes, each in batches, until nobody is left.
import { db } from '../db.server.ts';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { type Clock, later, SECOND } from '../lib/clock.ts';
import { type Page, pagesByMetaId } from '../messenger/pages.server.ts';
import type { RateLimiter } from '../messenger/rate-limiter.ts';
import { refreshOpenRestocks } from '../stock/check-requests.server.ts';
import { scheduleProbe, applyOutcomes, CLOSED_CIRCUIT, loadCircuit } from './circuit-breaker.server.ts';
import { claim, sendableRestocks, unfinished } from './claim.server.ts';
import { createFairQueue, type QueueEntry } from './fair-queue.ts';
import { expireUncertain, releaseNeverStarted } from './finish.server.ts';
import { createInFlightSends } from './in-flight-sends.server.ts';
import { nextRunAt } from './sender-state.ts';

const REFRESH_MS = 250;
const REFRESH_CHECKS_MS = 1_000;
/** So much is claimed ahead: so little that few are claimed when the stock runs out, so much that no call waits for a claim. */
const AHEAD_SECONDS = 0.4;
const UNPACED = { ahead: 1_500, atATime: 500 };
const SHUTDOWN_MS = 5_000;

export type PageSenderOptions = {
  metaPageId: string;
  lease: Lease;
  pace: RateLimiter;
  clock: Clock;
  signal: AbortSignal;
  /** How fast these connections may speak. */ limitOf?: (pages: Page[]) => number;
};

/** Where shops share a Page, the most careful of their merchants decides. */
const lowestRateLimit = (pages: Page[]) => Math.min(...pages.map((page) => page.perSecond));

/**
 * Tells whoever is to be told through this Page, as long as there is somebody and the lease is ours.
 * @returns when somebody has to come again; null: not before the bell.
 */
export async function runPageSender({
  metaPageId,
  lease,
  pace,
  clock,
  signal,
  limitOf = lowestRateLimit,
}: PageSenderOptions): Promise<Date | null> {
  const turns = createFairQueue();
  const pages = new Map<bigint, Page>();
  let pause = CLOSED_CIRCUIT;
  let claiming: Promise<void> | undefined;
  let refreshing: Promise<void> | undefined;
  let tidying: Promise<void> | undefined;
  let refreshedAt = -Infinity;
  let tidiedAt = -Infinity;
  let keptFreshAt = -Infinity;
  let looksAsked = 0;
  let moved = false;
  let failure: { error: unknown } | undefined;
  let wake = () => {};

  const fail = (error: unknown) => {
    failure ??= { error };
    wake();
  };
  const calls = createInFlightSends({
    metaPageId,
    lease,
    pace,
    clock,
    pages,
    onChange: () => wake(),
    onFailure: fail,
    async onAnswers(answers) {
      // A place given back may be somebody else's.
      moved ||= answers.some(({ verdict }) => verdict.end === 'put_back');
      const changed = await applyOutcomes({ metaPageId, lease, answers, pause, pages, calls, now: clock() });
      if (!changed) return;
      // What was just learnt stands in the way, or no longer does: read it before anybody else is claimed.
      pause = await loadCircuit({ metaPageId });
      await readPages();
      refreshedAt = -Infinity;
    },
  });

  async function readPages(): Promise<void> {
    const connections = await pagesByMetaId({ metaPageId });
    pages.clear();
    for (const page of connections) pages.set(page.id, page);
    if (connections.length > 0) pace.limitTo(limitOf(connections));
  }

  async function refresh(): Promise<void> {
    refreshedAt = performance.now();
    const now = clock();
    const [open, standing] = await Promise.all([
      sendableRestocks({ metaPageId, now }),
      loadCircuit({ metaPageId }),
      readPages(),
    ]);
    pause = standing;
    if (pause.tryAt === null && open.some((turn) => turn.troubled && !turn.isTest))
      pause = { ...pause, tryAt: await scheduleProbe({ metaPageId, since: now, now }) };
    turns.renew(open);
  }

  /** What nobody waits for: old doubts are ended or repeated, and looks asked for before they grow too old to tell on. */
  async function tidy(): Promise<void> {
    tidiedAt = performance.now();
    const now = clock();
    await calls.takeDue();
    if (tidiedAt - keptFreshAt < REFRESH_CHECKS_MS) return;
    keptFreshAt = tidiedAt;
    await expireUncertain({ metaPageId, inFlight: calls.inFlight(), lease, now });
    looksAsked = await refreshOpenRestocks({ metaPageId, now });
  }

  /** Nothing stands in this restock's way, or it is the merchant's own test: that one tries whatever the trouble. */
  const isFree = (turn: QueueEntry) => turn.isTest || (pause.pausedAt === null && !turn.troubled);

  /** Whose turn it is: `anyway` when it tries whether a trouble has passed. */
  function nextTurn(): { turn: QueueEntry; anyway: boolean } | undefined {
    const free = turns.next(isFree);
    if (free) return { turn: free, anyway: free.isTest };
    const tried = pause.tryAt !== null && pause.tryAt <= clock() ? turns.next() : undefined;
    return tried && { turn: tried, anyway: true };
  }

  /** How many more are wanted in hand, in claims of a size that lets shops and restocks take turns. */
  function wanted(): number {
    const rate = pace.rate();
    const { ahead, atATime } =
      rate === Infinity
        ? UNPACED
        : { ahead: Math.max(8, Math.ceil(rate * AHEAD_SECONDS)), atATime: Math.max(4, Math.ceil(rate / 6)) };
    return calls.ready() >= ahead / 2 ? 0 : Math.min(atATime, ahead - calls.ready());
  }

  async function claimNext({ turn, anyway }: { turn: QueueEntry; anyway: boolean }): Promise<void> {
    const now = clock();
    const limit = anyway ? 1 : wanted();
    turns.served(turn);
    if (anyway && !isFree(turn)) {
      const since = pause.pausedAt ?? pages.get(turn.pageId)?.troubleSince ?? now;
      pause = { ...pause, tryAt: await scheduleProbe({ metaPageId, since, now }) };
    }
    const claimed = await claim({
      metaPageId,
      lease,
      turn,
      limit,
      anyway,
      except: calls.resting(now),
      now,
    });
    if (claimed.length < limit) turns.isEmpty(turn);
    moved ||= claimed.length > 0;
    calls.add(claimed);
  }

  const maySpeak = () => !signal.aborted && holds(lease);
  const soon = (work: Promise<void>, done: () => void) =>
    work.catch(fail).finally(() => {
      done();
      wake();
    });
  try {
    const [released] = await Promise.all([
      releaseNeverStarted({ metaPageId, lease, now: clock() }),
      refresh(),
    ]);
    // Whoever was given back in this moment waits where the first reading did not see them.
    if (released > 0) await refresh();
    while (maySpeak() && failure === undefined) {
      const at = performance.now();
      if (refreshing === undefined && at - refreshedAt >= REFRESH_MS)
        refreshing = soon(refresh(), () => (refreshing = undefined));
      if (tidying === undefined && at - tidiedAt >= REFRESH_MS)
        tidying = soon(tidy(), () => (tidying = undefined));
      const next = nextTurn();
      if (claiming === undefined && next && wanted() > 0)
        claiming = soon(claimNext(next), () => (claiming = undefined));
      const waitMs = calls.launch();
      if (!next && !claiming && !refreshing && !tidying && calls.idle()) {
        if (!moved) break;
        // What was read before that says nothing of who waits now.
        moved = false;
        refreshedAt = -Infinity;
        continue;
      }
      await new Promise<void>((resolve) => {
        const alarm = setTimeout(resolve, Math.max(1, Math.min(waitMs, REFRESH_MS)));
        wake = () => {
          clearTimeout(alarm);
          resolve();
        };
      });
    }
  } finally {
    wake = () => {};
    await Promise.all([claiming, refreshing, tidying]);
    await calls.finish({ withinMs: SHUTDOWN_MS });
    // Whoever holds the Page by now need not find by looking what we have just given back.
    if (!holds(lease)) await notify(db, 'lane', metaPageId).catch(() => undefined);
  }
  if (failure !== undefined) throw failure.error;
  const now = clock();
  // Cut off in the middle, by a stall that may be over already: whoever holds the Page now has to go on at once.
  if (!maySpeak()) return now;
  const again = nextRunAt({
    rows: await unfinished({ metaPageId }),
    blocked: (pageId) => !calls.mayRepeat(pageId),
    tryAt: turns.open().length > 0 ? pause.tryAt : null,
    restedAt: turns.open().length > 0 && pause.pausedAt === null ? calls.restedAt(now) : null,
    now,
  });
  // A look was asked for: its answer rings the bell, unless that ring is lost.
  const look = looksAsked > 0 ? later(now, 2 * SECOND) : null;
  return again === null || (look !== null && look < again) ? look : again;
}
