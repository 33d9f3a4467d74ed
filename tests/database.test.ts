// The ground everything stands on: our own PostgreSQL survives what befalls it, and migrations are applied once, as Prisma would.
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { isAlive } from '../scripts/lock.mjs';
import { applyMigrations, migrate } from '../scripts/database/migrate.ts';
import { erasePostgres, startPostgres, urlOf } from '../scripts/database/embedded.ts';
import { missingMigration } from '../scripts/database/schema-engine.ts';
import { waitFor } from './harness/wait-for.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'database-test-'));
const homes: string[] = [];
afterAll(async () => {
  for (const home of homes) await erasePostgres({ folder: home });
  rmSync(folder, { recursive: true, force: true });
});
function newHome(): string {
  const home = join(folder, `home-${homes.length}`);
  homes.push(home);
  return home;
}

async function ask<Row extends pg.QueryResultRow>({
  url,
  sql,
}: {
  url: string;
  sql: string;
}): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

const socketFolder = inject('socketFolder');
async function newDatabase(): Promise<string> {
  const name = `ground_${Math.random().toString(36).slice(2)}`;
  await ask({ url: urlOf({ socketFolder }), sql: `CREATE DATABASE ${name}` });
  return urlOf({ socketFolder, name });
}

/** Another process that uses the server in `home`. */
const user = join(folder, 'user.ts');
writeFileSync(
  user,
  `import { startPostgres } from ${JSON.stringify(join(root, 'scripts', 'database', 'embedded.ts'))};
   const { pid, how } = await startPostgres({ folder: process.argv[2] ?? '', endsWithMe: true, durable: false });
   process.send?.({ pid, how });
   setInterval(() => {}, 1_000);`,
);
type Answer = { pid: number; how: string };
const answers: { child: ChildProcess; answer: Answer | undefined }[] = [];
function anotherUser(home: string): () => Promise<Answer> {
  const entry = { child: fork(user, [home], { execArgv: [] }), answer: undefined as Answer | undefined };
  answers.push(entry);
  entry.child.once('message', (message) => (entry.answer = message as Answer));
  return () =>
    waitFor(() => entry.answer, { until: 'the other process to have its server', timeoutMs: 100_000 });
}
afterAll(() => answers.forEach(({ child }) => child.kill('SIGKILL')));

test('several processes that start at once share one server, which ends with the last of them, even if all are killed', async () => {
  const home = newHome();
  const three = await Promise.all(
    [anotherUser(home), anotherUser(home), anotherUser(home)].map((ready) => ready()),
  );
  expect(three.map(({ how }) => how).sort()).toEqual(['initialised', 'reused', 'reused']);
  const [server] = new Set(three.map(({ pid }) => pid));
  expect(new Set(three.map(({ pid }) => pid)).size).toBe(1);
  const [first, ...others] = answers.splice(0);
  others.forEach(({ child }) => child.kill('SIGKILL'));
  await waitFor(() => others.every(({ child }) => child.signalCode !== null));
  const again = await startPostgres({ folder: home });
  expect(again).toMatchObject({ how: 'reused', pid: server });
  first?.child.kill('SIGKILL');
  await waitFor(() => !isAlive(server ?? 0), { until: 'the server to follow its last user' });
}, 120_000);

test('the server is reached by its socket alone; what was committed survives a kill -9 of the server, and the next start repairs it', async () => {
  const home = newHome();
  const { url, pid } = await startPostgres({ folder: home });
  expect(await ask({ url, sql: 'SHOW listen_addresses' })).toEqual([{ listen_addresses: '' }]);
  await ask({ url, sql: 'CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n' });
  process.kill(pid, 'SIGKILL');
  const again = await startPostgres({ folder: home });
  expect(again.how).toBe('started');
  expect(await ask({ url: again.url, sql: 'SELECT count(*)::int AS kept FROM kept' })).toEqual([
    { kept: 1000 },
  ]);
  await again.stop();
  expect(isAlive(again.pid)).toBe(false);
});

test('a data folder whose making was interrupted is made again, and a pid that is somebody else’s by now deceives nobody', async () => {
  const home = newHome();
  mkdirSync(join(home, 'data.making'), { recursive: true });
  writeFileSync(join(home, 'data.making', 'PG_VERSION'), '18');
  const server = await startPostgres({ folder: home });
  expect(server.how).toBe('initialised');
  await server.stop('immediate');
  const mark = join(server.folder, 'data', 'postmaster.pid');
  writeFileSync(mark, `${process.pid}\n${join(server.folder, 'data')}\n1\n5432\n${home}\n\n\nready\n`);
  const again = await startPostgres({ folder: home });
  expect(again.how).toBe('started');
  expect(again.pid).not.toBe(process.pid);
  await again.stop();
});

/** The process that serves `home`, as its pid file says. */
const servedBy = (home: string) =>
  Number(readFileSync(join(home, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);

test('a server that is killed is started again by its owner, at the same address; one that dies too often is given up in words', async () => {
  const home = newHome();
  const reasons: string[] = [];
  const said: string[] = [];
  const server = await startPostgres({
    folder: home,
    restarts: 1,
    onGivenUp: (reason) => reasons.push(reason),
    print: (line) => said.push(line),
  });
  await ask({ url: server.url, sql: 'CREATE TABLE kept AS SELECT 1 AS n' });
  process.kill(server.pid, 'SIGKILL');
  const answer = () => ask({ url: server.url, sql: 'SELECT n FROM kept' });
  expect(await waitFor(answer, { until: 'the server to be there again', timeoutMs: 30_000 })).toEqual([
    { n: 1 },
  ]);
  expect(reasons).toEqual([]);
  expect(said).toContainEqual(expect.stringMatching(/is gone; starting it again/));
  expect(servedBy(server.folder)).not.toBe(server.pid);

  process.kill(servedBy(server.folder), 'SIGKILL');
  await waitFor(() => reasons.length > 0, { until: 'it to be given up', timeoutMs: 30_000 });
  expect(reasons).toEqual([expect.stringMatching(/not started again: it died 2 times within ten minutes/)]);
});

test('its owner stops it for good, also after it was started again', async () => {
  const home = newHome();
  const server = await startPostgres({
    folder: home,
    durable: false,
    onGivenUp: () => undefined,
    print: () => {},
  });
  process.kill(server.pid, 'SIGKILL');
  await waitFor(() => ask({ url: server.url, sql: 'SELECT 1' }), {
    until: 'it to be there again',
    timeoutMs: 30_000,
  });
  const last = servedBy(server.folder);
  await server.stop();
  expect([isAlive(server.pid), isAlive(last)]).toEqual([false, false]);
});

test('a pid file that names another PostgreSQL deceives nobody, and the other one is left alone', async () => {
  const [home, away] = [newHome(), newHome()];
  const other = await startPostgres({ folder: away, durable: false });
  const first = await startPostgres({ folder: home, durable: false });
  await first.stop('immediate');
  const forge = () =>
    writeFileSync(
      join(first.folder, 'data', 'postmaster.pid'),
      `${other.pid}\n${join(first.folder, 'data')}\n1\n5432\n${home}\n\n\nready\n`,
    );
  forge();
  const again = await startPostgres({ folder: home, durable: false });
  expect(again.how).toBe('started');
  expect(again.pid).not.toBe(other.pid);
  await again.stop('immediate');
  forge();
  await erasePostgres({ folder: home });
  expect(isAlive(other.pid)).toBe(true);
  await other.stop('immediate');
});

test('a server that this process cannot see, but that answers in its folder, gets no second one beside it', async () => {
  const home = newHome();
  const first = await startPostgres({ folder: home, durable: false });
  await first.stop();
  const unseen = createServer(
    (socket) => void socket.on('error', () => undefined).once('data', () => socket.end('N')),
  );
  await once(unseen.listen(join(first.socketFolder, '.s.PGSQL.5432')), 'listening');
  await expect(startPostgres({ folder: home, durable: false })).rejects.toThrow(
    /cannot see, perhaps in another container/,
  );
  unseen.close();
});

test('a user who is gone keeps no server running, whoever has its number by now', async () => {
  const home = newHome();
  const { pid } = await anotherUser(home)();
  const [user] = answers.splice(0);
  // Our own number, from another time.
  writeFileSync(join(home, 'users', `${process.pid}-99`), '1');
  user?.child.kill('SIGKILL');
  await waitFor(() => !isAlive(pid), { until: 'the server to follow its last user', timeoutMs: 30_000 });
}, 120_000);

test('erasing takes the data along, also while the server runs', async () => {
  const home = newHome();
  const { pid } = await startPostgres({ folder: home });
  await erasePostgres({ folder: home });
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(home)).toBe(false);
});

function migrations(): string {
  const copy = mkdtempSync(join(folder, 'migrations-'));
  cpSync(join(root, 'prisma', 'migrations'), copy, { recursive: true });
  return copy;
}
function add({ to, name, sql }: { to: string; name: string; sql: string }): string {
  mkdirSync(join(to, name), { recursive: true });
  const path = join(to, name, 'migration.sql');
  writeFileSync(path, sql);
  return path;
}

test('migrations are applied in order, once, and recorded as Prisma records them', async () => {
  const url = await newDatabase();
  const [first, second] = await Promise.all([migrate(url), migrate(url)]);
  const applied = [...first, ...second].sort();
  expect(applied).toEqual(readdirSync(join(root, 'prisma', 'migrations')).filter((name) => /^\d/.test(name)));
  const rows = await ask<{ migration_name: string; ok: boolean }>({
    url,
    sql: `SELECT migration_name, checksum ~ '^[0-9a-f]{64}$' AND finished_at IS NOT NULL AND rolled_back_at IS NULL
            AND applied_steps_count = 1 AND length(id) = 36 AS ok
          FROM _prisma_migrations ORDER BY started_at`,
  });
  expect(rows).toEqual(applied.map((migration_name) => ({ migration_name, ok: true })));
});

test('a migration that was edited after it was applied is refused', async () => {
  const url = await newDatabase();
  const mine = migrations();
  const path = add({ to: mine, name: '20300101000000_more', sql: 'CREATE TABLE more (n int);' });
  await applyMigrations({ url, folder: mine });
  writeFileSync(path, 'CREATE TABLE more (n bigint);');
  await expect(applyMigrations({ url, folder: mine })).rejects.toThrow(
    '20300101000000_more was changed after',
  );
});

test('a migration that fails leaves nothing of itself, and those before it stay', async () => {
  const url = await newDatabase();
  const mine = migrations();
  add({ to: mine, name: '20300101000000_good', sql: 'CREATE TABLE good (n int);' });
  const path = add({
    to: mine,
    name: '20300102000000_bad',
    sql: 'CREATE TABLE half (n int); SELECT nonsense;',
  });
  await expect(applyMigrations({ url, folder: mine })).rejects.toThrow('Migration 20300102000000_bad failed');
  const tables = `SELECT to_regclass('good') IS NOT NULL AS good, to_regclass('half') IS NOT NULL AS half`;
  expect(await ask({ url, sql: tables })).toEqual([{ good: true, half: false }]);
  writeFileSync(path, 'CREATE TABLE half (n int);');
  expect(await applyMigrations({ url, folder: mine })).toEqual(['20300102000000_bad']);
});

test('a database that is already a release ahead is left alone', async () => {
  const url = await newDatabase();
  const newer = migrations();
  add({ to: newer, name: '20300101000000_newer', sql: 'CREATE TABLE newer (n int);' });
  await applyMigrations({ url, folder: newer });
  expect(await migrate(url)).toEqual([]);
});

test('the migrations lead to the schema, and a column that none of them makes is noticed', async () => {
  const schema = readFileSync(join(root, 'prisma', 'schema.prisma'), 'utf8');
  const compare = (text: string) =>
    missingMigration({ socketFolder, schema: text, folder: join(root, 'prisma', 'migrations') });
  expect(await compare(schema)).toBeUndefined();
  const planted = schema.replace(/^model Shop \{$/m, 'model Shop {\n  planted String?');
  expect(await compare(planted)).toContain('ADD COLUMN     "planted" TEXT');
});
