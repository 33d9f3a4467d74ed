// Faults of the database: PostgreSQL killed, PostgreSQL that answers nothing, and a disk without room.
import { spawnSync } from 'node:child_process';
import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { holdsWithin, type FaultWorld } from './world.ts';
import type { Scenario } from './scenarios.ts';
import { startPostgres } from '../database/embedded.ts';

const SILENT_MS = 10_000;
const seconds = (ms: number) => (ms / 1_000).toFixed(1);

/** A file system of its own for the database, so that it can be filled. @returns how to give it back; undefined: this machine allows none. */
export function mountSmallDisk(folder: string): (() => void) | undefined {
  const { status } = spawnSync('mount', [
    '-t',
    'tmpfs',
    '-o',
    'size=600m,mode=755',
    'notify-me-faults',
    folder,
  ]);
  return status === 0 ? () => void spawnSync('umount', ['-l', folder]) : undefined;
}

/** The server and the processes it has begun. */
function processesOf(pid: number): number[] {
  const { stdout } = spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' });
  return [pid, ...stdout.split('\n').filter(Boolean).map(Number)];
}

const someTold = async ({ faults, shoppers }: { faults: FaultWorld; shoppers: { id: string }[] }) => {
  await holdsWithin(20_000, () => shoppers.some((one) => faults.notified(one) > 0));
};

/** Whoever is not told in time is judged at the end, with everybody. */
async function allTold({
  faults,
  shoppers,
}: {
  faults: FaultWorld;
  shoppers: { id: string }[];
}): Promise<string> {
  const back = performance.now();
  const all = await holdsWithin(30_000, () => shoppers.every((one) => faults.notified(one) > 0));
  return all ? `all told ${seconds(performance.now() - back)} s after` : 'some told later';
}

/** @param disk the small disk that the data is on, where there is one. */
export function databaseScenarios({
  folder,
  disk,
  print,
}: {
  folder: string;
  disk: string | undefined;
  print: (line: string) => void;
}): Record<string, Scenario> {
  const start = () => startPostgres({ folder, endsWithMe: true, print });
  const ofDisk: Record<string, Scenario> =
    disk === undefined
      ? {}
      : {
          'the disk is full when the stock returns, and has room again': async ({ begin, faults }) => {
            const ballast = join(disk, 'ballast');
            const fill = () => {
              const { bavail, bsize } = statfsSync(disk);
              try {
                writeFileSync(ballast, Buffer.alloc(bavail * bsize, 1), { flag: 'a' });
              } catch (error) {
                if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
              }
            };
            // What PostgreSQL has put aside for its log is used up first.
            const useUp = async () => {
              fill();
              for (let at = 0; at < 50 && (await faults.ask('SELECT txid_current(), pg_switch_wal()')); at++)
                fill();
            };
            const shoppers = await begin(useUp);
            const fullFor = 8_000;
            await wait(fullFor);
            const refused = (await faults.count('subscriptions')) === undefined;
            const meanwhile = shoppers.filter((one) => faults.notified(one) > 0).length;
            rmSync(ballast);
            await start();
            await faults.bringAgain();
            return `${meanwhile} of ${shoppers.length} told in ${seconds(fullFor)} s without room, PostgreSQL ${refused ? 'gone' : 'there'}, ${await allTold({ faults, shoppers })}`;
          },
        };
  return {
    'PostgreSQL is killed in the middle of the telling, and started again': async ({ begin, faults }) => {
      const shoppers = await begin();
      await someTold({ faults, shoppers });
      const server = await startPostgres({ folder, print });
      await server.stop('immediate');
      const down = performance.now();
      await start();
      return `down ${seconds(performance.now() - down)} s, ${await allTold({ faults, shoppers })}`;
    },
    'PostgreSQL answers nothing for ten seconds when the stock returns': async ({ begin, faults }) => {
      const { pid } = await start();
      let frozen: number[] = [];
      const shoppers = await begin(() => {
        frozen = processesOf(pid);
        for (const each of frozen) process.kill(each, 'SIGSTOP');
      });
      await wait(SILENT_MS);
      for (const each of frozen) process.kill(each, 'SIGCONT');
      await faults.bringAgain();
      return `${frozen.length} processes silent, ${await allTold({ faults, shoppers })}`;
    },
    ...ofDisk,
  };
}
