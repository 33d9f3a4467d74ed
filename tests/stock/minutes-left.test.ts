// Minutes left of a large send: from what was seen, never faster than the Page may, and nothing guessed about later waves.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { remainingToNotify, minutesLeft, type SendingState } from '../../app/reports/restocks.server.ts';

const telling = (given: Partial<SendingState> = {}): SendingState => ({
  claimedCount: 4_210,
  waiting: 5_790,
  notificationQuota: null,
  lately: 900,
  messagesPerSecond: 30,
  ...given,
});

test('the pace that was seen decides: 5,790 people at 30 a second are four minutes', () => {
  expect(minutesLeft(telling())).toBe(4);
  expect(minutesLeft(telling({ lately: 450 }))).toBe(7);
});

test('before there is anything to see, the pace of the Page is taken, and it is never exceeded', () => {
  expect(minutesLeft(telling({ lately: 0 }))).toBe(4);
  expect(minutesLeft(telling({ lately: 4, messagesPerSecond: 300 }))).toBe(1);
  expect(minutesLeft(telling({ lately: 9_000 }))).toBe(4);
});

test('a wave ends where its allowance does; what comes after it is not guessed', () => {
  expect(remainingToNotify(telling({ notificationQuota: 4_300 }))).toBe(90);
  expect(minutesLeft(telling({ notificationQuota: 4_300 }))).toBe(1);
  expect(minutesLeft(telling({ notificationQuota: 4_210 }))).toBeNull();
});

test('nobody left, or no Page to speak through, is no number of minutes', () => {
  expect(minutesLeft(telling({ waiting: 0 }))).toBeNull();
  expect(minutesLeft(telling({ messagesPerSecond: null, lately: 0 }))).toBeNull();
  expect(minutesLeft(telling({ messagesPerSecond: 0, lately: 0 }))).toBeNull();
});

test('more to tell never takes less time, and a faster pace never more', () => {
  const whole = fc.nat({ max: 1_000_000 });
  fc.assert(
    fc.property(
      whole,
      whole,
      fc.integer({ min: 5, max: 9_000 }),
      fc.integer({ min: 1, max: 300 }),
      (few, more, lately, perSecond) => {
        const at = (given: Partial<SendingState>) =>
          minutesLeft(telling({ lately, messagesPerSecond: perSecond, ...given })) ?? 0;
        expect(at({ waiting: few + more })).toBeGreaterThanOrEqual(at({ waiting: few }));
        expect(at({ waiting: few, lately: lately + 1 })).toBeLessThanOrEqual(at({ waiting: few }));
      },
    ),
  );
});
