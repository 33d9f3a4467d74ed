// The log cannot print a secret, whatever it is given: read from the real output of a process.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LOG_EVENTS, scrub } from '../../app/lib/log.server.ts';

const { stdout, stderr, status } = spawnSync(
  process.execPath,
  [fileURLToPath(new URL('log-canaries.ts', import.meta.url))],
  {
    env: {
      ...process.env,
      LOG_LEVEL: 'debug',
      SHOPIFY_API_SECRET: 'CANARY-of-shopify',
      META_APP_SECRET: 'CANARY-of-meta',
      ENCRYPTION_KEY: Buffer.from('CANARY, the key of 32 bytes +/+/').toString('base64'),
    },
    encoding: 'utf8',
  },
);
const lines = stdout.trim().split('\n');

test('no canary sings: not in messages, nested errors, addresses, forms, JSON, keys, or a failed write', () => {
  expect([status, stderr]).toEqual([0, '']);
  expect(lines).toHaveLength(8);
  expect(lines.filter((line) => /CANARY/.test(line))).toEqual([]);
  const { ENCRYPTION_KEY, DATABASE_URL } = process.env;
  for (const secret of [ENCRYPTION_KEY, DATABASE_URL]) expect(stdout).not.toContain(secret);
  expect(stdout).not.toContain('Q0FOQVJZ'); // the encryption key's own letters
});

test('every line is structured, and says in plain words what happened', () => {
  const said = lines.map((line) => JSON.parse(line) as { msg: string; time: string });
  expect(said.map(({ msg }) => msg)).toContain('an error that is its own cause');
  for (const { time } of said) expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(said[0]).toMatchObject({
    error: {
      name: 'Error',
      message: 'GET https://graph.facebook.com/me?access_token=[secret]&fields=id failed',
    },
  });
});

test('what is no secret stays readable', () => {
  expect(JSON.parse(lines.at(-1)!)).toMatchObject({
    shopId: '271878346596884015',
    at: '2026-11-22T10:00:00.000Z',
    never: null,
    code: 190,
  });
  expect(stdout).toContain('"scope\\":\\"read_products\\"');
});

test('of a long text the beginning is printed, and no part of a secret that stands across its end', () => {
  const secrets = [
    process.env.META_APP_SECRET!,
    process.env.DATABASE_URL!,
    'shpat_0123456789abcdef',
    `eyJhbGciOiJIUzI1NiJ9.${'x'.repeat(40)}.CANARY`,
    '://someone:CANARY-of-length@db.example',
    '"access_token": "CANARY of some length"',
    '&code=CANARY-of-length',
  ];
  for (const secret of secrets)
    for (let before = 1_900; before < 2_700; before += 3) {
      const printed = scrub(`${'a '.repeat(before / 2)}${secret} ${'b '.repeat(2_000)}`);
      expect(printed.length).toBeLessThan(2_200);
      expect(printed).toMatch(/^a a a [^]* \[of \d+ characters\]$/);
      expect(printed).not.toContain(secret.slice(0, secret.length / 2));
      expect(printed).not.toContain('CANARY');
    }
});

test('each event that is logged has a name of the list, and each of the list is logged', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const logged = ['app', 'scripts'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file))
      .flatMap((file) => [
        ...readFileSync(join(root, folder, file), 'utf8').matchAll(
          /(?<!`)\blog\.(?:debug|info|warn|error)\(\s*([^\s,)]+)/g,
        ),
      ])
      .map(([, event]) => event!.replaceAll("'", '')),
  );
  expect([...new Set(logged)].toSorted()).toEqual(Object.keys(LOG_EVENTS).toSorted());
  for (const name of logged) expect(name).toMatch(/^[a-z_]+\.[a-z_]+$/);
});
