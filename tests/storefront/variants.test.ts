// The button follows the variant in every way that themes are known to tell of it.
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { block, embedOnly, link, linkOf, openShopfront, pick, visit } from './shopfront.ts';

const browser = await openBrowser();
const sizes = { S: 3, M: 0, L: 4, XL: 0 };

test('a plain list of variants without any script of the theme', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: sizes });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  await expect.poll(() => link(page).isVisible()).toBe(false);
  await page.locator('select[name=id]').selectOption(shirt.variant('M'));
  await expect
    .poll(() => link(page).getAttribute('href'))
    .toBe(linkOf({ front, variant: shirt.variant('M') }));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  await page.locator('select[name=id]').selectOption(shirt.variant('L'));
  await expect.poll(() => link(page).isVisible()).toBe(false);
  expect(noise).toEqual([]);
});

for (const [name, theme, query] of [
  ['pills, the id set from script with a change event', 'swap', ''],
  ['pills, the id set from script and nobody told', 'swap', '?silent=1'],
  ["pills, Shopify's standard event and a morph", 'events', ''],
] as const) {
  test(name, async () => {
    const front = openShopfront({ theme });
    const shirt = front.addProduct({ units: sizes });
    const { page, noise } = await visit({ browser, front, path: shirt.path + query });
    expect(await link(page).isVisible()).toBe(false);
    for (const size of ['M', 'XL'] as const) {
      await pick(page, size);
      await expect
        .poll(() => link(page).getAttribute('href'))
        .toBe(linkOf({ front, variant: shirt.variant(size) }));
      await expect.poll(() => link(page).isVisible()).toBe(true);
    }
    await pick(page, 'L');
    await expect.poll(() => link(page).isVisible()).toBe(false);
    expect(noise).toEqual([]);
  });

  test(`${name}: a combination that does not exist hides the button, and the way back shows it`, async () => {
    const front = openShopfront({ theme });
    const shirt = front.addProduct({ units: { 'S / Sand': 2, 'M / Sand': 0, 'S / Sea': 1 } });
    const { page, noise } = await visit({ browser, front, path: shirt.path + query });
    await pick(page, 'M');
    await expect.poll(() => link(page).isVisible()).toBe(true);
    await pick(page, 'Sea');
    await expect.poll(() => page.locator('[data-part=add]').textContent()).toContain('Not made');
    await expect.poll(() => link(page).isVisible()).toBe(false);
    await pick(page, 'Sand');
    await expect
      .poll(() => link(page).getAttribute('href'))
      .toBe(linkOf({ front, variant: shirt.variant('M / Sand') }));
    await expect.poll(() => link(page).isVisible()).toBe(true);
    expect(noise).toEqual([]);
  });
}

test('a theme of the old kind, which sets its hidden list without a trace, has the embed', async () => {
  const front = openShopfront({ theme: 'vintage', placement: embedOnly });
  const shirt = front.addProduct({ units: sizes });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  expect(await link(page).isVisible()).toBe(false);
  await page.getByLabel('Size').selectOption('M');
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('M') }));
  await page.getByLabel('Size').selectOption('S');
  await expect.poll(() => link(page).isVisible()).toBe(false);
  expect(noise).toEqual([]);
});

test('clicking faster than the theme can follow ends with the last choice', async () => {
  const front = openShopfront({ theme: 'events' });
  const shirt = front.addProduct({ units: sizes });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  // In one breath, so that the theme abandons every look-up but the last, and its promise rejects.
  await page.evaluate(() => {
    for (const size of ['M', 'L', 'XL', 'S', 'M', 'XL'])
      document.querySelector<HTMLInputElement>(`main [data-value-id][value="${size}"]`)!.click();
  });
  await expect
    .poll(() => link(page).getAttribute('href'))
    .toBe(linkOf({ front, variant: shirt.variant('XL') }));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(noise).toEqual([]);
});

test("Horizon's older event is understood as well", async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: sizes });
  const { page } = await visit({ browser, front, path: shirt.path });
  const tell = (productId: string, id: string | null) =>
    page.evaluate(
      ([product, variant]) => {
        const detail = { resource: variant ? { id: Number(variant) } : null, data: { productId: product } };
        document
          .querySelector('product-info')
          ?.dispatchEvent(new CustomEvent('variant:update', { bubbles: true, detail }));
      },
      [productId, id] as const,
    );
  await tell(shirt.id, shirt.variant('M'));
  expect(await link(page).isVisible()).toBe(true);
  await tell('1', null);
  expect(await link(page).isVisible()).toBe(true);
  await tell(shirt.id, null);
  expect(await link(page).isVisible()).toBe(false);
});

test('a variant named in the address is right before any script has run', async () => {
  for (const theme of ['select', 'swap', 'events']) {
    const front = openShopfront({ theme });
    const shirt = front.addProduct({ units: sizes });
    const soldOut = await visit({
      browser,
      front,
      path: `${shirt.path}?variant=${shirt.variant('XL')}`,
      script: false,
    });
    expect(await link(soldOut.page).isVisible()).toBe(true);
    expect(await link(soldOut.page).getAttribute('href')).toBe(
      linkOf({ front, variant: shirt.variant('XL') }),
    );
    const forSale = await visit({
      browser,
      front,
      path: `${shirt.path}?variant=${shirt.variant('L')}`,
      script: false,
    });
    expect(await link(forSale.page).isVisible()).toBe(false);
    const scripted = await visit({ browser, front, path: `${shirt.path}?variant=${shirt.variant('XL')}` });
    expect(await link(scripted.page).getAttribute('href')).toBe(
      linkOf({ front, variant: shirt.variant('XL') }),
    );
    expect(await link(scripted.page).isVisible()).toBe(true);
  }
});

test('a product with one variant is right at once, without a request', async () => {
  const front = openShopfront();
  const tote = front.addProduct({ title: 'Market tote', units: { 'Default Title': 0 }, options: undefined });
  const { page, requests } = await visit({ browser, front, path: tote.path });
  expect(await link(page).getAttribute('href')).toBe(
    linkOf({ front, variant: tote.variant('Default Title') }),
  );
  expect(requests.filter((url) => url.includes('notify-me'))).toEqual([]);
});

test('a product that keeps selling without stock is not sold out', async () => {
  const front = openShopfront();
  const apron = front.addProduct({
    title: 'Apron',
    units: { S: 0, M: 0 },
    variants: ['S', 'M'].map((size) => ({ options: [size], policy: 'CONTINUE' as const, stock: 0 })),
  });
  const { page } = await visit({ browser, front, path: apron.path });
  expect(await block(page).count()).toBe(0);
});
