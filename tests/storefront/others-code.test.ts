// For other people's code: window.notifyMeMessenger and its events where the merchant turned them on, and the headless example.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { messengerLink } from '../../docs/help/headless-link.ts';
import { openBrowser } from '../harness/browser.ts';
import type { Placement } from '../../simulators/storefront/storefront.ts';
import { embedOnly, linkOf, openShopfront, pick, visit } from './shopfront.ts';

const browser = await openBrowser();
const withApi: Placement = { blocks: [{ api: true }], apart: [], embed: null };

type State = { product: string; variant: string; soldOut: boolean; href: string | null };
type Api = {
  version: number;
  link: (variant: string | number) => string | null;
  open: (variant: string | number) => boolean;
  state: () => State[];
  subscribe: (listener: (state: State) => void) => () => void;
};
type World = { notifyMeMessenger: Api; heard: State[]; end: () => void; opened: string[] };

/** A page with one sold-out variant, M, and one for sale, S. */
async function openPage(placement = withApi) {
  const front = openShopfront({ placement });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  return { front, shirt, page, noise };
}
const ready = (page: Page) => page.waitForFunction(() => 'notifyMeMessenger' in window);

test('it is there only where the merchant turned it on', async () => {
  const { page } = await openPage({ blocks: [{}], apart: [], embed: null });
  await page.waitForLoadState('networkidle');
  expect(await page.evaluate(() => 'notifyMeMessenger' in window)).toBe(false);
});

for (const [form, placement] of [
  ['block', withApi],
  ['embed', { ...embedOnly, embed: { api: true } }],
] as const) {
  test(`${form}: it knows the link of each sold-out variant, and none of another`, async () => {
    const { front, shirt, page } = await openPage(placement);
    await ready(page);
    const links = await page.evaluate(
      ([sold, forSale]) => {
        const { version, link } = (window as never as World).notifyMeMessenger;
        return {
          version,
          sold: link(sold),
          number: link(Number(sold)),
          forSale: link(forSale),
          none: link('7'),
        };
      },
      [shirt.variant('M'), shirt.variant('S')] as const,
    );
    const expected = linkOf({ front, variant: shirt.variant('M') });
    expect(links).toEqual({ version: 1, sold: expected, number: expected, forSale: null, none: null });
  });
}

test('it says what the button shows, at once and at each change, until that is ended', async () => {
  const { front, shirt, page, noise } = await openPage();
  await ready(page);
  await page.evaluate(() => {
    const world = window as never as World;
    world.heard = [];
    world.end = world.notifyMeMessenger.subscribe((state) => world.heard.push(state));
  });
  const heard = () => page.evaluate(() => (window as never as World).heard);
  expect(await heard()).toMatchObject([{ product: shirt.id, soldOut: false, href: null }]);
  await pick(page, 'M');
  const soldOut = {
    product: shirt.id,
    variant: shirt.variant('M'),
    soldOut: true,
    href: linkOf({ front, variant: shirt.variant('M') }),
  };
  await expect.poll(async () => (await heard()).at(-1)).toEqual(soldOut);
  expect(await page.evaluate(() => (window as never as World).notifyMeMessenger.state())).toEqual([soldOut]);
  const before = (await heard()).length;
  await page.evaluate(() => (window as never as World).end());
  await pick(page, 'S');
  await expect
    .poll(() => page.evaluate(() => (window as never as World).notifyMeMessenger.state()[0]?.soldOut))
    .toBe(false);
  expect(await heard()).toHaveLength(before);
  expect(noise).toEqual([]);
});

test('events tell a listener anywhere above the button of its state and of a press', async () => {
  const { shirt, page } = await openPage();
  await ready(page);
  await page.evaluate(() => {
    const world = window as never as { events: [string, State][] };
    world.events = [];
    for (const type of ['change', 'press'])
      document.addEventListener(`notify-me-messenger:${type}`, (event) =>
        world.events.push([type, (event as CustomEvent<State>).detail]),
      );
    document.addEventListener('click', (event) => {
      if ((event.target as Element).closest('a')) event.preventDefault();
    });
  });
  await pick(page, 'M');
  await page.locator('notify-me-messenger a').click();
  const events = () => page.evaluate(() => (window as never as { events: [string, State][] }).events);
  await expect.poll(async () => (await events()).map(([type]) => type)).toEqual(['change', 'press']);
  for (const [, state] of await events())
    expect(state).toMatchObject({ product: shirt.id, variant: shirt.variant('M'), soldOut: true });
});

test('it opens Messenger for a sold-out variant, and says when it can not', async () => {
  const { front, shirt, page } = await openPage();
  await ready(page);
  const [opened, sold, forSale] = await page.evaluate(
    ([M, S]) => {
      const world = window as never as World;
      world.opened = [];
      window.open = (url) => {
        world.opened.push(String(url));
        return null;
      };
      const { open } = world.notifyMeMessenger;
      return [world.opened, open(M), open(S)] as const;
    },
    [shirt.variant('M'), shirt.variant('S')] as const,
  );
  expect([opened, sold, forSale]).toEqual([[linkOf({ front, variant: shirt.variant('M') })], true, false]);
});

for (const placement of [{ blocks: [{}], apart: [], embed: null }, embedOnly]) {
  test(`headless, ${placement.embed ? 'embed' : 'block'}: the online store says the link of a sold-out variant`, async () => {
    const front = openShopfront({ placement });
    const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
    const towel = front.addProduct({ title: 'Towel', units: { Hand: 4 } });
    const fetch = (url: string) => front.storefront.handle(new Request(url));
    const ask = (handle: string, variant: string) =>
      messengerLink({ store: `https://${front.shop.domain}`, handle, variant, fetch });
    for (const size of ['M', 'L'])
      expect(await ask(shirt.handle, shirt.variant(size))).toBe(
        linkOf({ front, variant: shirt.variant(size) }),
      );
    expect(await ask(shirt.handle, shirt.variant('S'))).toBe(null);
    expect(await ask(towel.handle, towel.variant('Hand'))).toBe(null);
    await expect(ask('gone', '1')).rejects.toThrow('answered 404');
  });
}
