// `npm run faults`: everything that may go wrong on the way goes wrong on purpose, and Messenger's ledger says whether anybody noticed.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildApp } from '../build.ts';
import { killAtEach, randomFrom, trace, type Row } from './kill.ts';
import { databaseScenarios, mountSmallDisk } from './database.ts';
import { runScenarios } from './scenarios.ts';
import { openFaultWorld, type FaultWorld } from './world.ts';
import { erasePostgres, startPostgres } from '../database/embedded.ts';

const print = (line: string) => void process.stdout.write(`${line}\n`);

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        size: { type: 'string', default: '3' },
        seed: { type: 'string', default: '1' },
        points: { type: 'string', default: '6' },
        only: { type: 'string', default: '' },
        match: { type: 'string', default: '' },
        frozen: { type: 'string', default: '6' },
      },
    });
    return {
      size: Number(values.size),
      seed: Number(values.seed),
      points: values.points === 'all' ? Infinity : Number(values.points),
      only: values.only,
      match: values.match,
      frozen: Number(values.frozen),
    };
  } catch (error) {
    process.stderr.write(
      `${(error as Error).message}\nThe faults know --size N (shoppers in a round), --seed S, --points K|all|0, --only kill|scenarios, --match TEXT (of points or scenarios), --frozen SECONDS.\n`,
    );
    process.exit(64);
  }
}

const options = readOptions();
const random = randomFrom(options.seed);
const folder = mkdtempSync(join(tmpdir(), 'faults-'));
const disk = join(folder, 'disk');
mkdirSync(disk, { mode: 0o755 });
// The many rounds of the deaths would fill it by themselves.
const giveDiskBack = options.only === 'scenarios' ? mountSmallDisk(disk) : undefined;
const database = join(disk, 'postgres');

function table(rows: Row[]): void {
  const width = Math.min(80, Math.max(...rows.map((row) => row.point.length)));
  for (const { point, result, ok } of rows)
    print(`${ok ? 'ok  ' : 'FAIL'} ${point.padEnd(width)}  ${result}`);
}

async function kills(faults: FaultWorld): Promise<Row[]> {
  const met = await trace({ faults, size: options.size });
  const points = met.filter(({ point }) => point.includes(options.match));
  print(
    `The trace met ${met.length} points${options.match ? `, ${points.length} of them ${options.match}` : ''}.`,
  );
  const order = points.map((each) => ({ each, key: random() })).sort((a, b) => a.key - b.key);
  const chosen = new Set(order.slice(0, options.points).map(({ each }) => each));
  return killAtEach({
    faults,
    points: points.filter((each) => chosen.has(each)),
    size: options.size,
    random,
    print,
  });
}

async function withWorld(run: (given: { faults: FaultWorld; databaseUrl: string }) => Promise<Row[]>) {
  // Durable: a killed server has to know what it answered.
  const postgres = await startPostgres({ folder: database, endsWithMe: true, print });
  const faults = await openFaultWorld({ folder: join(folder, 'world'), databaseUrl: postgres.url });
  try {
    return await run({ faults, databaseUrl: postgres.url });
  } catch (error) {
    print(faults.log.slice(-20).join('\n'));
    throw error;
  } finally {
    await faults.close();
  }
}

function scenes({ faults, databaseUrl }: { faults: FaultWorld; databaseUrl: string }): Promise<Row[]> {
  if (!giveDiskBack)
    print(
      'NOT RUN: the disk is full (needs --only scenarios, and a machine that lets us mount a small disk).',
    );
  return runScenarios({
    faults,
    databaseUrl,
    size: Math.max(options.size, 3),
    frozenSeconds: options.frozen,
    match: options.match,
    print,
    more: databaseScenarios({ folder: database, disk: giveDiskBack ? disk : undefined, print }),
  });
}

let rows: Row[] = [];
try {
  await buildApp({ print });
  rows = await withWorld(async (given) => [
    ...(options.only === 'scenarios' ? [] : await kills(given.faults)),
    ...(options.only === 'kill' ? [] : await scenes({ ...given })),
  ]);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await erasePostgres({ folder: database });
  giveDiskBack?.();
  rmSync(folder, { recursive: true, force: true });
}
if (rows.length > 0) table(rows);
const failed = rows.filter((row) => !row.ok).length;
print(`${rows.length - failed} held, ${failed} failed (seed ${options.seed})`);
process.exit(failed === 0 && rows.length > 0 && !process.exitCode ? 0 : 1);
