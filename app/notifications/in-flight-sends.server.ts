// Starts sends ahead of their time, calls Meta at the rate limit, and classifies the answers.
import { setTimeout as wait } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { holds, type Lease } from '../jobs/lease.server.ts';
import type { Clock } from '../lib/clock.ts';
import { decrypt } from '../lib/encryption.server.ts';
import { log } from '../lib/log.server.ts';
import { oncePerProcess } from '../lib/once-per-process.ts';
import { sendingThrough } from '../messenger/page-status.ts';
import { type Page, pageToken } from '../messenger/pages.server.ts';
import type { RateLimiter } from '../messenger/rate-limiter.ts';
import { send } from '../messenger/send-api.server.ts';
import { startSends, repeatSends, REQUEST_BODY, type ClaimedNotification, dueSends } from './claim.server.ts';
import { classifyOutcome } from './outcome.ts';
import { createRenderer } from './render-message.server.ts';
import { type AnsweredSend, createResultWriter } from './result-writer.server.ts';
import { stateOf } from './sender-state.ts';

/** One message on its way through a lane. */
type PendingSend = {
  row: ClaimedNotification;
  inDoubt: boolean;
  /** When it was first refused without a reason; null: it was not. */ doubtedAt: Date | null;
  /** What is repeated byte for byte. */ repeat: Uint8Array | null;
};

/** Written, begun, and waiting for its turn. */
type StartedSend = PendingSend & { token: string; body: string; picture: boolean; at: number };

const BATCH_SIZE = 128;

const CONCURRENT_STARTS = 2;

/** So much is begun ahead: what a commit takes, so that a turn never waits for one. */
const AHEAD_SECONDS = 0.12;

/** A message that was begun and got no turn for so long goes back: what it says was checked too long ago. */
const START_VALID_MS = 2_000;

const RETRY_AFTER_RENDER_ERROR_MS = 10 * 60_000;

/** So long without any answer, with calls on their way: nothing more is put at risk. */
const NO_RESPONSE_MS = 5_000;

export type InFlightSends = ReturnType<typeof createInFlightSends>;

export function createInFlightSends({
  metaPageId,
  lease,
  pace,
  clock,
  pages,
  onAnswers,
  onChange,
  onFailure,
}: {
  metaPageId: string;
  lease: Lease;
  pace: RateLimiter;
  clock: Clock;
  /** The connections as they stand, kept up to date by the lane. */ pages: ReadonlyMap<bigint, Page>;
  /** Called after the answers are settled, in the order in which they came. */
  onAnswers: (answers: AnsweredSend[]) => Promise<void>;
  onChange: () => void;
  onFailure: (error: unknown) => void;
}) {
  const memory = stateOf(lease);
  const renderer = (memory.renderer ??= createRenderer());
  const flow = createConcurrencyLimit({ rate: pace.rate });
  const outbox = createResultWriter({ lease, clock, onAnswers, onChange, onFailure });
  let queue: PendingSend[] = [];
  let armed: StartedSend[] = [];
  const beginning = new Set<PendingSend>();
  let beginnings = 0;
  /** Calls that were made and not answered, and when. */
  const onTheWay = new Map<bigint, number>();
  let heardAt = pace.now();

  const mayRepeat = (pageId: bigint): boolean => {
    const page = pages.get(pageId);
    return page !== undefined && sendingThrough({ ...page, circuit: null }) === 'on';
  };

  function conclude(answered: AnsweredSend): void {
    const { row, verdict } = answered;
    if (verdict.end === 'put_back' && verdict.restMs > 0)
      memory.resting.set(row.subscriptionId, clock().getTime() + verdict.restMs);
    outbox.put(answered);
  }

  /** Surely not sent: waits again, in place. What is in doubt stays as it is and comes again at its own time. */
  function giveBack({ row, inDoubt }: PendingSend, restMs = 0): void {
    if (!inDoubt) conclude({ row, verdict: { end: 'put_back', restMs }, picture: false });
  }

  /** Begun, and surely not sent: nobody need wait until a call that was never made has surely ended. */
  function disarm(messages: StartedSend[]): void {
    for (const { row, inDoubt } of messages)
      conclude({
        row,
        verdict: inDoubt ? { end: 'not_repeated' } : { end: 'put_back', restMs: 0 },
        picture: false,
      });
    countUnsent({ lease, count: messages.length });
  }

  async function write(message: PendingSend): Promise<StartedSend | undefined> {
    const { row, repeat } = message;
    const page = pages.get(row.pageId);
    if (page === undefined) {
      giveBack(message);
      return undefined;
    }
    try {
      const content = repeat
        ? { body: decrypt(repeat, { shopId: row.shopId, purpose: REQUEST_BODY }), picture: false }
        : await renderer.write({ row, page });
      return { ...message, ...content, token: pageToken(page), at: pace.now() };
    } catch (error) {
      log.error('a notice could not be written; its shopper keeps waiting', {
        shopId: row.shopId,
        notificationId: row.id,
        error,
      });
      giveBack(message, RETRY_AFTER_RENDER_ERROR_MS);
      return undefined;
    }
  }

  async function arm(messages: PendingSend[]): Promise<void> {
    const written: StartedSend[] = [];
    for (const message of messages) {
      const one = await write(message);
      if (one) written.push(one);
    }
    const now = clock();
    const fresh = written.filter(({ inDoubt }) => !inDoubt);
    const repeats = written.filter(({ inDoubt }) => inDoubt).map(({ row }) => row.id);
    const [begun, repeated] = await Promise.all([
      fresh.length === 0 ? new Set<bigint>() : startSends({ messages: fresh, lease, now }),
      repeatSends({ ids: repeats, lease, now }),
    ]);
    for (const one of written)
      if (begun.has(one.row.id) || repeated.has(one.row.id)) armed.push(one);
      else giveBack(one);
  }

  async function call({ row, inDoubt, doubtedAt, token, body, picture }: StartedSend): Promise<void> {
    const startedAt = pace.now();
    onTheWay.set(row.id, startedAt);
    try {
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
      const judged = classifyOutcome({
        answer,
        inDoubt,
        attempts: row.attempts + 1,
        picture,
        isTest: row.isTest,
        othersAccepted: doubtedAt !== null && (memory.acceptedAt.get(row.pageId) ?? 0) > doubtedAt.getTime(),
      });
      if (judged.verdict.end === 'again' && judged.verdict.withoutPicture) {
        renderer.leaveOutPictures(row.pageId);
        memory.pictureRefused.add(row.pageId);
      }
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
    return oldest !== undefined && at - oldest > NO_RESPONSE_MS && at - heardAt > NO_RESPONSE_MS;
  };

  /** Makes the calls whose turn it is. @returns after how many ms the next one has its turn. */
  function fire(): number {
    const at = pace.now();
    const stale = armed.filter((one) => at - one.at > START_VALID_MS);
    if (stale.length > 0) {
      armed = armed.filter((one) => at - one.at <= START_VALID_MS);
      disarm(stale);
    }
    let made = 0;
    let waitMs = Infinity;
    const most = hushed(at) ? 0 : Math.min(armed.length, flow.width() - onTheWay.size);
    // Our own deadline, right before each call: what is begun and not sent is in doubt for the next holder, and safe.
    for (; made < most && holds(lease); made += 1) {
      waitMs = pace.take('notification');
      if (waitMs > 0) break;
      void call(armed[made]!);
    }
    if (made > 0) armed = armed.slice(made);
    return armed.length > 0 && waitMs > 0 ? waitMs : Infinity;
  }

  /** Begins as many as will have their turn soon: none while the pace is held, or while those on their way must be heard of first. */
  function beginNext(): void {
    const at = pace.now();
    if (hushed(at) || onTheWay.size >= flow.width()) return;
    const rate = pace.rate();
    const unpaced = rate === Infinity;
    const ahead = unpaced ? CONCURRENT_STARTS * BATCH_SIZE : Math.max(2, Math.ceil(rate * AHEAD_SECONDS));
    const most = Math.min(BATCH_SIZE, queue.length, ahead - armed.length - beginning.size);
    // Without a limit the database sets the pace: fewer and larger batches are what it likes.
    const worth = unpaced && beginnings + onTheWay.size > 0 ? Math.min(queue.length, BATCH_SIZE / 2) : 1;
    if (most < worth || beginnings >= CONCURRENT_STARTS || pace.waitMs('notification') > START_VALID_MS / 4)
      return;
    const batch = queue.slice(0, most);
    queue = queue.slice(most);
    for (const message of batch) beginning.add(message);
    beginnings += 1;
    arm(batch)
      .catch(onFailure)
      .finally(() => {
        for (const message of batch) beginning.delete(message);
        beginnings -= 1;
        onChange();
      });
  }

  function resting(now: Date): bigint[] {
    for (const [id, until] of memory.resting) if (until <= now.getTime()) memory.resting.delete(id);
    return [...memory.resting.keys()];
  }

  const inHand = (): bigint[] => [
    ...[...queue, ...armed, ...beginning].map(({ row }) => row.id),
    ...onTheWay.keys(),
    ...outbox.ids(),
  ];

  return {
    /** New ones, to be begun when their turn comes near. */
    add(rows: ClaimedNotification[]): void {
      for (const row of rows) queue.push({ row, inDoubt: false, doubtedAt: null, repeat: null });
    },

    /** Takes up what was left for later and is due. */
    async takeDue(): Promise<void> {
      const due = await dueSends({ metaPageId, inFlight: inHand(), limit: BATCH_SIZE, now: clock() });
      for (const { state, body, begunAt, ...row } of due.reverse()) {
        const inDoubt = state === 'begun';
        const may = row.isTest || mayRepeat(row.pageId);
        if (inDoubt && (body === null || !may)) continue;
        const message = { row, inDoubt, doubtedAt: state === 'doubtful' ? begunAt : null };
        if (may) queue.unshift({ ...message, repeat: inDoubt ? body : null });
        else giveBack({ ...message, repeat: null });
      }
    },

    /** Sends and begins as many as may go now. @returns after how many ms it is worth asking again. */
    launch(): number {
      const waitMs = fire();
      if (queue.length > 0) beginNext();
      return waitMs;
    },

    ready: () => queue.length + armed.length + beginning.size,
    idle: () =>
      queue.length + armed.length + beginning.size + onTheWay.size === 0 &&
      beginnings === 0 &&
      outbox.isEmpty(),
    inFlight: inHand,
    mayRepeat,
    pictureRefused: (pageId: bigint) => memory.pictureRefused.has(pageId),

    /** Subscriptions that nobody should try again yet. */
    resting,
    /** When the first of them may be tried again. */
    restedAt: (now: Date): Date | null =>
      resting(now).length === 0 ? null : new Date(Math.min(...memory.resting.values())),

    /** What waits for its turn goes back, in place: nothing can be said through these connections now. */
    dropWaiting(through: (row: ClaimedNotification) => boolean): void {
      for (const message of queue.filter(({ row }) => through(row))) giveBack(message);
      disarm(armed.filter(({ row }) => through(row)));
      queue = queue.filter(({ row }) => !through(row));
      armed = armed.filter(({ row }) => !through(row));
    },

    /** Gives back whatever was not sent, and lets the calls on their way end, so long. */
    async finish({ withinMs }: { withinMs: number }): Promise<void> {
      const until = performance.now() + withinMs;
      while (beginnings > 0 && performance.now() < until) await wait(5);
      for (const message of queue.splice(0)) giveBack(message);
      disarm(armed.splice(0));
      while ((onTheWay.size > 0 || !outbox.isEmpty()) && performance.now() < until) await wait(5);
    },
  };
}

export type ConcurrencyLimit = {
  width(): number;
  /** A call that took `ms` was answered. */
  answered(ms: number): void;
};

const FEWEST = 16;

const MOST = 256;

export function createConcurrencyLimit({ rate }: { rate: () => number }): ConcurrencyLimit {
  let latency = 200;
  return {
    width: () => Math.min(MOST, FEWEST + Math.ceil((2 * rate() * latency) / 1_000)),
    answered(ms) {
      latency += (ms - latency) / 16;
    },
  };
}

const total = oncePerProcess(
  'count of the unsent',
  () =>
    new Counter({
      name: 'notify_begun_not_sent_total',
      help: 'Notifications that were begun and surely not sent, and were free to be sent again at once',
    }),
);

export function countUnsent({ lease, count }: { lease: Lease; count: number }): void {
  if (count === 0) return;
  total.inc(count);
  log.warn('messages were begun and not sent: they are free to be sent at once', {
    lease: lease.name,
    leaseHeld: holds(lease),
    count,
  });
}
