// When to try again after a failure, for every call to a platform, and how long to wait for an answer.
import { setTimeout as pause } from 'node:timers/promises';
import { later, MINUTE, SECOND } from './clock.ts';

/** As long as anybody may be waiting, nothing rests longer than this. */
const LONGEST_REST_MS = MINUTE;

type Failed = {
  /** How often it has failed in a row, this time included; from 1. */
  attempt: number;
  /** What the other side asked for: kept also where it is longer than `longestMs`. */
  retryAfterMs?: number;
  longestMs?: number;
};

/** The later of what the other side asked for and 1 s x 2^(attempt - 1), at most `longestMs`. */
export function retryDelay({ attempt, retryAfterMs = 0, longestMs = LONGEST_REST_MS }: Failed): number {
  const own = Math.min(SECOND * 2 ** Math.min(attempt - 1, 30), longestMs);
  return Math.max(own, retryAfterMs);
}

export const nextAttemptAt = ({ now, ...failed }: Failed & { now: Date }): Date =>
  later(now, retryDelay(failed));

/** Waits; ends at once when `signal` is aborted. An argument like the clock, so that a test can turn its own clock instead. */
export type Wait = (given: { ms: number; signal?: AbortSignal }) => Promise<void>;

export const wait: Wait = ({ ms, signal }) =>
  pause(ms, undefined, { signal, ref: false }).catch(() => undefined);

/** What `work` brings, or undefined when it takes longer than `ms`; then its own end is nobody's concern any more. */
export async function withTimeout<T>({ ms, work }: { ms: number; work: Promise<T> }): Promise<T | undefined> {
  let alarm: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    alarm = setTimeout(() => resolve(undefined), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(alarm));
}
