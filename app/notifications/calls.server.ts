// The calls of one lane: begun in small batches, sent at their turn, and settled in batches as their answers come.
import { setTimeout as wait } from 'node:timers/promises';
import { holds, type Lease } from '../jobs/lease.server.ts';
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { unseal } from '../lib/seal.server.ts';
import type { Pace } from '../messenger/pace.ts';
import { pageToken, type Page } from '../messenger/pages.server.ts';
import { send } from '../messenger/send.server.ts';
import { begin, beginRepeat, BODY, dueAgain } from './begin.server.ts';
import type { Claimed } from './claim.server.ts';
import { createFlow } from './flow.ts';
import { memoryOf } from './lane-memory.server.ts';
import { settle } from './settle.server.ts';
import { judge, type Judged } from './verdict.ts';

/** One message on its way through a lane. */
type Message = {
  row: Claimed;
  inDoubt: boolean;
  /** When it was first refused without a reason; null: it was not. */ doubtedAt: Date | null;
  /** What is repeated byte for byte. */ repeat: Uint8Array | null;
};
type Ready = { message: Message; token: string; body: string; picture: boolean };
/** How one call ended. */
export type Answered = Judged & { row: Claimed; picture: boolean };

const AT_ONCE = 128;
const SETTLED_AT_ONCE = 500;
const BEGINNINGS = 2;
const REST_MS = 10 * 60_000;
/** So long without any answer, with calls on their way: nothing more is put at risk. */
const HUSH_MS = 5_000;
const PATIENCE_MS = 10_000;

export type Calls = ReturnType<typeof createCalls>;

export function createCalls({
  metaPageId,
  lease,
  pace,
  clock,
  signal,
  pages,
  onAnswers,
  onChange,
  onFailure,
}: {
  metaPageId: string;
  lease: Lease;
  pace: Pace;
  clock: Clock;
  signal: AbortSignal;
  /** The connections as they stand, kept up to date by the lane. */ pages: ReadonlyMap<bigint, Page>;
  /** Called after the answers are settled, in the order in which they came. */
  onAnswers: (answers: Answered[]) => Promise<void>;
  onChange: () => void;
  onFailure: (error: unknown) => void;
}) {
  const memory = memoryOf(lease);
  const flow = createFlow({ rate: pace.rate });
  let queue: Message[] = [];
  const onTheWay = new Map<bigint, number>();
  const outbox: Answered[] = [];
  let flushing: Promise<void> | undefined;
  const beginnings = new Set<Promise<void>>();
  let heardAt = pace.now();

  const mayRepeat = (pageId: bigint): boolean => {
    const page = pages.get(pageId);
    return (
      page !== undefined &&
      (page.trouble === null || page.trouble === 'unsubscribed' || page.trouble === 'not_granted')
    );
  };

  /** Ends without a call: the row goes back, and rests so long. */
  function giveBack(row: Claimed, restMs = 0): void {
    onTheWay.delete(row.id);
    conclude({ row, verdict: { end: 'put_back', restMs }, picture: false });
  }

  function conclude(answered: Answered): void {
    const { row, verdict } = answered;
    if (verdict.end === 'put_back' && verdict.restMs > 0)
      memory.resting.set(row.subscriptionId, clock().getTime() + verdict.restMs);
    outbox.push(answered);
    flush();
  }

  function flush(): void {
    flushing ??= (async () => {
      while (outbox.length > 0) {
        const batch = outbox.splice(0, SETTLED_AT_ONCE);
        await settlePatiently(batch);
        await onAnswers(batch);
      }
    })()
      .catch(onFailure)
      .finally(() => {
        flushing = undefined;
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

  async function beginAll(messages: Message[]): Promise<void> {
    const written = new Map<bigint, Ready>();
    for (const message of messages) {
      const { row } = message;
      const page = pages.get(row.pageId);
      if (page === undefined) {
        giveBack(row);
        continue;
      }
      try {
        const content = message.repeat
          ? { body: unseal(message.repeat, { shopId: row.shopId, purpose: BODY }), picture: false }
          : await memory.writer.write({ row, page });
        written.set(row.id, { message, token: pageToken(page), ...content });
      } catch (error) {
        log.error('a notice could not be written; its shopper keeps waiting', {
          shopId: row.shopId,
          notificationId: row.id,
          error,
        });
        if (message.inDoubt) onTheWay.delete(row.id);
        else giveBack(row, REST_MS);
      }
    }
    const all = [...written.values()];
    const now = clock();
    const fresh = all.filter(({ message }) => !message.inDoubt);
    const repeats = all.filter(({ message }) => message.inDoubt).map(({ message }) => message.row.id);
    const [begun, repeated] = await Promise.all([
      fresh.length === 0
        ? new Set<bigint>()
        : begin({ messages: fresh.map(({ message, body }) => ({ row: message.row, body })), lease, now }),
      beginRepeat({ ids: repeats, lease, now }),
    ]);
    for (const { message, token, body, picture } of all) {
      const { row, inDoubt } = message;
      if (begun.has(row.id) || repeated.has(row.id)) void call({ message, token, body, picture });
      else if (inDoubt) onTheWay.delete(row.id);
      else giveBack(row);
    }
  }

  async function call({ message: { row, inDoubt, doubtedAt }, token, body, picture }: Ready): Promise<void> {
    try {
      // Our own deadline, right before the call: what is begun and not sent is in doubt for the next holder, and safe.
      if (!holds(lease)) return;
      const startedAt = pace.now();
      const answer = await send({
        metaPageId,
        token,
        body,
        kind: 'notification',
        pace,
        turnTaken: true,
      });
      const at = pace.now();
      flow.answered(at - startedAt);
      if (answer.outcome !== 'lost') heardAt = at;
      if (answer.outcome === 'accepted') memory.acceptedAt.set(row.pageId, clock().getTime());
      const judged = judge({
        answer,
        inDoubt,
        attempts: row.attempts + 1,
        picture,
        isTest: row.isTest,
        othersAccepted: doubtedAt !== null && (memory.acceptedAt.get(row.pageId) ?? 0) > doubtedAt.getTime(),
      });
      if (judged.verdict.end === 'again' && judged.verdict.withoutPicture) {
        memory.writer.leaveOutPictures(row.pageId);
        memory.pictureRefused.add(row.pageId);
      }
      onTheWay.delete(row.id);
      conclude({ ...judged, row, picture });
    } catch (error) {
      onFailure(error);
    } finally {
      onTheWay.delete(row.id);
      onChange();
    }
  }

  const hushed = (at: number): boolean => {
    const [oldest] = onTheWay.values();
    return oldest !== undefined && at - oldest > HUSH_MS && at - heardAt > HUSH_MS;
  };

  function resting(now: Date): bigint[] {
    for (const [id, until] of memory.resting) if (until <= now.getTime()) memory.resting.delete(id);
    return [...memory.resting.keys()];
  }

  return {
    /** New ones, to be begun when their turn comes. */
    add(rows: Claimed[]): void {
      for (const row of rows) queue.push({ row, inDoubt: false, doubtedAt: null, repeat: null });
    },

    /** Takes up what was left for later and is due. */
    async takeDue(): Promise<void> {
      const known = [
        ...onTheWay.keys(),
        ...queue.map(({ row }) => row.id),
        ...outbox.map(({ row }) => row.id),
      ];
      const due = await dueAgain({ metaPageId, inFlight: known, limit: AT_ONCE, now: clock() });
      for (const { state, body, begunAt, ...row } of due.reverse()) {
        const inDoubt = state === 'begun';
        if (inDoubt && (body === null || !mayRepeat(row.pageId))) continue;
        const message = { row, inDoubt, doubtedAt: state === 'doubtful' ? begunAt : null };
        queue.unshift({ ...message, repeat: inDoubt ? body : null });
      }
    },

    /** Begins as many as may go now. @returns after how many ms it is worth asking again. */
    launch(): number {
      const room = flow.width() - onTheWay.size;
      // Without a limit the database sets the pace: fewer and larger batches are what it likes.
      const worth = pace.rate() === Infinity && onTheWay.size > 0 ? Math.min(queue.length, AT_ONCE / 2) : 1;
      if (queue.length === 0 || room < worth || beginnings.size >= BEGINNINGS || hushed(pace.now()))
        return Infinity;
      const batch: Message[] = [];
      let waitMs = Infinity;
      const most = Math.min(AT_ONCE, queue.length, room);
      while (batch.length < most) {
        const ms = pace.take('notification');
        if (ms > 0) {
          waitMs = ms;
          break;
        }
        batch.push(queue[batch.length]!);
      }
      if (batch.length === 0) return waitMs;
      queue = queue.slice(batch.length);
      for (const { row } of batch) onTheWay.set(row.id, pace.now());
      const beginning = beginAll(batch)
        .catch((error: unknown) => {
          for (const { row } of batch) onTheWay.delete(row.id);
          onFailure(error);
        })
        .finally(() => {
          beginnings.delete(beginning);
          onChange();
        });
      beginnings.add(beginning);
      return waitMs;
    },

    ready: () => queue.length,
    idle: () =>
      queue.length === 0 &&
      onTheWay.size === 0 &&
      beginnings.size === 0 &&
      outbox.length === 0 &&
      flushing === undefined,
    inFlight: (): bigint[] => [...onTheWay.keys(), ...outbox.map(({ row }) => row.id)],
    mayRepeat,
    pictureRefused: (pageId: bigint) => memory.pictureRefused.has(pageId),

    /** Subscriptions that nobody should try again yet. */
    resting,
    /** When the first of them may be tried again. */
    restedAt: (now: Date): Date | null =>
      resting(now).length === 0 ? null : new Date(Math.min(...memory.resting.values())),

    /** What waits for its turn goes back, in place: nothing can be said through these connections now. */
    dropWaiting(through: (row: Claimed) => boolean): void {
      const dropped = queue.filter(({ row, inDoubt }) => !inDoubt && through(row));
      queue = queue.filter(({ row }) => !through(row));
      for (const { row } of dropped) giveBack(row);
    },

    /** Lets the calls on their way end, so long; gives back whatever was not begun. */
    async finish({ withinMs }: { withinMs: number }): Promise<void> {
      const until = performance.now() + withinMs;
      const rest = queue.filter(({ inDoubt }) => !inDoubt);
      queue = [];
      if (!signal.aborted || holds(lease)) for (const { row } of rest) giveBack(row);
      while ((onTheWay.size > 0 || flushing !== undefined) && performance.now() < until) await wait(5);
    },
  };
}
