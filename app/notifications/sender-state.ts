// What one page sender knows, as one object, and what follows from it: the next mode, how many to claim, when to run again.
import type { Lease } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { sendingThrough } from '../messenger/page-status.ts';
import type { Page } from '../messenger/pages.server.ts';
import type { ClaimedNotification } from './claim.server.ts';
import { createFairQueue, type FairQueue, type QueueEntry } from './fair-queue.ts';
import { GIVE_UP_MS } from './outcome.ts';
import type { CachedTemplate } from './render-message.server.ts';

/** What each mode does: page-sender.server.ts. */
export type SenderMode = 'starting' | 'sending' | 'blocked' | 'unanswered' | 'draining' | 'finished';

/** Why nothing is sent through any connection of the Page, and when a probe may try. */
export type CircuitState = {
  pausedAt: Date | null;
  pauseReason: string | null;
  /** Unexplained errors of first attempts in a row. */
  unexplainedErrors: number;
  probeAt: Date | null;
};

export const CLOSED_CIRCUIT: CircuitState = {
  pausedAt: null,
  pauseReason: null,
  unexplainedErrors: 0,
  probeAt: null,
};

/** Calls in a row: refused at the first attempt without a reason (undefined: not read yet), and not answered at all. */
export type InARow = { unexplained: number | undefined; unanswered: number };

/** A claimed notification on its way. */
export type PendingSend = {
  row: ClaimedNotification;
  /** An earlier call with it may have been carried out. */
  uncertain: boolean;
  /** When it was first refused without a reason; null: it was not. */
  unexplainedAt: Date | null;
  /** What is repeated byte for byte. */
  repeat: Uint8Array | null;
};

/** Rendered, started in the database, and waiting for the rate limit. `at`: when it was rendered, on the rate limiter's clock (ms). */
export type StartedSend = PendingSend & { token: string; body: string; picture: boolean; at: number };

/** What is learnt while the lease is held: forgotten with it, and safe to forget. */
type Learnt = {
  /** By restock. */
  templates: Map<bigint, CachedTemplate>;
  /** Subscriptions that are left alone until then (ms of the clock). */
  resting: Map<bigint, number>;
  /** When Meta last accepted a message through a connection (ms of the clock). */
  acceptedAt: Map<bigint, number>;
  /** Connections that refused a picture. */
  pictureRefused: Set<bigint>;
  inARow: InARow;
};

type Run = {
  mode: SenderMode;
  circuit: CircuitState;
  /** The Page's connections. */
  pages: Map<bigint, Page>;
  /** The restocks of which somebody may be notified. */
  entries: FairQueue;
  /** Claimed, in this order. */
  queue: PendingSend[];
  /** Batches that are being started. */
  starting: Set<PendingSend[]>;
  started: StartedSend[];
  /** Calls without an answer: when each was made (ms of the rate limiter's clock), oldest first. */
  calls: Map<bigint, number>;
  /** When Meta last answered anything, on the same clock. */
  answeredAt: number;
  /** How long an answer takes, smoothed. */
  latencyMs: number;
  /** When these were last done, in ms of performance.now. */
  refreshedAt: number;
  cleanedUpAt: number;
  checksRefreshedAt: number;
  /** Stock checks that were requested last. */
  checksRequested: number;
  /** Somebody was claimed or released since: what was read before says nothing of who waits now. */
  moved: boolean;
  failure: { error: unknown } | undefined;
};

export type SenderState = { metaPageId: string; lease: Lease } & Learnt & Run;

const newRun = (at: number): Run => ({
  mode: 'starting',
  circuit: CLOSED_CIRCUIT,
  pages: new Map(),
  entries: createFairQueue(),
  queue: [],
  starting: new Set(),
  started: [],
  calls: new Map(),
  answeredAt: at,
  latencyMs: 200,
  refreshedAt: -Infinity,
  cleanedUpAt: -Infinity,
  checksRefreshedAt: -Infinity,
  checksRequested: 0,
  moved: false,
  failure: undefined,
});

export const createSenderState = (of: { metaPageId: string; lease: Lease }): SenderState => ({
  ...of,
  templates: new Map(),
  resting: new Map(),
  acceptedAt: new Map(),
  pictureRefused: new Set(),
  inARow: { unexplained: undefined, unanswered: 0 },
  ...newRun(0),
});

/** The next run under the same lease: what was learnt stays. `at`: the rate limiter's clock. */
export const beginRun = (state: SenderState, at: number): SenderState => Object.assign(state, newRun(at));

/** So long without any answer, with calls on their way: nothing more is put at risk. */
const NO_RESPONSE_MS = 5_000;

/** `at`: the rate limiter's clock. */
function isUnanswered({ calls, answeredAt }: SenderState, at: number): boolean {
  const [oldest] = calls.values();
  return oldest !== undefined && at - oldest > NO_RESPONSE_MS && at - answeredAt > NO_RESPONSE_MS;
}

/** Nothing stands in this restock's way, or it is the merchant's own test: that one tries whatever the issue. */
export const isFree = ({ circuit }: SenderState, entry: QueueEntry): boolean =>
  entry.isTest || (circuit.pausedAt === null && !entry.hasIssue);

/** `maySend`: the lease is ours, nobody stops us and nothing has failed. `left`: there is something to do. `at`: the rate limiter's clock. */
export function nextMode(
  state: SenderState,
  { maySend, left, at }: { maySend: boolean; left: boolean; at: number },
): SenderMode {
  if (!maySend) return 'draining';
  if (!left) return 'finished';
  if (isUnanswered(state, at)) return 'unanswered';
  const open = state.entries.open();
  const free = open.some((entry) => isFree(state, entry));
  return !free && (state.circuit.pausedAt !== null || open.length > 0) ? 'blocked' : 'sending';
}

/** Which restock is next: `anyway` when its message is a probe, or the merchant's test. */
export function nextEntry(state: SenderState, now: Date): { entry: QueueEntry; anyway: boolean } | undefined {
  const { entries, circuit } = state;
  const free = entries.next((entry) => isFree(state, entry));
  if (free) return { entry: free, anyway: free.isTest };
  const probed = circuit.probeAt !== null && circuit.probeAt <= now ? entries.next() : undefined;
  return probed && { entry: probed, anyway: true };
}

/** Claimed and not called yet. */
export const countReady = ({ queue, starting, started }: SenderState): number =>
  queue.length + started.length + [...starting].reduce((sum, batch) => sum + batch.length, 0);

/** So much is claimed ahead: so little that few are claimed when the stock runs out, so much that no call waits for a claim. */
const AHEAD_SECONDS = 0.4;
const WITHOUT_LIMIT = { ahead: 1_500, atATime: 500 };

/** How many more to claim at `rate` a second, in claims of a size that lets shops and restocks take turns. */
export function howManyToClaim(state: SenderState, rate: number): number {
  const { ahead, atATime } =
    rate === Infinity
      ? WITHOUT_LIMIT
      : { ahead: Math.max(8, Math.ceil(rate * AHEAD_SECONDS)), atATime: Math.max(4, Math.ceil(rate / 6)) };
  const ready = countReady(state);
  return ready >= ahead / 2 ? 0 : Math.min(atATime, ahead - ready);
}

const FEWEST_CALLS = 16;
const MOST_CALLS = 256;

/** So many calls may be on their way at `rate` a second: twice what the latency needs. */
export const maxCalls = ({ latencyMs }: SenderState, rate: number): number =>
  Math.min(MOST_CALLS, FEWEST_CALLS + Math.ceil((2 * rate * latencyMs) / 1_000));

/** Whether a call through this connection may be repeated now. */
export function mayRepeat({ pages }: SenderState, pageId: bigint): boolean {
  const page = pages.get(pageId);
  return page !== undefined && sendingThrough({ ...page, circuit: null }) === 'on';
}

/** Subscriptions that nobody should try again yet. */
export const restingIds = ({ resting }: SenderState, now: Date): bigint[] =>
  [...resting].filter(([, until]) => until > now.getTime()).map(([id]) => id);

/** When the first of them may be tried again. */
export function restedAt(state: SenderState, now: Date): Date | null {
  const until = restingIds(state, now).map((id) => state.resting.get(id)!);
  return until.length === 0 ? null : new Date(Math.min(...until));
}

type Unfinished = {
  pageId: bigint;
  state: 'claimed' | 'sending' | 'unexplained_error';
  retryAt: Date | null;
  startedAt: Date | null;
};

/** When to run again; null: not before something happens. */
export function nextRunAt({
  rows,
  blocked,
  probeAt,
  restedAt,
  checkedAt,
  now,
}: {
  rows: Unfinished[];
  /** Through this connection nothing can be repeated now: only the end of waiting is due. */
  blocked: (pageId: bigint) => boolean;
  /** When a probe may go; null when nobody waits for one. */
  probeAt: Date | null;
  /** When the first of those who are left alone for now may be tried again. */
  restedAt: Date | null;
  /** When a stock check that was requested is surely done: it wakes us, unless that notification is lost. */
  checkedAt: Date | null;
  now: Date;
}): Date | null {
  const due = rows.flatMap((row) => {
    const ends = row.state === 'sending' && row.startedAt ? [later(row.startedAt, GIVE_UP_MS)] : [];
    const repeats = row.retryAt && !(row.state === 'sending' && blocked(row.pageId)) ? [row.retryAt] : [];
    return [...ends, ...repeats];
  });
  due.push(...[probeAt, restedAt, checkedAt].filter((at) => at !== null));
  if (due.length === 0) return null;
  const soonest = new Date(Math.min(...due.map((at) => at.getTime())));
  // What was due a moment ago and could not be done must not make a circle without rest.
  return soonest > now ? soonest : later(now, 250);
}
