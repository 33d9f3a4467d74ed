// Work under a lease: every poke is answered, a failure is tried again, and a process that dies is replaced within 2 s.
import { Prisma } from '@prisma/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { acquireLease, type Lease } from '../../app/jobs/lease.server.ts';
import { createLeasedWorker, type Handler, type LeasedWorker } from '../../app/jobs/leased-worker.server.ts';
import { waitFor } from '../harness/wait-for.ts';

const tenders: LeasedWorker<'work' | 'other'>[] = [];
afterEach(async () => {
  await Promise.all(tenders.splice(0).map((leasedWorker) => leasedWorker.stop()));
});
afterAll(() => db.$disconnect());

const idle: Handler = () => Promise.resolve(null);
function tend({ work = idle, other = idle }: { work?: Handler; other?: Handler }, holder = 'this process') {
  const leasedWorker = createLeasedWorker({
    kind: 'page',
    holder,
    clock: () => new Date(),
    handlers: { work, other },
  });
  tenders.push(leasedWorker);
  return leasedWorker;
}

/** A hand that is busy until it is let go. */
function busy() {
  const begun: Lease[] = [];
  let letGo: (next: Date | null) => void = () => undefined;
  const handler: Handler = ({ lease }) => {
    begun.push(lease);
    return new Promise((resolve) => (letGo = resolve));
  };
  return { handler, begun, letGo: (next: Date | null = null) => letGo(next) };
}
const nowMs = async () => {
  const [row] = await queryRows<{ ms: number }>({
    tx: db,
    sql: Prisma.sql`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms`,
  });
  return row!.ms;
};
/** Takes it, if it is: the answer holds for as long as a lease does. */
const isFree = async (name: string) => 'lease' in (await acquireLease({ name, holder: 'somebody else' }));

test('a poke runs the hand once, under the lease of its key, and gives the lease back', async () => {
  const { handler, begun, letGo } = busy();
  tend({ work: handler }).wake('one', 'work');
  await waitFor(() => begun.length === 1);
  expect(begun[0]).toMatchObject({ name: 'page:one', holder: 'this process' });
  expect(await isFree('page:one')).toBe(false);
  letGo();
  await waitFor(() => isFree('page:one'), { until: 'the lease to be given back' });
  expect(begun).toHaveLength(1);
});

test('a poke while the hand is at work is never lost, and many are answered by one more run', async () => {
  const { handler, begun, letGo } = busy();
  const leasedWorker = tend({ work: handler });
  leasedWorker.wake('again', 'work');
  await waitFor(() => begun.length === 1);
  for (let time = 0; time < 100; time += 1) leasedWorker.wake('again', 'work');
  letGo();
  await waitFor(() => begun.length === 2);
  letGo();
  await waitFor(() => isFree('page:again'));
  expect(begun).toHaveLength(2);
});

test('pokes at any moment, also while the lease is being given back, are all answered', async () => {
  let marked = 0;
  let seen = 0;
  const leasedWorker = tend({
    work: async () => {
      seen = marked;
      return null;
    },
  });
  for (let round = 1; round <= 100; round += 1) {
    marked = round;
    leasedWorker.wake('any-moment', 'work');
    // Somewhere in the middle of taking, working or giving back, a different place each time.
    for (let tick = 0; tick < round % 7; tick += 1) await nowMs();
  }
  await waitFor(() => seen === 100, { until: 'the last mark to be seen' });
});

test('the hands of one key work side by side under one lease, and never two of the same', async () => {
  const one = busy();
  const two = busy();
  const leasedWorker = tend({ work: one.handler, other: two.handler });
  leasedWorker.wake('pair', 'work');
  leasedWorker.wake('pair', 'other');
  await waitFor(() => one.begun.length === 1 && two.begun.length === 1);
  expect(one.begun[0]).toBe(two.begun[0]);
  one.letGo();
  two.letGo();
});

test('a hand that fails is tried again by itself', async () => {
  let times = 0;
  const leasedWorker = tend({
    work: () => {
      times += 1;
      return times < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve(null);
    },
  });
  leasedWorker.wake('failing', 'work');
  await waitFor(() => times === 3, { until: 'the third attempt' });
});

test('a hand that asks to come again soon keeps its lease and comes again', async () => {
  const epochs: bigint[] = [];
  const leasedWorker = tend({
    work: ({ lease }) => {
      epochs.push(lease.epoch);
      return Promise.resolve(epochs.length < 4 ? new Date(Date.now() + 50) : null);
    },
  });
  leasedWorker.wake('soon', 'work');
  await waitFor(() => epochs.length === 4);
  expect(new Set(epochs).size).toBe(1);
});

test('two tenders of one key take turns: never both at once', async () => {
  let inside = 0;
  let most = 0;
  let runs = 0;
  const work: Handler = async () => {
    inside += 1;
    most = Math.max(most, inside);
    await nowMs();
    inside -= 1;
    runs += 1;
    return null;
  };
  const [a, b] = [tend({ work }, 'a'), tend({ work }, 'b')];
  for (let round = 0; round < 20; round += 1) {
    a.wake('turns', 'work');
    b.wake('turns', 'work');
    await nowMs();
  }
  await waitFor(() => runs >= 2 && inside === 0);
  await Promise.all([a.stop(), b.stop()]);
  expect(most).toBe(1);
});

test('work outlives many renewals; when the lease is lost the hand is told, and the work is wanted still', async () => {
  const notified: string[] = [];
  const begun: Lease[] = [];
  const leasedWorker = tend({
    work: ({ lease, signal }) => {
      begun.push(lease);
      if (begun.length > 1) return Promise.resolve(null);
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          notified.push('lost');
          resolve(null);
        }),
      );
    },
  });
  leasedWorker.wake('lost', 'work');
  await waitFor(() => begun.length === 1);
  const { deadline } = begun[0]!;
  await waitFor(() => begun[0]!.deadline > deadline + 1_000, { until: 'some renewals' });
  expect(notified).toEqual([]);
  await db.$executeRaw`
    UPDATE leases SET holder = 'a usurper', epoch = epoch + 1, expires_at = clock_timestamp() WHERE name = 'page:lost'`;
  await waitFor(() => notified.length === 1, { until: 'the hand to be told' });
  await waitFor(() => begun.length === 2, { until: 'the work to be taken up again' });
  expect(begun[1]!.epoch).toBeGreaterThan(begun[0]!.epoch + 1n);
});

test('stop lets the hand end, gives the lease back, and takes no more', async () => {
  const story: string[] = [];
  const leasedWorker = tend({
    work: ({ signal }) => {
      story.push('sending');
      return new Promise((resolve) =>
        signal.addEventListener('abort', () => {
          story.push('ended');
          resolve(null);
        }),
      );
    },
  });
  leasedWorker.wake('stopping', 'work');
  await waitFor(() => story.length === 1);
  await leasedWorker.stop();
  leasedWorker.wake('stopping', 'work');
  expect(await isFree('page:stopping')).toBe(true);
  expect(story).toEqual(['sending', 'ended']);
});

test('when the process that holds it is killed, another takes over within 2 s', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('other-process.ts', import.meta.url)), 'tend', 'killed'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const theirs = BigInt(line.trim());
  let startedAt: number | undefined;
  let ours: bigint | undefined;
  const leasedWorker = tend({
    work: async ({ lease }) => {
      ours = lease.epoch;
      startedAt = await nowMs();
      return null;
    },
  });
  leasedWorker.wake('killed', 'work');
  child.kill('SIGKILL');
  await once(child, 'exit');
  const killedAt = await nowMs();
  await waitFor(() => startedAt !== undefined, { until: 'the takeover' });
  expect(ours).toBe(theirs + 1n);
  expect(startedAt! - killedAt).toBeLessThan(2_000);
});
