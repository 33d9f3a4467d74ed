// The button is for everybody: keyboards, screen readers, large text, high contrast, right-to-left, no motion.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import type { Placement } from '../../simulators/storefront/storefront.ts';
import { block, embedOnly, link, openShopfront, pick, plain, visit } from './shopfront.ts';

const browser = await openBrowser();
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds within `selector` by every rule of WCAG 2.2 A and AA and its own best practices. */
async function findings(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (within) => {
    type Axe = {
      run: (at: string, how: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
    };
    const { axe } = window as never as { axe: Axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run(within, { runOnly: { type: 'tag', values: tags } });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' ')}`);
  }, selector);
}

const looks: [string, Placement][] = [
  ["the theme's own colours", plain],
  [
    'colours of the merchant',
    { ...plain, blocks: [{ background: '#0866ff', note: 'One message, no marketing.' }] },
  ],
  ['text of the merchant', { ...plain, blocks: [{ text: '#7a2d0c', radius: 20 }] }],
];
for (const [name, placement] of looks) {
  for (const [where, query] of [
    ['on the page', ''],
    ['right to left', '&dir=rtl'],
    ['in the editor', '&design_mode=1'],
  ] as const) {
    test(`axe finds nothing: ${name}, ${where}`, async () => {
      const front = openShopfront({ placement });
      const shirt = front.addProduct({ units: { S: 1, M: 0 } });
      const { page } = await visit({
        browser,
        front,
        path: `${shirt.path}?variant=${shirt.variant('M')}${query}`,
      });
      expect(await link(page).isVisible()).toBe(true);
      expect(await findings(page, '.shopify-app-block')).toEqual([]);
    });
  }
}

test('axe finds nothing in the embed, nor on the cards', async () => {
  const scarf = { title: 'Scarf', units: { Rust: 0 } };
  for (const placement of ['inline', 'float']) {
    const front = openShopfront({ theme: 'vintage', placement: { ...embedOnly, embed: { placement } } });
    const { page } = await visit({ browser, front, path: front.addProduct(scarf).path });
    await expect.poll(() => link(page).isVisible()).toBe(true);
    expect(await findings(page, 'notify-me-messenger')).toEqual([]);
  }
  const front = openShopfront({ theme: 'vintage', placement: { ...embedOnly, embed: { cards: true } } });
  front.addProduct(scarf);
  const collection = await visit({ browser, front, path: '/collections/all' });
  await expect.poll(() => collection.page.locator('.nmm-card').count()).toBe(1);
  expect(await findings(collection.page, '.grid')).toEqual([]);
});

test('our own theme is sound too, so that the demo is', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  for (const path of [shirt.path, '/collections/all', '/search?q=shirt', '/cart', '/']) {
    const { page } = await visit({ browser, front, path });
    expect(await findings(page, 'body')).toEqual([]);
  }
});

test('it is a link with a name that says where it leads', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 0, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  const named = page.getByRole('link', { name: 'Notify me on Messenger (opens Messenger in a new tab)' });
  expect(await named.count()).toBe(1);
  expect(await named.getAttribute('rel')).toContain('noopener');
});

test('a button that appears is announced once, and not at load', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  // A live region: what comes into it is read out, and what is in it at load is not.
  expect(await block(page).getAttribute('role')).toBe('status');
  expect(await block(page).innerText()).toBe('');
  await pick(page, 'M');
  await expect.poll(() => block(page).innerText()).toContain('Notify me on Messenger');
  await pick(page, 'S');
  await expect.poll(() => block(page).innerText()).toBe('');
});

test('a change of variant leaves the focus where the shopper put it', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.locator('select[name=id]').focus();
  await page.locator('select[name=id]').selectOption(shirt.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('id');
});

test('the keyboard reaches it, and sees that it did', async () => {
  const front = openShopfront({
    theme: 'select',
    placement: { ...plain, blocks: [{ background: '#000000' }] },
  });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.locator('select[name=id]').focus();
  await page.keyboard.press('Tab');
  const focused = await page.evaluate(() => {
    const element = document.activeElement!;
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(element);
    return {
      inBlock: element.closest('notify-me-messenger') !== null,
      outlineStyle,
      outlineWidth,
      boxShadow,
    };
  });
  // Black on white: seen on any ground, also beside a black button.
  expect(focused).toMatchObject({ inBlock: true, outlineStyle: 'solid', outlineWidth: '2px' });
  expect(focused.boxShadow).toContain('rgb(255, 255, 255)');
});

test('nothing moves, for anybody', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  // As some themes do to every link.
  await page.addStyleTag({ content: 'a { transition: all 1s; }' });
  const { transition, animation } = await link(page).evaluate((element) => {
    const { transitionDuration, transitionProperty, animationName } = getComputedStyle(element);
    return {
      transition: transitionProperty === 'none' || transitionDuration === '0s',
      animation: animationName,
    };
  });
  expect(transition).toBe(true);
  expect(animation).toBe('none');
});

test('with forced colours its edge and its focus stay visible', async () => {
  const front = openShopfront({
    theme: 'select',
    placement: { ...plain, blocks: [{ background: '#0866ff' }] },
  });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path, options: { forcedColors: 'active' } });
  const edge = await link(page).evaluate((element) => {
    const { borderTopColor, borderTopStyle, borderTopWidth, backgroundColor } = getComputedStyle(element);
    return { borderTopColor, borderTopStyle, borderTopWidth, backgroundColor };
  });
  expect(edge).toMatchObject({ borderTopStyle: 'solid', borderTopWidth: '1px' });
  expect(edge.borderTopColor).not.toBe(edge.backgroundColor);
});

test('with text at 200 % in a narrow window it grows and wraps, and nothing is cut off', async () => {
  const front = openShopfront({
    theme: 'select',
    placement: {
      ...plain,
      blocks: [{ label: 'Tell me on Messenger as soon as this one is back', note: 'One message only.' }],
    },
  });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({
    browser,
    front,
    path: shirt.path,
    options: { viewport: { width: 320, height: 700 } },
  });
  await page.addStyleTag({ content: 'body { font-size: 32px }' });
  const size = await link(page).evaluate((element) => {
    const box = element.getBoundingClientRect();
    const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
    const font = Number.parseFloat(getComputedStyle(element).fontSize);
    return {
      right: box.right,
      height: box.height,
      font,
      cut: scrollWidth > clientWidth || scrollHeight > clientHeight,
    };
  });
  expect(size.font).toBe(32);
  expect(size.right).toBeLessThanOrEqual(320);
  expect(size.height).toBeGreaterThan(88);
  expect(size.cut).toBe(false);
});

test('it is at least 44 by 44 px, whatever the merchant chose', async () => {
  for (const settings of [{ label: 'i', icon: false }, { radius: 40 }, { show_note: false }]) {
    const front = openShopfront({ theme: 'select', placement: { ...plain, blocks: [settings] } });
    const shirt = front.addProduct({ units: { S: 0 } });
    const { page } = await visit({ browser, front, path: shirt.path });
    const box = await link(page).boundingBox();
    expect(box!.height).toBeGreaterThanOrEqual(44);
    expect(box!.width).toBeGreaterThanOrEqual(44);
  }
});
