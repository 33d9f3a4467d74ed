// What a start asks of its database: what will not do is said in words, with what to do; a pooler is recognised, and nobody waits for ever.
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import pg from 'pg';
import { generate } from 'selfsigned';
import { afterAll, expect, inject, test } from 'vitest';
import { checkDatabase } from '../../scripts/database/check.ts';
import { applyMigrations, migrate } from '../../scripts/database/migrate.ts';
import { urlOf } from '../../scripts/database/embedded.ts';
import { startPooler } from '../harness/pooler.ts';

const socketFolder = inject('socketFolder');
const folder = mkdtempSync(join(tmpdir(), 'database-check-'));
const admin = new pg.Client({ connectionString: urlOf({ socketFolder }) });
await admin.connect();
const toEnd: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const each of toEnd.reverse()) await each();
  await admin.end();
  rmSync(folder, { recursive: true, force: true });
});

const random = () => Math.random().toString(36).slice(2);
async function newDatabase(more = ''): Promise<string> {
  const name = `check_${random()}`;
  await admin.query(`CREATE DATABASE ${name} ${more}`);
  toEnd.push(() => admin.query(`DROP DATABASE ${name} WITH (FORCE)`));
  return name;
}
const directly = (name: string) => urlOf({ socketFolder, name });
async function throughPooler(name: string): Promise<string> {
  const pooler = await startPooler({ socketFolder, database: name });
  toEnd.push(pooler.stop);
  return pooler.url;
}
const check = (url: string, directUrl?: string) => checkDatabase({ url, directUrl });
const locks = async (name: string) =>
  (
    await admin.query(
      `SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database WHERE l.locktype = 'advisory' AND d.datname = $1`,
      [name],
    )
  ).rowCount;

test('a database as it comes will do, and its address stays as it is', async () => {
  const url = directly(await newDatabase());
  expect(await check(url)).toEqual({
    url,
    directUrl: undefined,
    warnings: [expect.stringMatching(/fsync = off/)],
  });
  expect((await check(url, url)).directUrl).toBe(url);
});

test('a pooler is recognised and said; with the direct address beside it nothing is left to say', async () => {
  const name = await newDatabase();
  const pooled = await throughPooler(name);
  const alone = await check(pooled);
  expect(alone.url).toBe(`${pooled}?pgbouncer=true`);
  expect(alone.warnings.join()).toMatch(/leads through a pooler, and DATABASE_DIRECT_URL is not set/);
  const both = await check(pooled, directly(name));
  expect(both.url).toBe(`${pooled}?pgbouncer=true`);
  expect(both.warnings.join()).not.toMatch(/pooler/);
  expect((await check(`${pooled}?pgbouncer=true`)).url).toBe(`${pooled}?pgbouncer=true`);
});

test('through a pooler every start migrates, the first and the third, and no lock is left behind', async () => {
  const name = await newDatabase();
  const pooled = await throughPooler(name);
  expect((await migrate(pooled)).length).toBeGreaterThan(0);
  for (const again of ['second', 'third']) expect([again, await migrate(pooled)]).toEqual([again, []]);
  expect(await locks(name)).toBe(0);
});

test('a lock that somebody else holds is waited for so long; then it is said whose it is, and what to do', async () => {
  const name = await newDatabase();
  const other = new pg.Client({ connectionString: directly(name), application_name: 'a stranded session' });
  await other.connect();
  await other.query('SELECT pg_advisory_lock(72707369)');
  const [{ pid }] = (await other.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')).rows as [
    { pid: number },
  ];
  const waiting = applyMigrations({ url: directly(name), folder, waitSeconds: 0.1 });
  await expect(waiting).rejects.toThrow(
    new RegExp(
      `process ${pid} of PostgreSQL \\("a stranded session", idle .*pg_terminate_backend\\(${pid}\\)`,
    ),
  );
  await other.end();
  expect(await applyMigrations({ url: directly(name), folder, waitSeconds: 30 })).toEqual([]);
});

test('a table that somebody else has locked keeps a migration waiting so long, and no longer', async () => {
  const name = await newDatabase();
  const mine = mkdtempSync(join(folder, 'migrations-'));
  const add = (migration: string, sql: string) => {
    mkdirSync(join(mine, migration));
    writeFileSync(join(mine, migration, 'migration.sql'), sql);
  };
  add('1_one', 'CREATE TABLE one (n int);');
  await applyMigrations({ url: directly(name), folder: mine });
  const other = new pg.Client({ connectionString: directly(name) });
  await other.connect();
  await other.query('BEGIN; LOCK TABLE one IN ACCESS SHARE MODE');
  add('2_two', 'ALTER TABLE one ADD COLUMN m int;');
  await expect(applyMigrations({ url: directly(name), folder: mine, waitSeconds: 0.1 })).rejects.toThrow(
    /a table was locked by somebody else for 0\.1 s/,
  );
  await other.end();
  expect(await applyMigrations({ url: directly(name), folder: mine })).toEqual(['2_two']);
});

test('a schema of its own is made, migrated and used, in a database where others have theirs', async () => {
  const name = await newDatabase();
  const url = `${directly(name)}&schema=alerts`;
  await migrate(url);
  await check(url);
  const { rows } = await (async () => {
    const client = new pg.Client({ connectionString: directly(name) });
    await client.connect();
    toEnd.push(() => client.end());
    return client.query<{ schema: string }>(
      `SELECT DISTINCT table_schema AS schema FROM information_schema.tables WHERE table_name IN ('shops', '_prisma_migrations')`,
    );
  })();
  expect(rows).toEqual([{ schema: 'alerts' }]);
});

test('the direct address may lead through no pooler, and to no other database', async () => {
  const [one, other] = [await newDatabase(), await newDatabase()];
  const pooled = await throughPooler(one);
  await expect(check(directly(one), pooled)).rejects.toThrow(/DATABASE_DIRECT_URL leads through a pooler/);
  await expect(check(directly(one), directly(other))).rejects.toThrow(/two different databases/);
});

test('what a pooler’s sessions have to be set to is said as the statements that do it', async () => {
  const name = await newDatabase();
  await admin.query(`ALTER DATABASE ${name} SET "TimeZone" = 'Europe/Berlin'`);
  await admin.query(`ALTER DATABASE ${name} SET default_transaction_isolation = serializable`);
  const said = await check(await throughPooler(name)).catch((error: Error) => error.message);
  const statements = [...String(said).matchAll(/ALTER ROLE [^;]*;/g)].map(([statement]) => statement);
  expect(statements).toEqual([
    `ALTER ROLE postgres IN DATABASE ${name} SET TimeZone = 'UTC';`,
    `ALTER ROLE postgres IN DATABASE ${name} SET default_transaction_isolation = 'read committed';`,
  ]);
  for (const statement of statements) await admin.query(statement);
  // Durability is the operator's to weigh: it is said, and nobody is turned away for it.
  const { warnings } = await check(await throughPooler(name));
  expect(warnings.join()).toContain(`ALTER ROLE postgres IN DATABASE ${name} SET synchronous_commit = on;`);
  // Without a pooler the same database will do as it is: each session is set as it begins.
  await admin.query(`ALTER ROLE postgres IN DATABASE ${name} RESET ALL`);
  await check(directly(name));
});

test('fewer connections than one process opens are said, with what to write', async () => {
  const name = await newDatabase();
  const role = `few_${random()}`;
  await admin.query(`CREATE ROLE ${role} LOGIN CONNECTION LIMIT 6`);
  toEnd.push(() => admin.query(`DROP ROLE ${role}`));
  const url = directly(name).replace('postgres@', `${role}@`);
  await expect(check(url)).rejects.toThrow(
    /opens up to 20 connections, and no more than 6 are allowed\. Write connection_limit=N/,
  );
  await check(`${url}&connection_limit=6`);
});

test.each([
  [
    'in another encoding',
    `ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc TEMPLATE template0`,
    '',
    /kept in LATIN1/,
  ],
  [
    'whose sessions begin read-only',
    '',
    'default_transaction_read_only = on',
    /begin read-only\. ALTER ROLE/,
  ],
])('a database %s is refused in words', async (_what, made, setting, words) => {
  const name = await newDatabase(made);
  if (setting) await admin.query(`ALTER DATABASE ${name} SET ${setting}`);
  await expect(check(directly(name))).rejects.toThrow(words);
});

/** Something that listens, and is no PostgreSQL that will do. */
async function listener(serve: Parameters<typeof createServer>[1]): Promise<string> {
  const server: Server = createServer(serve).listen(0, '127.0.0.1');
  await once(server, 'listening');
  toEnd.push(async () => void server.close());
  return `postgresql://canary:CANARY@localhost:${(server.address() as AddressInfo).port}/app`;
}

test('an address where nobody answers, or only connects, is said as that and holds up no start', async () => {
  await expect(check('postgresql://canary:CANARY@127.0.0.1:1/app')).rejects.toThrow(
    /nobody answers at its address \(ECONNREFUSED\)/,
  );
  await expect(check(`${directly('none_such')}`)).rejects.toThrow(/no database of this name/);
  const silent = await listener((socket) => void socket.resume().on('error', () => undefined));
  await expect(check(`${silent}?connect_timeout=1`)).rejects.toThrow(/did not answer within 1 s/);
});

test('for a certificate of one’s own it is said what to write, and what is written is what is done', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keySize: 2048,
  });
  const file = join(folder, 'own.pem');
  writeFileSync(file, cert);
  const url = await listener((socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        socket.write('S');
        new TLSSocket(socket, { isServer: true, key, cert }).on('error', () => undefined).resume();
      });
  });
  for (const mode of ['require', 'verify-full', 'verify-ca'])
    await expect(check(`${url}?sslmode=${mode}`)).rejects.toThrow(
      /its certificate is not one that this machine can check .*sslrootcert=.*sslmode=no-verify/,
    );
  // Beyond the certificate this server says nothing: that we wait for its words shows that it was taken.
  for (const settings of [`sslmode=verify-full&sslrootcert=${file}`, 'sslmode=no-verify'])
    await expect(check(`${url}?${settings}&connect_timeout=1`)).rejects.toThrow(/did not answer within 1 s/);
  const plain = await listener(
    (socket) => void socket.on('error', () => undefined).once('data', () => socket.end('N')),
  );
  await expect(check(`${plain}?sslmode=require`)).rejects.toThrow(/does not speak TLS.*sslmode=disable/);
});
