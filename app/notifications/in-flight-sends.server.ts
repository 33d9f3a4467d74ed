// Starts sends ahead of their time, calls Meta at the rate limit, and classifies the answers.
import { setTimeout as wait } from 'node:timers/promises';
import { Counter } from 'prom-client';
import { holds, type Lease } from '../jobs/lease.server.ts';
import type { Clock } from '../lib/clock.ts';
import { decrypt } from '../lib/encryption.server.ts';
import { log } from '../lib/log.server.ts';
import { oncePerProcess } from '../lib/once-per-process.ts';
import { pageToken } from '../messenger/pages.server.ts';
import type { RateLimiter } from '../messenger/rate-limiter.ts';
import { send } from '../messenger/send-api.server.ts';
import { type ClaimedNotification, dueSends, repeatSends, REQUEST_BODY, startSends } from './claim.server.ts';
import { classifyOutcome } from './outcome.ts';
import { renderMessage } from './render-message.server.ts';
import { type AnsweredSend, createResultWriter } from './result-writer.server.ts';
import {
  countReady,
  maxCalls,
  mayRepeat,
  type PendingSend,
  type SenderState,
  type StartedSend,
} from './sender-state.ts';

const BATCH_SIZE = 128;

const CONCURRENT_STARTS = 2;

/** So much is started ahead: what a commit takes, so that no call waits for one. */
const AHEAD_SECONDS = 0.12;

/** A message that was started and not sent for so long is released: what it says was checked too long ago. */
const START_VALID_MS = 2_000;

const RETRY_AFTER_RENDER_ERROR_MS = 10 * 60_000;

/** Works on the queue, the started sends and the calls of `state`. */
export function createInFlightSends({
  state,
  rateLimiter,
  clock,
  onAnswers,
  onChange,
  onFailure,
}: {
  state: SenderState;
  rateLimiter: RateLimiter;
  clock: Clock;
  /** Called after the answers are recorded, in the order in which they came. */
  onAnswers: (answers: AnsweredSend[]) => Promise<void>;
  onChange: () => void;
  onFailure: (error: unknown) => void;
}) {
  const { metaPageId, lease } = state;
  const results = createResultWriter({ lease, clock, onAnswers, onChange, onFailure });

  function conclude(answered: AnsweredSend): void {
    const { row, outcome } = answered;
    if (outcome.end === 'put_back' && outcome.restMs > 0)
      state.resting.set(row.subscriptionId, clock().getTime() + outcome.restMs);
    results.put(answered);
  }

  /** Certainly not sent: waits again, in the old position. What is uncertain stays as it is and comes again at its own time. */
  function releasePending({ row, uncertain }: PendingSend, restMs = 0): void {
    if (!uncertain) conclude({ row, outcome: { end: 'put_back', restMs }, picture: false });
  }

  /** Started, and certainly not sent: nobody need wait until a call that was never made has surely ended. */
  function releaseStarted(messages: StartedSend[]): void {
    for (const { row, uncertain } of messages)
      conclude({
        row,
        outcome: uncertain ? { end: 'not_repeated' } : { end: 'put_back', restMs: 0 },
        picture: false,
      });
    countUnsent({ lease, count: messages.length });
  }

  async function render(message: PendingSend): Promise<StartedSend | undefined> {
    const { row, repeat } = message;
    const page = state.pages.get(row.pageId);
    if (page === undefined) {
      releasePending(message);
      return undefined;
    }
    try {
      const content = repeat
        ? { body: decrypt(repeat, { shopId: row.shopId, purpose: REQUEST_BODY }), picture: false }
        : await renderMessage({ row, page, state });
      return { ...message, ...content, token: pageToken(page), at: rateLimiter.now() };
    } catch (error) {
      log.error('notification.render_failed', {
        shopId: row.shopId,
        notificationId: row.id,
        error,
      });
      releasePending(message, RETRY_AFTER_RENDER_ERROR_MS);
      return undefined;
    }
  }

  async function start(messages: PendingSend[]): Promise<void> {
    const rendered: StartedSend[] = [];
    for (const message of messages) {
      const one = await render(message);
      if (one) rendered.push(one);
    }
    const now = clock();
    const fresh = rendered.filter(({ uncertain }) => !uncertain);
    const repeats = rendered.filter(({ uncertain }) => uncertain).map(({ row }) => row.id);
    const [started, repeated] = await Promise.all([
      fresh.length === 0 ? new Set<bigint>() : startSends({ messages: fresh, lease, now }),
      repeatSends({ ids: repeats, lease, now }),
    ]);
    for (const one of rendered)
      if (started.has(one.row.id) || repeated.has(one.row.id)) state.started.push(one);
      else releasePending(one);
  }

  async function call({ row, uncertain, unexplainedAt, token, body, picture }: StartedSend): Promise<void> {
    const startedAt = rateLimiter.now();
    const { calls } = state;
    calls.set(row.id, startedAt);
    try {
      const answer = await send({
        metaPageId,
        token,
        body,
        kind: 'notification',
        rateLimiter,
        permitTaken: true,
      });
      const at = rateLimiter.now();
      state.latencyMs += (at - startedAt - state.latencyMs) / 16;
      if (answer.outcome !== 'lost') state.answeredAt = at;
      if (answer.outcome === 'accepted') state.acceptedAt.set(row.pageId, clock().getTime());
      const classified = classifyOutcome({
        answer,
        uncertain,
        attempts: row.attempts + 1,
        picture,
        isTest: row.isTest,
        othersAccepted:
          unexplainedAt !== null && (state.acceptedAt.get(row.pageId) ?? 0) > unexplainedAt.getTime(),
      });
      if (classified.outcome.end === 'again' && classified.outcome.withoutPicture)
        state.pictureRefused.add(row.pageId);
      conclude({ ...classified, row, picture });
    } catch (error) {
      onFailure(error);
    } finally {
      calls.delete(row.id);
      onChange();
    }
  }

  /** Makes the calls whose turn it is. @returns after how many ms the next one has its turn. */
  function sendStarted(): number {
    const at = rateLimiter.now();
    const stale = state.started.filter((one) => at - one.at > START_VALID_MS);
    if (stale.length > 0) {
      state.started = state.started.filter((one) => at - one.at <= START_VALID_MS);
      releaseStarted(stale);
    }
    let made = 0;
    let waitMs = Infinity;
    const free = maxCalls(state, rateLimiter.rate()) - state.calls.size;
    const most = state.mode === 'unanswered' ? 0 : Math.min(state.started.length, free);
    // Our own deadline, right before each call: what is started and not sent is uncertain for the next holder, and safe.
    for (; made < most && holds(lease); made += 1) {
      waitMs = rateLimiter.take('notification');
      if (waitMs > 0) break;
      void call(state.started[made]!);
    }
    if (made > 0) state.started = state.started.slice(made);
    return state.started.length > 0 && waitMs > 0 ? waitMs : Infinity;
  }

  /** Starts as many as will have their turn soon: none while the rate limit holds, or while those on their way must be heard of first. */
  function startNext(): void {
    const { queue, calls, starting } = state;
    const rate = rateLimiter.rate();
    if (state.mode === 'unanswered' || calls.size >= maxCalls(state, rate)) return;
    const unlimited = rate === Infinity;
    const ahead = unlimited ? CONCURRENT_STARTS * BATCH_SIZE : Math.max(2, Math.ceil(rate * AHEAD_SECONDS));
    const most = Math.min(BATCH_SIZE, queue.length, ahead - (countReady(state) - queue.length));
    // Without a limit the database sets the pace: fewer and larger batches are what it likes.
    const worth = unlimited && starting.size + calls.size > 0 ? Math.min(queue.length, BATCH_SIZE / 2) : 1;
    if (
      most < worth ||
      starting.size >= CONCURRENT_STARTS ||
      rateLimiter.waitMs('notification') > START_VALID_MS / 4
    )
      return;
    const batch = queue.slice(0, most);
    state.queue = queue.slice(most);
    starting.add(batch);
    start(batch)
      .catch(onFailure)
      .finally(() => {
        starting.delete(batch);
        onChange();
      });
  }

  const inFlight = (): bigint[] => [
    ...[...state.queue, ...state.started, ...[...state.starting].flat()].map(({ row }) => row.id),
    ...state.calls.keys(),
    ...results.ids(),
  ];

  return {
    /** Takes up what was left for later and is due. */
    async takeDue(): Promise<void> {
      const due = await dueSends({ metaPageId, inFlight: inFlight(), limit: BATCH_SIZE, now: clock() });
      for (const { state: was, requestBody: body, startedAt, ...row } of due.reverse()) {
        const uncertain = was === 'sending';
        const may = row.isTest || mayRepeat(state, row.pageId);
        if (uncertain && (body === null || !may)) continue;
        const message = { row, uncertain, unexplainedAt: was === 'unexplained_error' ? startedAt : null };
        if (may) state.queue.unshift({ ...message, repeat: uncertain ? body : null });
        else releasePending({ ...message, repeat: null });
      }
    },

    /** Sends and starts as many as may go now. @returns after how many ms it is worth asking again. */
    launch(): number {
      const waitMs = sendStarted();
      if (state.queue.length > 0) startNext();
      return waitMs;
    },

    areIdle: () =>
      countReady(state) + state.calls.size === 0 && state.starting.size === 0 && results.isEmpty(),
    inFlight,

    /** What waits for its turn and is for `through` is released: nothing can be sent through these connections now. */
    release(through: (row: ClaimedNotification) => boolean): void {
      for (const message of state.queue.filter(({ row }) => through(row))) releasePending(message);
      releaseStarted(state.started.filter(({ row }) => through(row)));
      state.queue = state.queue.filter(({ row }) => !through(row));
      state.started = state.started.filter(({ row }) => !through(row));
    },

    /** Releases whatever was not sent, and lets the calls on their way end, so long. */
    async drain({ withinMs }: { withinMs: number }): Promise<void> {
      const until = performance.now() + withinMs;
      while (state.starting.size > 0 && performance.now() < until) await wait(5);
      for (const message of state.queue.splice(0)) releasePending(message);
      releaseStarted(state.started.splice(0));
      while ((state.calls.size > 0 || !results.isEmpty()) && performance.now() < until) await wait(5);
    },
  };
}

const total = oncePerProcess(
  'count of the unsent',
  () =>
    new Counter({
      name: 'notify_released_unsent_total',
      help: 'Notifications that were begun and surely not sent, and were free to be sent again at once',
    }),
);

function countUnsent({ lease, count }: { lease: Lease; count: number }): void {
  if (count === 0) return;
  total.inc(count);
  log.warn('notification.released', {
    lease: lease.name,
    leaseHeld: holds(lease),
    count,
  });
}
