// One policy for trying again: ever later, never later than anybody may be kept waiting, and never sooner than the other side asked for.
import { expect, test } from 'vitest';
import { nextAttemptAt } from '../../app/lib/retry.ts';

const now = new Date('2026-11-30T12:00:00Z');
const afterMs = (given: Partial<Parameters<typeof nextAttemptAt>[0]>) =>
  nextAttemptAt({ attempt: 1, now, ...given }).getTime() - now.getTime();

test('each failure doubles the rest, from a second to a minute', () => {
  const rests = [1, 2, 3, 4, 5, 6, 7, 8, 1_000].map((attempt) => afterMs({ attempt }) / 1_000);
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('what the other side asks for is kept, also where it is longer than a minute', () => {
  expect(afterMs({ retryAfterMs: 2_000 })).toBe(2_000);
  expect(afterMs({ attempt: 5, retryAfterMs: 2_000 })).toBe(16_000);
  expect(afterMs({ retryAfterMs: 90_000 })).toBe(90_000);
});

test('where only a person can help, the rests grow longer than a minute', () => {
  expect(afterMs({ attempt: 9, longestMs: 600_000 })).toBe(256_000);
  expect(afterMs({ attempt: 30, longestMs: 600_000 })).toBe(600_000);
});
