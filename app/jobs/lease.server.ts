// The lease: who may work on a Page or a shop now, on the database's clock, with an epoch that fences whoever held it before.
import { db } from '../db.server.ts';

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

/**
 * Takes the lease when it is free, run out, or already ours. A new holder gets a new epoch.
 * @returns the lease, or undefined while somebody else holds it.
 */
export async function acquireLease({
  name,
  holder,
}: {
  name: string;
  holder: string;
}): Promise<Lease | undefined> {
  const asked = performance.now();
  const rows = await db.$queryRaw<{ epoch: bigint }[]>`
    INSERT INTO "Lease" ("name", "holder", "epoch", "until")
    VALUES (${name}, ${holder}, 1, clock_timestamp() + ${LEASE_MS} * interval '1 millisecond')
    ON CONFLICT ("name") DO UPDATE SET
      "holder" = excluded."holder", "until" = excluded."until",
      "epoch" = "Lease"."epoch" + CASE WHEN "Lease"."holder" = excluded."holder" AND "Lease"."until" > clock_timestamp() THEN 0 ELSE 1 END
    WHERE "Lease"."holder" = excluded."holder" OR "Lease"."until" <= clock_timestamp()
    RETURNING "epoch"`;
  return rows[0] && { name, holder, epoch: rows[0].epoch, deadline: asked + LEASE_MS - SAFETY_MS };
}

/** Extends the lease while its epoch is still the current one; false when it was lost. */
export async function renewLease(lease: Lease): Promise<boolean> {
  const asked = performance.now();
  const kept = await db.$executeRaw`
    UPDATE "Lease" SET "until" = clock_timestamp() + ${LEASE_MS} * interval '1 millisecond'
    WHERE "name" = ${lease.name} AND "holder" = ${lease.holder} AND "epoch" = ${lease.epoch} AND "until" > clock_timestamp()`;
  if (kept === 1) lease.deadline = asked + LEASE_MS - SAFETY_MS;
  return kept === 1;
}

/** Gives the lease back, so that another worker need not wait for its end. */
export async function releaseLease(lease: Lease): Promise<void> {
  await db.$executeRaw`
    UPDATE "Lease" SET "until" = clock_timestamp() WHERE "name" = ${lease.name} AND "holder" = ${lease.holder} AND "epoch" = ${lease.epoch}`;
}

/** Whether this process may still act under the lease: checked right before anything that leaves the house. */
export const holds = (lease: Lease): boolean => performance.now() < lease.deadline;
