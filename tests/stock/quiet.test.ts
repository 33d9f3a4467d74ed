// Quiet hours on the wall clock: over midnight, and over the nights in which the clock itself is moved.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quietEnd, quietStart } from '../../app/stock/quiet-hours.ts';

const berlin = { timezone: 'Europe/Berlin' };
const overnight = { ...berlin, quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60 };
const iso = (at: Date | undefined) => at?.toISOString() ?? null;

test.each([
  ['at noon it is not quiet', overnight, '2026-11-22T11:00:00Z', null],
  [
    'before midnight it is quiet until morning',
    overnight,
    '2026-11-22T21:30:00Z',
    '2026-11-23T07:00:00.000Z',
  ],
  ['after midnight too', overnight, '2026-11-23T02:00:00Z', '2026-11-23T07:00:00.000Z'],
  ['the first minute is quiet', overnight, '2026-11-22T21:00:00Z', '2026-11-23T07:00:00.000Z'],
  ['the last is not', overnight, '2026-11-23T07:00:00Z', null],
  [
    'within one day',
    { ...berlin, quietHoursStart: 13 * 60, quietHoursEnd: 15 * 60 },
    '2026-06-01T12:10:20Z',
    '2026-06-01T13:00:00.000Z',
  ],
  ['the night that is an hour short', overnight, '2026-03-28T22:00:00Z', '2026-03-29T06:00:00.000Z'],
  ['the night that is an hour long', overnight, '2026-10-24T21:00:00Z', '2026-10-25T07:00:00.000Z'],
  [
    'an end that the clock leaves out comes at the jump',
    { ...berlin, quietHoursStart: 60, quietHoursEnd: 150 },
    '2026-03-29T00:30:00Z',
    '2026-03-29T01:00:00.000Z',
  ],
  [
    'half-hour zones',
    { timezone: 'Asia/Kolkata', quietHoursStart: 22 * 60, quietHoursEnd: 8 * 60 },
    '2026-11-22T20:00:00Z',
    '2026-11-23T02:30:00.000Z',
  ],
  [
    'an unknown zone counts as UTC',
    { timezone: 'Mars/Olympus', quietHoursStart: 0, quietHoursEnd: 60 },
    '2026-11-22T00:30:00Z',
    '2026-11-22T01:00:00.000Z',
  ],
  ['none', { ...berlin, quietHoursStart: null, quietHoursEnd: null }, '2026-11-22T23:00:00Z', null],
  [
    'equal ends mean none',
    { ...berlin, quietHoursStart: 60, quietHoursEnd: 60 },
    '2026-11-22T23:00:00Z',
    null,
  ],
])('quiet hours: %s', (_promise, settings, now, expected) => {
  expect(iso(quietEnd({ now: new Date(now), settings }))).toBe(expected);
});

test('the next quiet hours are known while it is not quiet', () => {
  expect(iso(quietStart({ now: new Date('2026-11-22T11:00:20Z'), settings: overnight }))).toBe(
    '2026-11-22T21:00:00.000Z',
  );
  expect(quietStart({ now: new Date('2026-11-22T21:30:00Z'), settings: overnight })).toBeUndefined();
});

test('whatever the zone, the end of quiet hours is the first minute that is not quiet', () => {
  const zones = [
    'UTC',
    'Europe/Berlin',
    'America/New_York',
    'Australia/Lord_Howe',
    'Pacific/Auckland',
    'Asia/Kathmandu',
    'America/Sao_Paulo',
  ];
  const days = fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true });
  const minute = fc.integer({ min: 0, max: 1_439 });
  fc.assert(
    fc.property(
      days,
      fc.constantFrom(...zones),
      minute,
      minute,
      (now, timezone, quietHoursStart, quietHoursEnd) => {
        const settings = { timezone, quietHoursStart, quietHoursEnd };
        const end = quietEnd({ now, settings });
        if (end === undefined) return;
        expect(end.getTime()).toBeGreaterThan(now.getTime());
        // Two days only where the one minute that is not quiet falls into an hour that the clock leaves out.
        expect(end.getTime() - now.getTime()).toBeLessThanOrEqual(50 * 3_600_000);
        expect(quietEnd({ now: end, settings })).toBeUndefined();
        expect(quietEnd({ now: new Date(end.getTime() - 1), settings })).toEqual(end);
      },
    ),
    { numRuns: 500 },
  );
});
