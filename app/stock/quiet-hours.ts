// Quiet hours in the shop's time zone, changes to and from summer time included.
import { later, MINUTE } from '../lib/clock.ts';

export type QuietSettings = {
  timezone: string;
  /** Minutes after midnight; both null, or equal: no quiet hours. */
  quietHoursStart: number | null;
  quietHoursEnd: number | null;
};

const wallClocks = new Map<string, Intl.DateTimeFormat>();

function wallClock(timezone: string): Intl.DateTimeFormat {
  const known = wallClocks.get(timezone);
  if (known) return known;
  const made = (timeZone: string) =>
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: 'numeric', minute: 'numeric', hourCycle: 'h23' });
  let clock: Intl.DateTimeFormat;
  try {
    clock = made(timezone);
  } catch {
    clock = made('UTC'); // a zone this machine has no table for must not stop a restock
  }
  wallClocks.set(timezone, clock);
  return clock;
}

const minuteOfDay = ({ at, timezone }: { at: Date; timezone: string }): number => {
  const [hour, minute] = wallClock(timezone).format(at).split(':').map(Number);
  return hour! * 60 + minute!;
};

function isQuiet({ at, settings }: { at: Date; settings: QuietSettings }): boolean {
  const { quietHoursStart: from, quietHoursEnd: until, timezone } = settings;
  if (from === null || until === null || from === until) return false;
  const minute = minuteOfDay({ at, timezone });
  return from < until ? minute >= from && minute < until : minute >= from || minute < until;
}

/** The first moment after `now` at which quiet hours end, or begin when it is not quiet now; undefined when there are none. */
function nextChange({ now, settings }: { now: Date; settings: QuietSettings }): Date | undefined {
  const { quietHoursStart: from, quietHoursEnd: until, timezone } = settings;
  if (from === null || until === null || from === until) return undefined;
  const quiet = isQuiet({ at: now, settings });
  const goal = quiet ? until : from;
  const turned = (at: Date) => isQuiet({ at, settings }) !== quiet;
  let at = new Date(Math.floor(now.getTime() / MINUTE) * MINUTE);
  // Twice at most: the second step makes up for an hour that the zone repeated on the way.
  for (let step = 0; step < 2 && !turned(at); step += 1)
    at = later(at, ((goal - minuteOfDay({ at, timezone }) + 1_440) % 1_440 || 1_440) * MINUTE);
  // And back over an hour that the zone left out.
  while (at > now && turned(later(at, -MINUTE))) at = later(at, -MINUTE);
  return at > now ? at : undefined;
}

/** When quiet hours end, while it is quiet; else undefined. */
export const quietEnd = (given: { now: Date; settings: QuietSettings }): Date | undefined =>
  isQuiet({ at: given.now, settings: given.settings }) ? nextChange(given) : undefined;

/** When the next quiet hours begin, while it is not quiet; else undefined. */
export const quietStart = (given: { now: Date; settings: QuietSettings }): Date | undefined =>
  isQuiet({ at: given.now, settings: given.settings }) ? undefined : nextChange(given);
