// How soon each page of the admin is there on a slow machine: LCP and CLS of the app's own document in the embedded frame, in Chromium with
// the processor slowed four times and a fast phone's network.
//   node scripts/run.mjs bench/admin-pages.ts [--slow 4] [--rounds 5] [--json FILE]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Browser, CDPSession, Frame, Page } from 'playwright-core';
import { generate } from 'selfsigned';
import { buildApp } from '../scripts/build.ts';
import { table } from '../scripts/bundles.ts';
import { ensureChromium, launchChromium } from '../scripts/chromium.ts';
import { migrate } from '../scripts/database/migrate.ts';
import { startThrowawayPostgres } from '../scripts/database/embedded.ts';
import { startDemoWorld } from '../simulators/demo/demo-world.ts';
import { APP_URL, SHOP } from '../simulators/demo/seed.ts';
import { addCrowd } from '../tests/admin/crowd.ts';
import { argument, count, spread, type Spread } from './figures.ts';

/** What Shopify asks for at the 75th percentile of a live shop's visits. */
const BUDGET = { lcpMs: 2_500, cls: 0.1 };
const slow = count('slow', 4);
const rounds = count('rounds', 5);
/** 10 Mbit/s with 40 ms there and back: Lighthouse's "desktop dense 4G". */
const NETWORK = { offline: false, latency: 40, downloadThroughput: 1_250_000, uploadThroughput: 1_250_000 };
const print = (line = '') => void process.stdout.write(`${line}\n`);

type Seen = { lcp: number; cls: number; first: number };

/** Told to every document before its own scripts: remembers what the browser says of itself. */
const REMEMBER = `(() => {
  window.__seen = { lcp: 0, cls: 0, first: 0 };
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__seen.lcp = entry.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.__seen.cls += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.__seen.first = entry.startTime; })
    .observe({ type: 'paint', buffered: true });
})()`;

/** Slows the page and, as both live in one process here, the app's frame in it. */
async function slowDown(session: CDPSession): Promise<void> {
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', NETWORK);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slow });
}

async function visit({ browser, url }: { browser: Browser; url: string }): Promise<Seen> {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    viewport: { width: 1280, height: 1_000 },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
  });
  await context.addInitScript(REMEMBER);
  const page = await context.newPage();
  await slowDown(await context.newCDPSession(page));
  await page.goto(url);
  const frame = await appFrame(page);
  await frame.locator('h1').first().waitFor({ state: 'attached', timeout: 60_000 });
  await page.waitForLoadState('networkidle');
  const seen = await frame.evaluate(() => (window as never as { __seen: Seen }).__seen);
  await context.close();
  return seen;
}

async function appFrame(page: Page): Promise<Frame> {
  for (let tries = 0; tries < 1_200; tries++) {
    const found = page.frames().find((each) => each.url().startsWith(`${APP_URL}/app`));
    if (found) return found;
    await page.waitForTimeout(50);
  }
  throw new Error('The app did not come to stand in its frame.');
}

type Measured = { page: string; lcp: Spread; first: Spread; cls: Spread };

async function run(): Promise<boolean> {
  const { executablePath, env } = await ensureChromium({ print });
  Object.assign(process.env, env, { CHROMIUM_PATH: executablePath });
  await buildApp({ print });
  const postgres = await startThrowawayPostgres();
  await migrate(postgres.url);
  const folder = mkdtempSync(join(tmpdir(), 'notify-bench-pages-'));
  const demo = await startDemoWorld({
    folder,
    databaseUrl: postgres.url,
    print: () => undefined,
    onLog: () => undefined,
  });
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  const { variantId, subscriptionIds } = await addCrowd({ client, domain: SHOP });
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'simulators' }], {
    keySize: 2048,
  });
  const secure = await demo.world.serveSecurely({ key, cert });
  // One process for the admin and its frame: the brake is then on both of them, from the first byte.
  const browser = await launchChromium({ hosts: { '*': `127.0.0.1:${secure.port}` }, oneProcess: true });
  const pages: [string, string][] = [
    ['Home', '/app'],
    ['Waitlist', '/app/waitlist'],
    ['Waitlist by shopper', '/app/waitlist/shoppers'],
    ['Variant', `/app/waitlist/${variantId}`],
    ['Notifications', '/app/notifications'],
    ['One life', `/app/notifications/${subscriptionIds[0]}`],
    ['Messenger', '/app/messenger'],
    ['Settings', '/app/settings'],
  ];
  const measured: Measured[] = [];
  const urlOf = (path: string) => `https://admin.shopify.com/store/demo/apps/${demo.keys.apiKey}${path}`;
  await visit({ browser, url: urlOf('/app') });
  for (const [name, path] of pages) {
    const seen: Seen[] = [];
    for (let round = 0; round < rounds; round++) seen.push(await visit({ browser, url: urlOf(path) }));
    measured.push({
      page: name,
      lcp: spread(seen.map((each) => each.lcp)),
      first: spread(seen.map((each) => each.first)),
      cls: spread(seen.map((each) => each.cls)),
    });
  }
  await browser.close();
  await secure.stop();
  await client.end();
  await demo.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
  return tell(measured);
}

function tell(measured: Measured[]): boolean {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD']).toString().trim();
  const load = loadavg().map((one) => Number(one.toFixed(1)));
  print(`bench/admin-pages at ${new Date().toISOString()}, commit ${commit}, load average ${load.join(' ')}`);
  print(
    `Chromium, processor slowed ${slow} times, 10 Mbit/s and 40 ms, nothing cached; ${rounds} visits of each page, median (min-max)`,
  );
  print(
    `${'page'.padEnd(22)} ${'LCP, ms'.padStart(20)} ${'first paint, ms'.padStart(20)} ${'CLS'.padStart(16)}`,
  );
  const whole = (one: Spread) => `${one.median.toFixed(0)} (${one.min.toFixed(0)}-${one.max.toFixed(0)})`;
  const over = measured.filter(
    ({ lcp, cls }) => lcp.median > BUDGET.lcpMs || cls.median > BUDGET.cls || lcp.median === 0,
  );
  for (const one of measured)
    print(
      `${one.page.padEnd(22)} ${whole(one.lcp).padStart(20)} ${whole(one.first).padStart(20)} ${`${one.cls.median.toFixed(3)} (${one.cls.max.toFixed(3)})`.padStart(16)}${over.includes(one) ? '  OVER' : ''}`,
    );
  print();
  for (const line of table()) print(line);
  const json = argument('json');
  if (json)
    writeFileSync(
      json,
      `${JSON.stringify({ bench: 'admin-pages', at: new Date().toISOString(), commit, load, slow, rounds, measured }, null, 2)}\n`,
    );
  print(
    over.length === 0
      ? `\nEvery page is within ${BUDGET.lcpMs} ms and ${BUDGET.cls}.`
      : `\nOver: ${over.map(({ page }) => page).join('; ')}`,
  );
  return over.length === 0;
}

process.exit((await run()) ? 0 : 1);
