// After the press: the page says where the answer is, helps where Messenger did not open, and remembers only what the visitor allows.
import type { Browser, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { block, link, linkOf, openShopfront, pick, visit } from './shopfront.ts';

const browser = await openBrowser();
const ANSWER = 'Your answer is waiting in Messenger.';
const COPY = 'Messenger didn’t open? Copy the link';

/** A page whose selected variant, M, is sold out. Nothing is opened by a press. */
async function openPage({
  settings = {},
  options,
  consent,
}: {
  settings?: Record<string, unknown>;
  options?: Parameters<Browser['newPage']>[0];
  consent?: boolean;
} = {}) {
  const front = openShopfront({ placement: { blocks: [settings], apart: [], embed: null } });
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
  const { page, noise } = await visit({ browser, front, path: '/cart', options });
  await page.addInitScript((allowed) => {
    addEventListener('click', (event) => {
      if ((event.target as Element).closest('a')) event.preventDefault();
    });
    if (allowed === undefined) return;
    const preferencesProcessingAllowed = () => allowed;
    Object.assign(window, { Shopify: { customerPrivacy: { preferencesProcessingAllowed } } });
  }, consent);
  await page.clock.install();
  const open = () => page.goto(`https://${front.shop.domain}${shirt.path}?variant=${shirt.variant('M')}`);
  await open();
  return { front, shirt, page, noise, open };
}
const lines = (page: Page) => block(page).locator('p').allInnerTexts();

test('it says once that the answer is in Messenger, and takes that back with another variant', async () => {
  const { page, noise } = await openPage();
  await link(page).click();
  await expect.poll(() => lines(page)).toContain(ANSWER);
  await link(page).click();
  await expect.poll(async () => (await lines(page)).filter((line) => line === ANSWER)).toHaveLength(1);
  await pick(page, 'L');
  await expect.poll(() => lines(page)).not.toContain(ANSWER);
  expect(noise).toEqual([]);
});

test('while the page is still in sight after 3 s, it offers the link to copy', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { front, shirt, page } = await openPage({ options: { permissions } });
  await link(page).click();
  await expect.poll(() => lines(page)).toContain(ANSWER);
  const copy = page.getByRole('button', { name: COPY });
  expect(await copy.count()).toBe(0);
  await page.clock.fastForward(3_100);
  await copy.click();
  await expect.poll(() => lines(page)).toContain('Link copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    linkOf({ front, variant: shirt.variant('M') }),
  );
});

test('where nothing may be copied, the link itself is shown', async () => {
  const { front, shirt, page } = await openPage();
  await page.evaluate(() =>
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: () => Promise.reject(new Error()) },
    }),
  );
  await link(page).click();
  await expect.poll(() => lines(page)).toContain(ANSWER);
  await page.clock.fastForward(3_100);
  await page.getByRole('button', { name: COPY }).click();
  await expect.poll(() => lines(page)).toContain(linkOf({ front, variant: shirt.variant('M') }));
});

test('once Messenger has covered the page, nothing is offered', async () => {
  const { page } = await openPage();
  await link(page).click();
  await expect.poll(() => lines(page)).toContain(ANSWER);
  await page.evaluate(() => dispatchEvent(new Event('blur')));
  await page.clock.fastForward(3_100);
  expect(await page.getByRole('button', { name: COPY }).count()).toBe(0);
});

const inApp =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/23A';
for (const [app, userAgent, target] of [
  ['Facebook', `${inApp} [FBAN/FBIOS;FBAV/540.0.0.1;FBBV/1;FBDV/iPhone17,1]`, ''],
  ['Instagram', `${inApp} Instagram 400.0.0.1 (iPhone17,1; iOS 19_0)`, ''],
  ['a browser of its own', undefined, '_blank'],
] as const) {
  test(`in ${app}, the link opens in ${target ? 'a new tab' : 'the same view'}`, async () => {
    const { page } = await openPage({ options: userAgent ? { userAgent } : {} });
    await link(page).click();
    expect(await link(page).getAttribute('target')).toBe(target);
    expect(new URL((await link(page).getAttribute('href'))!).protocol).toBe('https:');
  });
}

const remembered = async (page: Page) => (await lines(page)).filter((line) => line.startsWith('You opened'));
const kept = (page: Page) => page.evaluate(() => Object.keys(localStorage).length);

test('nothing is remembered until the merchant turns that on, nor without the consent of the visitor', async () => {
  for (const given of [
    { consent: true },
    { settings: { remember: true }, consent: false },
    { settings: { remember: true } },
  ]) {
    const { page, open } = await openPage(given);
    await link(page).click();
    await expect.poll(() => lines(page)).toContain(ANSWER);
    await open();
    expect(await kept(page)).toBe(0);
    expect(await remembered(page)).toEqual([]);
  }
});

test('with both, it says when Messenger was opened for this variant, and never that somebody is on a list', async () => {
  const { page, open } = await openPage({ settings: { remember: true }, consent: true });
  await link(page).click();
  await expect.poll(() => kept(page)).toBe(1);
  await open();
  await expect.poll(() => remembered(page)).toHaveLength(1);
  expect((await remembered(page))[0]).toMatch(/^You opened Messenger for this on .*\d{4}\.$/);
  expect((await lines(page)).join(' ')).not.toMatch(/list/i);
  await pick(page, 'L');
  await expect.poll(() => remembered(page)).toEqual([]);
});

test('what was remembered is gone once the visitor takes the consent back', async () => {
  const { page, open } = await openPage({ settings: { remember: true }, consent: true });
  await link(page).click();
  await expect.poll(() => kept(page)).toBe(1);
  await open();
  await expect.poll(() => remembered(page)).toHaveLength(1);
  await page.evaluate(() => {
    const { Shopify } = window as never as {
      Shopify: { customerPrivacy: { preferencesProcessingAllowed: () => boolean } };
    };
    Shopify.customerPrivacy.preferencesProcessingAllowed = () => false;
    document.dispatchEvent(new Event('visitorConsentCollected'));
  });
  await expect.poll(() => remembered(page)).toEqual([]);
  expect(await kept(page)).toBe(0);
});
