// What a page sender knows while it holds the lease, and when it runs again.
import type { Lease } from '../jobs/lease.server.ts';
import { later } from '../lib/clock.ts';
import { GIVE_UP_MS } from './outcome.ts';
import type { MessageRenderer } from './render-message.server.ts';

export type SenderState = {
  /** Made when the first message is rendered. */
  renderer: MessageRenderer | undefined;
  /** Subscriptions that are left alone until then. */
  resting: Map<bigint, number>;
  /** When Meta last accepted a message through a connection. */
  acceptedAt: Map<bigint, number>;
  pictureRefused: Set<bigint>;
  /** Bare refusals of first attempts in a row; undefined: not read yet. */
  doubtfulInARow: number | undefined;
  /** Calls in a row that nobody answered. */
  silentInARow: number;
};

const states = new WeakMap<Lease, SenderState>();

export function stateOf(lease: Lease): SenderState {
  const known = states.get(lease);
  if (known) return known;
  const fresh: SenderState = {
    renderer: undefined,
    resting: new Map(),
    acceptedAt: new Map(),
    pictureRefused: new Set(),
    doubtfulInARow: undefined,
    silentInARow: 0,
  };
  states.set(lease, fresh);
  return fresh;
}

type Left = {
  pageId: bigint;
  state: 'claimed' | 'begun' | 'doubtful';
  retryAt: Date | null;
  begunAt: Date | null;
};

export function nextRunAt({
  rows,
  blocked,
  tryAt,
  restedAt,
  now,
}: {
  rows: Left[];
  /** Through this connection nothing can be repeated now: only the end of waiting is due. */
  blocked: (pageId: bigint) => boolean;
  /** When somebody may try whether a trouble has passed; null when nobody waits behind one. */
  tryAt: Date | null;
  /** When the first of those who are left alone for now may be tried again. */
  restedAt: Date | null;
  now: Date;
}): Date | null {
  const due = rows.flatMap((row) => {
    const ends = row.state === 'begun' && row.begunAt ? [later(row.begunAt, GIVE_UP_MS)] : [];
    const repeats = row.retryAt && !(row.state === 'begun' && blocked(row.pageId)) ? [row.retryAt] : [];
    return [...ends, ...repeats];
  });
  if (tryAt !== null) due.push(tryAt);
  if (restedAt !== null) due.push(restedAt);
  if (due.length === 0) return null;
  const soonest = new Date(Math.min(...due.map((at) => at.getTime())));
  // What was due a moment ago and could not be done must not make a circle without rest.
  return soonest > now ? soonest : later(now, 250);
}
