// The rate limiter in simulated time against a Meta that counts arrivals in a rolling second and never states its limit.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRateLimiter, type RateLimiter } from '../../app/messenger/rate-limiter.ts';

/** A seeded source of chance. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

type Weather = { p50: number; p99: number };

/** Sends until `n` are accepted. Time moves in steps of a millisecond, round trips are lognormal. */
function simulate({
  rateLimiter: given,
  n,
  limitAt,
  weather,
  stalls = 0,
  seed = 1,
}: {
  rateLimiter: (now: () => number) => RateLimiter;
  n: number;
  limitAt: (ms: number) => number;
  weather: Weather;
  /** How often a second our own side stands still, for 75 to 225 ms. */ stalls?: number;
  seed?: number;
}) {
  let now = 0;
  const rateLimiter = given(() => now);
  const random = chance(seed);
  const sigma = Math.log(weather.p99 / weather.p50) / 2.326;
  const trip = () =>
    weather.p50 * Math.exp(sigma * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const events = new Map<number, (() => void)[]>();
  const at = (ms: number, work: () => void) => {
    const when = Math.max(now + 1, Math.round(ms));
    events.set(when, [...(events.get(when) ?? []), work]);
  };
  const arrivals: number[] = [];
  const accepted: number[] = [];
  let refused = 0;
  const inLastSecond = (list: number[]) => {
    let count = 0;
    for (let index = list.length - 1; index >= 0 && list[index]! > now - 1_000; index -= 1) count += 1;
    return count;
  };
  let most = 0;
  let stalledUntil = 0;
  let nextStall = stalls === 0 ? Infinity : 500;
  while (accepted.length < n && now < 600_000) {
    for (const work of events.get(now) ?? []) work();
    events.delete(now);
    if (now >= nextStall) {
      stalledUntil = now + 75 + 150 * random();
      nextStall = stalledUntil - (1_000 / stalls) * Math.log(1 - random());
    }
    while (now >= stalledUntil && rateLimiter.take('notification') === 0) {
      const startedAt = now;
      const rtt = trip();
      at(now + rtt / 2, () => {
        arrivals.push(now);
        most = Math.max(most, inLastSecond(arrivals));
        const taken = inLastSecond(accepted) < limitAt(now);
        if (taken) accepted.push(now);
        else refused += 1;
        at(now + rtt / 2, () =>
          taken ? rateLimiter.accepted({ startedAt }) : rateLimiter.refused({ startedAt }),
        );
      });
    }
    now += 1;
  }
  return { ms: accepted.at(-1)! - accepted[0]!, refused, most, tried: arrivals.length };
}

const internet = { p50: 100, p99: 400 };

/** Round trips end some 300 ms after the last call left: 1 % of a run of half a minute. */
const ran = (given: { n: number; limitAt: (ms: number) => number; seed: number; stalls?: number }) =>
  simulate({ rateLimiter: (now) => createRateLimiter({ perSecond: 300, now }), weather: internet, ...given });
const seeds = [1, 2, 3];

test('under a limit that it knows it stays close to it, with next to no refusals', () => {
  for (const seed of seeds) {
    const steady = ran({ n: 9_000, limitAt: () => 300, seed });
    expect(steady.ms / 30_000).toBeLessThan(1.045);
    expect(steady.refused / 9_000).toBeLessThan(0.003);
  }
});

test('most of what a stall of ours costs is made up for, and Meta hardly refuses more for it', () => {
  for (const seed of seeds) {
    // Stalls take 7 % of this time.
    const stalled = ran({ n: 9_000, limitAt: () => 300, seed, stalls: 0.5 });
    expect(stalled.ms / 30_000).toBeLessThan(1.075);
    expect(stalled.refused / 9_000).toBeLessThan(0.005);
  }
});

test('a limit below the one it was told is found within seconds', () => {
  for (const seed of seeds) {
    const hidden = ran({ n: 6_000, limitAt: () => 200, seed });
    expect(hidden.ms / 30_000).toBeLessThan(1.09);
    expect(hidden.refused / 6_000).toBeLessThan(0.03);
  }
});

test('a limit that moves down and up again is followed without being told', () => {
  for (const seed of seeds) {
    const limitAt = (ms: number) => (ms >= 10_000 && ms < 20_000 ? 120 : 300);
    const moving = ran({ n: 7_200, limitAt, seed });
    expect(moving.ms / 30_000).toBeLessThan(1.13);
    expect(moving.refused / 7_200).toBeLessThan(0.02);
  }
});

test('at 30 a second Meta never sees more than 40 in one, whatever the way there does', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const ran = simulate({
        rateLimiter: (now) => createRateLimiter({ perSecond: 30, now }),
        n: 300,
        limitAt: () => Infinity,
        weather: internet,
        seed,
      });
      expect(ran.most).toBeLessThanOrEqual(40);
    }),
    { numRuns: 30 },
  );
});

test('in no sliding second more leave than the merchant chose, replies and notices together', () => {
  const step = fc.record({
    after: fc.integer({ min: 0, max: 400 }),
    replies: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100 }), fc.array(step, { maxLength: 60 }), (perSecond, steps) => {
      let now = 0;
      const rateLimiter = createRateLimiter({ perSecond, now: () => now });
      const left: number[] = [];
      for (const { after, replies } of steps) {
        now += after;
        for (let count = 0; count < replies; count += 1) if (rateLimiter.take('reply') === 0) left.push(now);
        while (rateLimiter.take('notification') === 0) left.push(now);
      }
      for (const [index, at] of left.entries())
        expect(left.slice(index).filter((other) => other < at + 1_000).length).toBeLessThanOrEqual(perSecond);
    }),
  );
});

test('a waiting reply goes before every notice', async () => {
  let now = 0;
  const waits: (() => void)[] = [];
  const rateLimiter = createRateLimiter({
    perSecond: 2,
    now: () => now,
    wait: () => new Promise<void>((resolve) => waits.push(resolve)),
  });
  expect(rateLimiter.take('notification')).toBe(0);
  now += 500;
  expect(rateLimiter.take('notification')).toBe(0);
  const reply = rateLimiter.turn({ kind: 'reply' });
  now += 501;
  expect(rateLimiter.take('notification')).toBeGreaterThan(0);
  waits.splice(0).forEach((go) => go());
  await reply;
  expect(rateLimiter.take('notification')).toBeGreaterThan(0);
});

test('what Meta says about when to come back is kept', () => {
  let now = 0;
  const rateLimiter = createRateLimiter({ perSecond: 30, now: () => now });
  rateLimiter.take('notification');
  rateLimiter.refused({ startedAt: 0, regainMs: 120_000 });
  now = 119_000;
  expect(rateLimiter.take('notification')).toBe(1_000);
  expect(rateLimiter.take('reply')).toBe(1_000);
  now = 120_001;
  expect(rateLimiter.take('notification')).toBe(0);
});

test('refused without end it asks less and less, down to one a minute, and comes back when it may', () => {
  let now = 0;
  const rateLimiter = createRateLimiter({ perSecond: 300, now: () => now });
  let calls = 0;
  for (; now < 3_600_000; now += 50)
    while (rateLimiter.take('notification') === 0) {
      calls += 1;
      rateLimiter.refused({ startedAt: now });
    }
  expect(calls).toBeLessThan(90);
  const back = now;
  let taken = 0;
  for (; now < back + 120_000; now += 5)
    while (rateLimiter.take('notification') === 0) {
      taken += 1;
      rateLimiter.accepted({ startedAt: now });
    }
  expect(taken).toBeGreaterThan(300 * 30);
});
