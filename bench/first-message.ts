// P2: from the webhook's last byte to the first byte of the first call to Messenger, web process and worker as in production.
//   node scripts/run.mjs bench/first-message.ts [--pairs 40] [--ends 8] [--json FILE]
import pg from 'pg';
import { PgBoss } from 'pg-boss';
import { request } from 'undici';
import { SHOP } from '../simulators/demo/seed.ts';
import { count, percentile, report, spread, type Figure } from './figures.ts';
import { openStockBench } from './stock-setup.ts';

const pairs = count('pairs', 40);
const ends = count('ends', 8);
const fixture = await openStockBench();
const { db } = await import('../app/db.server.ts');
const { appSecretProof } = await import('../app/messenger/graph-api.server.ts');
const { pageToken } = await import('../app/messenger/pages.server.ts');
const { sessionStorage } = await import('../app/shopify/access-tokens.server.ts');
const { VARIANTS_QUERY, variantGid } = await import('../app/shopify/variant-queries.ts');

const access = (await sessionStorage.loadSession(`offline_${SHOP}`))!.accessToken!;
const page = pageToken(await db.page.findFirstOrThrow());
const plain = new pg.Client({ connectionString: fixture.databaseUrl });
await plain.connect();
await plain.query('CREATE TABLE bench_floor AS SELECT 1 AS id, 0 AS n');

/** What nobody can do without: three commits, one reading of the variant, one call. No queue, no NOTIFY, no rules. */
async function floor(variantId: bigint): Promise<number> {
  const { token } = fixture.world.messenger.seedThread({
    pageId: fixture.pageId,
    personId: `floor-${Math.random()}`,
    payload: 'p',
  });
  const arrival = fixture.firstSend();
  const began = performance.now();
  await plain.query('UPDATE bench_floor SET n = n + 1');
  const read = await request(`${fixture.simulators}/admin/api/2026-07/graphql.json`, {
    method: 'POST',
    headers: { host: SHOP, 'content-type': 'application/json', 'x-shopify-access-token': access },
    body: JSON.stringify({ query: VARIANTS_QUERY, variables: { ids: [variantGid(variantId)], first: 5 } }),
  });
  const { data } = (await read.body.json()) as { data?: { nodes: unknown[] } };
  if (data?.nodes.length !== 1) throw new Error('The floor could not read the variant.');
  await plain.query('UPDATE bench_floor SET n = n + 1');
  await plain.query('UPDATE bench_floor SET n = n + 1');
  const call = await request(
    `${fixture.simulators}/v26.0/${fixture.pageId}/messages?appsecret_proof=${appSecretProof(page)}`,
    {
      method: 'POST',
      headers: {
        host: 'graph.facebook.com',
        authorization: `Bearer ${page}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ recipient: { one_time_notif_token: token }, message: { text: 'It is back.' } }),
    },
  );
  if (call.statusCode !== 200) throw new Error(`The floor's call was answered ${call.statusCode}.`);
  await call.body.dump();
  return (await arrival) - began;
}

/** One shopper waits, the stock is back, the webhook comes. */
async function notified(): Promise<number> {
  const line = await fixture.line({ waitingShoppers: 1 });
  await fixture.quiet();
  fixture.stock(line, 5);
  const arrival = fixture.firstSend();
  const { sentAt } = await fixture.webhook(line);
  const took = (await arrival) - sentAt;
  await fixture.quiet();
  return took;
}

/** The same with a hold-off of one second: from its end. */
async function toldAfterHold(): Promise<number> {
  const line = await fixture.line({ waitingShoppers: 1 });
  await fixture.quiet();
  fixture.stock(line, 5);
  const arrival = fixture.firstSend();
  await fixture.webhook(line);
  const held = async () =>
    (await db.restock.findFirst({ where: { variantId: line.variantId, sendAfter: { not: null } } }))
      ?.sendAfter;
  let until = await held();
  while (!until) until = await held();
  const took = performance.timeOrigin + (await arrival) - until.getTime();
  await fixture.quiet();
  return took;
}

/** The peer: what a job waits in pg-boss until a worker takes it, at its shortest polling. */
async function peer(rounds: number): Promise<number[]> {
  const boss = new PgBoss({ connectionString: fixture.databaseUrl, schema: 'bench_peer' });
  await boss.start();
  await boss.createQueue('bench');
  const waits: number[] = [];
  let taken: () => void = () => undefined;
  await boss.work<{ at: number }>('bench', { pollingIntervalSeconds: 0.5 }, async ([job]) => {
    waits.push(performance.now() - job!.data.at);
    taken();
    return Promise.resolve();
  });
  for (let round = 0; round < rounds; round += 1) {
    const done = new Promise<void>((resolve) => (taken = resolve));
    await boss.send('bench', { at: performance.now() });
    await done;
  }
  await boss.stop({ graceful: false });
  return waits;
}

await notified();
const [warm] = (await db.variant.findMany({ take: 1 })).map((one) => one.id);
const variantId = [...fixture.world.shopify.store.shop(SHOP).variants.keys()].find((id) => id !== warm)!;
await floor(variantId);
const floors: number[] = [];
const ours: number[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  floors.push(await floor(variantId));
  ours.push(await notified());
}
const polled = await peer(10);
await fixture.client.query('UPDATE shops SET send_delay_seconds = 1');
const held: number[] = [];
for (let round = 0; round < ends; round += 1) held.push(await toldAfterHold());

const ratios = ours.map((one, at) => one / floors[at]!);
const shared = {
  n: pairs,
  pairs,
  unit: 'ms',
  floor: spread(floors),
  peers: { 'pg-boss, polling 0.5 s': spread(polled) },
};
const figures: Figure[] = [
  {
    ...shared,
    name: 'P2 first message',
    measured:
      "webhook's last byte in to first byte of the first call; floor: three commits, one reading, one call",
    own: spread(ours),
    ratio: spread(ratios),
    goal: 'p50 <= 4 x the floor',
    met: spread(ours).median <= 4 * spread(floors).median,
  },
  {
    ...shared,
    name: 'P2 slowest',
    measured: 'p99 of the same',
    own: spread([percentile(ours, 0.99)]),
    ratio: spread([percentile(ours, 0.99) / spread(floors).median]),
    goal: 'p99 <= 10 x the floor',
    met: percentile(ours, 0.99) <= 10 * spread(floors).median,
  },
  {
    ...shared,
    n: ends,
    pairs: ends,
    name: 'P2 hold-off',
    measured: "from the end of a hold-off (second reading included) to the first call's first byte",
    own: spread(held),
    ratio: spread(held.map((one) => one / spread(floors).median)),
    goal: 'p50 <= 4 x the floor',
    met: spread(held).median <= 4 * spread(floors).median,
  },
];
report({ bench: 'first-message', figures });
await plain.end();
await fixture.close();
