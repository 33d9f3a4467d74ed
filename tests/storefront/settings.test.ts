// What the merchant decides: when the button is hidden, what the theme editor shows, and how the button looks.
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import type { Placement } from '../../simulators/storefront/storefront.ts';
import { block, html, link, linkOf, openShopfront, visit } from './shopfront.ts';

const browser = await openBrowser();
const placed = (settings: Record<string, unknown>): Placement => ({
  blocks: [settings],
  apart: [],
  embed: null,
});

test('while the Page is not ready, shoppers get nothing', async () => {
  const front = openShopfront({ appData: { ready: 'false' } });
  const shirt = front.addProduct({ units: { S: 0, M: 0 } });
  const text = await html({ front, path: shirt.path });
  expect(text).toMatch(/<div id="shopify-block-[^>]*><\/div>/);
  front.setAppData({ ready: 'true' });
  expect(await html({ front, path: shirt.path })).toContain('https://m.me/');
});

test('a Page in trouble takes the block off the page altogether', async () => {
  const front = openShopfront({ appData: { available: 'false' } });
  const shirt = front.addProduct({ units: { S: 0 } });
  expect(await html({ front, path: shirt.path })).not.toContain('shopify-block');
  expect(await html({ front, path: `${shirt.path}?design_mode=1` })).not.toContain('shopify-block');
});

test('ready without a Page or a key is not ready', async () => {
  for (const missing of ['page_id', 'ref_key']) {
    const front = openShopfront({ appData: { [missing]: '' } });
    const shirt = front.addProduct({ units: { S: 0 } });
    expect(await html({ front, path: shirt.path })).not.toContain('m.me');
  }
});

test('after an uninstall nothing is left', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0 } });
  front.store.uninstall({ shop: front.shop.domain, apiKey: 'key' });
  expect(await html({ front, path: shirt.path })).not.toContain('shopify-block');
});

test('the editor shows the button with a set-up hint while the Page is not ready', async () => {
  const front = openShopfront({ appData: { ready: 'false', page_id: '', ref_key: '' } });
  const towel = front.addProduct({ title: 'Towel', units: { Hand: 4, Bath: 2 } });
  const { page, noise } = await visit({ browser, front, path: `${towel.path}?design_mode=1` });
  expect(await link(page).isVisible()).toBe(true);
  expect(await block(page).innerText()).toContain('connect your Facebook Page');
  expect(await link(page).getAttribute('href')).toBe(null);
  expect(noise).toEqual([]);
});

test('the editor shows the button also for a product that is for sale, and says why', async () => {
  const front = openShopfront();
  const towel = front.addProduct({ title: 'Towel', units: { Hand: 4, Bath: 2 } });
  const { page } = await visit({ browser, front, path: `${towel.path}?design_mode=1` });
  expect(await link(page).isVisible()).toBe(true);
  expect(await block(page).innerText()).toContain('Only you see this text');
});

test('a label and a note of the merchant are shown as text, never as markup', async () => {
  const front = openShopfront({
    placement: placed({ label: '<b>Tell</b> me', note: 'We write <once> & only once' }),
  });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  expect(await block(page).innerText()).toContain('<b>Tell</b> me');
  expect(await block(page).locator('p').innerText()).toBe('We write <once> & only once');
});

test('a blank label speaks the language of the page', async () => {
  const front = openShopfront({ placement: placed({ label: '   ' }) });
  const shirt = front.addProduct({ units: { S: 0 } });
  for (const [locale, words] of [
    ['fr', 'M’alerter sur Messenger'],
    ['pt-PT', 'Avisar-me pelo Messenger'],
    ['ja', 'Messengerで再入荷通知を受け取る'],
    ['fi', 'Notify me on Messenger'],
  ] as const) {
    expect(await html({ front, path: `/${locale}${shirt.path}` })).toContain(words);
  }
});

/** The looks of our button and of the theme's own, as if that could be pressed. */
const looks = async (settings: Record<string, unknown>, css = '') => {
  const front = openShopfront({ theme: 'select', placement: placed(settings) });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: '/cart' });
  // In place of what this theme adds to the looks that all share.
  await page.route(/look\.css/, (route) => route.fulfill({ contentType: 'text/css', body: css }));
  await page.goto(`https://linen.myshopify.com${shirt.path}`);
  const of = (selector: string) =>
    page.locator(selector).evaluate((element) => {
      const { x, width, height } = element.getBoundingClientRect();
      const style = getComputedStyle(element);
      const { color, backgroundColor, borderRadius, fontFamily, fontSize, fontWeight } = style;
      return { x, width, height, color, backgroundColor, borderRadius, fontFamily, fontSize, fontWeight };
    });
  const theirs = await of('main [data-part=add]');
  await page.locator('select[name=id]').selectOption(shirt.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  return { ours: await of('notify-me-messenger a'), theirs };
};

for (const [theme, css] of [
  ['as it is', ''],
  [
    'square and outlined',
    '.add{border:2px solid #123;border-radius:0;background:none;color:#123;font-weight:400}',
  ],
  [
    'a pill with a fixed height',
    '.add{height:60px;border-radius:99px;background:#0a5;color:#000;font:italic 700 18px serif}',
  ],
  [
    'on a dark page',
    'body{background:#111;color:#eee}.add{background:#eee;color:#111}.add:disabled{background:#333;color:#555}',
  ],
] as const) {
  test(`with nothing set it looks like the theme's own button: ${theme}`, async () => {
    const { ours, theirs } = await looks({}, css);
    expect(ours).toEqual(theirs);
  });
}

test('what the merchant sets is different, and readable when only one colour was chosen', async () => {
  expect((await looks({ background: 'rgba(0,0,0,0)' })).ours).toMatchObject({
    backgroundColor: 'rgb(34, 32, 28)',
  });
  expect((await looks({ background: '#102030' })).ours).toMatchObject({ color: 'rgb(255, 255, 255)' });
  expect((await looks({ background: '#ffe9a8' })).ours).toMatchObject({ color: 'rgb(0, 0, 0)' });
  expect((await looks({ background: '#102030', text: '#ffee00', radius: 3 })).ours).toMatchObject({
    color: 'rgb(255, 238, 0)',
    backgroundColor: 'rgb(16, 32, 48)',
    borderRadius: '3px',
  });
});

test("a theme's own colours that can't be read are not taken over", async () => {
  const { ours } = await looks({}, '.add{background:#ffd1dc;color:#fff}');
  expect(ours).toMatchObject({ color: 'rgb(0, 0, 0)', backgroundColor: 'rgb(255, 209, 220)' });
  const dark = await looks({}, 'body{background:#000}.add{background:none;color:#333}');
  expect(dark.ours).toMatchObject({ color: 'rgb(255, 255, 255)' });
});

test('the editor warns of colours that can not be told apart', async () => {
  const front = openShopfront({ placement: placed({ background: '#777777', text: '#888888' }) });
  const shirt = front.addProduct({ units: { S: 0 } });
  expect(await html({ front, path: `${shirt.path}?design_mode=1` })).toContain('hard to read');
  expect(await html({ front, path: shirt.path })).not.toContain('hard to read');
});

test('the line under the button is ours, the merchant’s, or none', async () => {
  const lineOf = async (settings: Record<string, unknown>) => {
    const front = openShopfront({ placement: placed(settings) });
    const shirt = front.addProduct({ units: { S: 0 } });
    const { page } = await visit({ browser, front, path: shirt.path });
    return block(page).locator('p').allInnerTexts();
  };
  expect(await lineOf({})).toEqual(['One message when it’s back, nothing else.']);
  expect(await lineOf({ note: ' Free of charge ' })).toEqual(['Free of charge']);
  expect(await lineOf({ show_note: false })).toEqual([]);
});

test('a page in a language that we do not speak says that its button is English, left to right', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0 } });
  const opening = async (locale: string) =>
    /<notify-me-messenger[^>]*>/.exec(await html({ front, path: `/${locale}${shirt.path}` }))![0];
  expect(await opening('ar')).toContain(' lang="en" dir="ltr"');
  expect(await opening('fi')).toContain(' lang="en" dir="ltr"');
  for (const locale of ['fr', 'pt-BR', 'en']) expect(await opening(locale)).not.toContain('lang=');
});

test("the editor's preview follows the variant, and stays in sight", async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 2 } });
  const { page } = await visit({ browser, front, path: `${shirt.path}?design_mode=1` });
  for (const size of ['M', 'L', 'S'] as const) {
    await page.locator('select[name=id]').selectOption(shirt.variant(size));
    await expect
      .poll(() => link(page).getAttribute('href'))
      .toBe(linkOf({ front, variant: shirt.variant(size) }));
    await expect.poll(() => link(page).isVisible()).toBe(true);
  }
});
