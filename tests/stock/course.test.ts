// The decision under any course of stock, claims, sign-ups and repeated checks: what must never happen, and never does.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decide, remainingQuota, type RestockState } from '../../app/stock/decide.ts';
import { finding, inStock, settings, soldOut } from './decision-inputs.ts';

const T0 = new Date('2026-11-22T12:00:00Z');
const after = (seconds: number) => new Date(T0.getTime() + seconds * 1_000);

/** A line that is told as fast as it is allowed, under looks at random moments on random stock. */
const steps = fc.array(
  fc.record({
    seconds: fc.integer({ min: 0, max: 2_000 }),
    units: fc.integer({ min: 0, max: 30 }),
    claims: fc.integer({ min: 0, max: 400 }),
    joins: fc.integer({ min: 0, max: 40 }),
    looks: fc.integer({ min: 1, max: 5 }),
  }),
  { minLength: 1, maxLength: 40 },
);
const anySettings = fc.record({
  sendPolicy: fc.constantFrom('batches' as const, 'all_at_once' as const),
  shoppersPerUnit: fc.integer({ min: 1, max: 20 }),
  minimumStock: fc.integer({ min: 1, max: 5 }),
  sendDelaySeconds: fc.constantFrom(0, 10, 60),
  restockCooldownMinutes: fc.constantFrom(0, 30),
});

test('under any course of stock: never more outstanding than the units bear, never anybody told on nothing, repeated looks change nothing', () => {
  fc.assert(
    fc.property(steps, anySettings, fc.integer({ min: 0, max: 900 }), (course, chosen, line) => {
      const given = settings(chosen);
      let [now, waiting, notified]: [number, number, number] = [0, line, 0];
      let row: RestockState | null = null;
      for (const step of course) {
        now += step.seconds;
        waiting += step.joins;
        const is = step.units > 0 ? inStock(step.units) : soldOut();
        const at = after(now);
        const check = finding({ is, with: given });
        const bears = check.availability?.available
          ? remainingQuota({ availability: check.availability, settings: given })
          : 0;
        let allowed: number | undefined;
        for (let copy = 0; copy < step.looks; copy += 1) {
          const counted = Math.min(waiting, bears === Infinity ? 1 : bears + 1);
          const decision = decide({
            check,
            restock: row,
            settings: given,
            waiting: counted,
            claimedCount: notified,
            now: at,
          });
          if (decision.restock?.row === 'new') notified = 0;
          row = decision.restock ?? row;
          const open = row !== null && row.closedAt === null ? row : null;
          if (open && open.sendAfter === null && bears !== Infinity)
            expect(open.notificationQuota - notified).toBeLessThanOrEqual(bears);
          expect(open !== null && step.units === 0, 'open on nothing').toBe(false);
          if (
            open?.nextBatchAt &&
            open.sendAfter === null &&
            open.nextBatchAt > at &&
            waiting > open.notificationQuota - notified
          )
            expect(decision.nextCheckAt, 'a wave that nobody looks for').not.toBeNull();
          if (allowed !== undefined) expect(open?.notificationQuota ?? 0).toBe(allowed);
          allowed = open?.notificationQuota ?? 0;
        }
        const open = row !== null && row.closedAt === null && row.sendAfter === null ? row : null;
        if (open) {
          const claimed = Math.min(step.claims, waiting, open.notificationQuota - notified);
          notified += claimed;
          waiting -= claimed;
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
