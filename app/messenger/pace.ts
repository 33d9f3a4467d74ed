// The pace at which one Page may speak: an even stream below the merchant's limit in every sliding second, replies first, that gives way
// to Meta's refusals and finds its way back.
import { setTimeout as timer } from 'node:timers/promises';

export type Kind = 'reply' | 'notification';

export type Pace = {
  now(): number;
  /** Messages a second that are sent now at most: the merchant's limit, or less where Meta refused more. */
  rate(): number;
  /** Takes a turn if there is one now. @returns 0 when taken, else after how many ms it is worth asking again. */
  take(kind: Kind): number;
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
const CATCH_UP_MS = 40;
const SLOWEST = 1;
const LONGEST_HOLD_MS = 60_000;
/** Shares of a rate per second of use. */
const CLIMB = { fast: 0.6, nearCeiling: 0.015 };
/** A ceiling that was passed unharmed for so long is a ceiling no more. */
const CEILING_FORGOTTEN_MS = 2_000;
/** What arrives late and early at Meta must fit in one second with what is on time: a fast stream stays a little below its limit. */
const HEADROOM = { above: 40, share: 0.985 };

/** Pure but for `turn`; `now` is monotonic, in ms. A new pace starts with an empty bucket: nothing is made up for. */
export function createPace({
  perSecond,
  now = () => performance.now(),
  wait = (ms, signal) => timer(ms, undefined, { signal }),
}: {
  perSecond: number;
  now?: () => number;
  wait?: (ms: number, signal?: AbortSignal) => Promise<unknown>;
}): Pace {
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

  let backedOffAt = -Infinity;
  let ceiling = Infinity;
  let climbedAt = now();
  const since = { accepted: 0, storms: 0 };

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
    if (limit === Infinity) return 0;
    if (inLastSecond(at) >= Math.max(1, Math.floor(limit))) return departures[head]! + 1_000 - at;
    if (kind === 'reply') return 0;
    if (repliesWaiting > 0) return 5;
    return Math.max(0, next - at);
  }

  function depart(at: number): void {
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

  function climb(at: number): void {
    const elapsed = Math.min(at - climbedAt, 200) / 1_000;
    climbedAt = at;
    if (limit === Infinity || rate >= goal(limit)) return;
    if (at - backedOffAt > CEILING_FORGOTTEN_MS && rate >= ceiling) ceiling = Infinity;
    const share = rate < ceiling * 0.96 ? CLIMB.fast : CLIMB.nearCeiling;
    const quick = at - backedOffAt > CEILING_FORGOTTEN_MS && ceiling !== Infinity ? 2 : 1;
    rate = Math.min(goal(limit), rate * (1 + share * quick * elapsed));
  }

  return {
    now,
    rate: () => rate,
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
      if (startedAt >= backedOffAt) {
        since.accepted += 1;
        since.storms = 0;
      }
      climb(now());
    },
    refused({ startedAt, regainMs = 0 }) {
      const at = now();
      if (regainMs > 0) heldUntil = Math.max(heldUntil, at + regainMs);
      // What left before we slowed down says nothing about the slower pace.
      if (startedAt < backedOffAt) return;
      const taken = since.accepted;
      ceiling = Math.min(rate, limit);
      if (rate === Infinity) rate = limit === Infinity ? 1_000 : limit;
      rate = Math.max(SLOWEST, rate * Math.min(0.975, Math.max(0.5, 1 - 1 / (taken + 1))));
      if (taken === 0) {
        since.storms += 1;
        heldUntil = Math.max(heldUntil, at + Math.min(LONGEST_HOLD_MS, 50 * 2 ** since.storms));
      }
      since.accepted = 0;
      backedOffAt = at;
      climbedAt = at;
      next = Math.max(next, at);
    },
    limitTo(perSecond) {
      if (perSecond === limit) return;
      const atGoal = rate >= goal(limit);
      limit = perSecond;
      rate = atGoal ? goal(limit) : Math.min(rate, goal(limit));
    },
  };
}
