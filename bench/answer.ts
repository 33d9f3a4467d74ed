// The webhook's response time with 10,000 waiting against one: at rest, and while the 10,000 are being notified.
//   node scripts/run.mjs bench/answer.ts [--waiters 10000] [--pairs 100] [--json FILE]
import { count, percentile, report, spread, type Figure } from './figures.ts';
import { openStockBench, type Line } from './stock-setup.ts';

const waitingShoppers = count('waiters', 10_000);
const pairs = count('pairs', 100);
const fixture = await openStockBench();
const [one, many] = [
  await fixture.line({ waitingShoppers: 1 }),
  await fixture.line({ waitingShoppers, real: waitingShoppers }),
];
await fixture.quiet();

async function shots(): Promise<{ few: number[]; crowd: number[] }> {
  const answer = async (line: Line) => (await fixture.webhook(line)).answerMs;
  const few: number[] = [];
  const crowd: number[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    // Neither of the two is always first.
    const [first, second] = pair % 2 === 0 ? ([one, many] as const) : ([many, one] as const);
    for (const line of [first, second]) (line === one ? few : crowd).push(await answer(line));
  }
  return { few, crowd };
}

await shots();
const rest = await shots();
fixture.stock(many, 5);
const arrival = fixture.firstSend();
const back = await fixture.webhook(many);
await arrival;
const telling = await shots();
const notified = fixture.notified();
if (notified >= waitingShoppers)
  throw new Error('All were told before the last webhook came: ask for more waiters.');

const figure = (name: string, measured: string, { few, crowd }: typeof rest): Figure => ({
  name,
  measured,
  unit: 'ms',
  n: pairs,
  pairs,
  floor: spread(few),
  own: spread(crowd),
  ratio: spread(few.map((ms, at) => crowd[at]! / ms)),
  goal: 'median <= 1.5 x the answer with one waiting',
  met: spread(crowd).median <= 1.5 * spread(few).median,
  note: `p95 ${percentile(crowd, 0.95).toFixed(1)} ms against ${percentile(few, 0.95).toFixed(1)} ms`,
});
report({
  bench: 'answer',
  figures: [
    figure(
      'answer at rest',
      `a webhook's answer with ${waitingShoppers} waiting; floor: with one waiting`,
      rest,
    ),
    figure('answer while telling', `the same while they are told (${notified} were, at the end)`, telling),
    {
      ...figure(
        'answer of the return',
        'the very webhook that brings the stock back; floor: with one waiting',
        rest,
      ),
      n: 1,
      pairs: 1,
      own: spread([back.answerMs]),
      ratio: spread([back.answerMs / spread(rest.few).median]),
      met: back.answerMs <= 1.5 * Math.max(spread(rest.few).median, percentile(rest.few, 0.95)),
      goal: '<= 1.5 x the answer with one waiting (p95, being one shot)',
      note: '',
    },
  ],
});
await fixture.close();
