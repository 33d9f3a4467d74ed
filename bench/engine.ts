// P5 and P9: how fast notices leave one worker, and what each costs.
//   node scripts/run.mjs bench/engine.ts [--n 10000] [--pairs 5] [--json FILE]
import { request } from 'undici';
import { count, report, spread, type Figure } from './figures.ts';
import { openLaneHouse } from './lane-setup.ts';

const house = await openLaneHouse();
const { appSecretProof } = await import('../app/messenger/graph.server.ts');

/** The floor: the same bytes to the same host, with no database and no memory. @returns calls a second. */
async function bareLoop({ n, width }: { n: number; width: number }): Promise<number> {
  const shop = await house.furnish({ waiters: 0 });
  const people = await house.order<[string, string][]>({ do: 'people', pageId: shop.metaPageId, count: n });
  const url = `https://graph.facebook.com/v26.0/${shop.metaPageId}/messages?appsecret_proof=${appSecretProof(shop.token)}`;
  const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let mine = next++; mine < n; mine = next++) {
        const body = JSON.stringify({
          recipient: { one_time_notif_token: people[mine]![1] },
          message: {
            attachment: {
              type: 'template',
              payload: {
                template_type: 'button',
                text: 'Linen shirt, M is back in stock at Bench: $49.00',
                buttons: [
                  { type: 'web_url', title: 'Buy', url: 'https://notify.bench.example/go/0123456789abcdef' },
                ],
              },
            },
          },
        });
        const answer = await request(url, { method: 'POST', headers, body });
        JSON.parse(await answer.body.text());
      }
    }),
  );
  return (n * 1_000) / (performance.now() - started);
}

type Io = { fsyncs: number; wal: number };
async function io(): Promise<Io> {
  const [row] = await house.db.$queryRaw<Io[]>`
    SELECT (SELECT COALESCE(sum("fsyncs"), 0)::float8 FROM pg_stat_io WHERE "object" = 'wal') AS "fsyncs",
      pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS "wal"`;
  return row!;
}

async function engine(): Promise<Figure[]> {
  const n = count('n', 10_000);
  const pairs = count('pairs', 5);
  const floors: number[] = [];
  const rates: number[] = [];
  const cpu: number[] = [];
  const wal: number[] = [];
  const fsyncs: number[] = [];
  // JSON between the processes knows no infinity.
  await house.order({ do: 'weather', perSecond: 1e9, headers: false, p50: 0, p99: 0 });
  await house.drain(await house.furnish({ waiters: 500 }), Infinity);
  await bareLoop({ n: 500, width: 64 });
  for (let pair = 0; pair < pairs; pair += 1) {
    floors.push(await bareLoop({ n, width: 64 }));
    const shop = await house.furnish({ waiters: n });
    await house.db.$executeRaw`CHECKPOINT`;
    const before = { own: process.cpuUsage(), postgres: house.postgresCpu(), io: await io() };
    const started = performance.now();
    await house.drain(shop, Infinity);
    const ms = performance.now() - started;
    const own = process.cpuUsage(before.own);
    const postgres = house.postgresCpu() - before.postgres;
    const after = await io();
    const { told, people } = await house.tally(shop.metaPageId);
    if (told !== n || people !== n)
      throw new Error(`Told ${told} messages to ${people} people instead of ${n}.`);
    rates.push((n * 1_000) / ms);
    cpu.push((own.user + own.system + postgres) / n);
    wal.push((after.wal - before.io.wal) / n);
    fsyncs.push((after.fsyncs - before.io.fsyncs) / n);
    process.stderr.write(
      `pair ${pair + 1}: floor ${floors.at(-1)!.toFixed(0)}/s, lane ${rates.at(-1)!.toFixed(0)}/s, CPU app ${((own.user + own.system) / n).toFixed(0)} + PostgreSQL ${(postgres / n).toFixed(0)} us\n`,
    );
  }
  const ratios = rates.map((rate, at) => rate / floors[at]!);
  const shared = { n, pairs };
  return [
    {
      ...shared,
      name: 'P5 engine',
      measured:
        'claim, durable intent, call, durable outcome at a 0 ms Messenger; floor: a bare undici loop without a database',
      unit: 'notices/s',
      floor: spread(floors),
      own: spread(rates),
      ratio: spread(ratios),
      goal: '>= 3,000 notices/s (goal 0.5 x the bare loop)',
      met: spread(rates).median >= 3_000,
    },
    {
      ...shared,
      name: 'P9 CPU',
      measured: 'CPU per notice, app and PostgreSQL together, without TLS',
      unit: 'us',
      own: spread(cpu),
      goal: '<= 300 us',
      met: spread(cpu).median <= 300,
    },
    {
      ...shared,
      name: 'P9 WAL',
      measured: 'write-ahead log per notice, full-page images after a checkpoint included',
      unit: 'bytes',
      own: spread(wal),
      goal: '<= 1,024 bytes',
      met: spread(wal).median <= 1_024,
    },
    {
      ...shared,
      name: 'P9 fsync',
      measured: 'fsyncs of the log per notice',
      unit: 'fsyncs',
      own: spread(fsyncs),
      goal: '<= 0.05',
      met: spread(fsyncs).median <= 0.05,
    },
  ];
}

report({ bench: 'engine', figures: await engine() });
await house.close();
