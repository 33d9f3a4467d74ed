// The lease: one holder at a time on the database's clock, an epoch for each, and a holder who stops before another may begin.
import { Prisma } from '@prisma/client';
import { afterAll, expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import {
  acquireLease,
  holds,
  LEASE_MS,
  releaseLease,
  renewLease,
  type Lease,
} from '../../app/jobs/lease.server.ts';
import { waitFor } from '../harness/wait-for.ts';

afterAll(() => db.$disconnect());

async function taken(name: string, holder: string): Promise<Lease> {
  const acquired = await acquireLease({ name, holder });
  if ('heldForMs' in acquired) throw new Error(`${name} is held for another ${acquired.heldForMs} ms`);
  return acquired.lease;
}
/** A whole millisecond ago: the column rounds, and half of one could still be to come. */
const runOut = (name: string) =>
  db.$executeRaw`UPDATE leases SET expires_at = clock_timestamp() - interval '1 millisecond' WHERE name = ${name}`;
/** By the database's clock, which all holders share: ms that the lease lives on. */
const leftMs = async (name: string) => {
  const [row] = await queryRows<{ ms: number }>({
    tx: db,
    sql: Prisma.sql`
    SELECT (extract(epoch FROM expires_at - clock_timestamp()) * 1000)::float8 AS ms FROM leases WHERE name = ${name}`,
  });
  return row!.ms;
};

test('of twenty who ask at once, one gets it, and the others are told how long they have to wait', async () => {
  const asked = await Promise.all(
    Array.from({ length: 20 }, (_, at) => acquireLease({ name: 'page:crowd', holder: `worker ${at}` })),
  );
  expect(asked.filter((each) => 'lease' in each)).toHaveLength(1);
  for (const each of asked)
    if ('heldForMs' in each) {
      expect(each.heldForMs).toBeGreaterThanOrEqual(0);
      expect(each.heldForMs).toBeLessThanOrEqual(LEASE_MS);
    }
});

test('its holder may ask again and stays the same; each new holder has a new epoch', async () => {
  const name = 'page:epochs';
  const first = await taken(name, 'a');
  expect((await taken(name, 'a')).epoch).toBe(first.epoch);
  await runOut(name);
  const second = await taken(name, 'b');
  expect(second.epoch).toBe(first.epoch + 1n);
  await runOut(name);
  expect((await taken(name, 'b')).epoch).toBe(second.epoch + 1n);
});

test('a renewal makes it live on, and the same epoch goes on', async () => {
  const name = 'page:renewed';
  const lease = await taken(name, 'a');
  const { deadline } = lease;
  await waitFor(async () => (await leftMs(name)) < LEASE_MS - 100, { until: 'a part of it to pass' });
  expect(await renewLease(lease)).toBe(true);
  expect(await leftMs(name)).toBeGreaterThan(LEASE_MS - 100);
  expect(lease.deadline).toBeGreaterThan(deadline);
});

test('whoever has lost it can neither renew nor give back what is another’s now', async () => {
  const name = 'page:stale';
  const stale = await taken(name, 'a');
  await runOut(name);
  expect(await renewLease(stale)).toBe(false);
  const current = await taken(name, 'b');
  const { deadline } = stale;
  expect(await renewLease(stale)).toBe(false);
  expect(stale.deadline).toBe(deadline);
  await releaseLease(stale);
  expect(await leftMs(name)).toBeGreaterThan(0);
  expect(await renewLease(current)).toBe(true);
});

test('the same process under an epoch that has passed is a stranger too', async () => {
  const name = 'page:own-past';
  const before = await taken(name, 'a');
  await runOut(name);
  const now = await taken(name, 'a');
  expect(await renewLease(before)).toBe(false);
  await releaseLease(before);
  expect(await renewLease(now)).toBe(true);
});

test('given back, it is free at once', async () => {
  const name = 'page:given-back';
  const lease = await taken(name, 'a');
  await releaseLease(lease);
  expect((await taken(name, 'b')).epoch).toBe(lease.epoch + 1n);
});

test('a holder who cannot renew stops acting before anybody else may begin', async () => {
  const name = 'page:deadline';
  const lease = await taken(name, 'a');
  expect(holds(lease)).toBe(true);
  await waitFor(() => !holds(lease), { until: 'the deadline', everyMs: 1 });
  expect(await leftMs(name)).toBeGreaterThan(0);
});

test('without renewal it is another’s within 2 s of the database’s clock', async () => {
  const name = 'page:dead';
  const times = () =>
    queryRows<{ ms: number }>({
      tx: db,
      sql: Prisma.sql`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
    });
  const [before] = await times();
  const dead = await taken(name, 'a');
  const next = await waitFor(async () => {
    const acquired = await acquireLease({ name, holder: 'b' });
    return 'lease' in acquired && acquired.lease;
  });
  const [after] = await times();
  expect(next.epoch).toBe(dead.epoch + 1n);
  expect(after!.ms - before!.ms).toBeLessThan(2_000);
});
