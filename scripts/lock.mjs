// One at a time: a lock file that names its holder, so that a holder who died is noticed and nobody waits for a ghost.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** When `pid` was started, so that a number used again is not taken for the old process; 'dead', or '' where the system does not say. */
export function birthOf(pid) {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return state === 'Z' || state === 'X' ? 'dead' : rest[18];
  } catch (error) {
    return error.code === 'ENOENT' && process.platform === 'linux' ? 'dead' : '';
  }
}

/** Whether process `pid` runs: a zombie does not. */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0 || birthOf(pid) === 'dead') return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

const read = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** A holder writes its time anew so often; one that can't be asked counts as gone when it has not for so long. */
const BEAT_MS = 5_000;
const GONE_AFTER_MS = 120_000;

/** In another container, or where the system does not say when a process began, a number says nothing: then the file's own time does. */
function isHeld({ path, holder }) {
  const [pid, born, , host = hostname()] = holder.split(' ');
  const here = host === hostname();
  if (here && !isAlive(Number(pid))) return false;
  if (here && born !== '-') return birthOf(Number(pid)) === born;
  try {
    return Date.now() - statSync(path).mtimeMs < GONE_AFTER_MS;
  } catch {
    return false;
  }
}

function beat(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {
    // gone: whoever took it away holds it now
  }
}

let count = 0;

/**
 * Runs `work` while holding `path`, after whoever holds it now. `onWait` is called once if that takes more than a moment.
 * @template T
 * @param {{ path: string, work: () => Promise<T>, onWait?: (holder: string) => void, limitMs?: number }} input
 * @returns {Promise<T>}
 * @throws in words when somebody else holds it for longer than `limitMs` (unless given: as long as they live)
 */
export async function withLock({ path, work, onWait, limitMs = Infinity }) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${process.pid} ${birthOf(process.pid) || '-'} ${++count} ${hostname()}`;
  const draft = `${path}.${process.pid}.${count}`;
  const began = performance.now();
  for (let round = 0; ; round += 1) {
    // Written aside and linked into place, so that nobody ever reads a lock without its holder.
    writeFileSync(draft, mine);
    try {
      linkSync(draft, path);
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft, { force: true });
    }
    const holder = read(path);
    if (holder !== undefined && !isHeld({ path, holder })) {
      breakLock({ path, holder, aside: `${draft}.stale` });
      continue;
    }
    const who = holder?.split(' ')[0] ?? '?';
    if (performance.now() - began > limitMs)
      throw new Error(
        `Process ${who} has held ${path} for more than ${Math.round(limitMs / 1000)} s. If it is stuck, end it and try again.`,
      );
    if (round === 10) onWait?.(who);
    await sleep(100);
  }
  const beating = setInterval(() => beat(path), BEAT_MS);
  beating.unref();
  try {
    return await work();
  } finally {
    clearInterval(beating);
    if (read(path) === mine) rmSync(path, { force: true });
  }
}

/** Two may notice a dead holder at once: the slower one could take away the quicker one's new lock, so it puts back what it did not mean. */
function breakLock({ path, holder, aside }) {
  try {
    renameSync(path, aside);
    if (read(aside) !== holder) linkSync(aside, path);
  } catch {
    // Somebody else was quicker; the next round sees what they made of it.
  }
  rmSync(aside, { force: true });
}
