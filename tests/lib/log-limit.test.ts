// What happens at every request of a stranger is logged so many times a minute, and what was left out is counted.
import { expect, test } from 'vitest';
import { MINUTE } from '../../app/lib/clock.ts';
import { createLogLimit } from '../../app/lib/log.server.ts';

test('of one event sixty lines a minute are written; the next minute’s first line says how many were not', () => {
  const limit = createLogLimit({ perMinute: 60 });
  const turns = Array.from({ length: 1_988 }, (_, at) => limit({ event: 'web.route_failed', now: at }));
  expect(turns.filter(({ write }) => write)).toHaveLength(60);
  expect(limit({ event: 'web.route_failed', now: MINUTE })).toEqual({ write: true, omitted: 1_928 });
  expect(limit({ event: 'web.route_failed', now: MINUTE + 1 })).toEqual({ write: true, omitted: 0 });
});

test('one event that floods takes no line of another', () => {
  const limit = createLogLimit({ perMinute: 2 });
  for (let at = 0; at < 10; at += 1) limit({ event: 'often', now: at });
  expect(limit({ event: 'rare', now: 10 })).toEqual({ write: true, omitted: 0 });
});

test('events whose names never end do not fill the memory, and are still limited', () => {
  const limit = createLogLimit({ perMinute: 1 });
  for (let at = 0; at < 5_000; at += 1) limit({ event: `event ${at}`, now: 0 });
  expect(limit({ event: 'event 4999', now: 1 })).toMatchObject({ write: false });
});
