// The app embed: a button that floats where no block can be put, and links on sold-out cards when the merchant wants them.
import { expect, test } from 'vitest';
import { openBrowser } from '../setup/browser.ts';
import { block, embedOnly, html, link, linkOf, openShopfront, visit } from './shopfront.ts';

const browser = await openBrowser();
const withCards = { blocks: [], apart: [], embed: { cards: true } };

test('the floating button works without script and takes no room', async () => {
  const front = openShopfront({ theme: 'vintage', placement: embedOnly });
  const shirt = front.addProduct({ units: { S: 0, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path, script: false });
  expect(await link(page).isVisible()).toBe(true);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('S') }));
  expect(await block(page).evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
});

test('it keeps to the window on a narrow screen, left to right and right to left', async () => {
  for (const alignment of ['start', 'center', 'end']) {
    for (const dir of ['ltr', 'rtl']) {
      const front = openShopfront({
        theme: 'vintage',
        placement: {
          ...embedOnly,
          embed: { alignment, label: 'Please tell me on Messenger as soon as this is back' },
        },
      });
      const shirt = front.addProduct({ units: { S: 0 } });
      const { page } = await visit({
        browser,
        front,
        path: `${shirt.path}?dir=${dir}`,
        options: { viewport: { width: 320, height: 600 } },
      });
      const box = await link(page).boundingBox();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(320);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
  }
});

test('where a block stands already, the embed steps aside', async () => {
  const front = openShopfront({ theme: 'select', placement: { blocks: [{}], apart: [], embed: {} } });
  const shirt = front.addProduct({ units: { S: 0, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  expect(await link(page).count()).toBe(2);
  expect(await page.locator('.buy notify-me-messenger a').isVisible()).toBe(true);
  expect(await page.locator('.nmm-f a').isVisible()).toBe(false);
});

test('cards carry no link unless the merchant wants it, nor while the Page is not ready', async () => {
  for (const [placement, appData] of [
    [embedOnly, {}],
    [withCards, { ready: 'false' }],
  ] as const) {
    const front = openShopfront({ theme: 'vintage', placement, appData });
    front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
    for (const path of ['/collections/all', '/search?q=scarf']) {
      expect(await html({ front, path })).toMatch(/<div id="shopify-block-embed"[^>]*><\/div>/);
    }
  }
});

for (const path of ['/collections/all', '/search?q=a']) {
  test(`${path}: sold-out cards carry a link to their product, the others do not, and nothing shifts`, async () => {
    const front = openShopfront({ theme: 'vintage', placement: withCards });
    front.addProduct({ title: 'Towel A', units: { Hand: 1 } });
    const scarf = front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
    const { page, noise, requests } = await visit({ browser, front, path: '/cart' });
    await page.addInitScript(`
      window.shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
    `);
    requests.length = 0;
    await page.goto(`https://linen.myshopify.com${path}`, { waitUntil: 'networkidle' });
    const links = page.locator('.card .nmm-card');
    await expect.poll(() => links.count()).toBe(1);
    expect(await links.isVisible()).toBe(true);
    expect(new URL((await links.getAttribute('href'))!, page.url()).pathname).toBe(scarf.path);
    expect(await links.innerText()).toContain('Notify me');
    expect((await links.boundingBox())!.height).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => (window as never as { shift: number }).shift)).toBe(0);
    expect(requests.filter((url) => url.includes('/extensions/'))).toHaveLength(1);
    expect(noise).toEqual([]);
    await links.click();
    await expect.poll(() => page.url()).toContain(scarf.path);
  });
}

test('cards that the theme loads later get their link too', async () => {
  const front = openShopfront({ theme: 'vintage', placement: withCards });
  front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
  front.addProduct({ title: 'Towel', units: { Hand: 2 } });
  const { page } = await visit({ browser, front, path: '/collections/all' });
  await page.evaluate(() => {
    const card = document.querySelector('.card')!.cloneNode(true) as Element;
    card.querySelector('.nmm-card')?.remove();
    document.querySelector('.grid')!.append(card);
  });
  await expect.poll(() => page.locator('.card .nmm-card').count()).toBe(2);
});
