// The embedded PostgreSQL: a real server as a private child process, reached by a Unix socket and nothing else.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { birthOf, isAlive, withLock } from '../lock.mjs';
import { findHome, removeHome, type Home } from './embedded-folder.ts';

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
  /** Given: a server that dies is started again at once, and this is called with why when it dies too often, or can't be started. */
  onGivenUp?: (reason: string) => void;
  /** So many deaths within ten minutes; one more has a reason that another start does not mend. */
  restarts?: number;
  print?: (line: string) => void;
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
  onGivenUp,
  restarts = 5,
  print = (line) => void process.stderr.write(`${line}\n`),
}: Options): Promise<Postgres> {
  const home = findHome({ folder, print });
  const run = () => runServer({ home, durable, endsWithMe, print });
  const { pid, how } = await run();
  const watch = onGivenUp && keepRunning({ pid, run, print, restarts, onGivenUp });
  return {
    url: urlOf({ socketFolder: home.socketFolder }),
    socketFolder: home.socketFolder,
    folder: home.folder,
    pid,
    how,
    stop: async (mode = 'fast') => {
      const last = await watch?.stop();
      await stop({ pid: last ?? pid, mode });
    },
  };
}

type Running = { pid: number; how: Postgres['how'] };

async function runServer({
  home,
  durable,
  endsWithMe,
  print,
}: {
  home: Home;
  durable: boolean;
  endsWithMe: boolean;
  print: (line: string) => void;
}): Promise<Running> {
  const mark = endsWithMe ? signIn(home) : undefined;
  const how = (await isReady(home))
    ? 'reused'
    : await withLock({
        path: join(home.folder, 'start.lock'),
        onWait: (holder) => print(`Waiting for process ${holder}, which starts this PostgreSQL ...`),
        limitMs: 3 * START_MS,
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
  return { pid, how };
}

const WATCH_MS = 250;
const DEATHS_WITHIN_MS = 10 * 60_000;

/** Starts the server again whenever it has died. `stop` ends that, and answers with the process that runs now. */
function keepRunning({
  pid,
  run,
  print,
  restarts,
  onGivenUp,
}: {
  pid: number;
  run: () => Promise<Running>;
  print: (line: string) => void;
  restarts: number;
  onGivenUp: (reason: string) => void;
}): { stop(): Promise<number> } {
  let current = pid;
  let stopped = false;
  let busy: Promise<void> | undefined;
  let deaths: number[] = [];

  async function again(): Promise<void> {
    const at = performance.now();
    deaths = [...deaths.filter((each) => at - each < DEATHS_WITHIN_MS), at];
    try {
      if (deaths.length > restarts) throw new Error(`it died ${deaths.length} times within ten minutes`);
      print(`PostgreSQL (process ${current}) is gone; starting it again ...`);
      current = (await run()).pid;
      print(`PostgreSQL runs again (process ${current}).`);
    } catch (error) {
      stopped = true;
      onGivenUp(`PostgreSQL is not started again: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  const watch = setInterval(() => {
    if (stopped) clearInterval(watch);
    else if (busy === undefined && !isAlive(current)) busy = again().finally(() => (busy = undefined));
  }, WATCH_MS);
  watch.unref();
  return {
    async stop() {
      stopped = true;
      clearInterval(watch);
      await busy;
      return current;
    },
  };
}

/** A server for one run, in a folder of its own that goes with it. */
export async function startThrowawayPostgres(): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'notify-me-'));
  const server = await startPostgres({ folder, durable: false, endsWithMe: true, print: () => {} });
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
  const home = findHome({ folder, print: () => {} });
  const pid = statusOf(home)?.pid;
  if (pid !== undefined) await stop({ pid, mode: 'immediate' });
  removeHome({ folder });
}

/** How long a server may take until it answers: repairing after a crash included. */
const START_MS = 60_000;

const dataOf = (home: Home) => join(home.folder, 'data');
const logOf = (home: Home) => join(home.folder, 'postgres.log');

/** What the server's own pid file says, as long as that process is there and is the server of this very folder. */
function statusOf(home: Home): { pid: number; ready: boolean } | undefined {
  const path = join(dataOf(home), 'postmaster.pid');
  if (!existsSync(path)) return undefined;
  const lines = readFileSync(path, 'utf8').split('\n');
  const pid = Number(lines[0]);
  if (!isAlive(pid) || !serves({ pid, data: dataOf(home) })) return undefined;
  return { pid, ready: lines[7]?.trim() === 'ready' };
}

/** After a kill -9, or a restart of the machine or the container, the number may be anybody's, also another PostgreSQL's. */
function serves({ pid, data }: { pid: number; data: string }): boolean {
  try {
    if (!existsSync('/proc/self/cmdline')) {
      const { stdout } = spawnSync('ps', ['-p', String(pid), '-o', 'args='], { encoding: 'utf8' });
      return stdout.includes(`postgres -D ${data} `);
    }
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const folder = argv[argv.indexOf('-D') + 1] ?? '';
    return realpathSync(folder) === realpathSync(data);
  } catch {
    return false;
  }
}

/** The shortest question of PostgreSQL's protocol ("may we encrypt?"), which only a living server answers. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/** A connection alone proves nothing: the system still accepts it for a server that was just killed. */
function answers(home: Home): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(join(home.socketFolder, '.s.PGSQL.5432'), () => socket.write(SSL_REQUEST));
    const untilIdle = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.setTimeout(5_000, () => untilIdle(false));
    socket.once('data', () => untilIdle(true));
    socket.once('error', () => untilIdle(false));
    socket.once('close', () => untilIdle(false));
  });
}

const isReady = async (home: Home) => statusOf(home)?.ready === true && (await answers(home));

/** A process that we can't see serves the folder: in another container that shares it, say. Two servers on one folder destroy it. */
async function refuseUnseen(home: Home): Promise<void> {
  if (statusOf(home) === undefined && (await answers(home)))
    throw new Error(
      `A PostgreSQL that this process cannot see, perhaps in another container, serves ${home.folder} already. ` +
        'Stop it, or set DATABASE_URL to one server for both.',
    );
}

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
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (statusOf(home) === undefined) {
      await refuseUnseen(home);
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
  const deadline = Date.now() + START_MS;
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
  const born = birthOf(pid);
  const isThere = () => isAlive(pid) && birthOf(pid) === born;
  if (!isThere()) return;
  send(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
  // One that is frozen, or waits for its disk, hears nothing else in the end.
  const [quit, kill] = [Date.now() + STOP_MS, Date.now() + 2 * STOP_MS];
  while (isThere()) {
    if (Date.now() > kill) send('SIGKILL');
    else if (Date.now() > quit) send('SIGQUIT');
    await sleep(20);
  }
}

const STOP_MS = 30_000;

let signedIn = 0;

/** Signs this process in as one that needs the server, before it looks for it: a guard that is about to stop it then lets it be. */
function signIn(home: Home): string {
  const users = join(home.folder, 'users');
  mkdirSync(users, { recursive: true });
  const mark = join(users, `${process.pid}-${++signedIn}`);
  writeFileSync(mark, birthOf(process.pid));
  return mark;
}

/**
 * Waits for the end of the process or of the server; if the process is gone, and nobody else is signed in, the server ends too.
 * A process is known by its number and the moment it began, which its mark holds: a number alone may be somebody else's by now.
 */
const guardScript = `
me=$1 born=$2 server=$3 serverBorn=$4 signal=$5 mark=$6 removed=$7
birth() {
  [ -r /proc/self/stat ] || return 0
  read -r stat <"/proc/$1/stat" || return 1
  set -- \${stat##*) }
  shift 19
  now=$1
}
lives() { now=; kill -0 "$1" && birth "$1" && [ "$now" = "$2" ]; }
exec 2>/dev/null
while lives "$me" "$born" && lives "$server" "$serverBorn"; do sleep 1; done
rm -f "$mark"
lives "$me" "$born" && exit
for each in "\${mark%/*}"/*; do
  other=\${each##*/}
  lives "\${other%%-*}" "$(cat "$each")" && exit
done
lives "$server" "$serverBorn" && kill -"$signal" "$server"
[ -n "$removed" ] || exit
while lives "$server" "$serverBorn"; do sleep 1; done
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
  const both = [process.pid, pid].flatMap((each) => [String(each), birthOf(each)]);
  // Data that nobody will miss goes too, once nobody is left who would remove it.
  const [signal, removed] = durable ? ['INT', ''] : ['QUIT', home.folder];
  const argv = ['-c', guardScript, 'postgres-guard', ...both, signal, mark, removed];
  spawn('/bin/sh', argv, { cwd: '/', detached: true, stdio: 'ignore' }).unref();
}
