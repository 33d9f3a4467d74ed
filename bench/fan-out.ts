// P6: the first of a million is notified as soon as the first of one, and nothing holds the database meanwhile.
//   node scripts/run.mjs bench/fan-out.ts [--most 1000000] [--pairs 5] [--json FILE]
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { count, report, spread } from './figures.ts';
import { openStockBench, type Line } from './stock-setup.ts';

const most = count('most', 1_000_000);
const pairs = count('pairs', 5);
// Slow enough that a line outlasts its rounds.
const fixture = await openStockBench({ perSecond: 60 });

/** The oldest transaction and the longest wait for a lock, seen by asking all the time. */
async function watch() {
  const client = new pg.Client({ connectionString: fixture.databaseUrl });
  await client.connect();
  // What the bench itself does to fill a line is none of it.
  const [{ pid: ours }] = (await fixture.client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))
    .rows as [{ pid: number }];
  const seen = { transactionMs: 0, what: '', lockMs: 0 };
  const locked = new Map<number, number>();
  let over = false;
  const watching = (async () => {
    while (!over) {
      const { rows } = await client.query<{ pid: number; ms: number; locked: boolean; query: string }>(
        `SELECT pid, (extract(epoch FROM clock_timestamp() - xact_start) * 1000)::float8 AS ms, wait_event_type = 'Lock' AS locked, left(query, 80) AS query
         FROM pg_stat_activity WHERE xact_start IS NOT NULL AND state <> 'idle' AND backend_type = 'client backend' AND pid <> ALL(ARRAY[pg_backend_pid(), $1::int])`,
        [ours],
      );
      const at = performance.now();
      for (const row of rows) {
        if (row.ms > seen.transactionMs) Object.assign(seen, { transactionMs: row.ms, what: row.query });
        if (row.locked) seen.lockMs = Math.max(seen.lockMs, at - (locked.get(row.pid) ?? at));
        if (row.locked && !locked.has(row.pid)) locked.set(row.pid, at);
      }
      for (const pid of locked.keys())
        if (!rows.some((row) => row.pid === pid && row.locked)) locked.delete(pid);
      await wait(5);
    }
  })();
  return async () => {
    over = true;
    await watching;
    await client.end();
    return seen;
  };
}

/** Opens the restock, takes the time to the first call, and sells out again. */
async function first(line: Line): Promise<number> {
  fixture.stock(line, 5);
  const arrival = fixture.firstSend();
  const { sentAt } = await fixture.webhook(line);
  const took = (await arrival) - sentAt;
  // Some more leave before it is sold out again: the drain is watched too.
  await wait(500);
  fixture.stock(line, 0);
  await fixture.webhook(line);
  await fixture.quiet();
  return took;
}

const sizes = [...new Set([1, Math.min(1_000, most), most])];
const times = new Map<number, number[]>(sizes.map((size) => [size, []]));
const lines = new Map<number, Line>();
if (most > 1_000) {
  process.stderr.write(`A line of ${most.toLocaleString('en')} ...\n`);
  lines.set(most, await fixture.line({ waitingShoppers: most, real: 20_000 }));
}
// A short line is told before its second round: each round has its own.
const lineOf = async (size: number) =>
  lines.get(size) ?? (await fixture.line({ waitingShoppers: size, real: size }));
for (const size of sizes) await first(await lineOf(size));
const stop = await watch();
for (let pair = 0; pair < pairs; pair += 1)
  // Nobody is always the first after a rest.
  for (let entry = 0; entry < sizes.length; entry += 1) {
    const size = sizes[(pair + entry) % sizes.length]!;
    times.get(size)!.push(await first(await lineOf(size)));
  }
const seen = await stop();

const alone = times.get(1)!;
report({
  bench: 'fan-out',
  figures: [
    ...sizes
      .filter((size) => size > 1)
      .map((size) => ({
        name: `P6 first of ${size.toLocaleString('en')}`,
        measured: "webhook's last byte in to first call's first byte; floor: one waiting",
        unit: 'ms',
        n: size,
        pairs,
        floor: spread(alone),
        own: spread(times.get(size)!),
        ratio: spread(alone.map((ms, at) => times.get(size)![at]! / ms)),
        goal: '<= 1.5 x',
        met: spread(times.get(size)!).median <= 1.5 * spread(alone).median,
      })),
    {
      name: 'P6 longest transaction',
      measured: 'the oldest transaction seen while all this went on (asked every 5 ms)',
      unit: 'ms',
      n: most,
      pairs,
      own: spread([seen.transactionMs]),
      goal: '<= 200 ms',
      met: seen.transactionMs <= 200,
      note: seen.what.replaceAll(/\s+/g, ' '),
    },
    {
      name: 'P6 longest wait for a lock',
      measured: 'by any of ours',
      unit: 'ms',
      n: most,
      pairs,
      own: spread([seen.lockMs]),
      goal: '<= 50 ms',
      met: seen.lockMs <= 50,
    },
  ],
});
await fixture.close();
