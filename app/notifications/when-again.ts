// When a lane that has nothing left to do has to come again.
import { later } from '../lib/clock.ts';
import { GIVE_UP_MS } from './verdict.ts';

type Left = {
  pageId: bigint;
  state: 'claimed' | 'begun' | 'doubtful';
  retryAt: Date | null;
  begunAt: Date | null;
};

export function whenAgain({
  rows,
  blocked,
  tryAt,
  restedAt,
  now,
}: {
  rows: Left[];
  /** Through this connection nothing can be repeated now: only the end of waiting is due. */
  blocked: (pageId: bigint) => boolean;
  /** When somebody may try whether a trouble has passed; null when nobody waits behind one. */
  tryAt: Date | null;
  /** When the first of those who are left alone for now may be tried again. */
  restedAt: Date | null;
  now: Date;
}): Date | null {
  const due = rows.flatMap((row) => {
    const ends = row.state === 'begun' && row.begunAt ? [later(row.begunAt, GIVE_UP_MS)] : [];
    const repeats = row.retryAt && !(row.state === 'begun' && blocked(row.pageId)) ? [row.retryAt] : [];
    return [...ends, ...repeats];
  });
  if (tryAt !== null) due.push(tryAt);
  if (restedAt !== null) due.push(restedAt);
  if (due.length === 0) return null;
  const soonest = new Date(Math.min(...due.map((at) => at.getTime())));
  // What was due a moment ago and could not be done must not make a circle without rest.
  return soonest > now ? soonest : later(now, 250);
}
