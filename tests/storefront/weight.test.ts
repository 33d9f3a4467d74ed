// What the button costs a page: nothing while every variant is for sale, and next to nothing while one is not.
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { block, embedOnly, html, link, openShopfront, pick, plain, visit } from './shopfront.ts';

const browser = await openBrowser();
const gzipped = (text: string) => gzipSync(text, { level: 9 }).length;

const kinds = [
  { kind: 'block', theme: 'swap', placement: plain },
  { kind: 'embed', theme: 'vintage', placement: embedOnly },
] as const;

/** The page's own elements as the theme made them: everything but what is ours and Shopify's wrapper around it. */
const themeMarkup = (page: Page) =>
  page.evaluate(() => {
    const copy = document.documentElement.cloneNode(true) as Element;
    const ours =
      '.shopify-app-block,notify-me-messenger,#notify-me-messenger,[data-nmm],head>noscript,head>style';
    copy.querySelectorAll(ours).forEach((each) => each.remove());
    return copy.outerHTML;
  });

/** How a block could make itself felt while the page loads. How long its script takes is the bench's to say. */
const watchLoad = `
  window.shift = 0;
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
    .observe({ type: 'layout-shift', buffered: true });
  window.namesBefore = Object.getOwnPropertyNames(window);
`;

for (const { kind, theme, placement } of kinds) {
  test(`${kind}: a page whose variants are all for sale gets 0 bytes, 0 nodes and 0 requests`, async () => {
    const front = openShopfront({ theme, placement });
    const towel = front.addProduct({ title: 'Towel', units: { Hand: 4, Bath: 2 } });
    // Shopify's own wrapper is no byte of ours.
    const text = (await html({ front, path: towel.path })).replace(
      /<div id="shopify-block-[^>]*><\/div>/,
      '',
    );
    expect(text).toBe(await html({ front, path: `${towel.path}?apps=off` }));
    const { requests } = await visit({ browser, front, path: towel.path });
    const without = await visit({ browser, front, path: `${towel.path}?apps=off` });
    expect(requests.length).toBe(without.requests.length);
  });

  test(`${kind}: a page with a sold-out variant gets 3,000 bytes at most, script and all, and makes no request`, async () => {
    const front = openShopfront({ theme, placement });
    const shirt = front.addProduct({ units: { S: 1, M: 0 } });
    const { page, requests } = await visit({ browser, front, path: shirt.path });
    await page.waitForLoadState('networkidle');
    const without = await visit({ browser, front, path: `${shirt.path}?apps=off` });
    expect(requests.length).toBe(without.requests.length);
    const grown =
      gzipped(await html({ front, path: shirt.path })) -
      gzipped(await html({ front, path: `${shirt.path}?apps=off` }));
    expect(grown).toBeGreaterThan(100);
    expect(grown).toBeLessThanOrEqual(3000);
  });

  for (const [state, query] of [
    ['sold out', (id: string) => `?variant=${id}`],
    ['for sale', () => ''],
  ] as const) {
    test(`${kind}, ${state}: nothing shifts, speaks, leaks or changes the theme while the page loads`, async () => {
      const front = openShopfront({ theme, placement });
      const shirt = front.addProduct({ units: { S: 1, M: 0 } });
      const query_ = query(shirt.variant('M'));
      const { page, noise } = await visit({ browser, front, path: '/' });
      await page.addInitScript(watchLoad);
      await page.goto(`https://linen.myshopify.com${shirt.path}${query_}`, { waitUntil: 'networkidle' });
      expect(await page.evaluate(() => (window as never as { shift: number }).shift)).toBe(0);
      const names = () =>
        page.evaluate(() => {
          const before = new Set((window as never as { namesBefore: string[] }).namesBefore);
          return Object.getOwnPropertyNames(window).filter(
            (name) => !before.has(name) && !['shift', 'namesBefore'].includes(name),
          );
        });
      const withBlock = await names();
      const markup = await themeMarkup(page);
      await page.goto(`https://linen.myshopify.com${shirt.path}${query_ || '?'}&apps=off`, {
        waitUntil: 'networkidle',
      });
      expect(withBlock).toEqual(await names());
      const plain = (text: string) => text.replaceAll(/\s+/g, ' ');
      expect(plain(markup)).toBe(plain(await themeMarkup(page)));
      expect(noise).toEqual([]);
    });
  }
}

test('with cards on, a page without a sold-out one gets 400 bytes at most, and no request', async () => {
  const front = openShopfront({
    theme: 'vintage',
    placement: { blocks: [], apart: [], embed: { cards: true } },
  });
  for (const title of ['Towel', 'Scarf', 'Tote']) front.addProduct({ title, units: { One: 2 } });
  const path = '/collections/all';
  const grown =
    gzipped(await html({ front, path })) - gzipped(await html({ front, path: `${path}?apps=off` }));
  expect(grown).toBeGreaterThan(100);
  expect(grown).toBeLessThanOrEqual(400);
  const { page, requests } = await visit({ browser, front, path });
  await page.waitForLoadState('networkidle');
  expect(requests.filter((url) => url.includes('/extensions/'))).toEqual([]);
});

test('following the shopper makes no request and moves none but the button', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
  const { page, requests } = await visit({ browser, front, path: shirt.path });
  const before = requests.length;
  const markup = await themeMarkup(page);
  for (const size of ['M', 'L', 'S', 'M'])
    await page.locator('select[name=id]').selectOption(shirt.variant(size));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(requests.length).toBe(before);
  expect(await themeMarkup(page)).toBe(markup);
});

test('a block that leaves the page is followed no more', async () => {
  const front = openShopfront({ theme: 'swap' });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  const kept = await block(page).elementHandle();
  await kept?.evaluate((element) => element.remove());
  await pick(page, 'M');
  await expect.poll(() => page.locator('[name=id]').inputValue()).toBe(shirt.variant('M'));
  expect(await kept?.evaluate((element) => element.querySelector<HTMLElement>('.nmm')?.hidden)).toBe(true);
  expect(noise).toEqual([]);
});
