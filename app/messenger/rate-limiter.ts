// A Page's rate limit: even in every sliding second, replies first, slower when Meta asks for it.
import { setTimeout as timer } from 'node:timers/promises';

export type Kind = 'reply' | 'notification';

export type RateLimiter = {
  now(): number;
  /** Messages a second that are sent now at most: the merchant's limit, or less where Meta refused more. */
  rate(): number;
  /** Takes a turn if there is one now. @returns 0 when taken, else after how many ms it is worth asking again. */
  take(kind: Kind): number;
  /** After how many ms there would be a turn, without taking it. */
  waitMs(kind: Kind): number;
  /** Waits for a turn and takes it. @throws when the signal is aborted. */
  turn(given: { kind: Kind; signal?: AbortSignal }): Promise<void>;
  /** Meta took what began at `startedAt`. */
  accepted(given: { startedAt: number }): void;
  /** Meta refused it for its rate; `regainMs`: how long Meta itself says to wait. */
  refused(given: { startedAt: number; regainMs?: number }): void;
  /** The merchant's choice. */
  limitTo(perSecond: number): void;
};

/** After a stall of ours, so much time is made up for at once, no more: Meta must not see a burst. */
const CATCH_UP_MS = 120;
/** What arrives late and early at Meta must fit in one second with what is on time: a fast stream stays a little below its limit. */
const HEADROOM = { above: 40, share: 0.972 };
const SLOWEST = 1;
/** Of what Meta was seen to take in a second, so much is asked for after a refusal. */
const AFTER_REFUSAL = 0.97;
/** One refusal takes no more than this off the rate, whatever was seen. */
const DEEPEST_CUT = 0.7;
/** How steeply the rate climbs past where it was refused: shares of the limit per cubic second. Slow near that place, fast beyond it. */
const CLIMB = 0.008;
/** A rate so far past its last refusal grows by such a share a second. */
const MOVED = { past: 1.05, perSecond: 1 };
/** So many refusals in a row say that nothing is taken at all: all waits, then a single message asks. */
const REFUSALS_IN_A_ROW = { inARow: 6, firstMs: 20, longer: 1.5, longestMs: 60_000 };
/** A question that nobody answered is asked again. */
const ASKED_MS = 2_000;

/** Pure but for `turn`; `now` is monotonic, in ms. A new pace starts with an empty bucket: nothing is made up for. */
export function createRateLimiter({
  perSecond,
  now = () => performance.now(),
  wait = (ms, signal) => timer(ms, undefined, { signal }),
}: {
  perSecond: number;
  now?: () => number;
  wait?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}): RateLimiter {
  const goal = (limit: number) => (limit > HEADROOM.above ? limit * HEADROOM.share : limit);
  let limit = perSecond;
  let rate = goal(limit);
  /** When the even stream has its next place. */
  let next = now();
  let heldUntil = 0;
  let repliesWaiting = 0;
  /** Departures of the last second, oldest first from `head` on. */
  let departures: number[] = [];
  let head = 0;

  /** When the rate was last cut, from where, and how long the climb back takes. */
  let cutAt = -Infinity;
  let ceiling = rate;
  let climbSeconds = 0;
  let climbedAt = now();
  /** Acceptances of the last second: what Meta takes, whatever it says its limit is. */
  let taken: number[] = [];
  let takenHead = 0;
  let refusedInARow = 0;
  let storm: { holdMs: number; askedAt: number | undefined } | undefined;
  /** What left before the one that asks says nothing any more. */
  const isAnswer = (startedAt: number) => storm?.askedAt !== undefined && startedAt >= storm.askedAt;

  function inLastSecond(at: number): number {
    while (head < departures.length && departures[head]! <= at - 1_000) head += 1;
    if (head > 2_000) {
      departures = departures.slice(head);
      head = 0;
    }
    return departures.length - head;
  }

  function waitFor(kind: Kind, at: number): number {
    if (heldUntil > at) return heldUntil - at;
    if (storm?.askedAt !== undefined && storm.askedAt + ASKED_MS > at) return 20;
    if (limit === Infinity) return 0;
    // What is made up for stays within the second: notifications never leave faster than the present pace, not even after a stall.
    const most = Math.max(1, Math.floor(kind === 'reply' ? limit : Math.min(limit, Math.ceil(rate))));
    const tooMany = inLastSecond(at) - most;
    if (tooMany >= 0) return departures[head + tooMany]! + 1_000 - at;
    if (kind === 'reply') return 0;
    if (repliesWaiting > 0) return 5;
    return Math.max(0, next - at);
  }

  function depart(at: number): void {
    if (storm) storm.askedAt = at;
    if (limit === Infinity) return;
    departures.push(at);
    next = Math.max(next, at - CATCH_UP_MS) + 1_000 / rate;
  }

  function take(kind: Kind): number {
    const at = now();
    const ms = waitFor(kind, at);
    if (ms > 0) return ms;
    depart(at);
    return 0;
  }

  /** Slowly past the place of the last refusal, then faster and faster. */
  function climb(at: number): void {
    if (limit === Infinity) {
      rate = Infinity;
      return;
    }
    const elapsed = Math.min(100, at - climbedAt) / 1_000;
    climbedAt = at;
    const seconds = (at - cutAt) / 1_000 - climbSeconds;
    const probed = ceiling + CLIMB * limit * seconds ** 3;
    // Well past the old place and still not refused: the limit itself has moved.
    const higher = rate > ceiling * MOVED.past ? rate * (1 + MOVED.perSecond * elapsed) : probed;
    rate = Math.min(goal(limit), Math.max(rate, higher));
  }

  function takenInLastSecond(at: number): number {
    while (takenHead < taken.length && taken[takenHead]! <= at - 1_000) takenHead += 1;
    if (takenHead > 2_000) {
      taken = taken.slice(takenHead);
      takenHead = 0;
    }
    return taken.length - takenHead;
  }

  function slowTo(at: number, seen: number): void {
    const before = Math.min(rate, goal(limit), 5_000);
    ceiling = Math.max(SLOWEST, before * (1 - DEEPEST_CUT), Math.min(before, seen));
    rate = Math.max(SLOWEST, ceiling * AFTER_REFUSAL);
    climbSeconds = limit === Infinity ? 0 : Math.cbrt((ceiling - rate) / (CLIMB * limit));
    cutAt = at;
    next = Math.max(next, at);
  }

  return {
    now,
    rate: () => rate,
    waitMs: (kind) => Math.max(0, waitFor(kind, now())),
    take,
    async turn({ kind, signal }) {
      if (kind === 'reply') repliesWaiting += 1;
      try {
        for (let ms = take(kind); ms > 0; ms = take(kind)) await wait(Math.ceil(ms), signal);
      } finally {
        if (kind === 'reply') repliesWaiting -= 1;
      }
    },
    accepted({ startedAt }) {
      const at = now();
      refusedInARow = 0;
      taken.push(at);
      const seen = takenInLastSecond(at);
      if (storm) {
        if (!isAnswer(startedAt)) return;
        storm = undefined;
        // The first to be taken again fills the second: what is in it now is what Meta takes.
        slowTo(at, seen);
      }
      climb(at);
    },
    refused({ startedAt, regainMs = 0 }) {
      const at = now();
      if (regainMs > 0) heldUntil = Math.max(heldUntil, at + regainMs);
      refusedInARow += 1;
      if (storm) {
        if (!isAnswer(startedAt)) return;
        storm.holdMs = Math.min(REFUSALS_IN_A_ROW.longestMs, storm.holdMs * REFUSALS_IN_A_ROW.longer);
        storm.askedAt = undefined;
        heldUntil = Math.max(heldUntil, at + storm.holdMs);
      } else if (refusedInARow >= REFUSALS_IN_A_ROW.inARow) {
        storm = { holdMs: REFUSALS_IN_A_ROW.firstMs, askedAt: undefined };
        heldUntil = Math.max(heldUntil, at + storm.holdMs);
      } else if (startedAt >= cutAt) {
        // What left before we slowed down says nothing about the slower pace.
        slowTo(at, takenInLastSecond(at));
      }
    },
    limitTo(perSecond) {
      if (perSecond === limit) return;
      const atGoal = rate >= goal(limit);
      limit = perSecond;
      rate = atGoal ? goal(limit) : Math.min(rate, goal(limit));
    },
  };
}
