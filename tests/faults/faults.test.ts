// Faults in small: deaths at the boundaries that matter most, a ghost and lost replies, judged by Messenger's ledger; the rest is `npm run faults`.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { killAtEach, randomFrom, trace } from '../../scripts/faults/kill.ts';
import { runScenarios } from '../../scripts/faults/scenarios.ts';
import { openFaultWorld, type FaultWorld } from '../../scripts/faults/world.ts';

let faults: FaultWorld;
beforeAll(async () => {
  faults = await openFaultWorld({
    folder: mkdtempSync(join(tmpdir(), 'faults-')),
    databaseUrl: process.env.DATABASE_URL!,
  });
}, 120_000);
afterAll(() => faults?.close());

/** None of these leaves a call of unknown fate behind, which takes a minute; those are part of `npm run faults`. */
const MATTER_MOST = [
  /^web: before COMMIT after INSERT webhook_events/,
  /^worker: before INSERT subscriptions/,
  /^worker: after UPDATE subscriptions \+ INSERT notifications/,
  /^worker: after POST Meta .*the notice$/,
];

test(
  'killed at any boundary of its path, and started again: everybody who waits is told once',
  { timeout: 240_000 },
  async () => {
    const met = await trace({ faults, size: 2 });
    expect(met.length).toBeGreaterThanOrEqual(150);
    const points = MATTER_MOST.map((name) => {
      const found = met.find(({ point }) => name.test(point));
      if (!found) throw new Error(`The trace never met ${name}`);
      return found;
    });
    const rows = await killAtEach({ faults, points, size: 2, random: randomFrom(1), print: () => undefined });
    expect(rows.filter((row) => !row.ok)).toEqual([]);
    expect(rows).toHaveLength(MATTER_MOST.length + 1);
  },
);

test(
  'a worker that was frozen for longer than its lease, and replies that are lost: nobody is told twice',
  { timeout: 240_000 },
  async () => {
    const rows = await runScenarios({
      faults,
      databaseUrl: process.env.DATABASE_URL!,
      size: 3,
      names: [
        'the worker freezes after a call, and wakes as a ghost',
        'replies are lost (5 %, at least one), calls fail after delivery (2 %)',
      ],
      print: () => undefined,
    });
    expect(rows.filter((row) => !row.ok)).toEqual([]);
    expect(rows).toHaveLength(3);
  },
);
