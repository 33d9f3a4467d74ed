// The demo as a newcomer meets it: it plays itself to the end, and whatever ends it leaves nothing behind.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { waitFor } from './harness/wait-for.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders: string[] = [];
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.pid) killGroup(child.pid, 'SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // gone already
  }
}

const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'demo-'));
  folders.push(folder);
  return join(folder, 'demo');
};

/** `npm run demo` as from a terminal: a process group of its own, and what it says. */
function demo(...options: string[]) {
  const child = spawn('npm', ['run', '--silent', 'demo', '--', ...options], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => said.push(text));
  return { child, said: () => said.join('') };
}

type Process = { pid: number; parent: number; born: string };

function processes(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
        return fields[0] === 'Z' ? [] : [{ pid: Number(name), parent: Number(fields[1]), born: fields[19]! }];
      } catch {
        return [];
      }
    });
}

/** Everything below `pid`, and whatever holds this folder open by name (PostgreSQL leaves the family of whoever started it). */
function family({ pid, folder }: { pid: number; folder: string }): Process[] {
  const all = processes();
  const named = (one: Process) => {
    try {
      return readFileSync(`/proc/${one.pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false;
    }
  };
  const found = all.filter((one) => one.pid === pid || named(one));
  for (const one of found)
    for (const each of all) if (each.parent === one.pid && !found.includes(each)) found.push(each);
  return found;
}

const address = /http:\/\/demo\.localhost:\d+\//;

/** Starts it, lets `end` end it, and sees that within five seconds no process, socket or lock of it is left. */
async function leavesNothing(end: (npm: number) => void): Promise<void> {
  const folder = newFolder();
  const { child, said } = demo('--in', folder);
  await waitFor(() => address.test(said()), { until: 'the demo to open', timeoutMs: 120_000 });
  const alive = family({ pid: child.pid!, folder });
  expect(alive.length).toBeGreaterThan(5);
  end(child.pid!);
  await waitFor(
    () => !processes().some((one) => alive.some((each) => each.pid === one.pid && each.born === one.born)),
    { until: 'every process of the demo to be gone', timeoutMs: 5_000 },
  );
  expect(existsSync(`${folder}.lock`)).toBe(false);
  const left = readdirSync(folder, { recursive: true }) as string[];
  expect(left.filter((name) => /postmaster\.pid$|\.s\.PGSQL|\.lock$/.test(name))).toEqual([]);
}

test('it plays the whole story by itself and ends well', { timeout: 240_000 }, async () => {
  const folder = newFolder();
  const { child, said } = demo('--play', '--in', folder);
  const [code] = (await once(child, 'exit')) as [number];
  expect(said()).toContain('Notified once, and only once.');
  expect(code).toBe(0);
  expect(readdirSync(join(folder, 'pictures')).length).toBeGreaterThanOrEqual(8);
});

test('SIGTERM to npm alone leaves nothing behind', { timeout: 180_000 }, () =>
  leavesNothing((npm) => process.kill(npm, 'SIGTERM')),
);

test('SIGINT to the whole group, as Ctrl-C sends it, leaves nothing behind', { timeout: 180_000 }, () =>
  leavesNothing((npm) => killGroup(npm, 'SIGINT')),
);

test(
  'a taken port gives the next free one, and a second start goes on where the first was left',
  { timeout: 240_000 },
  async () => {
    const taken = createServer().listen(4600, '127.0.0.1');
    await once(taken, 'listening').catch(() => undefined);
    const folder = newFolder();
    const first = demo('--in', folder);
    await waitFor(() => address.test(first.said()), { until: 'the first start', timeoutMs: 120_000 });
    expect(first.said()).not.toContain('demo.localhost:4600/');
    killGroup(first.child.pid!, 'SIGTERM');
    await once(first.child, 'exit');
    const second = demo('--in', folder);
    await waitFor(() => address.test(second.said()), { until: 'the second start', timeoutMs: 60_000 });
    expect(second.said()).not.toContain('for the first time');
    killGroup(second.child.pid!, 'SIGTERM');
    await once(second.child, 'exit');
    taken.close();
  },
);

test('an option it does not know is named, and nothing starts', async () => {
  const { child, said } = demo('--fast');
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(64);
  expect(said()).toContain('--fresh');
});
