// The block on the admin's product page, in a real browser, at an origin of its own, asking the real app: every state, both languages.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { catalogues } from '../../app/i18n/admin.ts';
import { APP_URL, SHOP } from '../../simulators/demo/seed.ts';
import { waitFor } from '../harness/wait-for.ts';
import { addCrowd } from './crowd.ts';
import { type Looked, openFrames } from './frame.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const extension = join(root, 'extensions/product-waitlist');
const admin = openFrames();
const { client } = admin;
let busy: bigint;
let quiet: bigint;

beforeAll(async () => {
  const { store } = admin.testApp();
  // The crowd's variants are none of Shopify's: whoever looked would find them deleted.
  await admin.standStill();
  await addCrowd({ client, domain: SHOP, people: 4_000 });
  const products = [...store.shop(SHOP).products.keys()];
  [busy, quiet] = [products[0]!, products.at(-1)!];
  await client.query(
    `UPDATE variants SET product_id = $1, title = (ARRAY['S / Sand','M / Sand','L / Sand','S / Ink','M / Ink','Default Title'])[id - 7000]
     WHERE id BETWEEN 7001 AND 7006`,
    [String(busy)],
  );
  await client.query(`UPDATE variants SET paused_at = now() WHERE id = 7004`);
  await client.query(`UPDATE variants SET missing_since = now() WHERE id = 7005`);
  await client.query(`DELETE FROM stock_checks WHERE variant_id = 7006`);
});

const door = `${APP_URL}/app/products/*/waitlist`;

async function open({
  productId,
  locale = 'en',
  prepare = () => Promise.resolve(),
}: {
  productId: bigint;
  locale?: string;
  prepare?: (page: Page) => Promise<unknown>;
}): Promise<Omit<Looked, 'frame'> & { block: Frame }> {
  const { page, noise } = await admin.newPage({ width: 760, height: 700 });
  await prepare(page);
  await page.goto(`https://admin.shopify.com/store/demo/products/${productId}?locale=${locale}`);
  const block = await waitFor(() => page.frames().find((each) => each !== page.mainFrame()), {
    until: 'the block’s frame',
  });
  return { page, block, noise };
}

const rowsOf = (block: Frame) =>
  block
    .locator('s-table-row')
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll('s-table-cell')].map((cell) => cell.textContent?.trim() ?? ''),
      ),
    );

test('per variant: how many wait, since when and what is going on; the whole product above', async () => {
  const { page, block, noise } = await open({ productId: busy });
  await block.locator('s-table-row').first().waitFor();
  const rows = await rowsOf(block);
  expect(rows.map(([title, , , state]) => [title, state]).toSorted()).toEqual([
    ['L / Sand', expect.stringMatching(/Sold out|Not available yet/)],
    ['M / Ink', 'Deleted in Shopify'],
    ['M / Sand', 'Back in stock'],
    ['Only variant', 'Not checked yet'],
    ['S / Ink', 'Paused by you'],
    ['S / Sand', 'Back in stock'],
  ]);
  const people = rows.map(([, waiting]) => Number(waiting!.replaceAll(',', '')));
  expect(people).toEqual(people.toSorted((a, b) => b - a));
  const sum = people.reduce((all, each) => all + each, 0);
  expect(sum).toBeGreaterThan(1_000);
  const { rows: truth } = await client.query<{ n: string }>(
    `SELECT count(*) AS n FROM subscriptions WHERE variant_id BETWEEN 7001 AND 7006 AND status = 'waiting'`,
  );
  expect(sum).toBe(Number(truth[0]!.n));
  await block.getByText(`${sum.toLocaleString('en')} customers on the waitlist`).waitFor();
  for (const [, , oldest] of rows) expect(oldest).toMatch(/^(Today|\d+ days?)$/);
  expect(await block.locator('s-admin-block').getAttribute('heading')).toBe('Messenger waitlist');
  expect(noise).toEqual([]);
  await admin.picture({ page, frame: block, name: 'block-busy' });
  await page.context().close();
});

test('the answer may be read by another origin alone, with the merchant’s own token', async () => {
  const answered: { status: number; allowed: string | undefined; bearer: boolean }[] = [];
  const { page, block } = await open({
    productId: busy,
    prepare: async (each) => {
      each.on('response', (response) => {
        if (!response.url().includes('/app/products/') || response.request().method() !== 'GET') return;
        void response
          .request()
          .allHeaders()
          .then((sent) => {
            answered.push({
              status: response.status(),
              allowed: response.headers()['access-control-allow-origin'],
              bearer: sent.authorization?.startsWith('Bearer ') ?? false,
            });
          });
      });
      return Promise.resolve();
    },
  });
  await block.locator('s-table-row').first().waitFor();
  expect(await block.evaluate(() => window.origin)).toBe('null');
  await waitFor(() => answered.length > 0, { until: 'the answer to be seen' });
  expect(answered).toEqual([{ status: 200, allowed: '*', bearer: true }]);
  await page.context().close();
});

test('a variant leads to its page in the app', async () => {
  const { page, block } = await open({ productId: busy });
  await block.getByText('M / Sand').click();
  await page.waitForURL(/\/apps\/[^/]+\/app\/waitlist\/7002$/);
  const frame = await waitFor(
    () => page.frames().find((each) => each.url().startsWith(`${APP_URL}/app/waitlist/7002`)),
    { until: 'the variant’s page', timeoutMs: 20_000 },
  );
  await frame.locator('h1').first().waitFor({ timeout: 20_000 });
  expect(await frame.locator('h1').first().textContent()).toContain('M / Sand');
  await page.context().close();
});

test('a product that nobody waits for says so, and says what shoppers can do', async () => {
  const { page, block, noise } = await open({ productId: quiet });
  await block.getByText('No customers are waiting for this product').waitFor();
  expect(await block.locator('s-table').count()).toBe(0);
  expect(noise).toEqual([]);
  await admin.picture({ page, frame: block, name: 'block-empty' });
  await page.context().close();
});

test('while it loads it says so; when the app cannot be reached it says so, and one press tries again', async () => {
  const gate = Promise.withResolvers<void>();
  const { page, block, noise } = await open({
    productId: busy,
    prepare: (each) =>
      each.route(door, async (route) => {
        await gate.promise;
        await route.abort();
      }),
  });
  await block.getByText('Loading waitlist').waitFor();
  await admin.picture({ page, frame: block, name: 'block-loading' });
  gate.resolve();
  await block.getByText('Couldn’t load the waitlist').waitFor();
  await admin.picture({ page, frame: block, name: 'block-failed' });
  await page.unroute(door);
  await block.locator('s-button').click();
  await block.locator('s-table-row').first().waitFor();
  expect(noise).toEqual([]);
  await page.context().close();
});

for (const [what, fulfil] of [
  ['an error page', { status: 500, body: 'Oops' }],
  ['something that is no waitlist', { status: 200, json: { hello: true } }],
  ['a 404', { status: 404, body: '<h1>Not found</h1>' }],
] as const)
  test(`${what} is no empty waitlist`, async () => {
    const { page, block } = await open({
      productId: busy,
      prepare: (each) =>
        each.route(door, (route) =>
          route.fulfill({ ...fulfil, headers: { 'access-control-allow-origin': '*' } }),
        ),
    });
    await block.getByText('Couldn’t load the waitlist').waitFor();
    await page.context().close();
  });

test('a merchant who reads Spanish reads it in Spanish', async () => {
  const { page, block } = await open({ productId: busy, locale: 'es-MX' });
  await block.locator('s-table-row').first().waitFor();
  expect(await block.locator('s-admin-block').getAttribute('heading')).toBe('Lista de espera de Messenger');
  await block.getByText('Pausada por ti').waitFor();
  await block.getByText(/clientes en la lista de espera/).waitFor();
  await admin.picture({ page, frame: block, name: 'block-busy-es' });
  await page.context().close();
});

test('what Shopify’s own command line builds shows the same, and is small enough', async () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/run.mjs', 'build:shopify'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect([status, status === 0 ? '' : stdout + stderr]).toEqual([0, '']);
  const made = join(extension, 'dist/product-waitlist.js');
  // Another test may be building the same file at this very moment.
  const body = await waitFor(
    () => {
      const text = readFileSync(made, 'utf8');
      return text.trimEnd().endsWith('.js.map') && text;
    },
    { until: 'the whole script' },
  );
  // https://shopify.dev/docs/api/admin-extensions: 64 KB for the compiled script.
  expect(Buffer.byteLength(body)).toBeLessThan(64_000);
  const { page, block, noise } = await open({
    productId: busy,
    prepare: (each) =>
      each.route('**/products/block.js', (route) => route.fulfill({ contentType: 'text/javascript', body })),
  });
  await block.locator('s-table-row').first().waitFor();
  expect(await rowsOf(block)).toHaveLength(6);
  expect(noise).toEqual([]);
  await page.context().close();
}, 120_000);

type Words = { [key: string]: string | Words };
const words = (file: string) =>
  JSON.parse(readFileSync(join(extension, 'locales', file), 'utf8')) as Words & { state: Words };
const keysOf = (of: Words, above = ''): string[] =>
  Object.entries(of).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${above}${key}`] : keysOf(value, `${above}${key}.`),
  );

test('both languages say everything, states in the very words of the app, and the title fits', () => {
  const [en, es] = [words('en.default.json'), words('es.json')];
  expect(keysOf(es)).toEqual(keysOf(en));
  for (const [own, app] of [
    [en, catalogues.en],
    [es, catalogues.es],
  ] as const) {
    const states = Object.entries(app).filter(([key]) => key.startsWith('state.'));
    for (const [key, text] of Object.entries(own.state))
      expect([key, text]).toEqual([key, Object.fromEntries(states)[`state.${key}`]]);
    // Shopify cuts a block's title after 40 characters.
    expect((own.name as string).length).toBeLessThanOrEqual(40);
  }
});
