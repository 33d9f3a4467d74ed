// How the time of some work grows with its text: told from two sizes of one text, so that it says the same on any machine.
const SMALL = 4_096;
const LARGE = 4 * SMALL;
const TRIES = 7;
/** Whatever reads 4 KB within this has not read it once for each of its letters: that is 8 million steps. */
const NOTHING_MS = 1;

function timed(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/**
 * Whether `work` takes longer than in proportion when its text has 16 KB instead of 4 KB: 4 times as long is linear, 16 times is quadratic.
 * `textOf` makes a text of so many characters.
 */
export function growsTooFast({
  work,
  textOf,
}: {
  work: (text: string) => unknown;
  textOf: (length: number) => string;
}): boolean {
  const small = textOf(SMALL);
  if (timed(() => work(small)) < NOTHING_MS || timed(() => work(small)) < NOTHING_MS) return false;
  const large = textOf(LARGE);
  // A pause of the machine only ever makes it slower: the fastest of several tells.
  const best = Math.min(...Array.from({ length: TRIES }, () => timed(() => work(small))));
  return !Array.from({ length: TRIES }).some(() => timed(() => work(large)) <= 8 * best);
}

/** `unit` again and again between `head` and `tail`, so many characters in all. */
export const pumped =
  ({ head = '', unit, tail = '' }: { head?: string; unit: string; tail?: string }) =>
  (length: number): string =>
    head + unit.repeat(Math.ceil((length - head.length - tail.length) / unit.length)) + tail;
