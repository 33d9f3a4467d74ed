// The admin's pages as the merchant meets them: real Chromium, the embedded frame, the production host names and the app's own headers.
import { createRequire } from 'node:module';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import type { Frame, Page } from 'playwright-core';
import { generate } from 'selfsigned';
import { afterAll, beforeAll } from 'vitest';
import { buildApp } from '../../scripts/build.ts';
import { APP_URL } from '../../simulators/demo/seed.ts';
import { openBrowser } from '../harness/browser.ts';
import { waitFor } from '../harness/wait-for.ts';
import { openTestApp, type TestApp } from '../harness/test-app.ts';

/** `npm run screenshots` names a folder; otherwise the pages are only looked at by the assertions. */
const pictures = process.env.SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const WIDE = { width: 1280, height: 1_000 };
export const PHONE = { width: 390, height: 844 };

export type Looked = {
  page: Page;
  frame: Frame;
  /** Errors and warnings of the browser's console. */
  noise: string[];
};

export function openFrames() {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
  let testApp: TestApp;
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    await buildApp({ print: () => undefined });
    await client.connect();
    testApp = await openTestApp();
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'simulators' }], {
      keySize: 2048,
    });
    const secure = await testApp.world.serveSecurely({ key, cert });
    stop = secure.stop;
    browser = await openBrowser({ hosts: { '*': `127.0.0.1:${secure.port}` } });
  }, 180_000);
  afterAll(async () => {
    await stop?.();
    await testApp?.close();
    await client.end();
  });

  async function newPage(size: typeof WIDE): Promise<Pick<Looked, 'page' | 'noise'>> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true,
      viewport: size,
      // Shopify's library answers crawlers with 410, and takes a headless browser for one.
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36',
      permissions: ['clipboard-write', 'clipboard-read'],
    });
    const page = await context.newPage();
    const noise: string[] = [];
    page.on('pageerror', (error) => noise.push(String(error)));
    return { page, noise };
  }

  return {
    client,
    testApp: () => testApp,
    /** A browser's page that went nowhere yet; its noise is what its scripts let fall. */
    newPage,

    /** Takes the leases of everything that works by itself: what a test has written stays as it is. */
    async standStill(): Promise<void> {
      await client.query(
        `INSERT INTO leases (name,holder,epoch,expires_at)
         SELECT 'shop:' || id, 'a test', 1, now() + interval '1 hour' FROM shops
         UNION ALL SELECT DISTINCT 'page:' || meta_page_id, 'a test', 1, now() + interval '1 hour' FROM pages
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, epoch = leases.epoch + 1, expires_at = excluded.expires_at`,
      );
    },

    /** Opens a page of the app inside the admin of `store`, and waits until it has come to rest. */
    async open({
      path,
      store = 'demo',
      size = WIDE,
    }: {
      path: string;
      store?: string;
      size?: typeof WIDE;
    }): Promise<Looked> {
      const { page, noise } = await newPage(size);
      page.on('console', (message) => {
        const { url } = message.location();
        if (['error', 'warning'].includes(message.type()) && url.startsWith(APP_URL))
          noise.push(message.text());
      });
      await page.goto(`https://admin.shopify.com/store/${store}/apps/${testApp.demo.keys.apiKey}${path}`);
      const frame = await waitFor(
        () => page.frames().find((each) => each.url().startsWith(`${APP_URL}/app`)),
        { until: 'the app to stand in its frame', timeoutMs: 20_000 },
      );
      await frame.locator('h1').first().waitFor({ timeout: 20_000 });
      // Quiet, or quiet enough: a busy Chromium may lose count of what a document that was left had asked for.
      await page.waitForLoadState('networkidle', { timeout: 10_000 }).catch(() => undefined);
      return { page, frame, noise };
    },

    /** What axe finds in the app's document by every rule of WCAG 2.2 A and AA and its own best practices. */
    async findings(frame: Frame): Promise<string[]> {
      await frame.evaluate(axe);
      return frame.evaluate(async () => {
        type Found = { violations: { id: string; nodes: { html: string }[] }[] };
        const { axe } = window as never as { axe: { run(at: Document, how: object): Promise<Found> } };
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
        const { violations } = await axe.run(document, { runOnly: { type: 'tag', values: tags } });
        return violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
        );
      });
    },

    /** How many pixels the page is wider than its frame: nobody should have to scroll sideways. */
    overflow: (frame: Frame): Promise<number> =>
      frame.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),

    async picture({ page, frame, name }: Omit<Looked, 'noise'> & { name: string }): Promise<void> {
      if (!pictures) return;
      mkdirSync(pictures, { recursive: true });
      const height = await frame.evaluate(() => document.documentElement.scrollHeight);
      const { width } = page.viewportSize()!;
      await page.setViewportSize({ width, height: Math.min(2_600, Math.max(700, height + 150)) });
      // What the new height uncovers has to be drawn first.
      await frame.evaluate(
        () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
      );
      await page.screenshot({ path: join(pictures, `${name}.png`) });
    },
  };
}
