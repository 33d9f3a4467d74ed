// Kills at every boundary of the path: a trace names the points, then a round for each point dies there, and the ledger judges.
import { setTimeout as wait } from 'node:timers/promises';
import { holdsWithin, type FaultWorld, type Role } from './world.ts';

export type Row = { point: string; result: string; ok: boolean };

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const counted = (points: string[]) =>
  points.reduce((all, point) => all.set(point, (all.get(point) ?? 0) + 1), new Map<string, number>());

/** The whole story twice over without a fault. @returns each point that was met both times, in the order met, and how often at least. */
export async function trace({ faults, size }: { faults: FaultWorld; size: number }) {
  const met: Map<string, number>[] = [];
  for (let time = 0; time < 2; time++) {
    faults.beginTrace();
    const wish = faults.freshWish();
    const shoppers = await faults.queue({ wish, size });
    await faults.saved();
    faults.stock({ wish, available: 50 });
    const all = await holdsWithin(60_000, () => shoppers.every((one) => faults.notified(one) > 0));
    if (!all) throw new Error('The story did not end well even without a fault.');
    await holdsWithin(
      10_000,
      async () => (await faults.count('notifications WHERE finished_at IS NULL')) === 0,
    );
    await wait(300);
    met.push(counted(faults.trace()));
  }
  const [first, second] = met as [Map<string, number>, Map<string, number>];
  return [...first]
    .filter(([point]) => second.has(point))
    .map(([point, times]) => ({ point, times: Math.min(times, second.get(point)!) }));
}

/**
 * One round for each point: new shoppers ask for a variant that nobody asked for before, it comes back, and somewhere on the way the process
 * dies at the point and is started again. Whoever has to wait a minute (a call of unknown fate) is judged at the end, with all others.
 */
export async function killAtEach({
  faults,
  points,
  size,
  random,
  print,
}: {
  faults: FaultWorld;
  points: { point: string; times: number }[];
  size: number;
  random: () => number;
  print: (line: string) => void;
}): Promise<Row[]> {
  const rounds: { point: string; at: string; shoppers: { id: string }[]; reached: boolean }[] = [];
  for (const { point, times } of points) {
    const role = point.split(':')[0] as Role;
    let reached = false;
    const shoppers: { id: string }[] = [];
    const at: string[] = [];
    // What depends on how events fell together may be met a little later: a second story before it counts as never reached.
    for (let story = 0; story < 3 && !reached; story++) {
      const nth = story > 0 ? 1 : 1 + Math.floor(random() * Math.ceil(times / 2));
      faults.arm({ role, point, nth, signal: 'SIGKILL' });
      const ended = Promise.withResolvers<void>();
      let over = false;
      const death = (async () => {
        while (!over && !faults.isHit(role)) await wait(25);
        if (!faults.isHit(role)) return false;
        await faults.kill(role);
        if (role === 'web') await faults.bringAgain();
        return true;
      })().finally(ended.resolve);
      const wish = faults.freshWish();
      const now = await faults.queue({ wish, size });
      shoppers.push(...now);
      await faults.saved();
      faults.stock({ wish, available: 50 });
      const isTold = () => now.every((one) => faults.notified(one) > 0);
      await holdsWithin(45_000, () => isTold() || faults.isHit(role));
      if (!faults.isHit(role)) await holdsWithin(3_000, () => faults.isHit(role));
      over = true;
      await ended.promise;
      reached = await death;
      const began = performance.now();
      // Takes the first seconds of what comes after; only a call of unknown fate takes longer.
      const soon = await holdsWithin(12_000, isTold);
      at.push(
        soon ? `told ${((performance.now() - began) / 1000).toFixed(1)} s after the restart` : 'told later',
      );
    }
    faults.disarm(role);
    rounds.push({ point, at: at.at(-1)!, shoppers, reached });
    print(`  ${point}: ${reached ? at.at(-1) : 'NEVER REACHED'}`);
  }
  const wrong = await faults.outcome();
  const rows = rounds.map(({ point, at, shoppers, reached }): Row => {
    const counts = shoppers.map((one) => faults.notified(one));
    const ok = reached && counts.every((times) => times === 1);
    return { point, ok, result: reached ? `${counts.join(' ')} (${at})` : 'never reached' };
  });
  return [
    ...rows,
    {
      point: 'everybody, at the end',
      ok: wrong.length === 0,
      result: wrong.join('; ') || 'once each, books balance',
    },
  ];
}
