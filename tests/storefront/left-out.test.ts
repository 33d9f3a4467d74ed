// Products that the merchant leaves out have no button, and their cards no link.
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { leftOutCases } from './left-out-cases.ts';
import { embedOnly, html, openShopfront, plain, visit } from './shopfront.ts';

const browser = await openBrowser();

for (const { what, rules, product, isLeftOut } of leftOutCases) {
  test(`${what}: ${isLeftOut ? 'left out' : 'not left out'}`, async () => {
    for (const placement of [plain, embedOnly]) {
      const front = openShopfront({ placement, appData: { left_out: JSON.stringify(rules) } });
      const { path } = front.addProduct({ title: 'Scarf', units: { S: 0, M: 0 }, ...product });
      expect((await html({ front, path })).includes('<notify-me-messenger')).toBe(!isLeftOut);
    }
  });
}

test('the card of a product that is left out has no link, its neighbours have theirs', async () => {
  const placement = { ...embedOnly, embed: { cards: true } };
  const front = openShopfront({
    theme: 'vintage',
    placement,
    appData: { left_out: '{"tags":["last chance"]}' },
  });
  front.addProduct({ title: 'Scarf', units: { Rust: 0 }, tags: ['last chance'] });
  front.addProduct({ title: 'Tote', units: { One: 0 } });
  const { page } = await visit({ browser, front, path: '/collections/all' });
  await expect.poll(() => page.locator('.nmm-card').count()).toBe(1);
  expect(await page.locator('.nmm-card').getAttribute('href')).toContain('/products/tote');
});
