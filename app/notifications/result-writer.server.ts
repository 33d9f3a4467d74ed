// How calls ended, on the way into the books: written many at a time, in the order in which they came.
import { setTimeout as wait } from 'node:timers/promises';
import type { Lease } from '../jobs/lease.server.ts';
import type { Clock } from '../lib/clock.ts';
import type { Claimed } from './claim.server.ts';
import { settle } from './finish.server.ts';
import type { Judged } from './outcome.ts';

/** How one message ended for now. */
export type Answered = Judged & { row: Claimed; picture: boolean };

export type Outbox = {
  put(answered: Answered): void;
  /** Those not yet written down. */ ids(): bigint[];
  isEmpty(): boolean;
};

const AT_ONCE = 500;
const PATIENCE_MS = 10_000;

export function createOutbox({
  lease,
  clock,
  onAnswers,
  onChange,
  onFailure,
}: {
  lease: Lease;
  clock: Clock;
  /** Called after they are settled. */ onAnswers: (answers: Answered[]) => Promise<void>;
  onChange: () => void;
  onFailure: (error: unknown) => void;
}): Outbox {
  let waiting: Answered[] = [];
  let underWay: Answered[] = [];
  let flushing: Promise<void> | undefined;

  function flush(): void {
    flushing ??= (async () => {
      while (waiting.length > 0) {
        underWay = waiting.slice(0, AT_ONCE);
        waiting = waiting.slice(AT_ONCE);
        await settlePatiently(underWay);
        await onAnswers(underWay);
        underWay = [];
      }
    })()
      .catch(onFailure)
      .finally(() => {
        flushing = undefined;
        underWay = [];
        onChange();
      });
  }

  /** A database that restarts is waited for: what Meta has told us must not be lost with it. */
  async function settlePatiently(batch: Answered[]): Promise<void> {
    const settlings = batch.map(({ row, verdict }) => ({ id: row.id, verdict }));
    for (const until = performance.now() + PATIENCE_MS; ;) {
      try {
        await settle({ settlings, lease, now: clock() });
        return;
      } catch (error) {
        if (performance.now() >= until) throw error;
        await wait(100);
      }
    }
  }

  return {
    put(answered) {
      waiting.push(answered);
      flush();
    },
    ids: () => [...waiting, ...underWay].map(({ row }) => row.id),
    isEmpty: () => waiting.length === 0 && flushing === undefined,
  };
}
