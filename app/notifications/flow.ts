// How many calls may be on their way at once: twice what the measured latency needs at the present pace, never so few that a lone one waits.
export type Flow = {
  width(): number;
  /** A call that took `ms` was answered. */
  answered(ms: number): void;
};

const FEWEST = 16;
const MOST = 256;

export function createFlow({ rate }: { rate: () => number }): Flow {
  let latency = 200;
  return {
    width: () => Math.min(MOST, FEWEST + Math.ceil((2 * rate() * latency) / 1_000)),
    answered(ms) {
      latency += (ms - latency) / 16;
    },
  };
}
