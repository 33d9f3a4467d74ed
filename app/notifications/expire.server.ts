// Permissions die a year after their grant: those that did are swept, and what is left of their tokens with them.
import { db } from '../db.server.ts';
import { expireLine } from '../waitlist/claim-line.server.ts';

const AT_ONCE = 1_000;

/** Ends every waiting subscription whose permission has run out by `now`. Safe to run twice at once. @returns how many. */
export async function sweepExpired({ now }: { now: Date }): Promise<number> {
  let swept = 0;
  for (;;) {
    const some = await db.$transaction((tx) => expireLine({ tx, now, limit: AT_ONCE }));
    swept += some;
    if (some < AT_ONCE) return swept;
  }
}
