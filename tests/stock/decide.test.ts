// What a look means for those who wait: each rule of the decision, by example and by property.
import { expect, test } from 'vitest';
import { decide } from '../../app/stock/decide.ts';
import { NO_LIMIT, finding, inStock, level, restock, settings, soldOut, truth } from './given.ts';

const T0 = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);
const MIN = 60;

type Case = Partial<Parameters<typeof decide>[0]> & { is?: Parameters<typeof finding>[0]['is'] };
const decided = ({ is = inStock(5), ...given }: Case) => {
  const chosen = given.settings ?? settings();
  return decide({
    look: finding({ is, with: chosen as ReturnType<typeof settings> }),
    restock: null,
    settings: chosen,
    waiting: 3,
    told: 0,
    now: T0,
    ...given,
  });
};

test('for sale again with someone waiting: a restock opens, and all who fit the stock may be told', () => {
  expect(decided({})).toMatchObject({
    verdict: 'open',
    reason: 'everyone_allowed',
    restock: { row: 'new', allowance: 3, holdUntil: null },
  });
});

test('nobody waits, nothing opens', () => {
  expect(decided({ waiting: 0 })).toMatchObject({
    verdict: 'nothing',
    reason: 'nobody_waits',
    restock: null,
  });
});

test('a hold-off makes everybody wait for a second reading', () => {
  const chosen = settings({ holdOffSeconds: 10 });
  const first = decided({ settings: chosen });
  expect(first).toMatchObject({
    verdict: 'open',
    reason: 'hold_off',
    lookAt: after(10),
    restock: { allowance: 0, holdUntil: after(10) },
  });
  const early = decided({ settings: chosen, restock: first.restock, now: after(4) });
  expect(early).toMatchObject({
    verdict: 'wait',
    reason: 'hold_off',
    lookAt: after(10),
    restock: { allowance: 0 },
  });
  expect(decided({ settings: chosen, restock: first.restock, now: after(10) })).toMatchObject({
    verdict: 'allow',
    restock: { allowance: 3, holdUntil: null },
  });
  expect(decided({ settings: chosen, restock: first.restock, now: after(10), is: soldOut() })).toMatchObject({
    verdict: 'close',
    restock: { allowance: 0, closedAt: after(10) },
  });
});

test('sold out closes the restock with its reason', () => {
  const open = restock({ allowance: 50 });
  expect(decided({ restock: open, is: soldOut(), told: 20 })).toMatchObject({
    verdict: 'close',
    reason: 'sold_out',
    restock: { row: 'same', closedAt: T0 },
  });
  expect(decided({ restock: open, is: null })).toMatchObject({ verdict: 'close', reason: 'gone' });
  expect(decided({ restock: open, is: truth({ published: false }) })).toMatchObject({
    verdict: 'close',
    reason: 'not_published',
  });
});

test('a gap at zero shorter than the guard is the same restock, a longer one is the next', () => {
  const closed = restock({ closedAt: T0, allowance: 3, units: 5 });
  const chosen = settings({ holdOffSeconds: 10 });
  expect(
    decided({ restock: closed, settings: chosen, now: after(30 * MIN - 1), told: 3, waiting: 2 }),
  ).toMatchObject({
    verdict: 'open',
    reason: 'hold_off',
    restock: { row: 'same', closedAt: null, holdUntil: after(30 * MIN + 9) },
  });
  expect(decided({ restock: closed, now: after(30 * MIN), waiting: 2 })).toMatchObject({
    verdict: 'open',
    restock: { row: 'new', allowance: 2 },
  });
});

test('back within the guard with nobody left to tell, it is open again all the same: later it must not pass for a new one', () => {
  const closed = restock({ closedAt: T0, allowance: 3 });
  expect(decided({ restock: closed, now: after(60), told: 3, waiting: 0 })).toMatchObject({
    verdict: 'open',
    reason: 'nobody_waits',
    restock: { row: 'same', allowance: 3 },
  });
});

test('too many for the stock go in waves of ten per unit, every 15 minutes', () => {
  const first = decided({ is: inStock(5), waiting: 51 });
  expect(first).toMatchObject({
    verdict: 'open',
    reason: 'wave',
    lookAt: after(15 * MIN),
    restock: { allowance: 50, waveAt: after(15 * MIN), units: 5 },
  });
  const between = decided({ restock: first.restock, told: 50, waiting: 1, now: after(5 * MIN) });
  expect(between).toMatchObject({ verdict: 'wait', reason: 'next_wave', restock: { allowance: 50 } });
  const second = decided({ restock: first.restock, told: 50, waiting: 51, now: after(15 * MIN) });
  expect(second).toMatchObject({ verdict: 'allow', restock: { allowance: 100, waveAt: after(30 * MIN) } });
  expect(decided({ restock: first.restock, told: 50, waiting: 1, now: after(15 * MIN) })).toMatchObject({
    verdict: 'allow',
    restock: { allowance: 51, waveAt: null },
  });
});

test('units that arrive within a wave raise it by what they bear, once', () => {
  const wave = restock({ allowance: 50, units: 5, waveAt: after(15 * MIN) });
  const grown = decided({ restock: wave, told: 50, waiting: 31, is: inStock(8), now: after(60) });
  expect(grown).toMatchObject({ verdict: 'allow', restock: { allowance: 80, units: 8 } });
  expect(
    decided({ restock: grown.restock, told: 50, waiting: 31, is: inStock(8), now: after(61) }),
  ).toMatchObject({ restock: { allowance: 80 } });
  const shrunk = decided({ restock: grown.restock, told: 80, waiting: 51, is: inStock(5), now: after(62) });
  expect(
    decided({ restock: shrunk.restock, told: 80, waiting: 51, is: inStock(8), now: after(63) }),
  ).toMatchObject({ restock: { allowance: 80 } });
});

test('what could not be sent yet is not sent on units that are gone', () => {
  const stuck = restock({ allowance: 1_000, units: 100 });
  expect(decided({ restock: stuck, waiting: 11, is: inStock(1) })).toMatchObject({
    restock: { allowance: 10, waveAt: after(15 * MIN) },
  });
});

test('everyone at once, and untracked stock, know no bound', () => {
  expect(decided({ settings: settings({ policy: 'everyone' }), is: inStock(1), waiting: 1 })).toMatchObject({
    restock: { allowance: NO_LIMIT, waveAt: null },
  });
  expect(decided({ is: truth({ tracked: false, levels: [] }), waiting: 1 })).toMatchObject({
    restock: { allowance: NO_LIMIT },
  });
});

test('a minimum of units holds the opening back, and pauses the telling when stock falls below it', () => {
  const chosen = settings({ minimumUnits: 5 });
  expect(decided({ settings: chosen, is: inStock(4) })).toMatchObject({
    verdict: 'nothing',
    reason: 'below_minimum',
  });
  const open = decided({ settings: chosen, is: inStock(5) });
  expect(open).toMatchObject({ verdict: 'open', restock: { allowance: 3 } });
  const low = decided({ settings: chosen, is: inStock(4), restock: open.restock, told: 1, waiting: 2 });
  expect(low).toMatchObject({
    verdict: 'wait',
    reason: 'below_minimum',
    restock: { allowance: 1, closedAt: null },
  });
  expect(
    decided({ settings: chosen, is: inStock(5), restock: low.restock, told: 1, waiting: 2 }),
  ).toMatchObject({ verdict: 'allow', restock: { allowance: 3 } });
});

test('held and paused, nothing moves but the closing', () => {
  const held = restock({ heldAt: T0, allowance: 0 });
  expect(decided({ restock: held })).toMatchObject({
    verdict: 'wait',
    reason: 'held',
    lookAt: null,
    restock: { allowance: 0 },
  });
  expect(decided({ restock: held, is: soldOut() })).toMatchObject({
    verdict: 'close',
    restock: { heldAt: T0 },
  });
  const paused = finding({ is: inStock(5), pausedAt: T0 });
  expect(decided({ look: paused })).toMatchObject({ verdict: 'nothing', reason: 'paused' });
  expect(decided({ look: paused, restock: restock() })).toMatchObject({
    verdict: 'wait',
    reason: 'paused',
    restock: { allowance: 0 },
  });
});

test('quiet hours open the restock and tell at their end, after a second reading', () => {
  const chosen = settings({ quietFrom: 11 * MIN, quietUntil: 13 * MIN, holdOffSeconds: 10 });
  const open = decided({ settings: chosen });
  expect(open).toMatchObject({
    verdict: 'open',
    reason: 'quiet_hours',
    lookAt: after(60 * MIN),
    restock: { allowance: 0, holdUntil: after(60 * MIN) },
  });
  expect(decided({ settings: chosen, restock: open.restock, now: after(60 * MIN) })).toMatchObject({
    verdict: 'allow',
    restock: { allowance: 3 },
  });
  const moved = settings({ holdOffSeconds: 10 });
  expect(
    decided({ settings: moved, restock: open.restock, now: after(60) }),
    'quiet hours were switched off',
  ).toMatchObject({ verdict: 'allow' });
});

test('quiet hours that begin while people are told have a look of their own', () => {
  const chosen = settings({ quietFrom: 12 * MIN + 5, quietUntil: 13 * MIN });
  expect(decided({ settings: chosen })).toMatchObject({
    verdict: 'open',
    restock: { allowance: 3 },
    lookAt: after(5 * MIN),
  });
});

test('Shopify’s stale "not for sale" is doubted after 30 s, 2 and 10 min, and then no more', () => {
  const doubted = truth({ availableForSale: false });
  let staleLooks = 0;
  for (const seconds of [30, 120, 600]) {
    const doubt = decided({ look: finding({ is: doubted, staleLooks }) });
    expect(doubt).toMatchObject({ verdict: 'nothing', reason: 'stale', lookAt: after(seconds) });
    staleLooks = doubt.staleLooks;
  }
  expect(decided({ look: finding({ is: doubted, staleLooks }) })).toMatchObject({
    lookAt: null,
    staleLooks: 3,
  });
  expect(
    decided({ look: finding({ is: doubted, staleLooks: 1, lookAt: after(30) }) }),
    'a second webhook is no second doubt',
  ).toMatchObject({ lookAt: null, staleLooks: 1 });
  expect(decided({ look: finding({ is: soldOut(), staleLooks }) })).toMatchObject({
    staleLooks: 0,
    lookAt: null,
  });
});

test('told "can be ordered" first, then real stock: the same restock under its right name', () => {
  const chosen = settings({ tellPreorder: true });
  const order = truth({ policy: 'CONTINUE', levels: [level(0)] });
  const open = decided({ settings: chosen, is: order });
  expect(open).toMatchObject({ verdict: 'open', restock: { kind: 'can_be_ordered', allowance: NO_LIMIT } });
  expect(
    decided({
      settings: chosen,
      is: truth({ policy: 'CONTINUE' }),
      restock: open.restock,
      told: 1,
      waiting: 2,
    }),
  ).toMatchObject({ restock: { kind: 'in_stock', allowance: 3 } });
});
