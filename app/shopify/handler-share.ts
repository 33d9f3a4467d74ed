// Limits how many webhooks of one shop are processed at once, so that others do not wait.
import { setTimeout as pause } from 'node:timers/promises';
import { SECOND } from '../lib/clock.ts';

/** So many at once of a shop that is alone; of each shop while there are several; and of the one shop that floods. */
const AT_ONCE = { alone: 8, among: 2, flooding: 1 };
/** So long after its last webhook another shop still counts as being there. */
const OTHERS_STAY_MS = 5 * SECOND;
/** A shop floods when for so long there was always one more of its webhooks waiting. */
const FLOOD_MS = 250;
/** The shop that floods rests after each webhook for as long as that took; no longer than this, if it is the database that is slow. */
const LONGEST_REST_MS = 50;
/** Shopify gives up after 5 s and delivers again: nobody hears an answer that comes later. */
const LONGEST_WAIT_MS = 4 * SECOND;

/** `since`: for how long there has always been somebody waiting; null: nobody is. */
type Line = { atWork: number; resting: boolean; waiting: (() => void)[]; since: number | null };

/**
 * Runs `work` in the turn of `key`; 'full' when `waiting` others of that key wait already, or its turn came too late. When several keys have
 * more than can be handled, none of them is the one that floods: then each has its turn, without rests.
 * @param now in milliseconds; `rest` waits so many.
 */
export function createShares({
  waiting,
  now = () => performance.now(),
  rest = pause,
}: {
  waiting: number;
  now?: () => number;
  rest?: (ms: number) => Promise<unknown>;
}): <T>(given: { key: string; work: () => Promise<T> }) => Promise<T | 'full'> {
  const lines = new Map<string, Line>();
  /** The key that was here last, and the last one before it that was another. */
  let latest = { key: '', at: -Infinity };
  let before = latest;

  function standing(key: string, line: Line): keyof typeof AT_ONCE {
    if ((latest.key === key ? before : latest).at < now() - OTHERS_STAY_MS) return 'alone';
    const piling = [...lines.values()].filter(({ since }) => since !== null && since <= now() - FLOOD_MS);
    return piling.length === 1 && piling[0] === line ? 'flooding' : 'among';
  }

  function proceed(key: string, line: Line): void {
    while (!line.resting && line.waiting.length > 0 && line.atWork < AT_ONCE[standing(key, line)]) {
      line.atWork += 1;
      line.waiting.shift()!();
    }
    line.since = line.waiting.length > 0 ? (line.since ?? now()) : null;
    if (line.atWork === 0 && line.since === null && !line.resting) lines.delete(key);
  }

  return async ({ key, work }) => {
    if (latest.key !== key) before = latest;
    latest = { key, at: now() };
    const line = lines.get(key) ?? { atWork: 0, resting: false, waiting: [], since: null };
    if (line.waiting.length >= waiting) return 'full';
    lines.set(key, line);
    const arrived = now();
    await new Promise<void>((resolve) => {
      line.waiting.push(resolve);
      proceed(key, line);
    });
    const began = now();
    try {
      return began - arrived > LONGEST_WAIT_MS ? 'full' : await work();
    } finally {
      line.atWork -= 1;
      const took = now() - began;
      if (standing(key, line) === 'flooding' && took > 0 && !line.resting) {
        line.resting = true;
        void rest(Math.min(took, LONGEST_REST_MS)).then(() => {
          line.resting = false;
          proceed(key, line);
        });
      }
      proceed(key, line);
    }
  };
}
