// How many calls may be on their way at once: twice what the measured latency needs at the present rate, never so few that a lone one waits.
export type Flow = {
  width(): number;
  /** A call that took `ms` was answered. */
  answered(given: { ms: number; at: number }): void;
};

const FEWEST = 8;
const MOST = 256;

export function createFlow({ rate }: { rate: () => number }): Flow {
  let latency = 200;
  let perSecond = 0;
  let count = 0;
  let countedFrom = 0;
  return {
    width() {
      const speed = rate() === Infinity ? Math.max(perSecond, 1_000 / Math.max(latency, 1)) : rate();
      return Math.min(MOST, Math.max(FEWEST, Math.ceil((2 * speed * latency) / 1_000) + FEWEST));
    },
    answered({ ms, at }) {
      latency += (ms - latency) / 16;
      count += 1;
      if (countedFrom === 0) countedFrom = at;
      const elapsed = at - countedFrom;
      if (elapsed < 100) return;
      perSecond = (count * 1_000) / elapsed;
      count = 0;
      countedFrom = at;
    },
  };
}
