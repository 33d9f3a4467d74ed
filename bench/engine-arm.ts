// One database server's side of bench/engine.ts: empties waitlists on it, one for each message of its parent, and reports what each cost.
import { Prisma } from '@prisma/client';
import { queryRows } from '../app/db.server.ts';
import { request } from 'undici';
import { openSenderBench, type BenchServer } from './sender-setup.ts';

/** What one drain cost, each figure per notice but the rates. */
export type Drained = {
  floor: number;
  rate: number;
  cpuApp: number;
  cpuPostgres: number;
  wal: number;
  fsyncs: number;
};

const [server, size] = process.argv.slice(2) as [BenchServer, string];
const n = Number(size);
const fixture = await openSenderBench({ server });
const { appSecretProof } = await import('../app/messenger/graph-api.server.ts');

/** The floor: the same bytes to the same host, with no database and no memory. @returns calls a second. */
async function bareLoop({ n, width }: { n: number; width: number }): Promise<number> {
  const shop = await fixture.createShop({ waitingShoppers: 0 });
  const people = await fixture.order<[string, string][]>({ do: 'people', pageId: shop.metaPageId, count: n });
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
  const [version] = await queryRows<{ major: number }>({
    tx: fixture.db,
    sql: Prisma.sql`
    SELECT current_setting('server_version_num')::int / 10000 AS major`,
  });
  // Version 18 counts them elsewhere.
  const [row] =
    version!.major >= 18
      ? await queryRows<Io>({
          tx: fixture.db,
          sql: Prisma.sql`
          SELECT (SELECT COALESCE(sum(fsyncs), 0)::float8 FROM pg_stat_io WHERE object = 'wal') AS fsyncs,
            pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal`,
        })
      : await queryRows<Io>({
          tx: fixture.db,
          sql: Prisma.sql`
          SELECT (SELECT wal_sync::float8 FROM pg_stat_wal) AS fsyncs, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal`,
        });
  return row!;
}

async function drainOnce(): Promise<Drained> {
  const floor = await bareLoop({ n, width: 64 });
  const shop = await fixture.createShop({ waitingShoppers: n });
  await fixture.db.$executeRaw`CHECKPOINT`;
  const before = { own: process.cpuUsage(), postgres: fixture.postgresCpu(), io: await io() };
  const started = performance.now();
  await fixture.drain(shop, Infinity);
  const ms = performance.now() - started;
  const own = process.cpuUsage(before.own);
  const postgres = fixture.postgresCpu() - before.postgres;
  const after = await io();
  const { notified, people } = await fixture.tally(shop.metaPageId);
  if (notified !== n || people !== n)
    throw new Error(`Told ${notified} messages to ${people} people instead of ${n}.`);
  return {
    floor,
    rate: (n * 1_000) / ms,
    cpuApp: (own.user + own.system) / n,
    cpuPostgres: postgres / n,
    wal: (after.wal - before.io.wal) / n,
    fsyncs: (after.fsyncs - before.io.fsyncs) / n,
  };
}

// JSON between the processes knows no infinity.
await fixture.order({ do: 'weather', perSecond: 1e9, headers: false, p50: 0, p99: 0 });
await fixture.drain(await fixture.createShop({ waitingShoppers: 500 }), Infinity);
await bareLoop({ n: 500, width: 64 });
let ending: Promise<void> | undefined;
/** Also when the parent is gone: no server outlives the bench. */
const end = () => (ending ??= fixture.close());
process.once('disconnect', () => void end().finally(() => process.exit()));
process.on('message', (word: 'drain' | 'end') => {
  void (async () => {
    if (word === 'drain') return void process.send!(await drainOnce());
    await end();
    process.disconnect();
  })().catch(async (error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    await end();
    process.exit(1);
  });
});
process.send!('ready');
