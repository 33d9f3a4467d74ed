// What every page of the admin asks of the database with a million subscriptions in one shop: the queries that its loaders really make,
// with PostgreSQL's own plans and times.
// With `--pages` it goes on to how soon each page is there in a browser on a slow machine, and what each ships (bench/admin-pages.ts).
//   npm run bench:admin [-- --pages] [--people 1000000] [--variants 5000] [--plans FILE] [--keep FOLDER] [--json FILE]
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { openAdminBench, type Asked } from './admin-setup.ts';
import { argument, count, spread } from './figures.ts';

const BUDGET_MS = 200;
const ROUNDS = 5;
/** Plans of queries that take longer are printed; all of them go to `--plans`. */
const WORTH_PRINTING_MS = 5;
const print = (line = '') => void process.stdout.write(`${line}\n`);

type Visit = { name: string; path: string; route: string };
type Cost = Asked & { ms: number; plan: string };
type Page = Visit & { queries: Cost[]; ms: number; least: number };

const people = count('people', 1_000_000);
const fixture = await openAdminBench({
  people,
  variants: count('variants', 5_000),
  keep: argument('keep'),
  print,
});

/** The addresses of every page: sorted, filtered, searched, and far into its table. */
async function visits(): Promise<Visit[]> {
  const line = 'routes/app.waitlist._index';
  const shopper = 'routes/app.waitlist.shoppers';
  const sent = 'routes/app.notifications._index';
  const one = 'routes/app.waitlist.$variantId';
  const all: Visit[] = [
    { name: 'Home', path: '/app', route: 'routes/app._index' },
    { name: 'Messenger', path: '/app/messenger', route: 'routes/app.messenger' },
    { name: 'Settings', path: '/app/settings', route: 'routes/app.settings' },
  ];
  const add = (name: string, route: string, path: string) => all.push({ name, route, path });
  /** A table's page, the one behind it, and one that goes on in the middle. */
  async function table(name: string, route: string, path: string): Promise<void> {
    add(name, route, path);
    const { next } = (await fixture.ask({ path, route })) as { next: string | null };
    if (next !== null)
      add(
        `${name}, page 2`,
        route,
        `${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(next)}`,
      );
  }
  for (const sort of ['waiting', 'oldest', 'title'])
    await table(`Waitlist by ${sort}`, line, `/app/waitlist?sort=${sort}`);
  for (const sort of ['newest', 'oldest'])
    await table(`Shoppers, ${sort}`, shopper, `/app/waitlist/shoppers?sort=${sort}`);
  await table('Shoppers, ended untold', shopper, '/app/waitlist/shoppers?filter=untold');
  for (const [what, search] of [
    ['a search', 'wool coat 17'],
    ['a broad search', 'a'],
    ['a search without a find', 'nothing like it'],
  ] as const)
    for (const filter of ['waiting', 'untold'])
      add(
        `Shoppers, ${filter}, ${what}`,
        shopper,
        `/app/waitlist/shoppers?filter=${filter}&search=${encodeURIComponent(search)}`,
      );
  for (const filter of ['restocked', 'paused', 'missing'])
    add(`Waitlist, ${filter}`, line, `/app/waitlist?filter=${filter}`);
  add('Waitlist, search', line, '/app/waitlist?search=wool%20coat%2017');
  add('Waitlist, search without a find', line, '/app/waitlist?search=nothing%20like%20it');
  const first = await fixture.client.query<{ most: string; least: string }>(
    `WITH line AS (SELECT variant_id, count(*) AS n FROM subscriptions WHERE status = 'waiting' GROUP BY 1)
     SELECT (SELECT variant_id FROM line ORDER BY n DESC LIMIT 1) AS most, (SELECT variant_id FROM line ORDER BY n LIMIT 1) AS least`,
  );
  const { most, least } = first.rows[0]!;
  await table('Variant most waited for', one, `/app/waitlist/${most}`);
  add('Variant least waited for', one, `/app/waitlist/${least}`);
  for (const outcome of ['all', 'sent', 'assumed_sent', 'failed', 'unknown', 'under_way'])
    await table(`Notifications, ${outcome}`, sent, `/app/notifications?outcome=${outcome}`);
  const lives = await fixture.client.query<{ last: string; notified: string }>(
    `SELECT (SELECT id FROM subscriptions WHERE status = 'waiting' AND variant_id = $1 ORDER BY waiting_since DESC LIMIT 1) AS last,
       (SELECT subscription_id FROM notifications LIMIT 1) AS notified`,
    [most],
  );
  for (const [name, id] of [
    ['One life, last in the longest line', lives.rows[0]!.last],
    ['One life, told', lives.rows[0]!.notified],
  ] as const)
    add(name, 'routes/app.notifications.$subscriptionId', `/app/notifications/${id}`);
  return all;
}

async function explain({ text, values, under }: Asked, how: string): Promise<string[]> {
  await fixture.client.query('BEGIN');
  try {
    await fixture.client.query('SET LOCAL max_parallel_workers_per_gather = 0');
    for (const setting of under) await fixture.client.query(setting);
    const { rows } = await fixture.client.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, BUFFERS${how}) ${text}`,
      values,
    );
    return rows.map((row) => row['QUERY PLAN']);
  } finally {
    await fixture.client.query('ROLLBACK');
  }
}

/** How long PostgreSQL's process has run so far, and how long it stood ready for a processor that others had; nothing where the system does not say. */
function lotMs(): { ran: number; waited: number } | undefined {
  const { processID } = fixture.client as unknown as { processID: number };
  try {
    const [ran, waited] = readFileSync(`/proc/${processID}/schedstat`, 'utf8').split(' ').map(Number);
    return { ran: ran! / 1e6, waited: waited! / 1e6 };
  } catch {
    return undefined;
  }
}

/**
 * Planning and execution as PostgreSQL measures them, less what its process waited for a processor: a busy machine is not the query's
 * doing. What is short is left as it was measured, and nothing counts for less than the processor was really used. The clock for each
 * row is left out, as nobody pays it in real life, and so are helpers, whose time would be nobody's.
 */
async function timeOf(asked: Asked): Promise<number> {
  const before = lotMs();
  const plan = (await explain(asked, ', TIMING OFF')).join('\n');
  const after = lotMs();
  const took = [...plan.matchAll(/(?:Planning|Execution) Time: ([\d.]+) ms/g)].reduce(
    (sum, found) => sum + Number(found[1]),
    0,
  );
  if (before === undefined || after === undefined || took < WORTH_PRINTING_MS) return took;
  return Math.max(took - (after.waited - before.waited), Math.min(took, after.ran - before.ran));
}

async function weigh(visit: Visit): Promise<Page> {
  const asked = await fixture.during(() => fixture.ask(visit));
  const queries: Cost[] = [];
  const rounds = Array.from({ length: ROUNDS }, () => 0);
  for (const query of asked) {
    const plan = (await explain(query, '')).join('\n');
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await timeOf(query));
    times.forEach((ms, round) => (rounds[round]! += ms));
    queries.push({ ...query, plan, ms: spread(times).median });
  }
  const { median, min } = spread(rounds);
  return { ...visit, queries, ms: median, least: min };
}

const shortly = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 110);

async function run(): Promise<boolean> {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  const counts = await fixture.client.query<{ name: string; n: string }>(
    `SELECT relname AS name, n_live_tup::text AS n FROM pg_stat_user_tables WHERE relname IN ('subscriptions','shoppers','variants','opt_in_requests','notifications','link_clicks','stock_checks') ORDER BY n_live_tup DESC`,
  );
  print(
    `bench:admin at ${new Date().toISOString()}, commit ${commit}, load average ${loadavg()
      .map((one) => one.toFixed(1))
      .join(' ')}`,
  );
  print(counts.rows.map(({ name, n }) => `${name} ${Number(n).toLocaleString('en')}`).join(', '));
  const pages: Page[] = [];
  for (const visit of await visits()) pages.push(await weigh(visit));
  for (const page of pages)
    for (const { ms, text, plan } of page.queries.filter((query) => query.ms >= WORTH_PRINTING_MS))
      print(`\n${page.name}: ${ms.toFixed(1)} ms  ${shortly(text)}\n${plan.replace(/^/gm, '    ')}`);
  print(`\n${'page'.padEnd(42)} queries   ms (median of ${ROUNDS})   least   slowest query`);
  for (const { name, queries, ms, least } of pages) {
    const slowest = Math.max(0, ...queries.map((query) => query.ms));
    const mark = ms > BUDGET_MS ? `  OVER ${BUDGET_MS} ms` : '';
    print(
      `${name.padEnd(42)} ${String(queries.length).padStart(7)} ${ms.toFixed(1).padStart(20)} ${least.toFixed(1).padStart(7)} ${slowest.toFixed(1).padStart(15)}${mark}`,
    );
  }
  const file = argument('plans');
  if (file)
    writeFileSync(
      file,
      pages
        .map(
          ({ name, queries }) =>
            `# ${name}\n\n${queries.map(({ ms, text, plan }) => `${ms.toFixed(2)} ms\n${text}\n\n${plan}\n`).join('\n')}`,
        )
        .join('\n'),
    );
  const json = argument('json');
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ bench: 'admin', at: new Date().toISOString(), commit, load: loadavg(), people, pages: pages.map(({ name, path, ms, least, queries }) => ({ name, path, ms, least, queries: queries.length })) }, null, 2)}\n`,
    );
  const over = pages.filter((page) => page.ms > BUDGET_MS);
  print(
    over.length === 0
      ? `\nEvery page reads its data in under ${BUDGET_MS} ms of database time.`
      : `\nOver ${BUDGET_MS} ms: ${over.map((page) => page.name).join('; ')}`,
  );
  return over.length === 0;
}

let well = false;
try {
  well = await run();
} finally {
  await fixture.close();
}
if (process.argv.includes('--pages')) {
  const { status } = spawnSync(process.execPath, [join(import.meta.dirname, 'admin-pages.ts')], {
    stdio: 'inherit',
  });
  well &&= status === 0;
}
process.exit(well ? 0 : 1);
