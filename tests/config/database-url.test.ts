// The address of the database: each usual setting is heeded, or refused in words that say what to write and hold no value of it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, expect, inject, test } from 'vitest';
import { clientConfig, readDatabaseUrl, splitConnections } from '../../app/database-url.ts';
import { urlOf } from '../../scripts/database/embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'database-url-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const certificate = join(folder, 'ca.pem');
writeFileSync(certificate, 'a certificate');

const address = (settings = '') => `postgresql://canary:CANARY@db.example.com:6543/app${settings}`;
const read = (settings: string) => readDatabaseUrl(address(settings));

test('without settings there are defaults, and none of them waits for ever', () => {
  expect(read('')).toEqual({
    address: address(),
    schema: 'public',
    connectionLimit: 20,
    poolTimeoutMs: 30_000,
    connectTimeoutMs: 10_000,
    pooled: false,
    session: [],
    ssl: false,
    channelBinding: false,
  });
});

const heeded: [string, object][] = [
  ['connection_limit=6', { connectionLimit: 6 }],
  ['pool_timeout=3&connect_timeout=4', { poolTimeoutMs: 3_000, connectTimeoutMs: 4_000 }],
  ['schema=shop_alerts', { schema: 'shop_alerts' }],
  ['statement_timeout=5000', { session: [['statement_timeout', '5000']] }],
  ['lock_timeout=0', { session: [['lock_timeout', '0']] }],
  [
    'options=-c%20work_mem%3D64MB%20-c%20statement_timeout%3D9',
    {
      session: [
        ['work_mem', '64MB'],
        ['statement_timeout', '9'],
      ],
    },
  ],
  ['options=--work_mem%3D1MB', { session: [['work_mem', '1MB']] }],
  ['pgbouncer=true', { pooled: true }],
  ['sslmode=disable', { ssl: false }],
  ['sslmode=require', { ssl: { rejectUnauthorized: true } }],
  ['sslmode=verify-full', { ssl: { rejectUnauthorized: true } }],
  ['sslmode=no-verify', { ssl: { rejectUnauthorized: false } }],
  ['sslmode=require&sslaccept=accept_invalid_certs', { ssl: { rejectUnauthorized: false } }],
  ['sslaccept=strict', { ssl: { rejectUnauthorized: true } }],
  ['ssl=true', { ssl: { rejectUnauthorized: true } }],
  ['sslmode=verify-full&sslrootcert=system', { ssl: { rejectUnauthorized: true } }],
  [`sslrootcert=${certificate}`, { ssl: { ca: 'a certificate', rejectUnauthorized: true } }],
  ['sslmode=require&channel_binding=require', { channelBinding: true }],
  ['application_name=ours&statement_cache_size=0&target_session_attrs=read-write&gssencmode=disable', {}],
];
for (const [settings, found] of heeded)
  test(`${settings.replace(folder, '')} is heeded`, () => {
    expect(read(`?${settings}`)).toMatchObject(found);
  });

test('a certificate that is checked but for its name is still checked', () => {
  const { ssl } = read(`?sslmode=verify-ca&sslrootcert=${certificate}`);
  expect(ssl).toMatchObject({ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) });
});

const refused: [string, RegExp][] = [
  ['?connection_limit=CANARY', /connection_limit must be a whole number, at least 5/],
  ['?connection_limit=4', /at least 5/],
  ['?connection_limit=-1', /at least 5/],
  ['?pool_timeout=0', /pool_timeout must be a whole number, at least 1/],
  ['?statement_timeout=5s', /statement_timeout must be a whole number/],
  ['?schema=CANARY', /schema must be a plain name/],
  ['?schema=a%22%3B', /schema must be a plain name/],
  ['?sslmode=prefer', /sslmode=verify-full .* sslrootcert=.* sslmode=no-verify .* sslmode=disable/],
  ['?sslmode=CANARY', /sslmode is not one that is heeded/],
  ['?sslrootcert=/CANARY.pem', /sslrootcert names a file that cannot be read/],
  ['?sslidentity=/CANARY.p12', /sslidentity is not heeded: write sslcert/],
  ['?uselibpqcompat=true', /uselibpqcompat is not heeded/],
  ['?target_session_attrs=standby', /target_session_attrs is one of: any, read-write, primary/],
  ['?client_encoding=LATIN1', /client_encoding is one of: utf8/],
  ['?pgbouncer=true&statement_timeout=5', /a pooler forgets statement_timeout .*ALTER ROLE/],
  ['?pgbouncer=true&options=-c%20work_mem%3D1MB', /a pooler forgets work_mem/],
  ['?options=CANARY', /options holds settings as -c name=value/],
  ['?socket_timeout=3', /socket_timeout is not heeded: write statement_timeout/],
  ['?search_path=CANARY', /search_path is not heeded: write schema=NAME/],
  ['?canary_settings=CANARY', /canary_settings is not a setting that this app knows/],
];
for (const [settings, words] of refused)
  test(`${settings} is refused in words`, () => {
    expect(() => read(settings)).toThrow(words);
    expect(() => read(settings)).not.toThrow(/CANARY/);
  });

test.each([
  ['postgresql://canary:CAN#ARY@db/app', /percent-encoded/],
  ['postgresql://canary:CAN/ARY@db/app', /percent-encoded/],
  ['postgresql://canary:CAN%ARY@db/app', /percent-encoded/],
  ['postgresql://canary:CANARY@one:5432,two:5432/app', /one host/],
  ['mysql://canary:CANARY@db/app', /begins with postgresql/],
])('%s is refused in words, without what it holds', (text, words) => {
  expect(() => readDatabaseUrl(text)).toThrow(words);
  expect(() => readDatabaseUrl(text)).not.toThrow(/CANARY|CAN#|CAN\/|CAN%/);
});

test('a socket is reached as libpq and Prisma write it, with and without a user or a host', async () => {
  const host = encodeURIComponent(inject('socketFolder'));
  for (const text of [
    urlOf({ socketFolder: inject('socketFolder') }),
    `postgresql:///postgres?host=${host}&user=postgres`,
    `postgresql://postgres@/postgres?host=${host}`,
    `postgres://postgres@${host}/postgres`,
  ]) {
    const client = new pg.Client(clientConfig(readDatabaseUrl(text), { purpose: 'test' }));
    await client.connect();
    const { rows } = await client.query('SELECT current_database() AS name');
    expect([text, rows]).toEqual([text, [{ name: 'postgres' }]]);
    await client.end();
  }
});

test('the settings that the product needs hold, whatever database, role and address say; the others are the caller’s', async () => {
  const name = `needs_${Math.random().toString(36).slice(2)}`;
  const admin = new pg.Client({ connectionString: urlOf({ socketFolder: inject('socketFolder') }) });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  for (const setting of [
    `"TimeZone" = 'Asia/Kolkata'`,
    `"DateStyle" = 'SQL, DMY'`,
    `jit = on`,
    `default_transaction_isolation = 'serializable'`,
    `synchronous_commit = off`,
    `search_path = pg_catalog`,
  ])
    await admin.query(`ALTER DATABASE ${name} SET ${setting}`);
  const text = `${urlOf({ socketFolder: inject('socketFolder'), name })}&options=-c%20jit%3Don%20-c%20work_mem%3D7MB&statement_timeout=4321`;
  const client = new pg.Client(clientConfig(readDatabaseUrl(text), { purpose: 'test' }));
  await client.connect();
  const names = [
    'TimeZone',
    'DateStyle',
    'jit',
    'transaction_isolation',
    'synchronous_commit',
    'search_path',
    'work_mem',
    'statement_timeout',
    'application_name',
  ];
  const { rows } = await client.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS n(name)',
    [names],
  );
  expect(rows.map(({ value }) => value)).toEqual([
    'UTC',
    'ISO, MDY',
    'off',
    'read committed',
    'on',
    'public',
    '7MB',
    '4321ms',
    'notify-me test',
  ]);
  await client.end();
  await admin.query(`DROP DATABASE ${name}`);
  await admin.end();
});

test('however few connections a process has, each part of it has one, and together they are no more', () => {
  for (const role of ['web', 'worker', 'all'] as const)
    for (let limit = 5; limit <= 100; limit += 1) {
      const { work, webhooks, schedules } = splitConnections({ limit, role });
      const listening = role === 'web' ? 0 : 1;
      expect([role, limit, work + webhooks + schedules + listening]).toEqual([role, limit, limit]);
      expect([role, limit, work >= 2, webhooks >= 1]).toEqual([role, limit, true, true]);
      expect(schedules >= 1).toBe(role !== 'web');
    }
});
