// Debian's PostgreSQL as its package leaves it, for the benches: its binaries, a data folder of its own, and none of our settings.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { urlOf } from '../scripts/database/embedded.ts';

const PACKAGES = '/usr/lib/postgresql';
const START_MS = 60_000;

export type DebianPostgres = { url: string; version: string; pid: number; stop(): Promise<void> };

/** Starts it, or says why it can't be: the reason is printed as NOT RUN. */
export async function startDebianPostgres(): Promise<DebianPostgres | { notRun: string }> {
  const versions = existsSync(PACKAGES) ? readdirSync(PACKAGES) : [];
  const newest = versions
    .filter((each) => existsSync(join(PACKAGES, each, 'bin', 'initdb')))
    .sort((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) return { notRun: `no PostgreSQL in ${PACKAGES} (apt-get install postgresql)` };
  const user = whoRunsIt();
  if (user === undefined) return { notRun: 'PostgreSQL refuses to be root, and there is no user postgres' };

  const folder = mkdtempSync(join(tmpdir(), 'debian-pg-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const bin = join(PACKAGES, newest, 'bin');
  const data = join(folder, 'data');
  const env = { NODE_ENV: process.env.NODE_ENV, PATH: process.env.PATH, LC_ALL: 'C.UTF-8' };
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-instructions'],
    {
      ...user,
      env,
      cwd: '/',
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) return { notRun: `initdb failed: ${made.stderr.trim().split('\n').at(-1)}` };
  // Where it listens is not how it works: a socket of its own, so that it meets nobody else's server.
  const place = ['-c', 'listen_addresses=', '-c', `unix_socket_directories=${folder}`];
  const server: ChildProcess = spawn(join(bin, 'postgres'), ['-D', data, ...place], {
    ...user,
    env,
    cwd: '/',
    stdio: 'ignore',
  });
  const began = Date.now();
  const pidFile = join(data, 'postmaster.pid');
  while (!existsSync(pidFile) || !readFileSync(pidFile, 'utf8').includes('ready')) {
    if (server.exitCode !== null || Date.now() - began > START_MS)
      return { notRun: `PostgreSQL ${newest} did not start in ${folder}` };
    await pause(50);
  }
  return {
    url: urlOf({ socketFolder: folder }),
    version: newest,
    pid: server.pid!,
    async stop() {
      const gone = once(server, 'exit');
      server.kill('SIGQUIT');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** It refuses to be root. */
function whoRunsIt(): { uid?: number; gid?: number } | undefined {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((flag) =>
    Number(spawnSync('id', [flag, 'postgres']).stdout.toString()),
  );
  return uid && gid ? { uid, gid } : undefined;
}
