// What a worker learns of a Page's lane while it holds the lease: forgotten with it, and safe to forget.
import type { Lease } from '../jobs/lease.server.ts';
import { createWriter, type Writer } from './writing.server.ts';

export type LaneMemory = {
  writer: Writer;
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

const memories = new WeakMap<Lease, LaneMemory>();

export function memoryOf(lease: Lease): LaneMemory {
  const known = memories.get(lease);
  if (known) return known;
  const fresh: LaneMemory = {
    writer: createWriter(),
    resting: new Map(),
    acceptedAt: new Map(),
    pictureRefused: new Set(),
    doubtfulInARow: undefined,
    silentInARow: 0,
  };
  memories.set(lease, fresh);
  return fresh;
}
