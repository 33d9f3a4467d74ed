// The embedded PostgreSQL: a real server as a private child process, reached by a Unix socket and nothing else.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, withLock } from './lock.mjs';
import { findHome, removeHome, type Home } from './postgres-home.ts';

export type Postgres = {
  /** The database `postgres` of this server, for `pg` and Prisma alike. */
  url: string;
  socketFolder: string;
  /** Where the data really is; not always the folder asked for (see postgres-home.ts). */
  folder: string;
  pid: number;
  how: 'initialised' | 'started' | 'reused';
  /** `fast` ends sessions and writes everything down; `immediate` is a crash that the next start repairs. */
  stop(how?: 'fast' | 'immediate'): Promise<void>;
};

type Options = {
  folder: string;
  /** false: no fsync, for databases that nobody will miss; with `endsWithMe` the data goes when the server does. */
  durable?: boolean;
  /** true: the server ends when this process, and every other that said so, is gone, however it went. */
  endsWithMe?: boolean;
  say?: (line: string) => void;
};

/** The address of database `name` on that server. */
export function urlOf({ socketFolder, name = 'postgres' }: { socketFolder: string; name?: string }): string {
  return `postgresql://postgres@localhost/${name}?host=${encodeURIComponent(socketFolder)}`;
}

/** Starts the server whose data is in `folder`, makes it first if there is none, or joins it if it runs. Safe for several callers at once. */
export async function startPostgres({
  folder,
  durable = true,
  endsWithMe = false,
  say = (line) => void process.stderr.write(`${line}\n`),
}: Options): Promise<Postgres> {
  const home = findHome({ folder, say });
  const mark = endsWithMe ? signIn(home) : undefined;
  const how = (await isReady(home))
    ? 'reused'
    : await withLock({
        path: join(home.folder, 'start.lock'),
        work: async () => {
          if (await isReady(home)) return 'reused';
          const isNew = initialise(home);
          await launch({ home, durable });
          return isNew ? 'initialised' : 'started';
        },
      });
  const pid = statusOf(home)?.pid;
  if (pid === undefined) throw new Error(`PostgreSQL ended right after its start; see ${logOf(home)}`);
  if (mark) guard({ home, pid, durable, mark });
  return {
    url: urlOf({ socketFolder: home.socketFolder }),
    socketFolder: home.socketFolder,
    folder: home.folder,
    pid,
    how,
    stop: (mode = 'fast') => stop({ pid, mode }),
  };
}

/** A server for one run, in a folder of its own that goes with it. */
export async function startThrowawayPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'notify-me-'));
  const server = await startPostgres({ folder, durable: false, endsWithMe: true, say: () => {} });
  return {
    ...server,
    stop: async () => {
      await server.stop('immediate');
      removeHome({ folder });
    },
  };
}

/** Stops the server of `folder`, if it runs, and removes its data. */
export async function erasePostgres({ folder }: { folder: string }): Promise<void> {
  if (!existsSync(folder)) return;
  const home = findHome({ folder, say: () => {} });
  const pid = statusOf(home)?.pid;
  if (pid !== undefined) await stop({ pid, mode: 'immediate' });
  removeHome({ folder });
}

const dataOf = (home: Home) => join(home.folder, 'data');
const logOf = (home: Home) => join(home.folder, 'postgres.log');

/** What the server's own pid file says, as long as that process is there. */
function statusOf(home: Home): { pid: number; ready: boolean } | undefined {
  const path = join(dataOf(home), 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!isAlive(pid) || !isPostgres(pid)) return undefined;
  return { pid, ready: lines[7]?.trim() === 'ready' };
}

/** In a container the numbers begin anew at each start: the pid in the file may be anybody by now. */
function isPostgres(pid: number): boolean {
  try {
    return basename(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '').startsWith('postgres');
  } catch {
    return process.platform !== 'linux';
  }
}

/** The shortest question of PostgreSQL's protocol ("may we encrypt?"), which only a living server answers. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A connection alone proves nothing: the system still accepts it for a server that was just killed. */
function answers(home: Home): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(home.socketFolder, '.s.PGSQL.5432'), () => socket.write(SSL_REQUEST));
    const settle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(5_000, () => settle(false));
    socket.once('data', () => settle(true));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

const isReady = async (home: Home) => statusOf(home)?.ready === true && (await answers(home));

/** What a command of PostgreSQL gets: nothing of ours but a plain language, so that its messages are the same everywhere. */
function plain(home: Home) {
  const { NODE_ENV, PATH } = process.env;
  return { ...home.user, cwd: '/', env: { NODE_ENV, PATH, LC_ALL: 'C' } };
}

function commandOf({ home, name, argv }: { home: Home; name: string; argv: string[] }) {
  const [command, ...rest] = [...home.before, join(home.bin, name), ...argv] as [string, ...string[]];
  return { command, argv: rest };
}

/** Makes the data folder; says whether there was none. One that was interrupted half-way never bears the name. */
function initialise(home: Home): boolean {
  if (existsSync(join(dataOf(home), 'PG_VERSION'))) return false;
  const draft = join(home.folder, 'data.making');
  for (const each of [draft, dataOf(home)]) rmSync(each, { recursive: true, force: true });
  const flags = ['--locale-provider=builtin', '--locale=C.UTF-8', '--no-sync', '--no-instructions'];
  const { command, argv } = commandOf({
    home,
    name: 'initdb',
    argv: ['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', ...flags],
  });
  const made = spawnSync(command, argv, plain(home));
  if (made.status !== 0)
    throw new Error(`PostgreSQL could not make its data folder.\n${made.stderr ?? made.error}`);
  renameSync(draft, dataOf(home));
  return true;
}

async function launch({ home, durable }: { home: Home; durable: boolean }): Promise<void> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: home.socketFolder,
    unix_socket_permissions: '0700',
    max_connections: '200',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const { command, argv } = commandOf({ home, name: 'postgres', argv: ['-D', dataOf(home), ...flags] });
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (statusOf(home) === undefined) {
      // After a kill -9 the file stays; the server would mind it if the number belongs to somebody by now.
      rmSync(join(dataOf(home), 'postmaster.pid'), { force: true });
      const server = spawnServer({ home, command, argv });
      if ((await settled({ home, server })) === 'ready') return;
      // The children of a killed server may need a moment to notice; until then the new one is turned away.
      if (!/shared memory block|lock file|is being accessed/.test(lastWords(home))) break;
    }
    await sleep(200);
    if (await isReady(home)) return;
  }
  throw new Error(`PostgreSQL did not start; see ${logOf(home)}\n${lastWords(home)}`);
}

function spawnServer({ home, command, argv }: { home: Home; command: string; argv: string[] }): ChildProcess {
  const log = openSync(logOf(home), 'a', 0o600);
  try {
    // Detached: a terminal's Ctrl-C is for us; the server ends when we have finished with it.
    const server = spawn(command, argv, { ...plain(home), detached: true, stdio: ['ignore', log, log] });
    server.once('error', () => {});
    server.unref();
    return server;
  } finally {
    closeSync(log);
  }
}

async function settled({ home, server }: { home: Home; server: ChildProcess }): Promise<'ready' | 'ended'> {
  const deadline = Date.now() + 60_000;
  while (server.exitCode === null && server.signalCode === null && Date.now() < deadline) {
    if (await isReady(home)) return 'ready';
    await sleep(20);
  }
  return 'ended';
}

function lastWords(home: Home): string {
  if (!existsSync(logOf(home))) return '';
  const { size } = statSync(logOf(home));
  return readFileSync(logOf(home), 'utf8').slice(Math.max(0, size - 1_500));
}

async function stop({ pid, mode }: { pid: number; mode: 'fast' | 'immediate' }): Promise<void> {
  const send = (signal: NodeJS.Signals) => {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  if (!isAlive(pid)) return;
  send(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  const deadline = Date.now() + 30_000;
  while (isAlive(pid)) {
    if (Date.now() > deadline) send('SIGQUIT');
    await sleep(20);
  }
}

let signedIn = 0;

/** Signs this process in as one that needs the server, before it looks for it: a guard that is about to stop it then lets it be. */
function signIn(home: Home): string {
  const users = join(home.folder, 'users');
  mkdirSync(users, { recursive: true });
  const mark = join(users, `${process.pid}-${++signedIn}`);
  writeFileSync(mark, '');
  return mark;
}

/** Waits for the end of the process or of the server; if the process is gone, and nobody else is signed in, the server ends too. */
const guardScript = `
me=$1 server=$2 signal=$3 mark=$4 removed=$5
while kill -0 "$me" && kill -0 "$server"; do sleep 1; done 2>/dev/null
rm -f "$mark"
kill -0 "$me" 2>/dev/null && exit
for each in "\${mark%/*}"/*; do
  other=\${each##*/}
  kill -0 "\${other%%-*}" 2>/dev/null && exit
done
kill -"$signal" "$server" 2>/dev/null
[ -n "$removed" ] || exit
while kill -0 "$server"; do sleep 1; done 2>/dev/null
rm -rf "$removed"`;

/** A few bytes of shell that outlive us, in case we are killed. */
function guard({
  home,
  pid,
  durable,
  mark,
}: {
  home: Home;
  pid: number;
  durable: boolean;
  mark: string;
}): void {
  const me = String(process.pid);
  // Data that nobody will miss goes too, once nobody is left who would remove it.
  const [signal, removed] = durable ? ['INT', ''] : ['QUIT', home.folder];
  const argv = ['-c', guardScript, 'postgres-guard', me, String(pid), signal, mark, removed];
  spawn('/bin/sh', argv, { cwd: '/', detached: true, stdio: 'ignore' }).unref();
}
