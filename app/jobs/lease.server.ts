// Leases on a Page or a shop: the database's clock, and an epoch that fences the holder before.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';

export type Lease = {
  name: string;
  holder: string;
  epoch: bigint;
  /** Our own deadline on the monotonic clock (ms of performance.now). */ deadline: number;
};

/** How long a lease lives without renewal. With renewal every 500 ms a dead holder is replaced within 2 s. */
export const LEASE_MS = 1_600;
export const RENEW_MS = 500;
/** We stop sooner than others may start: covers the renewal's own way to the database and back. */
const SAFETY_MS = 300;

/** How a request for a lease ended: with the lease, or with how long (ms) the present holder may keep it unless it renews. */
export type Acquired = { lease: Lease } | { heldForMs: number };

/** Takes the lease when it is free, run out, or already ours. A new holder gets a new epoch. */
export async function acquireLease({ name, holder }: { name: string; holder: string }): Promise<Acquired> {
  const asked = performance.now();
  const taken = await queryRows<{ epoch: bigint }>({
    tx: db,
    sql: Prisma.sql`
    INSERT INTO leases (name, holder, epoch, expires_at)
    VALUES (${name}, ${holder}, 1, clock_timestamp() + ${LEASE_MS} * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE SET
      holder = excluded.holder, expires_at = excluded.expires_at,
      epoch = leases.epoch + CASE WHEN leases.holder = excluded.holder AND leases.expires_at > clock_timestamp() THEN 0 ELSE 1 END
    WHERE leases.holder = excluded.holder OR leases.expires_at <= clock_timestamp()
    RETURNING epoch`,
  });
  if (taken[0])
    return { lease: { name, holder, epoch: taken[0].epoch, deadline: asked + LEASE_MS - SAFETY_MS } };
  const held = await queryRows<{ ms: number }>({
    tx: db,
    sql: Prisma.sql`
    SELECT (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS ms FROM leases WHERE name = ${name}`,
  });
  return { heldForMs: Math.max(0, Math.ceil(held[0]?.ms ?? 0)) };
}

/** Extends the lease while its epoch is still the current one; false when it was lost. */
export async function renewLease(lease: Lease): Promise<boolean> {
  const asked = performance.now();
  const renewed = await db.$executeRaw`
    UPDATE leases SET expires_at = clock_timestamp() + ${LEASE_MS} * interval '1 millisecond'
    WHERE name = ${lease.name} AND holder = ${lease.holder} AND epoch = ${lease.epoch} AND expires_at > clock_timestamp()`;
  if (renewed === 1) lease.deadline = asked + LEASE_MS - SAFETY_MS;
  return renewed === 1;
}

/** Gives the lease back, so that another worker need not wait for its end. */
export async function releaseLease(lease: Lease): Promise<void> {
  // Cut, not rounded: rounded up to the column's milliseconds it would still be held for the rest of this one.
  await db.$executeRaw`
    UPDATE leases SET expires_at = date_trunc('milliseconds', clock_timestamp()) WHERE name = ${lease.name} AND holder = ${lease.holder} AND epoch = ${lease.epoch}`;
}

/** Whether this process may still act under the lease: checked right before anything that leaves the process. */
export const holds = (lease: Lease): boolean => performance.now() < lease.deadline;

/**
 * SQL: nobody has taken the lease since we did. Enough to record what has happened, also when the lease has run out: as long as nobody else
 * holds it, nobody else has recorded anything.
 */
export const leaseIsCurrent = (lease: Lease): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM leases WHERE name = ${lease.name} AND epoch = ${lease.epoch})`;

/** SQL: current, and not run out. Asked before anything new is claimed: in the next moment somebody else may hold it and claim the same. */
export const leaseIsAlive = (lease: Lease): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM leases WHERE name = ${lease.name} AND epoch = ${lease.epoch} AND expires_at > clock_timestamp())`;
