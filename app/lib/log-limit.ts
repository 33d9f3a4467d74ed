// How many log lines one event may have in a minute: a stranger's requests must not fill the disk.
import { MINUTE } from './clock.ts';

type Turn = { write: boolean; /** Lines left out since the last one that was written. */ omitted: number };

/** Events have fixed names; should one ever carry a value, the counts are begun anew instead of growing. */
const MOST_EVENTS = 1_000;

/** `now`: milliseconds of any clock that only goes forward. */
export function createLogLimit({
  perMinute,
}: {
  perMinute: number;
}): (given: { event: string; now: number }) => Turn {
  const counts = new Map<string, { until: number; written: number; omitted: number }>();
  return ({ event, now }) => {
    let count = counts.get(event);
    if (count === undefined || count.until <= now) {
      if (counts.size >= MOST_EVENTS) counts.clear();
      count = { until: now + MINUTE, written: 0, omitted: count?.omitted ?? 0 };
      counts.set(event, count);
    }
    if (count.written >= perMinute) {
      count.omitted += 1;
      return { write: false, omitted: count.omitted };
    }
    const { omitted } = count;
    count.written += 1;
    count.omitted = 0;
    return { write: true, omitted };
  };
}
