// What strangers can write into our log by knocking at the web process: nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildApp } from '../../scripts/build.ts';

test('requests that no route answers leave no line in the log', async () => {
  await buildApp({ print: () => undefined });
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('strangers.ts', import.meta.url))],
    { env: { ...process.env, NODE_ENV: 'production', LOG_LEVEL: 'info' }, encoding: 'utf8' },
  );
  expect([status, stderr]).toEqual([0, '']);
  const events = stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
  expect(events).toEqual(['web.listening']);
}, 120_000);
