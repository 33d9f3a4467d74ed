// What the button costs a shopper's page: the same page with and without it, in turns, in a real browser on a slow machine.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../scripts/chromium.ts';
import type { Placement, createStorefront } from '../simulators/storefront/storefront.ts';
import { DOMAIN, openShop, serve } from './storefront-shop.ts';

/** Times slower than this machine, as a cheap phone is. */
const SLOWER = 6;
/** What a shopper does not notice. `shift`: layout shift beyond that of the same page without us; `taskMs`: our longest task. */
const GOALS = { bytes: 3000, requests: 1, shift: 0.001, taskMs: 10, answerMs: 50 };

/** Each form of the button has a mini theme of its own here. */
const PLACEMENTS: Record<string, Placement> = {
  swap: { blocks: [{}], apart: [], embed: null },
  select: { blocks: [{}], apart: [], embed: null },
  vintage: { blocks: [], apart: [], embed: {} },
  events: { blocks: [], apart: [], embed: { placement: 'none', cards: true } },
};

type Figures = {
  firstPaint: number;
  largestPaint: number;
  /** Milliseconds beyond 50 of all long tasks. */
  blocked: number;
  shift: number;
  /**
   * Our longest task, ms: a script of ours in the page, a file of ours, or a call into either. The thread's own time without a slow-down,
   * times the slow-down: what slows a browser down counts the machine's other work as well.
   */
  task: number;
  bytes: number;
  requests: number;
};

const observe = `
  window.seen = { largestPaint: 0, blocked: 0, shift: 0 };
  const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
  watch('largest-contentful-paint', (entry) => { window.seen.largestPaint = entry.startTime; });
  watch('longtask', (entry) => { window.seen.blocked += Math.max(0, entry.duration - 50); });
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) window.seen.shift += entry.value; });
`;

type Act = (page: Page) => Promise<unknown>;

/** Picks the sold-out variant and the first one again. */
const switchVariants: Act = async (page) => {
  for (const at of [1, 0]) {
    await page.locator('main .pill').nth(at).click();
    await page.waitForLoadState('networkidle');
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
};

/** A hundred cards, and a carousel that turns twenty times. */
const turnCarousel: Act = (page) =>
  page.evaluate(async () => {
    const grid = document.querySelector('.grid')!;
    const cards = [...grid.children];
    for (let index = cards.length; index < 100; index += 1)
      grid.append(cards[index % cards.length]!.cloneNode(true));
    const carousel = document.createElement('ul');
    for (let index = 0; index < 8; index += 1)
      carousel.innerHTML += `<li><a href="/pages/news-${index}">News ${index}</a></li>`;
    document.querySelector('main')!.prepend(carousel);
    for (let entry = 0; entry < 20; entry += 1) {
      carousel.append(carousel.firstElementChild!);
      carousel.firstElementChild!.className = `turn-${entry}`;
      await new Promise((done) => setTimeout(done, 50));
    }
  });

/** `tdur`: the thread's own time, microseconds, however busy the machine is. */
type TraceEvent = { name: string; tdur?: number; args?: { data?: { url?: string } } };

/** The longest call into a script of ours, ms. The mini themes run no script in the page itself, so what runs there is ours. */
function longestTask({ trace, url }: { trace: Buffer; url: string }): number {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const isOurs = ({ name, args }: TraceEvent) =>
    ['FunctionCall', 'EvaluateScript'].includes(name) &&
    (args?.data?.url === url || args?.data?.url?.includes('/extensions/'));
  return Math.max(0, ...traceEvents.filter(isOurs).map(({ tdur = 0 }) => tdur / 1_000));
}

async function load({
  browser,
  path,
  act,
  slower = SLOWER,
}: {
  browser: Browser;
  path: string;
  act?: Act;
  slower?: number;
}): Promise<Figures> {
  // A fresh context each time: nothing cached, nothing warm.
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slower });
  await page.addInitScript(observe);
  await browser.startTracing(page, { categories: ['devtools.timeline'] });
  await page.goto(`http://${DOMAIN}${path}`, { waitUntil: 'networkidle' });
  await act?.(page);
  const trace = await browser.stopTracing();
  const figures = await page.evaluate(() => {
    const { largestPaint, blocked, shift } = (
      window as never as { seen: Record<'largestPaint' | 'blocked' | 'shift', number> }
    ).seen;
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    const [document] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    const all = [...files.filter(({ name }) => name.startsWith('http')), ...(document ? [document] : [])];
    return {
      firstPaint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
      largestPaint,
      blocked,
      shift,
      bytes: all.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
      requests: all.length,
    };
  });
  const task = longestTask({ trace, url: `http://${DOMAIN}${path}` });
  await context.close();
  return { ...figures, task };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const medians = (rounds: Figures[]) => {
  const names = Object.keys(rounds[0] ?? {}) as (keyof Figures)[];
  return Object.fromEntries(names.map((name) => [name, median(rounds.map((each) => each[name]))])) as Figures;
};

/** The same page without us; `path` has a query already. */
const bareOf = (path: string) => `${path}&apps=off`;

/** Without and with, in turns. */
async function compare({
  browser,
  path,
  act,
  rounds,
}: {
  browser: Browser;
  path: string;
  act?: Act;
  rounds: number;
}) {
  await load({ browser, path, act });
  const without: Figures[] = [];
  const withUs: Figures[] = [];
  for (let round = 0; round < rounds; round += 1) {
    without.push(await load({ browser, path: bareOf(path), act }));
    const { task } = await load({ browser, path, act, slower: 1 });
    withUs.push({ ...(await load({ browser, path, act })), task: task * SLOWER });
  }
  return { without: medians(without), withUs: medians(withUs) };
}

async function answerTime({
  browser,
  path,
  ids,
}: {
  browser: Browser;
  path: string;
  ids: string[];
}): Promise<number> {
  const page = await browser.newPage();
  const session = await page.context().newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  await page.goto(`http://${DOMAIN}${path}?theme=select`, { waitUntil: 'networkidle' });
  const times: number[] = [];
  for (let round = 0; round < 15; round += 1) {
    const taken = await page.evaluate(
      async (id) => {
        const select = document.querySelector<HTMLSelectElement>('select[name=id]')!;
        const box = document.querySelector<HTMLElement>('.nmm')!;
        const from = performance.now();
        const painted = new Promise<number>((done) => {
          new MutationObserver(() => requestAnimationFrame(() => done(performance.now() - from))).observe(
            box,
            { attributes: true },
          );
        });
        select.value = id;
        select.dispatchEvent(new Event('change', { bubbles: true }));
        return painted;
      },
      ids[round % 2 === 0 ? 1 : 0] ?? '',
    );
    times.push(taken);
  }
  await page.close();
  return median(times);
}

/** How much the page grows by us, gzip -9, bytes. */
async function growth({
  storefront,
  path,
}: {
  storefront: ReturnType<typeof createStorefront>;
  path: string;
}): Promise<number> {
  const size = async (at: string) => {
    const answer = await storefront.handle(new Request(`http://${DOMAIN}${at}`));
    // Shopify's own wrapper of a block that draws nothing is no byte of ours.
    const html = (await answer.text()).replace(/<div id="shopify-block-[^>]*><\/div>/, '');
    return gzipSync(html, { level: 9 }).length;
  };
  return (await size(path)) - (await size(bareOf(path)));
}

const { values } = parseArgs({
  options: { json: { type: 'string' }, rounds: { type: 'string', default: '15' } },
});
const rounds = Number(values.rounds);
const shop = openShop();
const { storefront, port, close } = await serve({
  store: shop.store,
  placement: ({ theme }) => PLACEMENTS[theme]!,
});
const browser = await launchChromium({ hosts: { [DOMAIN]: `127.0.0.1:${port}` } });
const print = (line = '') => process.stdout.write(`${line}\n`);
const cell = (value: number | string, width = 12) => String(value).padStart(width);

type Sample = { name: string; path: string; act?: Act; bytes: number; requests: number };
const soldOut = `variant=${shop.soldOut.ids[1]}`;
const pages: Sample[] = [
  { name: 'block, all for sale', path: `${shop.forSale.path}?theme=swap`, bytes: 0, requests: 0 },
  { name: 'block, sold out', path: `${shop.soldOut.path}?theme=swap&${soldOut}`, ...GOALS },
  { name: 'block, switching', path: `${shop.soldOut.path}?theme=swap`, act: switchVariants, ...GOALS },
  { name: 'block, 300 variants', path: `${shop.many.path}?theme=select`, bytes: Infinity, requests: 1 },
  { name: 'embed, all for sale', path: `${shop.forSale.path}?theme=vintage`, bytes: 0, requests: 0 },
  { name: 'embed, sold out', path: `${shop.soldOut.path}?theme=vintage&${soldOut}`, ...GOALS },
  // The script for cards is the one request; what it weighs comes only with a sold-out card.
  { name: 'cards, carousel', path: '/collections/all?theme=events', act: turnCarousel, ...GOALS },
];

print(
  `Medians of ${rounds} pairs in turns, CPU ${SLOWER} times slower, phone; "page" is what the page grows by, gzip -9`,
);
print(
  ''.padEnd(24) +
    ['FCP ms', 'LCP ms', 'TBT ms', 'task ms', 'CLS', 'bytes', 'requests', 'page']
      .map((each) => cell(each))
      .join(''),
);
const misses: string[] = [];
const results = [];
for (const { name, path, act, ...goal } of pages) {
  const grown = await growth({ storefront, path });
  const { without, withUs } = await compare({ browser, path, act, rounds });
  results.push({ name, path, grown, without, withUs });
  const row = (figures: Figures) => [
    figures.firstPaint.toFixed(0),
    figures.largestPaint.toFixed(0),
    figures.blocked.toFixed(0),
    figures.task.toFixed(1),
    figures.shift.toFixed(4),
    figures.bytes,
    figures.requests,
  ];
  print(name);
  print(
    '  without'.padEnd(24) +
      row(without)
        .map((each) => cell(each))
        .join(''),
  );
  print('  with'.padEnd(24) + [...row(withUs), grown].map((each) => cell(each)).join(''));
  const shift = withUs.shift - without.shift;
  if (shift > GOALS.shift) misses.push(`${name}: CLS ${shift.toFixed(4)}`);
  if (withUs.task > GOALS.taskMs) misses.push(`${name}: a task of ${withUs.task.toFixed(1)} ms`);
  if (withUs.requests - without.requests > goal.requests) misses.push(`${name}: too many requests`);
  if (grown > goal.bytes) misses.push(`${name}: ${grown} bytes`);
}

const answerMs = await answerTime({ browser, path: shop.soldOut.path, ids: shop.soldOut.ids });
print();
print(`From a choice to the painted button: ${answerMs.toFixed(1)} ms`);
if (answerMs > GOALS.answerMs) misses.push(`the button took ${answerMs.toFixed(1)} ms to answer`);
print(misses.length === 0 ? 'Every goal is reached.' : `Missed: ${misses.join('; ')}`);

await browser.close();
close();
if (values.json)
  await writeFile(values.json, JSON.stringify({ rounds, pages: results, answerMs, misses }, null, 2));
process.exitCode = misses.length === 0 ? 0 : 1;
