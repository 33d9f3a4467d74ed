// Starting from nothing: one command sets up what is missing, and leaves nothing behind, however it is ended.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { isAlive, withLock } from '../scripts/lock.mjs';
import { isInstalled } from '../scripts/setup.mjs';
import { waitFor } from './harness/wait-for.ts';

const run = fileURLToPath(new URL('../scripts/run.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'setup-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that says who it is and then stays until it is told to end, in order. */
const stayer = join(folder, 'stayer.ts');
writeFileSync(
  stayer,
  `const pid: number = process.pid;
   for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(0));
   setInterval(() => {}, 1_000);
   process.stdout.write(JSON.stringify({ pid, version: process.versions.node, args: process.argv.slice(2) }) + '\\n');`,
);

type Started = { child: ChildProcess; said: () => string; ended: Promise<number | string> };
function start({
  command,
  argv,
  detached = false,
}: {
  command: string;
  argv: string[];
  detached?: boolean;
}): Started {
  const child = spawn(command, argv, { cwd: folder, detached, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? 'nothing'));
  });
  return { child, said: () => said, ended };
}

const introduced = ({ said }: Started) =>
  waitFor(
    () =>
      JSON.parse(/^\{.*\}$/m.exec(said())?.[0] ?? 'null') as { pid: number; version: string; args: string[] },
    {
      until: 'the program to introduce itself',
      timeoutMs: 20_000,
    },
  );
const gone = (pid: number) =>
  waitFor(() => !isAlive(pid), { until: `process ${pid} to be gone`, timeoutMs: 5_000 });

test('the program runs on a Node that reads TypeScript, and gets its arguments', async () => {
  const started = start({ command: process.execPath, argv: [run, stayer, '--play', 'a b'] });
  const { version, args } = await introduced(started);
  expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(22);
  expect(args).toEqual(['--play', 'a b']);
  started.child.kill('SIGTERM');
  await started.ended;
});

test('its exit code is passed on, and nothing is set up a second time', async () => {
  const ender = join(folder, 'ender.ts');
  writeFileSync(ender, 'process.exit(7 satisfies number);');
  const started = start({ command: process.execPath, argv: [run, ender] });
  expect(await started.ended).toBe(7);
  expect(started.said()).toBe('');
});

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  test(`${signal} reaches the program, which ends in order`, async () => {
    const started = start({ command: process.execPath, argv: [run, stayer] });
    const { pid } = await introduced(started);
    started.child.kill(signal);
    expect(await started.ended).toBe(0);
    await gone(pid);
  });

test('the program ends when what started it is killed without a word', async () => {
  const started = start({ command: process.execPath, argv: [run, stayer] });
  const { pid } = await introduced(started);
  started.child.kill('SIGKILL');
  await gone(pid);
});

const npmScript = { name: 'stays', private: true, scripts: { stay: `node "${run}" "${stayer}"` } };
writeFileSync(join(folder, 'package.json'), JSON.stringify(npmScript));

for (const signal of ['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)
  test(`${signal} to npm's process alone leaves nothing of it`, async () => {
    const started = start({ command: 'npm', argv: ['run', 'stay'] });
    const { pid } = await introduced(started);
    started.child.kill(signal);
    await gone(pid);
  });

test('SIGINT to the whole group leaves nothing of it', async () => {
  const started = start({ command: 'npm', argv: ['run', 'stay'], detached: true });
  const { pid } = await introduced(started);
  process.kill(-(started.child.pid ?? 0), 'SIGINT');
  await started.ended;
  await gone(pid);
});

/** A project folder whose lockfile names these packages, and whose node_modules npm has recorded as those. */
function project({ locked, installed }: { locked: object; installed?: object }): string {
  const root = mkdtempSync(join(folder, 'project-'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, ...locked } }));
  mkdirSync(join(root, 'node_modules'));
  if (installed)
    writeFileSync(join(root, 'node_modules', '.package-lock.json'), JSON.stringify({ packages: installed }));
  return root;
}
const one = { 'node_modules/one': { version: '1.0.0' } };
const two = { 'node_modules/two': { version: '2.0.0', dev: true } };

test('an installation is due when a package is missing or another version is wanted, and only then', () => {
  expect(isInstalled({ root: project({ locked: one }) })).toBe(false);
  expect(isInstalled({ root: project({ locked: one, installed: one }) })).toBe(true);
  expect(isInstalled({ root: project({ locked: { ...one, ...two }, installed: one }) })).toBe(false);
  const newer = { 'node_modules/one': { version: '1.0.1' } };
  expect(isInstalled({ root: project({ locked: newer, installed: one }) })).toBe(false);
});

test('what npm leaves out for another platform is not missed, but our own Node is', () => {
  const foreign = { 'node_modules/foreign': { version: '1.0.0', optional: true, os: ['plan9'] } };
  expect(isInstalled({ root: project({ locked: { ...one, ...foreign }, installed: one }) })).toBe(true);
  const path = `node_modules/node-${process.platform}-${process.arch}`;
  const ours = { [path]: { version: '24.0.0', optional: true } };
  expect(isInstalled({ root: project({ locked: { ...one, ...ours }, installed: one }) })).toBe(false);
});

test('a lock lets one work at a time', async () => {
  const path = join(folder, 'turns.lock');
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, (inside += 1));
    await new Promise((next) => setImmediate(next));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 5 }, () => withLock({ path, work })));
  expect({ inside, most }).toEqual({ inside: 0, most: 1 });
  expect(() => readFileSync(path)).toThrow('ENOENT');
});

test('nobody waits for a lock whose holder has died', async () => {
  const path = join(folder, 'ghost.lock');
  const dead = start({ command: process.execPath, argv: ['-e', ''] });
  await dead.ended;
  writeFileSync(path, `${dead.child.pid} 12345 1`);
  expect(await withLock({ path, work: async () => 'mine' })).toBe('mine');
});

test('a number that somebody else has by now holds no lock', async () => {
  const path = join(folder, 'reused.lock');
  writeFileSync(path, `${process.pid} 12345 1`);
  expect(await withLock({ path, work: async () => 'mine' })).toBe('mine');
});

test('a holder in another container counts for as long as it keeps its time, and is not asked for by number', async () => {
  const path = join(folder, 'elsewhere.lock');
  writeFileSync(path, `${process.pid} 12345 1 another-host`);
  const mine = () => withLock({ path, limitMs: 300, work: async () => 'mine' });
  await expect(mine()).rejects.toThrow(
    new RegExp(`Process ${process.pid} has held .*elsewhere\\.lock for more than`),
  );
  const long = new Date(Date.now() - 5 * 60_000);
  utimesSync(path, long, long);
  expect(await mine()).toBe('mine');
});
