// The environment: what is missing or wrong is said with how to get it, never with its value, and nothing starts.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, inject, test } from 'vitest';
import { EnvironmentError, parseEnvironment } from '../../app/env-schema.ts';
import { startPooler } from '../harness/pooler.ts';
import { waitFor } from '../harness/wait-for.ts';

const root = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Values that would be seen at once if one of them were printed. */
const complete = {
  SHOPIFY_API_KEY: 'CANARY-api-key',
  SHOPIFY_API_SECRET: 'CANARY-shopify-secret',
  SHOPIFY_APP_URL: 'https://canary.example.com',
  META_APP_ID: 'CANARY-app-id',
  META_APP_SECRET: 'CANARY-meta-secret',
  META_VERIFY_TOKEN: 'CANARY-verify-token',
  ENCRYPTION_KEY: Buffer.from('CANARY encryption key 32 bytes!!').toString('base64'),
  DATABASE_URL: 'postgresql://canary:CANARY@db.example.com/app',
};
const optional = {
  SHOPIFY_API_SECRET_OLD: 'CANARY-old-secret',
  META_LOGIN_CONFIG_ID: 'CANARY-config',
  META_GRAPH_VERSION: 'v27.0',
  ENCRYPTION_KEY_OLD: Buffer.from('CANARY earlier key of 32 bytes!!').toString('base64'),
  DATABASE_DIRECT_URL: 'postgresql://canary:CANARY@direct.example.com/app',
  EMBEDDED_POSTGRES: '0',
  PORT: '4100',
  HEALTH_PORT: '4101',
  HEALTH_HOST: '0.0.0.0',
  TRUST_PROXY: '0',
  ROLE: 'worker',
  LOG_LEVEL: 'debug',
};

function complaint(source: Record<string, string | undefined>): string {
  try {
    parseEnvironment(source);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  return 'no complaint';
}

test('what is complete is taken, and what is optional has its default', () => {
  expect(parseEnvironment(complete)).toEqual({
    ...complete,
    META_GRAPH_VERSION: 'v26.0',
    PORT: 3000,
    HEALTH_PORT: 9090,
    HEALTH_HOST: '127.0.0.1',
    TRUST_PROXY: 1,
    ROLE: 'all',
    LOG_LEVEL: 'info',
  });
  expect(parseEnvironment({ ...complete, ...optional })).toEqual({
    ...complete,
    ...optional,
    PORT: 4100,
    HEALTH_PORT: 4101,
    TRUST_PROXY: 0,
  });
});

const howToGet: Record<keyof typeof complete, RegExp> = {
  SHOPIFY_API_KEY: /Shopify Dev Dashboard > your app > Settings/,
  SHOPIFY_API_SECRET: /Shopify Dev Dashboard > your app > Settings/,
  SHOPIFY_APP_URL: /application_url in shopify\.app\.toml/,
  META_APP_ID: /developers\.facebook\.com > your app > Settings > Basic/,
  META_APP_SECRET: /Settings > Basic > App secret/,
  META_VERIFY_TOKEN: /Messenger > Webhooks > Verify token/,
  ENCRYPTION_KEY: /openssl rand -base64 32/,
  DATABASE_URL: /address of your PostgreSQL; or set EMBEDDED_POSTGRES=1/,
};

for (const [name, how] of Object.entries(howToGet))
  for (const value of [undefined, '', '  '])
    test(`${name} left ${value === undefined ? 'out' : `as "${value}"`} is asked for, with how to get it`, () => {
      const said = complaint({ ...complete, [name]: value });
      const lines = said.split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[1]).toMatch(new RegExp(`^  ${name}: `));
      expect(lines[1]).toMatch(how);
    });

test('a fresh copy of .env.example with only the required names filled in is enough', () => {
  const copy = Object.fromEntries(namesInExample().map((name) => [name, '']));
  expect(parseEnvironment({ ...copy, ...complete })).toEqual(parseEnvironment(complete));
});

const wrong: [string, string, RegExp][] = [
  ['SHOPIFY_APP_URL', 'CANARY', /https address/],
  ['SHOPIFY_APP_URL', 'http://canary.example.com', /https:\/\//],
  ['SHOPIFY_APP_URL', 'https://canary.example.com/app', /without a path/],
  ['SHOPIFY_APP_URL', 'https://user:CANARY@canary.example.com', /without a path/],
  ['META_VERIFY_TOKEN', 'CANARY', /at least 8 characters/],
  ['META_GRAPH_VERSION', 'CANARY', /looks like v26\.0/],
  ['ENCRYPTION_KEY', 'CANARY', /base64 of 32 bytes: openssl rand -base64 32/],
  ['ENCRYPTION_KEY', Buffer.alloc(32, 'CANARY!!').toString('base64'), /is an example, not a secret/],
  ['ENCRYPTION_KEY_OLD', 'CANARY', /base64 of 32 bytes/],
  ['DATABASE_URL', 'mysql://CANARY', /begins with postgresql:\/\//],
  ['DATABASE_DIRECT_URL', 'mysql://CANARY', /begins with postgresql:\/\//],
  ['PORT', 'CANARY', /a port number/],
  ['PORT', '70000', /a port number/],
  ['PORT', '1.5', /a port number/],
  ['HEALTH_PORT', 'CANARY', /a port number, 0 to 65535 \(9090 unless given\)/],
  ['EMBEDDED_POSTGRES', 'CANARY', /is 1 for the embedded PostgreSQL/],
  ['TRUST_PROXY', 'CANARY', /how many proxies/],
  ['TRUST_PROXY', '-1', /how many proxies/],
  ['ROLE', 'CANARY', /web, worker, all/],
  ['LOG_LEVEL', 'CANARY', /debug, info, warn, error, silent/],
];
for (const [name, value, how] of wrong)
  test(`${name} that cannot be right (${value.slice(0, 24)}) is said, without its value`, () => {
    const said = complaint({ ...complete, ...optional, [name]: value });
    expect(said).toMatch(new RegExp(`  ${name}: `));
    expect(said).toMatch(how);
    expect(said).not.toMatch(/CANARY/i);
  });

test('everything that is missing is said at once', () => {
  const said = complaint({});
  for (const name of Object.keys(complete)) expect(said).toContain(`\n  ${name}: `);
});

test('an address that ends in a slash is the same address', () => {
  expect(parseEnvironment({ ...complete, SHOPIFY_APP_URL: 'https://canary.example.com/' })).toEqual(
    parseEnvironment(complete),
  );
});

function namesInExample(): string[] {
  const lines = readFileSync(root('.env.example'), 'utf8').split('\n');
  return lines.flatMap((line) => /^([A-Z_]+)=/.exec(line)?.[1] ?? []);
}

test('.env.example names what the app reads, each once, and nothing else', () => {
  expect(namesInExample().toSorted()).toEqual(Object.keys({ ...complete, ...optional }).toSorted());
});

const home = mkdtempSync(join(tmpdir(), 'environment-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** Runs `npm start`'s own process in a folder of its own. */
async function start(env: Record<string, string>): Promise<{ code: number | null; said: string }> {
  const { said, code } = launch(env);
  return { code: await code, said: said() };
}
function launch(env: Record<string, string>) {
  const child = spawn(process.execPath, [root('scripts/start.ts')], {
    cwd: home,
    env: { NODE_ENV: 'production', PATH: process.env.PATH, HOME: home, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, code, said: () => said };
}

test('without a database nobody looks for customers in an empty one: it has to be named, or asked for by name', async () => {
  const { DATABASE_URL, ...most } = complete;
  for (const EMBEDDED_POSTGRES of ['', '0']) {
    const { code, said } = await start({ ...most, EMBEDDED_POSTGRES });
    expect([code, said.trim().split('\n').slice(1)]).toEqual([
      1,
      [expect.stringMatching(howToGet.DATABASE_URL)],
    ]);
  }
  const both = await start({ ...most, DATABASE_URL, EMBEDDED_POSTGRES: '1' });
  expect([both.code, both.said]).toEqual([1, expect.stringMatching(/both set: which of the two/)]);
  expect(existsSync(join(home, '.data'))).toBe(false);
});

test('the process says what is missing, and stops', async () => {
  const { code, said } = await start({ DATABASE_URL: complete.DATABASE_URL });
  expect(code).toBe(1);
  for (const [name, how] of Object.entries(howToGet).filter(([each]) => each !== 'DATABASE_URL'))
    expect(said).toMatch(new RegExp(`^  ${name}: .*${how.source}`, 'm'));
  expect(said).not.toMatch(/CANARY|^\s+at /m);
});

test('`npm start` reads a file .env, the environment itself goes first; the demo’s processes read none', async () => {
  const { ENCRYPTION_KEY: _, ...most } = complete;
  const lines = Object.entries({ ...most, META_VERIFY_TOKEN: 'short', PORT: '' });
  writeFileSync(join(home, '.env'), lines.map(([name, value]) => `${name}=${value}\n`).join(''));
  const given = { META_VERIFY_TOKEN: 'CANARY-verify-token' };
  const { code, said } = await start({ ...given, npm_lifecycle_event: 'start' });
  expect(code).toBe(1);
  expect(said.trim().split('\n').slice(1)).toEqual([expect.stringMatching(/^ {2}ENCRYPTION_KEY: /)]);
  // Nobody waits for a database to read what is missing.
  expect(existsSync(join(home, '.data'))).toBe(false);
  expect((await start({ ...given, DATABASE_URL: complete.DATABASE_URL })).said).toMatch(/META_APP_SECRET: /);
});

test('a worker behind a pooler says so once, does its work, and answers its host on a private port; a taken port is an error in words', async () => {
  const pooler = await startPooler({
    socketFolder: inject('socketFolder'),
    database: new URL(process.env.DATABASE_URL!).pathname.slice(1),
    size: 4,
  });
  const env = { ...complete, DATABASE_URL: pooler.url, ROLE: 'worker', HEALTH_PORT: '0', PORT: '0' };
  const worker = launch(env);
  try {
    const port = await waitFor(() => /"port":(\d+).*"health\.listening"/.exec(worker.said())?.[1], {
      until: 'the health port',
      timeoutMs: 60_000,
    });
    await waitFor(() => worker.said().includes('worker.started'), {
      until: 'the worker',
      timeoutMs: 60_000,
    });
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    expect([(await ask('/healthz')).status, (await ask('/readyz')).status]).toEqual([200, 200]);
    expect(await (await ask('/readyz')).json()).toMatchObject({
      database: 'answers',
      listen: 'disconnected',
    });
    expect(await (await ask('/metrics')).text()).toMatch(/^notify_listening 0$/m);
    expect(worker.said().match(/leads through a pooler, and DATABASE_DIRECT_URL is not set/g)).toHaveLength(
      1,
    );
    expect(worker.said()).not.toMatch(/web\.listening|CANARY/);

    const second = await start({ ...env, HEALTH_PORT: port });
    expect([second.code, second.said]).toEqual([
      1,
      expect.stringContaining(
        `HEALTH_PORT: port ${port} of 127.0.0.1 cannot be had: another process listens there already.`,
      ),
    ]);
    const web = await start({ ...env, ROLE: 'web', PORT: port, HEALTH_HOST: '127.0.0.2' });
    expect([web.code, web.said]).toEqual([
      1,
      expect.stringContaining(`PORT: port ${port} cannot be had: another`),
    ]);
  } finally {
    worker.child.kill('SIGTERM');
    await worker.code;
    await pooler.stop();
  }
}, 180_000);
