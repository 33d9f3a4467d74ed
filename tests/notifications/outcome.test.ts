// The rules of fate, exhausted: every consequence, first call or repeat.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorTable, type Consequence } from '../../app/messenger/error-codes.ts';
import type { SendAnswer } from '../../app/messenger/send-api.server.ts';
import { createFairQueue, type QueueEntry } from '../../app/notifications/fair-queue.ts';
import { type SendCircumstances, classifyOutcome } from '../../app/notifications/outcome.ts';
import {
  createSenderState,
  howManyToClaim,
  nextEntry,
  nextMode,
  nextRunAt,
  type SenderState,
} from '../../app/notifications/sender-state.ts';

const first: Omit<SendCircumstances, 'answer'> = {
  uncertain: false,
  attempts: 1,
  picture: false,
  isTest: false,
  othersAccepted: false,
};
const refused = (consequence: Consequence, code = 1, subcode?: number): SendAnswer => ({
  outcome: 'refused',
  code,
  ...(subcode === undefined ? {} : { subcode }),
  message: '',
  consequence,
});
const every = errorTable.flatMap(({ code, subcode, consequence, whenTransient }) =>
  [consequence, ...(whenTransient ? [whenTransient] : [])].map((one) => refused(one, code, subcode)),
);
const circumstances = fc.record({
  answer: fc.constantFrom<SendAnswer>(
    ...every,
    { outcome: 'accepted', mid: 'm' },
    { outcome: 'lost', began: true },
    { outcome: 'lost', began: false },
  ),
  uncertain: fc.boolean(),
  attempts: fc.integer({ min: 1, max: 12 }),
  picture: fc.boolean(),
  isTest: fc.boolean(),
  othersAccepted: fc.boolean(),
});

test('what may have been sent is never begun anew, put back or called refused', () => {
  fc.assert(
    fc.property(circumstances, (given) => {
      const { outcome } = classifyOutcome(given);
      if (given.uncertain) expect(['sent', 'assumed_sent', 'in_doubt']).toContain(outcome.end);
      if (!given.uncertain) expect(outcome.end).not.toBe('assumed_sent');
      if (given.answer.outcome === 'accepted') expect(outcome.end).toBe('sent');
      if (given.answer.outcome === 'lost' && given.answer.began) expect(outcome.end).toBe('in_doubt');
    }),
  );
});

test('a trouble of the Page burns no token', () => {
  fc.assert(
    fc.property(circumstances, (given) => {
      const { outcome, issue } = classifyOutcome({ ...given, uncertain: false });
      if (issue) expect(outcome).toEqual({ end: 'put_back', restMs: 0 });
    }),
  );
});

test('a bare 100 to a repeat is told (presumed); to a first call it is doubtful', () => {
  const bare = refused({ kind: 'doubtful' }, 100);
  expect(classifyOutcome({ ...first, answer: bare, uncertain: true }).outcome).toEqual({
    end: 'assumed_sent',
  });
  expect(classifyOutcome({ ...first, answer: bare }).outcome).toEqual({ end: 'unexplained_error' });
  expect(classifyOutcome({ ...first, answer: bare, attempts: 2, othersAccepted: true }).outcome).toEqual({
    end: 'failed',
    reason: 'not_accepted',
  });
});

test('a bare 10 to a repeat proves nothing against the Page; a dead token does', () => {
  const permission: Consequence = { kind: 'page_trouble', issue: 'permission', whole: false };
  expect(
    classifyOutcome({ ...first, answer: refused(permission, 10), uncertain: true }).issue,
  ).toBeUndefined();
  expect(classifyOutcome({ ...first, answer: refused(permission, 10) }).issue).toEqual(permission);
  const dead: Consequence = { kind: 'page_trouble', issue: 'reconnect', whole: false };
  expect(classifyOutcome({ ...first, answer: refused(dead, 190, 460), uncertain: true }).issue).toEqual(dead);
});

test('a passing refusal is tried five times with growing pauses, then the shopper waits again', () => {
  const busy = refused({ kind: 'retry', fate: 'not_sent' }, 2018321);
  const ends = [1, 2, 3, 4, 5].map(
    (attempts) => classifyOutcome({ ...first, answer: busy, attempts }).outcome,
  );
  expect(ends.map((one) => (one.end === 'again' ? one.afterMs : one.end))).toEqual([
    1_000,
    2_000,
    4_000,
    8_000,
    'put_back',
  ]);
});

const entry = (shopId: number, restockId: number): QueueEntry => ({
  shopId: BigInt(shopId),
  restockId: BigInt(restockId),
  variantId: 1n,
  pageId: 1n,
  isTest: false,
  hasIssue: false,
});

test('shops take turns, and so do the restocks of one shop, however many one of them has', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 12 }), (restocksOf) => {
      const open = restocksOf.flatMap((count, shop) =>
        Array.from({ length: count }, (_none, index) => entry(shop, shop * 100 + index)),
      );
      const turns = createFairQueue();
      turns.renew(open);
      const served = new Map<bigint, number>();
      const each = new Map<bigint, number>();
      for (let round = 0; round < restocksOf.length * 40; round += 1) {
        const next = turns.next()!;
        turns.served(next);
        if (round % 7 === 0) turns.renew(open);
        served.set(next.shopId, (served.get(next.shopId) ?? 0) + 1);
        each.set(next.restockId, (each.get(next.restockId) ?? 0) + 1);
      }
      expect([...served.values()]).toEqual(restocksOf.map(() => 40));
      for (const [shop, count] of restocksOf.entries()) {
        const shares = open
          .filter((one) => one.shopId === BigInt(shop))
          .map((one) => each.get(one.restockId)!);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        expect(shares).toHaveLength(count);
      }
    }),
    { numRuns: 50 },
  );
});

test('whoever was found empty is passed over until the next reading', () => {
  const turns = createFairQueue();
  turns.renew([entry(1, 1), entry(2, 2)]);
  turns.isEmpty(entry(1, 1));
  expect(turns.next()).toEqual(entry(2, 2));
  turns.isEmpty(entry(2, 2));
  expect(turns.next()).toBeUndefined();
  turns.renew([entry(1, 1)]);
  expect(turns.next()).toEqual(entry(1, 1));
});

test('a lane comes again for the soonest of what it left, and never in a circle without rest', () => {
  const now = new Date('2026-11-23T00:00:00Z');
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1_000);
  const free = { blocked: () => false, probeAt: null, restedAt: null, checkedAt: null, now };
  const begun = { pageId: 1n, state: 'sending' as const, retryAt: at(40), startedAt: at(-20) };
  expect(nextRunAt({ ...free, rows: [] })).toBeNull();
  expect(nextRunAt({ ...free, rows: [begun] })).toEqual(at(40));
  expect(nextRunAt({ ...free, rows: [begun], blocked: () => true })).toEqual(at(280));
  const postponed = { ...begun, state: 'claimed' as const, startedAt: null };
  expect(nextRunAt({ ...free, rows: [postponed], blocked: () => true })).toEqual(at(40));
  expect(nextRunAt({ ...free, rows: [begun], probeAt: at(7) })).toEqual(at(7));
  expect(nextRunAt({ ...free, rows: [], restedAt: at(9) })).toEqual(at(9));
  expect(nextRunAt({ ...free, rows: [begun], checkedAt: at(2) })).toEqual(at(2));
  expect(nextRunAt({ ...free, rows: [{ ...begun, retryAt: at(-5) }] })).toEqual(at(0.25));
});

const NOW = new Date('2026-11-23T00:00:00Z');

/** A sender at work, with these restocks to notify of. */
function sender(open: QueueEntry[], more: Partial<SenderState> = {}): SenderState {
  const lease = { name: 'page:1', holder: 'a worker', epoch: 1n, deadline: Infinity };
  const state = { ...createSenderState({ metaPageId: '1', lease }), ...more };
  state.entries.renew(open);
  return state;
}
const paused = { pausedAt: NOW, pauseReason: 'restricted', unexplainedErrors: 0, probeAt: NOW };

test('the mode follows from what the sender knows: what stops it goes before what is left, and that before what stands in the way', () => {
  const at = 60_000;
  const [free, hasIssue, ofTest] = [
    entry(1, 1),
    { ...entry(2, 2), hasIssue: true },
    { ...entry(3, 3), isTest: true },
  ];
  const going = { maySend: true, left: true, at };
  expect(nextMode(sender([free, hasIssue]), going)).toBe('sending');
  expect(nextMode(sender([]), going)).toBe('sending');
  expect(nextMode(sender([hasIssue]), going)).toBe('blocked');
  expect(nextMode(sender([free], { circuit: paused }), going)).toBe('blocked');
  expect(nextMode(sender([free, ofTest], { circuit: paused }), going)).toBe('sending');
  const calls = new Map([[1n, at - 6_000]]);
  expect(nextMode(sender([free], { calls, answeredAt: at - 5_001 }), going)).toBe('unanswered');
  expect(nextMode(sender([free], { calls, answeredAt: at - 4_999 }), going)).toBe('sending');
  expect(nextMode(sender([], { calls, answeredAt: 0 }), { ...going, left: false })).toBe('finished');
  expect(nextMode(sender([free]), { maySend: false, left: true, at })).toBe('draining');
});

test('behind an open circuit only a probe goes, when it is due, and the merchant’s test always', () => {
  const waiting = entry(1, 1);
  expect(nextEntry(sender([waiting]), NOW)).toEqual({ entry: waiting, anyway: false });
  const blocked = sender([waiting], { circuit: paused });
  expect(nextEntry(blocked, new Date(NOW.getTime() - 1))).toBeUndefined();
  expect(nextEntry(blocked, NOW)).toEqual({ entry: waiting, anyway: true });
  const ofTest = { ...entry(2, 2), isTest: true };
  const tested = sender([waiting, ofTest], { circuit: { ...paused, probeAt: null } });
  expect(nextEntry(tested, NOW)).toEqual({ entry: ofTest, anyway: true });
});

test('so much is claimed ahead that 0.4 s are in hand, in steps of a sixth of a second', () => {
  const pending = {
    uncertain: false,
    unexplainedAt: null,
    repeat: null,
  } as unknown as SenderState['queue'][number];
  const ready = (count: number) => sender([], { queue: Array.from({ length: count }, () => pending) });
  expect(howManyToClaim(ready(0), 300)).toBe(50);
  expect(howManyToClaim(ready(59), 300)).toBe(50);
  expect(howManyToClaim(ready(60), 300)).toBe(0);
  expect(howManyToClaim(ready(0), 1)).toBe(4);
  expect(howManyToClaim(ready(0), Infinity)).toBe(500);
});
