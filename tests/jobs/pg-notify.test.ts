// LISTEN and NOTIFY: received from any process once its transaction has committed, and again after the connection was lost.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { waitFor } from '../harness/wait-for.ts';

/** A network in front of the database that the test can take away. */
const network = { up: true, attempts: 0 };
const url = new URL(process.env.DATABASE_URL!);
const proxy = createServer((near) => {
  network.attempts += 1;
  near.on('error', () => undefined);
  if (!network.up) return void near.destroy();
  const far = createConnection(`${url.searchParams.get('host')}/.s.PGSQL.5432`);
  far.on('error', () => near.destroy());
  near.pipe(far).pipe(near);
}).listen(0, '127.0.0.1');
await once(proxy, 'listening');
process.env.DATABASE_DIRECT_URL = `postgresql://postgres@127.0.0.1:${(proxy.address() as AddressInfo).port}${url.pathname}`;
const { db } = await import('../../app/db.server.ts');
const { listen, notify } = await import('../../app/jobs/pg-notify.server.ts');

let heard: string[] = [];
let lost = 0;
let listener: ReturnType<typeof listen>;

beforeEach(async () => {
  heard = [];
  lost = 0;
  listener = listen({ onNotify: (name, key) => heard.push(`${name} ${key}`), onLost: () => (lost += 1) });
  await waitFor(() => lost === 1, { until: 'the connection to listen' });
});
afterEach(() => listener.stop());
afterAll(async () => {
  await db.$disconnect();
  proxy.close();
});

const notified = (name: 'events' | 'stockChecks' | 'pageSender', key: string) =>
  db.$transaction((tx) => notify(tx, name, key));
/** Rings come in order, so once this one is heard all before it were. */
const heardAll = async () => {
  await notified('stockChecks', 'the last');
  await waitFor(() => heard.includes('stockChecks the last'));
  return heard.filter((each) => each !== 'stockChecks the last');
};
const listeners = async () => {
  const [row] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;
  return row!.count;
};
const cutOff = () =>
  db.$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`;

test('it is heard with its name and key', async () => {
  await notified('pageSender', '104000000000001');
  await notified('events', 'a key with spaces');
  expect(await heardAll()).toEqual(['pageSender 104000000000001', 'events a key with spaces']);
});

test('it rings when the transaction commits, once for many, and never for one that fails', async () => {
  await db.$transaction(async (tx) => {
    for (let time = 0; time < 5; time += 1) await notify(tx, 'stockChecks', '11');
    expect(heard).toEqual([]);
  });
  await db
    .$transaction(async (tx) => {
      await notify(tx, 'stockChecks', '22');
      throw new Error('rolled back');
    })
    .catch(() => undefined);
  expect(await heardAll()).toEqual(['stockChecks 11']);
});

test('it is heard from another process', async () => {
  const other = fileURLToPath(new URL('other-process.ts', import.meta.url));
  await promisify(execFile)(process.execPath, [other, 'ring', 'events', 'page-1']);
  await waitFor(() => heard.includes('events page-1'));
});

test('a connection that was cut is made again; what may have been missed is asked for, and each ring is heard once', async () => {
  for (const times of [2, 3, 4]) {
    await cutOff();
    await waitFor(() => lost === times, { until: 'the reconnection' });
  }
  expect(await listeners()).toBe(1);
  await notified('pageSender', 'after');
  expect(await heardAll()).toEqual(['pageSender after']);
});

test('a database that is away for a while is asked for again and again, and found', async () => {
  network.up = false;
  const before = network.attempts;
  await cutOff();
  await waitFor(() => network.attempts >= before + 3, { until: 'three attempts in vain' });
  expect(lost).toBe(1);
  network.up = true;
  await waitFor(() => lost === 2, { until: 'the reconnection' });
  expect(await listeners()).toBe(1);
  await notified('pageSender', 'after');
  expect(await heardAll()).toEqual(['pageSender after']);
});

test('after stop nothing is heard and nobody listens', async () => {
  await listener.stop();
  await notified('stockChecks', 'disconnected');
  await waitFor(async () => (await listeners()) === 0);
  expect(heard).toEqual([]);
});
