// What a stock check means for those waiting: each rule of the decision, by example and by property.
import { expect, test } from 'vitest';
import { decide } from '../../app/stock/decide.ts';
import { NO_LIMIT, finding, inStock, level, restock, settings, soldOut, truth } from './decision-inputs.ts';

const T0 = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);
const MIN = 60;

type Case = Partial<Parameters<typeof decide>[0]> & { is?: Parameters<typeof finding>[0]['is'] };
const decided = ({ is = inStock(5), ...given }: Case) => {
  const chosen = given.settings ?? settings();
  return decide({
    check: finding({ is, with: chosen as ReturnType<typeof settings> }),
    restock: null,
    settings: chosen,
    waiting: 3,
    claimedCount: 0,
    now: T0,
    ...given,
  });
};

test('for sale again with someone waiting: a restock opens, and all who fit the stock may be told', () => {
  expect(decided({})).toMatchObject({
    decision: 'open',
    reason: 'all_allowed',
    restock: { row: 'new', notificationQuota: 3, sendAfter: null },
  });
});

test('nobody waits, nothing opens', () => {
  expect(decided({ waiting: 0 })).toMatchObject({
    decision: 'none',
    reason: 'nobody_waiting',
    restock: null,
  });
});

test('a hold-off makes everybody wait for a second reading', () => {
  const chosen = settings({ sendDelaySeconds: 10 });
  const first = decided({ settings: chosen });
  expect(first).toMatchObject({
    decision: 'open',
    reason: 'send_delay',
    nextCheckAt: after(10),
    restock: { notificationQuota: 0, sendAfter: after(10) },
  });
  const early = decided({ settings: chosen, restock: first.restock, now: after(4) });
  expect(early).toMatchObject({
    decision: 'wait',
    reason: 'send_delay',
    nextCheckAt: after(10),
    restock: { notificationQuota: 0 },
  });
  expect(decided({ settings: chosen, restock: first.restock, now: after(10) })).toMatchObject({
    decision: 'raise_quota',
    restock: { notificationQuota: 3, sendAfter: null },
  });
  expect(decided({ settings: chosen, restock: first.restock, now: after(10), is: soldOut() })).toMatchObject({
    decision: 'close',
    restock: { notificationQuota: 0, closedAt: after(10) },
  });
});

test('sold out closes the restock with its reason', () => {
  const open = restock({ notificationQuota: 50 });
  expect(decided({ restock: open, is: soldOut(), claimedCount: 20 })).toMatchObject({
    decision: 'close',
    reason: 'sold_out',
    restock: { row: 'same', closedAt: T0 },
  });
  expect(decided({ restock: open, is: null })).toMatchObject({ decision: 'close', reason: 'deleted' });
  expect(decided({ restock: open, is: truth({ published: false }) })).toMatchObject({
    decision: 'close',
    reason: 'not_published',
  });
});

test('a gap at zero shorter than the guard is the same restock, a longer one is the next', () => {
  const closed = restock({ closedAt: T0, notificationQuota: 3, units: 5 });
  const chosen = settings({ sendDelaySeconds: 10 });
  expect(
    decided({ restock: closed, settings: chosen, now: after(30 * MIN - 1), claimedCount: 3, waiting: 2 }),
  ).toMatchObject({
    decision: 'open',
    reason: 'send_delay',
    restock: { row: 'same', closedAt: null, sendAfter: after(30 * MIN + 9) },
  });
  expect(decided({ restock: closed, now: after(30 * MIN), waiting: 2 })).toMatchObject({
    decision: 'open',
    restock: { row: 'new', notificationQuota: 2 },
  });
});

test('back within the guard with nobody left to tell, it is open again all the same: later it must not pass for a new one', () => {
  const closed = restock({ closedAt: T0, notificationQuota: 3 });
  expect(decided({ restock: closed, now: after(60), claimedCount: 3, waiting: 0 })).toMatchObject({
    decision: 'open',
    reason: 'nobody_waiting',
    restock: { row: 'same', notificationQuota: 3 },
  });
});

test('too many for the stock go in waves of ten per unit, every 15 minutes', () => {
  const first = decided({ is: inStock(5), waiting: 51 });
  expect(first).toMatchObject({
    decision: 'open',
    reason: 'batch',
    nextCheckAt: after(15 * MIN),
    restock: { notificationQuota: 50, nextBatchAt: after(15 * MIN), units: 5 },
  });
  const between = decided({ restock: first.restock, claimedCount: 50, waiting: 1, now: after(5 * MIN) });
  expect(between).toMatchObject({
    decision: 'wait',
    reason: 'next_batch',
    restock: { notificationQuota: 50 },
  });
  const second = decided({ restock: first.restock, claimedCount: 50, waiting: 51, now: after(15 * MIN) });
  expect(second).toMatchObject({
    decision: 'raise_quota',
    restock: { notificationQuota: 100, nextBatchAt: after(30 * MIN) },
  });
  expect(
    decided({ restock: first.restock, claimedCount: 50, waiting: 1, now: after(15 * MIN) }),
  ).toMatchObject({
    decision: 'raise_quota',
    restock: { notificationQuota: 51, nextBatchAt: null },
  });
});

test('units that arrive within a wave raise it by what they bear, once', () => {
  const batch = restock({ notificationQuota: 50, units: 5, nextBatchAt: after(15 * MIN) });
  const grown = decided({ restock: batch, claimedCount: 50, waiting: 31, is: inStock(8), now: after(60) });
  expect(grown).toMatchObject({ decision: 'raise_quota', restock: { notificationQuota: 80, units: 8 } });
  expect(
    decided({ restock: grown.restock, claimedCount: 50, waiting: 31, is: inStock(8), now: after(61) }),
  ).toMatchObject({ restock: { notificationQuota: 80 } });
  const shrunk = decided({
    restock: grown.restock,
    claimedCount: 80,
    waiting: 51,
    is: inStock(5),
    now: after(62),
  });
  expect(
    decided({ restock: shrunk.restock, claimedCount: 80, waiting: 51, is: inStock(8), now: after(63) }),
  ).toMatchObject({ restock: { notificationQuota: 80 } });
});

test('what could not be sent yet is not sent on units that are gone', () => {
  const stuck = restock({ notificationQuota: 1_000, units: 100 });
  expect(decided({ restock: stuck, waiting: 11, is: inStock(1) })).toMatchObject({
    restock: { notificationQuota: 10, nextBatchAt: after(15 * MIN) },
  });
});

test('everyone at once, and untracked stock, know no bound', () => {
  expect(
    decided({ settings: settings({ sendPolicy: 'all_at_once' }), is: inStock(1), waiting: 1 }),
  ).toMatchObject({
    restock: { notificationQuota: NO_LIMIT, nextBatchAt: null },
  });
  expect(decided({ is: truth({ tracked: false, levels: [] }), waiting: 1 })).toMatchObject({
    restock: { notificationQuota: NO_LIMIT },
  });
});

test('a minimum of units holds the opening back, and pauses the telling when stock falls below it', () => {
  const chosen = settings({ minimumStock: 5 });
  expect(decided({ settings: chosen, is: inStock(4) })).toMatchObject({
    decision: 'none',
    reason: 'below_minimum',
  });
  const open = decided({ settings: chosen, is: inStock(5) });
  expect(open).toMatchObject({ decision: 'open', restock: { notificationQuota: 3 } });
  const low = decided({
    settings: chosen,
    is: inStock(4),
    restock: open.restock,
    claimedCount: 1,
    waiting: 2,
  });
  expect(low).toMatchObject({
    decision: 'wait',
    reason: 'below_minimum',
    restock: { notificationQuota: 1, closedAt: null },
  });
  expect(
    decided({ settings: chosen, is: inStock(5), restock: low.restock, claimedCount: 1, waiting: 2 }),
  ).toMatchObject({ decision: 'raise_quota', restock: { notificationQuota: 3 } });
});

test('held and paused, nothing moves but the closing', () => {
  const held = restock({ heldAt: T0, notificationQuota: 0 });
  expect(decided({ restock: held })).toMatchObject({
    decision: 'wait',
    reason: 'held',
    nextCheckAt: null,
    restock: { notificationQuota: 0 },
  });
  expect(decided({ restock: held, is: soldOut() })).toMatchObject({
    decision: 'close',
    restock: { heldAt: T0 },
  });
  const paused = finding({ is: inStock(5), pausedAt: T0 });
  expect(decided({ check: paused })).toMatchObject({ decision: 'none', reason: 'paused' });
  expect(decided({ check: paused, restock: restock() })).toMatchObject({
    decision: 'wait',
    reason: 'paused',
    restock: { notificationQuota: 0 },
  });
});

test('quiet hours open the restock and tell at their end, after a second reading', () => {
  const chosen = settings({ quietHoursStart: 11 * MIN, quietHoursEnd: 13 * MIN, sendDelaySeconds: 10 });
  const open = decided({ settings: chosen });
  expect(open).toMatchObject({
    decision: 'open',
    reason: 'quiet_hours',
    nextCheckAt: after(60 * MIN),
    restock: { notificationQuota: 0, sendAfter: after(60 * MIN) },
  });
  expect(decided({ settings: chosen, restock: open.restock, now: after(60 * MIN) })).toMatchObject({
    decision: 'raise_quota',
    restock: { notificationQuota: 3 },
  });
  const moved = settings({ sendDelaySeconds: 10 });
  expect(
    decided({ settings: moved, restock: open.restock, now: after(60) }),
    'quiet hours were switched off',
  ).toMatchObject({ decision: 'raise_quota' });
});

test('quiet hours that begin while people are told have a look of their own', () => {
  const chosen = settings({ quietHoursStart: 12 * MIN + 5, quietHoursEnd: 13 * MIN });
  expect(decided({ settings: chosen })).toMatchObject({
    decision: 'open',
    restock: { notificationQuota: 3 },
    nextCheckAt: after(5 * MIN),
  });
});

test('Shopify’s stale "not for sale" is doubted after 30 s, 2 and 10 min, and then no more', () => {
  const doubted = truth({ availableForSale: false });
  let staleChecks = 0;
  for (const seconds of [30, 120, 600]) {
    const doubt = decided({ check: finding({ is: doubted, staleChecks }) });
    expect(doubt).toMatchObject({ decision: 'none', reason: 'stale', nextCheckAt: after(seconds) });
    staleChecks = doubt.staleChecks;
  }
  expect(decided({ check: finding({ is: doubted, staleChecks }) })).toMatchObject({
    nextCheckAt: null,
    staleChecks: 3,
  });
  expect(
    decided({ check: finding({ is: doubted, staleChecks: 1, nextCheckAt: after(30) }) }),
    'a second webhook is no second doubt',
  ).toMatchObject({ nextCheckAt: null, staleChecks: 1 });
  expect(decided({ check: finding({ is: soldOut(), staleChecks }) })).toMatchObject({
    staleChecks: 0,
    nextCheckAt: null,
  });
});

test('told "can be ordered" first, then real stock: the same restock under its right name', () => {
  const chosen = settings({ notifyOnPreorder: true });
  const order = truth({ policy: 'CONTINUE', levels: [level(0)] });
  const open = decided({ settings: chosen, is: order });
  expect(open).toMatchObject({
    decision: 'open',
    restock: { kind: 'orderable', notificationQuota: NO_LIMIT },
  });
  expect(
    decided({
      settings: chosen,
      is: truth({ policy: 'CONTINUE' }),
      restock: open.restock,
      claimedCount: 1,
      waiting: 2,
    }),
  ).toMatchObject({ restock: { kind: 'in_stock', notificationQuota: 3 } });
});
