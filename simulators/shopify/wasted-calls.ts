// Finds calls that are spent and teach nothing: the same question paid for again and again, or refused again and again.
import { createHash } from 'node:crypto';
import type { OperationDefinitionNode } from 'graphql';
import type { BucketSize } from './bucket.ts';

/** Within this time the same answer to the same question is nothing new. */
const WITHIN_MS = 30_000;
/** More than this share of what the bucket got back in that time, spent on answers that were known already, is waste. */
const SHARE = 2 / 3;
/** A caller that hears how much the bucket holds is not refused more often than this in a row. */
const REFUSALS = 3;
const MOST_REMEMBERED = 5_000;

type Known = { answer: string; repeats: { at: number; points: number }[] };
type Call = { key: string; operation: OperationDefinitionNode };

export function watchForWaste({ now, sizeOf }: { now: () => Date; sizeOf: (key: string) => BucketSize }) {
  const findings: string[] = [];
  const refusals = new Map<string, number>();
  const known = new Map<string, Known>();
  const nameOf = ({ key, operation }: Call) => `${operation.name?.value ?? operation.operation} (${key})`;
  const hash = (value: unknown) =>
    createHash('sha256')
      .update(JSON.stringify(value) ?? '')
      .digest('base64');

  return {
    findings,
    /** The bucket could not pay for it. */
    refused(call: Call): void {
      const times = (refusals.get(call.key) ?? 0) + 1;
      refusals.set(call.key, times);
      if (times === REFUSALS + 1) findings.push(`${nameOf(call)} was refused ${times} times in a row`);
    },
    answered({
      asked,
      data,
      points,
      ...call
    }: Call & { asked: object; data: unknown; points: number }): void {
      refusals.delete(call.key);
      if (call.operation.operation !== 'query') return;
      const question = `${call.key} ${hash(asked)}`;
      const answer = hash(data);
      const before = known.get(question);
      if (before?.answer !== answer) {
        if (known.size > MOST_REMEMBERED) known.clear();
        known.set(question, { answer, repeats: [] });
        return;
      }
      const at = now().getTime();
      before.repeats = before.repeats.filter((one) => at - one.at < WITHIN_MS);
      before.repeats.push({ at, points });
      const spent = before.repeats.reduce((sum, one) => sum + one.points, 0);
      if (spent <= SHARE * (WITHIN_MS / 1_000) * sizeOf(call.key).restoreRate) return;
      findings.push(
        `${nameOf(call)}: ${spent} points for an answer that was known, ${before.repeats.length} times`,
      );
      known.delete(question);
    },
  };
}
