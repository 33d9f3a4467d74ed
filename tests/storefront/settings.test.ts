// What the merchant decides: when the button is silent, what the theme editor shows, and how the button looks.
import { expect, test } from 'vitest';
import { openBrowser } from '../setup/browser.ts';
import type { Placement } from '../../simulators/storefront/storefront.ts';
import { block, html, link, openShopfront, visit } from './shopfront.ts';

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
    ['fr', 'M’avertir sur Messenger'],
    ['pt-PT', 'Avisem-me pelo Messenger'],
    ['ja', 'Messengerで入荷通知を受け取る'],
    ['fi', 'Notify me on Messenger'],
  ] as const) {
    expect(await html({ front, path: `/${locale}${shirt.path}` })).toContain(words);
  }
});

test('colours are inherited when left blank, and readable when only one was chosen', async () => {
  const colours = async (settings: Record<string, unknown>) => {
    const front = openShopfront({ theme: 'select', placement: placed(settings) });
    const shirt = front.addProduct({ units: { S: 0 } });
    const { page } = await visit({ browser, front, path: shirt.path });
    return link(page).evaluate((element) => {
      const { color, backgroundColor } = getComputedStyle(element);
      return {
        color,
        backgroundColor,
        inherited: color === getComputedStyle(element.closest('.buy')!).color,
      };
    });
  };
  expect(await colours({})).toMatchObject({ inherited: true, backgroundColor: 'rgba(0, 0, 0, 0)' });
  expect(await colours({ background: 'rgba(0,0,0,0)' })).toMatchObject({ inherited: true });
  expect(await colours({ background: '#102030' })).toMatchObject({ color: 'rgb(255, 255, 255)' });
  expect(await colours({ background: '#ffe9a8' })).toMatchObject({ color: 'rgb(0, 0, 0)' });
  expect(await colours({ background: '#102030', text: '#ffee00' })).toMatchObject({
    color: 'rgb(255, 238, 0)',
  });
  expect(await colours({ text: '#aa0000' })).toMatchObject({ color: 'rgb(170, 0, 0)' });
});

test('the editor warns of colours that can not be told apart', async () => {
  const front = openShopfront({ placement: placed({ background: '#777777', text: '#888888' }) });
  const shirt = front.addProduct({ units: { S: 0 } });
  expect(await html({ front, path: `${shirt.path}?design_mode=1` })).toContain('hard to read');
  expect(await html({ front, path: shirt.path })).not.toContain('hard to read');
});

test('size and alignment do what they say', async () => {
  const place = async (settings: Record<string, unknown>, dir = 'ltr') => {
    const front = openShopfront({ theme: 'select', placement: placed(settings) });
    const shirt = front.addProduct({ units: { S: 0 } });
    const { page } = await visit({ browser, front, path: `${shirt.path}?dir=${dir}` });
    return link(page).evaluate((element) => {
      const own = element.getBoundingClientRect();
      const around = element.closest('.shopify-app-block')!.getBoundingClientRect();
      const font = Number.parseFloat(getComputedStyle(element).fontSize);
      return { before: own.left - around.left, after: around.right - own.right, height: own.height, font };
    });
  };
  expect(await place({ alignment: 'start' })).toMatchObject({ before: 0 });
  expect(await place({ alignment: 'start' }, 'rtl')).toMatchObject({ after: 0 });
  expect(await place({ alignment: 'end' })).toMatchObject({ after: 0 });
  const centred = await place({ alignment: 'center' });
  expect(Math.abs(centred.before - centred.after)).toBeLessThan(1);
  expect(await place({ alignment: 'stretch' })).toMatchObject({ before: 0, after: 0 });
  for (const [size, font] of [
    ['small', 14],
    ['medium', 16],
    ['large', 18],
  ] as const) {
    const shown = await place({ size });
    expect(shown.font).toBe(font);
    expect(shown.height).toBeGreaterThanOrEqual(44);
  }
});
