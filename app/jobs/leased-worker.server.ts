// Runs handlers under a lease: acquired when there is work, renewed, and taken over within 2 s.
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { acquireLease, releaseLease, renewLease, RENEW_MS, type Lease } from './lease.server.ts';

/** One kind of work under a lease: does all that is due, and returns when to come again (null: not before it is rung for). */
export type Handler = (given: { key: string; lease: Lease; signal: AbortSignal }) => Promise<Date | null>;

export type LeasedWorker<Name extends string> = {
  /** There may be work for this hand. Never lost: a hand at work is called once more afterwards. */
  wake(key: string, handler: Name): void;
  /** Stops taking leases, lets the hands finish what they hold, and gives the leases back. */
  stop(): Promise<void>;
};

/** Work that comes again sooner than this keeps its lease; anything later is found by the worker's own round. */
const KEEP_LEASE_MS = 5_000;
const AFTER_ERROR_MS = 1_000;

type HeldLease<Name> = { wanted: Set<Name>; wake: () => void; done: Promise<void> };

/** `kind` is the prefix of the leases' names: `page` tends `page:<key>`. */
export function createLeasedWorker<Name extends string>({
  kind,
  holder,
  clock,
  handlers,
}: {
  kind: string;
  holder: string;
  clock: Clock;
  handlers: Record<Name, Handler>;
}): LeasedWorker<Name> {
  const tended = new Map<string, HeldLease<Name>>();
  const stopping = new AbortController();

  async function tend(key: string, held: HeldLease<Name>): Promise<void> {
    while (!stopping.signal.aborted && held.wanted.size > 0) {
      try {
        const acquired = await acquireLease({ name: `${kind}:${key}`, holder });
        if ('lease' in acquired) await work({ key, held, lease: acquired.lease });
        else
          await wait(acquired.heldForMs + 5, undefined, { signal: stopping.signal }).catch(() => undefined);
      } catch (error) {
        log.error('lease.work_interrupted', { lease: `${kind}:${key}`, error });
        await wait(AFTER_ERROR_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
    tended.delete(key);
  }

  async function work({
    key,
    held,
    lease,
  }: {
    key: string;
    held: HeldLease<Name>;
    lease: Lease;
  }): Promise<void> {
    const lost = new AbortController();
    const signal = AbortSignal.any([lost.signal, stopping.signal]);
    const renewal = setInterval(() => {
      renewLease(lease).then(
        (renewed) => renewed || lost.abort(),
        () => performance.now() > lease.deadline && lost.abort(),
      );
    }, RENEW_MS);
    signal.addEventListener('abort', () => held.wake(), { once: true });
    const running = new Map<Name, Promise<void>>();
    const again = new Map<Name, Date>();

    const start = (name: Name) => {
      held.wanted.delete(name);
      again.delete(name);
      const run = handlers[name]({ key, lease, signal })
        .catch((error: unknown) => {
          log.error('lease.work_failed', { lease: lease.name, handler: name, error });
          return new Date(clock().getTime() + AFTER_ERROR_MS);
        })
        .then((next) => {
          running.delete(name);
          if (next !== null) again.set(name, next);
          held.wake();
        });
      running.set(name, run);
    };

    try {
      while (!signal.aborted) {
        const now = clock().getTime();
        for (const [name, at] of again) if (at.getTime() <= now) held.wanted.add(name);
        for (const name of held.wanted) if (!running.has(name)) start(name);
        const soonest = Math.min(...[...again.values()].map((at) => at.getTime() - now));
        if (running.size === 0 && soonest > KEEP_LEASE_MS) return;
        await new Promise<void>((resolve) => {
          const alarm = setTimeout(resolve, Math.max(1, Math.min(soonest, KEEP_LEASE_MS)));
          held.wake = () => {
            clearTimeout(alarm);
            resolve();
          };
        });
      }
    } finally {
      // What the loss of the lease has cut short is wanted still, if nobody else should have taken over.
      if (lost.signal.aborted) for (const name of [...running.keys(), ...again.keys()]) held.wanted.add(name);
      await Promise.all(running.values());
      clearInterval(renewal);
      await releaseLease(lease).catch(() => undefined);
    }
  }

  return {
    wake(key, handler) {
      if (stopping.signal.aborted) return;
      const known = tended.get(key);
      if (known) {
        known.wanted.add(handler);
        known.wake();
        return;
      }
      const held: HeldLease<Name> = {
        wanted: new Set([handler]),
        wake: () => undefined,
        done: Promise.resolve(),
      };
      tended.set(key, held);
      held.done = tend(key, held);
    },
    async stop() {
      stopping.abort();
      await Promise.all([...tended.values()].map((held) => held.done));
    },
  };
}
