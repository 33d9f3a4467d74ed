// One at a time: a lock file that names its holder, so that a holder who died is noticed and nobody waits for a ghost.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** When `pid` was started, so that a number used again is not taken for the old process; '' where the system does not say. */
function birth(pid) {
  try {
    const [state, ...rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return state === 'Z' || state === 'X' ? 'dead' : rest[18];
  } catch (error) {
    return error.code === 'ENOENT' && process.platform === 'linux' ? 'dead' : '';
  }
}

/** Whether process `pid` runs: a zombie does not. */
export function isAlive(pid) {
  if (!Number.isInteger(pid) || pid <= 0 || birth(pid) === 'dead') return false;
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

const isHeld = (text) => {
  const [pid, born] = text.split(' ');
  return isAlive(Number(pid)) && birth(Number(pid)) === born;
};

let count = 0;

/**
 * Runs `work` while holding `path`, after whoever holds it now. `onWait` is called once if that takes more than a moment.
 * @template T
 * @param {{ path: string, work: () => Promise<T>, onWait?: (holder: string) => void }} input
 * @returns {Promise<T>}
 */
export async function withLock({ path, work, onWait }) {
  mkdirSync(dirname(path), { recursive: true });
  const mine = `${process.pid} ${birth(process.pid)} ${++count}`;
  const draft = `${path}.${process.pid}.${count}`;
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
    if (holder !== undefined && !isHeld(holder)) {
      breakLock({ path, holder, aside: `${draft}.stale` });
      continue;
    }
    if (round === 10) onWait?.(holder?.split(' ')[0] ?? '?');
    await sleep(100);
  }
  try {
    return await work();
  } finally {
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
