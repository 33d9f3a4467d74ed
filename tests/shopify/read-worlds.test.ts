// Whatever the shop (locations, variants due, bucket, restore rate): what is due is read in the time that its price takes, news first.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { least, run, type Run, type Stocked, type World } from './read-world.ts';

/** How many worlds of each kind; more by hand: `WORLDS=10000 npm test -- tests/shopify/read-worlds.test.ts`. A failing seed is printed by fast-check and replays with `SEED=...`. */
const worlds = {
  numRuns: Number(process.env.WORLDS ?? 300),
  ...(process.env.SEED === undefined ? {} : { seed: Number(process.env.SEED) }),
};

/** Nothing here is timed: enough for a machine that does ten other things. */
const limitMs = worlds.numRuns * 1_000;

const shops = fc.record({
  locations: fc.integer({ min: 1, max: 200 }),
  due: fc.integer({ min: 1, max: 500 }),
  /** Each variant is stocked everywhere, or each in some places of its own. */
  everywhere: fc.boolean(),
  known: fc.constantFrom(0, 0.5, 1),
  news: fc.constantFrom(0, 0.05, 1),
  maximum: fc.integer({ min: 1_000, max: 20_000 }),
  restoreRate: fc.integer({ min: 50, max: 1_000 }),
  full: fc.constantFrom(0, 0.3, 1),
  bucketKnown: fc.boolean(),
  chance: fc.integer(),
});
type Shop = typeof shops extends fc.Arbitrary<infer T> ? T : never;

/** Chance that replays: the same start draws the same numbers. */
function chanceFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function worldOf({ locations, due, everywhere, chance, ...shop }: Shop): World {
  const draw = chanceFrom(chance);
  const variants = Array.from({ length: due }, (): Stocked => ({
    levels: everywhere ? locations : 1 + Math.floor(draw() * locations),
    known: draw() < shop.known,
    news: draw() < shop.news,
  }));
  const { maximum, restoreRate, full, bucketKnown } = shop;
  return { variants, bucket: { available: maximum * full, maximum, restoreRate }, bucketKnown };
}

/** How long what comes back needs to pay for these points. */
const msFor = (points: number, { bucket }: World) => (points / bucket.restoreRate) * 1_000;
const costOf = ({ variants }: World) => variants.reduce((sum, one) => sum + least(one), 0);
const refusals = ({ calls }: Run) =>
  calls.filter(({ notified }) => notified === 'refused' || notified === 'too dear').length;
const moments = fc.double({ min: 0, max: 1, noNaN: true });

test(
  'every check ends within 1.25 x (cost / restore), and no call is without progress',
  () => {
    fc.assert(
      fc.property(shops, (shop) => {
        const world = worldOf(shop);
        const ran = run(world);
        expect(Math.max(...ran.readAt)).toBeLessThanOrEqual(msFor(costOf(world), world) * 1.25);
        // Where nobody has said yet what the bucket holds, one refusal says it.
        expect(refusals(ran)).toBeLessThanOrEqual(shop.bucketKnown ? 0 : 1);
      }),
      worlds,
    );
  },
  limitMs,
);

test(
  'a restock among many unchanged variants is read within 1.25 x (its own price / restore), or 10 s',
  () => {
    fc.assert(
      fc.property(shops, moments, fc.nat(), (shop, moment, which) => {
        const world = worldOf({ ...shop, news: 0 });
        const news = which % shop.due;
        const atMs = Math.floor(moment * msFor(costOf(world), world));
        const { readAt } = run({ ...world, events: [{ atMs, news }] });
        const ownMs = msFor(least(world.variants[news]!), world);
        expect(readAt[news]! - atMs).toBeLessThanOrEqual(Math.max(10_000, ownMs * 1.25));
      }),
      worlds,
    );
  },
  limitMs,
);

test(
  'a bulk booking says something of every variant, and one has come back: it is read once all were probed',
  () => {
    fc.assert(
      fc.property(shops, fc.nat(), (shop, which) => {
        const world = worldOf({ ...shop, news: 1, known: 1 });
        const back = which % shop.due;
        world.variants[back]!.changed = true;
        const { readAt } = run(world);
        const ownMs = msFor(least(world.variants[back]!) + shop.due, world);
        expect(readAt[back]!).toBeLessThanOrEqual(Math.max(10_000, ownMs * 1.25));
      }),
      worlds,
    );
  },
  limitMs,
);

test(
  'another process spends from the same bucket: the check takes what both cost, and one refusal for each spending at most',
  () => {
    const spendings = fc.array(fc.tuple(moments, fc.integer({ min: 1, max: 1_000 })), { maxLength: 20 });
    fc.assert(
      fc.property(shops, spendings, (shop, spent) => {
        const world = worldOf(shop);
        const events = spent.map(([moment, points]) => ({
          atMs: Math.floor(moment * msFor(costOf(world), world)),
          points,
        }));
        const ran = run({ ...world, events });
        const cost = costOf(world) + events.reduce((sum, { points }) => sum + points, 0);
        expect(Math.max(...ran.readAt)).toBeLessThanOrEqual(msFor(cost, world) * 1.25);
        expect(refusals(ran)).toBeLessThanOrEqual(events.length + 1);
      }),
      worlds,
    );
  },
  limitMs,
);

test(
  'Shopify asks other prices than those that it has published: one answer is enough to plan by them',
  () => {
    fc.assert(
      fc.property(shops, fc.double({ min: 0.3, max: 4, noNaN: true }), (shop, dearness) => {
        const world = { ...worldOf({ ...shop, locations: Math.min(shop.locations, 60) }), dearness };
        const ran = run(world);
        // The first call is still planned by our own price.
        const cost = costOf(world) * dearness + 1_000 * Math.max(1, dearness);
        expect(Math.max(...ran.readAt)).toBeLessThanOrEqual(msFor(cost, world) * 1.25);
        expect(refusals(ran)).toBeLessThanOrEqual(2);
      }),
      worlds,
    );
  },
  limitMs,
);
