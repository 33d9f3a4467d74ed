// How calls ended, on the way into the books: written many at a time, in the order in which they came.
import { setTimeout as wait } from 'node:timers/promises';
import type { Lease } from '../jobs/lease.server.ts';
import type { Clock } from '../lib/clock.ts';
import type { ClaimedNotification } from './claim.server.ts';
import { finishSends } from './finish.server.ts';
import type { Classified } from './outcome.ts';

/** How one message ended for now. */
export type AnsweredSend = Classified & { row: ClaimedNotification; picture: boolean };

export type ResultWriter = {
  put(answered: AnsweredSend): void;
  /** Those not yet written down. */ ids(): bigint[];
  isEmpty(): boolean;
};

const BATCH_SIZE = 500;
const MAX_DELAY_MS = 10_000;

export function createResultWriter({
  lease,
  clock,
  onAnswers,
  onChange,
  onFailure,
}: {
  lease: Lease;
  clock: Clock;
  /** Called after they are finished. */ onAnswers: (answers: AnsweredSend[]) => Promise<void>;
  onChange: () => void;
  onFailure: (error: unknown) => void;
}): ResultWriter {
  let waiting: AnsweredSend[] = [];
  let underWay: AnsweredSend[] = [];
  let flushing: Promise<void> | undefined;

  function flush(): void {
    flushing ??= (async () => {
      while (waiting.length > 0) {
        underWay = waiting.slice(0, BATCH_SIZE);
        waiting = waiting.slice(BATCH_SIZE);
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
  async function settlePatiently(batch: AnsweredSend[]): Promise<void> {
    const settlings = batch.map(({ row, outcome }) => ({ id: row.id, outcome }));
    for (const until = performance.now() + MAX_DELAY_MS; ;) {
      try {
        await finishSends({ settlings, lease, now: clock() });
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
