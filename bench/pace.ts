// P1: how close a page sender keeps to a limit that it does not know, beside two usual ways.
//   node scripts/run.mjs bench/pace.ts [--n 30000] [--peers 6000] [--json FILE]
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { count, report, spread, type Figure } from './figures.ts';
import { openSenderBench, type Tally } from './sender-setup.ts';

const n = count('n', 30_000);
const peers = count('peers', 6_000);
const LIMIT = 300;
const LOW = 120;
const fixture = await openSenderBench();
const { appSecretProof } = await import('../app/messenger/graph-api.server.ts');

/** The open internet's round trips, and Meta's limit in every rolling second. */
const weather = (perSecond: number, headers: boolean) =>
  fixture.order({ do: 'weather', perSecond, headers, p50: 100, p99: 400 });
const took = (one: Tally) => one.last! - one.first!;

/** A fixed pool of workers: each calls until its message is taken; `rest` says how long after a refusal. */
async function pool({ width, rest }: { width: number; rest: (refusals: number) => number }): Promise<Tally> {
  const shop = await fixture.createShop({ waitingShoppers: 0 });
  const people = await fixture.order<[string, string][]>({
    do: 'people',
    pageId: shop.metaPageId,
    count: peers,
  });
  const url = `https://graph.facebook.com/v26.0/${shop.metaPageId}/messages?appsecret_proof=${appSecretProof(shop.token)}`;
  const headers = { authorization: `Bearer ${shop.token}`, 'content-type': 'application/json' };
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let mine = next++; mine < peers; mine = next++) {
        const recipient = { one_time_notif_token: people[mine]![1] };
        const body = JSON.stringify({ recipient, message: { text: 'Linen shirt, M is back in stock' } });
        for (let refusals = 0; ; refusals += 1) {
          const answer = await request(url, { method: 'POST', headers, body });
          await answer.body.dump();
          if (answer.statusCode === 200) break;
          await pause(rest(refusals));
        }
      }
    }),
  );
  return fixture.tally(shop.metaPageId);
}

const share = (one: Tally, of: number) =>
  `${one.refused} refused (${((100 * one.refused) / of).toFixed(2)} %)`;
const one = (value: number) => spread([value]);

await weather(LIMIT, true);
const fixed = await pool({ width: 64, rest: () => 1_000 });
const backing = await pool({
  width: 64,
  rest: (refusals) => Math.random() * 500 * 2 ** Math.min(6, refusals),
});
process.stderr.write(`fixed pool ${took(fixed).toFixed(0)} ms, back-off ${took(backing).toFixed(0)} ms\n`);

const steadyShop = await fixture.createShop({ waitingShoppers: n });
await fixture.drain(steadyShop, LIMIT);
const steady = await fixture.tally(steadyShop.metaPageId);
const idealMs = (n / LIMIT) * 1_000;

// The limit falls after a third of the time, stays low for as long as a fifth takes, and comes back.
const lowFrom = idealMs / 3;
const lowFor = idealMs / 5;
await weather(LIMIT, false);
const movingShop = await fixture.createShop({ waitingShoppers: n });
const changes: [number, number][] = [
  [lowFrom, LOW],
  [lowFrom + lowFor, LIMIT],
];
const timers = changes.map(([ms, perSecond]) => setTimeout(() => void weather(perSecond, false), ms));
await fixture.drain(movingShop, LIMIT);
for (const timer of timers) clearTimeout(timer);
const moved = await fixture.tally(movingShop.metaPageId);
const movedIdealMs = idealMs + lowFor * (1 - LOW / LIMIT);

await weather(LIMIT, true);
const politeShop = await fixture.createShop({ waitingShoppers: 600, perSecond: 30 });
await fixture.drain(politeShop, 30);
const polite = await fixture.tally(politeShop.metaPageId);

const peerMs = (peers / LIMIT) * 1_000;
const figures: Figure[] = [
  {
    name: 'P1 steady',
    measured: `time to the last of ${n} under a hidden limit of ${LIMIT}/s, against N / limit`,
    unit: 'x',
    n,
    pairs: 1,
    peers: {
      [`fixed pool of 64, tries again after 1 s (${peers}); ${share(fixed, peers)}`]: one(
        took(fixed) / peerMs,
      ),
      [`the same with exponential back-off and jitter; ${share(backing, peers)}`]: one(
        took(backing) / peerMs,
      ),
    },
    own: one(took(steady) / idealMs),
    goal: '<= 1.02 x and <= 0.1 % refused',
    met: took(steady) / idealMs <= 1.02 && steady.refused / n <= 0.001,
    note: `${share(steady, n)}, told ${steady.notified} to ${steady.people} people, ${took(steady).toFixed(0)} ms`,
  },
  {
    name: 'P1 moving',
    measured: `the limit moves ${LIMIT} -> ${LOW} -> ${LIMIT}, usage headers absent, against the integral of the limit`,
    unit: 'x',
    n,
    pairs: 1,
    own: one(took(moved) / movedIdealMs),
    goal: '<= 1.05 x and <= 0.5 % refused',
    met: took(moved) / movedIdealMs <= 1.05 && moved.refused / n <= 0.005,
    note: `${share(moved, n)}, told ${moved.notified} to ${moved.people} people`,
  },
  {
    name: 'P1 polite',
    measured: 'the most that arrive at Meta in any one second at 30/s',
    unit: 'messages',
    n: 600,
    pairs: 1,
    own: one(polite.mostInASecond),
    goal: 'never > 40',
    met: polite.mostInASecond <= 40,
  },
];
report({ bench: 'pace', figures });
await fixture.close();
