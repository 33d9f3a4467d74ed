// P5 and P9: how fast one worker sends notifications and what each costs, on the embedded PostgreSQL and on Debian's with its defaults.
//   node scripts/run.mjs bench/engine.ts [--n 10000] [--pairs 5] [--json FILE]
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { startDebianPostgres } from './debian-postgres.ts';
import type { Drained } from './engine-arm.ts';
import { count, report, spread, type Figure } from './figures.ts';
import type { BenchServer } from './sender-setup.ts';

const n = count('n', 10_000);
const pairs = count('pairs', 5);

/** The next word of an arm. @throws when it ends instead. */
async function word<T>(arm: ChildProcess): Promise<T> {
  const ended = new AbortController();
  const gone = once(arm, 'exit', { signal: ended.signal }).then(() => {
    throw new Error('One side of the bench ended; its last words are above.');
  });
  const said = once(arm, 'message', { signal: ended.signal }).then(([message]) => message as T);
  try {
    return await Promise.race([said, gone]);
  } finally {
    ended.abort();
    await Promise.allSettled([said, gone]);
  }
}

/** One process for each server: both keep theirs for the whole run, and take turns. */
async function openArm(server: BenchServer): Promise<ChildProcess> {
  const arm = fork(join(import.meta.dirname, 'engine-arm.ts'), [server, String(n)]);
  await word(arm);
  return arm;
}

/** Whether this machine has Debian's server, and why not. */
async function lackOfDebian(): Promise<string | undefined> {
  const tried = await startDebianPostgres();
  if ('notRun' in tried) return tried.notRun;
  await tried.stop();
  return undefined;
}

async function measure(): Promise<{ seen: Map<BenchServer, Drained[]>; notRun: string | undefined }> {
  const notRun = await lackOfDebian();
  const servers: BenchServer[] = notRun === undefined ? ['embedded', 'debian'] : ['embedded'];
  const arms = new Map<BenchServer, ChildProcess>();
  for (const server of servers) arms.set(server, await openArm(server));
  const seen = new Map<BenchServer, Drained[]>(servers.map((server) => [server, []]));
  for (let pair = 0; pair < pairs; pair += 1)
    // Each goes first as often as the other: whatever the machine does meanwhile meets both.
    for (const server of pair % 2 === 0 ? servers : servers.toReversed()) {
      const arm = arms.get(server)!;
      arm.send('drain');
      const one = await word<Drained>(arm);
      seen.get(server)!.push(one);
      process.stderr.write(
        `pair ${pair + 1}, ${server}: floor ${one.floor.toFixed(0)}/s, lane ${one.rate.toFixed(0)}/s, CPU app ${one.cpuApp.toFixed(0)} + PostgreSQL ${one.cpuPostgres.toFixed(0)} us, load ${loadavg()[0]!.toFixed(1)}\n`,
      );
    }
  for (const arm of arms.values()) {
    arm.send('end');
    await once(arm, 'exit');
  }
  return { seen, notRun };
}

const { seen, notRun } = await measure();
const shared = { n, pairs };

function figuresOf(server: BenchServer, drained: Drained[]): Figure[] {
  const of = (figure: (one: Drained) => number) => spread(drained.map(figure));
  const where = server === 'embedded' ? '' : ', on Debian’s PostgreSQL with its defaults';
  const cpu = of((one) => one.cpuApp + one.cpuPostgres);
  return [
    {
      ...shared,
      name: `P5 engine${where}`,
      measured:
        'claim, durable intent, call, durable outcome at a 0 ms Messenger; floor: a bare undici loop without a database',
      unit: 'notices/s',
      floor: of((one) => one.floor),
      own: of((one) => one.rate),
      ratio: of((one) => one.rate / one.floor),
      goal: '>= 3,000 notices/s (goal 0.5 x the bare loop)',
      met: of((one) => one.rate).median >= 3_000,
    },
    {
      ...shared,
      name: `P9 CPU${where}`,
      measured: 'CPU per notice, app and PostgreSQL together, without TLS',
      unit: 'us',
      own: cpu,
      goal: '<= 300 us',
      met: cpu.median <= 300,
    },
    {
      ...shared,
      name: `P9 WAL${where}`,
      measured: 'write-ahead log per notice, full-page images after a checkpoint included',
      unit: 'bytes',
      own: of((one) => one.wal),
      goal: '<= 1,024 bytes',
      met: of((one) => one.wal).median <= 1_024,
    },
    {
      ...shared,
      name: `P9 fsync${where}`,
      measured: 'fsyncs of the log per notice',
      unit: 'fsyncs',
      own: of((one) => one.fsyncs),
      goal: '<= 0.05',
      met: of((one) => one.fsyncs).median <= 0.05,
    },
  ];
}

/** Pair by pair, as they took turns. */
function compared(embedded: Drained[], debian: Drained[]): Figure {
  const ratio = spread(debian.map((one, at) => one.rate / embedded[at]!.rate));
  return {
    ...shared,
    name: 'Debian’s PostgreSQL beside the embedded one',
    measured: 'the same drain on Debian’s package with its defaults; floor: on the embedded server, in turns',
    unit: 'notices/s',
    floor: spread(embedded.map((one) => one.rate)),
    own: spread(debian.map((one) => one.rate)),
    ratio,
    goal: '>= 0.9 x the embedded one',
    met: ratio.median >= 0.9,
  };
}

const [embedded = [], debian] = [seen.get('embedded'), seen.get('debian')];
report({
  bench: 'engine',
  figures: [
    ...figuresOf('embedded', embedded),
    ...(debian ? [...figuresOf('debian', debian), compared(embedded, debian)] : []),
  ],
});
if (notRun !== undefined) process.stdout.write(`\nDebian’s PostgreSQL: NOT RUN, ${notRun}\n`);
