// Themes redraw parts of a page: what stands outside such a part goes on being right, and what comes later gets its link.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { embedOnly, link, linkOf, openShopfront, pick, plain, visit, type Shopfront } from './shopfront.ts';

const browser = await openBrowser();
const withCards = { blocks: [], apart: [], embed: { cards: true } };

/** Two products that a theme swaps for each other, as those of a combined listing: red is sold out in M, blue in S. */
function combined(front: Shopfront) {
  const red = front.addProduct({ title: 'Combo red', units: { S: 2, M: 0 } });
  const blue = front.addProduct({ title: 'Combo blue', units: { S: 0, M: 4 } });
  return { red, blue };
}

/** Puts the page of `path` in place of `selector`, as themes do, and the address before, after, or not at all. */
const swapIn = (page: Page, path: string, selector = 'main', address: 'first' | 'last' | 'never' = 'first') =>
  page.evaluate(
    async ([to, part, when]) => {
      const next = new DOMParser().parseFromString(await (await fetch(to)).text(), 'text/html');
      if (when === 'first') history.pushState({}, '', to);
      document.querySelector(part)!.innerHTML = next.querySelector(part)!.innerHTML;
      if (when !== 'last') return;
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      history.pushState({}, '', to);
      document.querySelector(part)!.append(' ');
    },
    [path, selector, address] as const,
  );

const hrefOf = (page: Page) => link(page).last().getAttribute('href');

test('the embed follows a page that becomes another product', async () => {
  const front = openShopfront({ theme: 'swap', placement: embedOnly });
  const { red, blue } = combined(front);
  const { page, noise } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  await expect.poll(() => hrefOf(page)).toBe(linkOf({ front, variant: red.variant('M') }));
  await page.locator('.pairs a[data-swap]').click();
  // Blue in S is sold out, and M comes first among those for sale.
  await expect.poll(() => page.title()).toContain('Combo blue');
  await expect.poll(() => link(page).isVisible()).toBe(false);
  await pick(page, 'S');
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await hrefOf(page)).toBe(linkOf({ front, variant: blue.variant('S') }));
  await pick(page, 'M');
  await expect.poll(() => link(page).isVisible()).toBe(false);
  // And back again.
  await page.locator('.pairs a[data-swap]').click();
  await expect.poll(() => page.title()).toContain('Combo red');
  await pick(page, 'M');
  await expect.poll(() => hrefOf(page)).toBe(linkOf({ front, variant: red.variant('M') }));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(noise).toEqual([]);
});

for (const placement of [embedOnly, plain])
  test(`a listing whose first product is in stock: a sold-out sibling has its link (${placement.embed ? 'embed' : 'block'})`, async () => {
    const front = openShopfront({ theme: 'swap', placement });
    const listing = { combinedListing: 'combo' };
    const green = front.addProduct({ title: 'Green', units: { 'Green / S': 3, 'Green / M': 1 }, ...listing });
    const red = front.addProduct({ title: 'Red', units: { 'Red / S': 2, 'Red / M': 0 }, ...listing });
    const { page, noise } = await visit({ browser, front, path: green.path });
    await pick(page, 'M');
    await expect.poll(() => link(page).isVisible()).toBe(false);
    await pick(page, 'Red');
    await expect.poll(() => link(page).isVisible()).toBe(true);
    expect(await hrefOf(page)).toBe(linkOf({ front, variant: red.variant('Red / M') }));
    expect(noise).toEqual([]);
  });

for (const address of ['first', 'last'] as const) {
  test(`a theme that changes the address ${address}: the embed is that of the new product`, async () => {
    const front = openShopfront({ theme: 'select', placement: embedOnly });
    const { red, blue } = combined(front);
    const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
    await swapIn(page, `${blue.path}?variant=${blue.variant('S')}`, 'main', address);
    await expect.poll(() => hrefOf(page)).toBe(linkOf({ front, variant: blue.variant('S') }));
    await expect.poll(() => link(page).isVisible()).toBe(true);
  });
}

test('where nobody says which product stands there now, the embed hides', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const { red, blue } = combined(front);
  const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  await swapIn(page, `${blue.path}?variant=${blue.variant('S')}`, 'main', 'never');
  await expect.poll(() => link(page).isVisible()).toBe(false);
});

test('a block in a section of its own follows when the section with the form becomes another product', async () => {
  const front = openShopfront({ theme: 'select', placement: { blocks: [], apart: [{}], embed: null } });
  const { red, blue } = combined(front);
  const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  expect(await link(page).isVisible()).toBe(true);
  const to = `${blue.path}?variant=${blue.variant('S')}`;
  await swapIn(page, to, '.shopify-section');
  await expect.poll(() => hrefOf(page)).toBe(linkOf({ front, variant: blue.variant('S') }));
});

test('a form that the theme takes away for a moment brings its button back', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const { red } = combined(front);
  const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  const form = await page.locator('product-info form').elementHandle();
  const parent = await page.evaluateHandle((element) => element.parentElement!, form);
  await page.evaluate((element) => element.remove(), form);
  await expect.poll(() => link(page).isVisible()).toBe(false);
  await page.evaluate(([into, element]) => into.append(element), [parent, form] as const);
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await hrefOf(page)).toBe(linkOf({ front, variant: red.variant('M') }));
});

test('a product that is swapped out but kept in the page without a box counts as gone', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const { red, blue } = combined(front);
  const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  await page.evaluate(
    async (to) => {
      const next = new DOMParser().parseFromString(await (await fetch(to)).text(), 'text/html');
      const old = document.querySelector<HTMLElement>('main product-info')!;
      history.replaceState({}, '', to);
      old.before(next.querySelector('main product-info')!);
      old.style.display = 'none';
    },
    `${blue.path}?variant=${blue.variant('S')}`,
  );
  await expect.poll(() => hrefOf(page)).toBe(linkOf({ front, variant: blue.variant('S') }));
});

test('what is picked in a dialog of the same product does not reach the embed', async () => {
  const front = openShopfront({ theme: 'swap', placement: embedOnly });
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
  front.addProduct({ title: 'Scarf', units: { Rust: 1, Sea: 0 } });
  const { page } = await visit({ browser, front, path: `${shirt.path}?variant=${shirt.variant('M')}` });
  await page.evaluate(
    (url) => document.querySelector('[data-quick-add]')?.setAttribute('data-quick-add', url),
    shirt.path,
  );
  await page.locator('[data-quick-add]').first().click();
  await pick(page, 'L', 'dialog');
  await expect.poll(() => page.locator('dialog [name=id]').inputValue()).toBe(shirt.variant('L'));
  await page.locator('.quick-close').click();
  await expect.poll(() => page.locator('dialog').count()).toBe(0);
  expect(await hrefOf(page)).toBe(linkOf({ front, variant: shirt.variant('M') }));
  expect(await link(page).isVisible()).toBe(true);
});

test('forms of other products beside our own change nothing', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const { red, blue } = combined(front);
  const { page } = await visit({ browser, front, path: `${red.path}?variant=${red.variant('M')}` });
  await page.evaluate(
    ([product, id]) =>
      document
        .querySelector('main')!
        .insertAdjacentHTML(
          'afterbegin',
          `<form action="/cart/add"><input name="id" value="${id}"><input type="hidden" name="product-id" value="${product}"></form>`,
        ),
    [blue.id, blue.variant('S')] as const,
  );
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await hrefOf(page)).toBe(linkOf({ front, variant: red.variant('M') }));
  expect(await link(page).isVisible()).toBe(true);
});

test('a field that the browser has filled in again is followed when the page is shown', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const { red } = combined(front);
  const { page } = await visit({ browser, front, path: red.path });
  expect(await link(page).isVisible()).toBe(false);
  await page.evaluate((id) => {
    document.querySelector<HTMLSelectElement>('select[name=id]')!.value = id;
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  }, red.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
});

/** 300 variants: those beyond the 250th are not in Liquid's list. */
const manyUnits = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [`No. ${index}`, index % 3 === 2 ? 0 : 5]),
);

for (const [how, rewrite] of [
  ['a prefix before every section id', (html: string, id: string) => html.replaceAll(id, `quickadd-${id}`)],
  ['section ids replaced by a number', (html: string, id: string) => html.replaceAll(id, '1732966')],
  [
    'every id and data attribute with the section id removed',
    (html: string, id: string) => html.replace(new RegExp(`\\s[\\w-]+="[^"]*${id}[^"]*"`, 'g'), ''),
  ],
  ['no rewriting at all', (html: string) => html],
] as const) {
  test(`quick add, more than 250 variants: ${how}`, async () => {
    const front = openShopfront({ theme: 'select' });
    const ribbon = front.addProduct({ title: 'Ribbon', units: manyUnits });
    const shirt = front.addProduct({ units: { S: 0, M: 1 } });
    const { page, requests, noise } = await visit({ browser, front, path: shirt.path });
    const before = requests.length;
    const response = await front.storefront.handle(new Request(`https://linen.myshopify.com${ribbon.path}`));
    const product = /<product-info[\s\S]*<\/product-info>/.exec(await response.text())![0];
    await page.evaluate(
      (html) => {
        document.body.insertAdjacentHTML('beforeend', `<div role="dialog">${html}</div>`);
      },
      rewrite(product, 'template--product__main'),
    );
    const own = page.locator('[role=dialog] notify-me-messenger a');
    const variant = ribbon.variant('No. 272');
    await page.evaluate((id) => {
      const list = document.querySelector<HTMLSelectElement>('[role=dialog] [name=id]')!;
      list.add(new Option(id, id));
      list.value = id;
      list.dispatchEvent(new Event('change', { bubbles: true }));
    }, variant);
    await expect.poll(() => own.isVisible()).toBe(true);
    expect(await own.getAttribute('href')).toBe(linkOf({ front, variant }));
    expect(requests.slice(before).filter((url) => url.includes('variant='))).toHaveLength(1);
    expect(noise).toEqual([]);
  });
}

/** Cards as a theme brings them later, each with the word or class by which it says that it is sold out, or with none. */
const later: {
  how: string;
  sold: string;
  path: string;
  add: (page: Page, html: string) => Promise<unknown>;
}[] = [
  {
    how: 'infinite scroll',
    path: '/collections/all',
    sold: '<span class="badge">Sold out</span>',
    add: (page, html) =>
      page.evaluate((cards) => document.querySelector('.grid')!.insertAdjacentHTML('beforeend', cards), html),
  },
  {
    how: 'a filter that replaces the grid',
    path: '/collections/all',
    sold: '<div class="price price--sold-out"><span>£30</span></div>',
    add: (page, html) => page.evaluate((cards) => (document.querySelector('.grid')!.innerHTML = cards), html),
  },
  {
    how: 'recommendations below a product',
    path: '/products/towel',
    sold: '<button disabled><span>SOLD OUT</span></button>',
    add: (page, html) =>
      page.evaluate((cards) => (document.querySelector('.pairs .grid')!.innerHTML = cards), html),
  },
  {
    how: 'search results, one by one',
    path: '/search?q=towel',
    sold: '<p>£30</p><p>Out of stock</p>',
    add: (page, html) =>
      page.evaluate(async (cards) => {
        const list = document.createElement('ul');
        list.innerHTML = cards;
        for (const card of [...list.children]) {
          document.querySelector('.grid')!.append(card);
          await new Promise(requestAnimationFrame);
        }
      }, html),
  },
];

for (const { how, path, sold, add } of later) {
  test(`cards that come later (${how}): every sold-out one is linked once, no other`, async () => {
    const front = openShopfront({ theme: 'vintage', placement: withCards });
    front.addProduct({ title: 'Towel', units: { Hand: 2 } });
    const { page, requests, noise } = await visit({ browser, front, path });
    const card = (name: string, state: string) =>
      `<li class="card"><a href="/products/${name}"><img alt=""></a><a href="/products/${name}?pos=1">${name}</a>
       <fieldset><label>S <span>Sold out</span></label></fieldset>${state}</li>`;
    await add(
      page,
      card('one', sold) +
        card('two', '<span hidden>Sold out</span><span class="sold-out-message" hidden>Sold out</span>') +
        card('three', sold) +
        card('three-and-more', '<b>Not sold out yet</b>'),
    );
    const links = page.locator('.nmm-card');
    await expect.poll(() => links.count()).toBe(2);
    expect(await links.evaluateAll((all) => all.map((each) => (each as HTMLAnchorElement).pathname))).toEqual(
      ['/products/one', '/products/three'],
    );
    await page.evaluate(
      (more) => {
        document.querySelector('.nmm-card')!.closest('ul')!.insertAdjacentHTML('beforeend', more);
      },
      card('four', sold),
    );
    await expect.poll(() => links.count()).toBe(3);
    expect(requests.filter((url) => url.includes('notify-me-cards'))).toHaveLength(1);
    expect(noise).toEqual([]);
  });
}

test('cards that are for sale cause no request, however many come', async () => {
  const front = openShopfront({ theme: 'vintage', placement: withCards });
  front.addProduct({ title: 'Towel', units: { Hand: 2 } });
  const { page, requests } = await visit({ browser, front, path: '/collections/all' });
  const before = requests.length;
  await page.evaluate(() => {
    for (let index = 0; index < 40; index += 1)
      document
        .querySelector('.grid')!
        .insertAdjacentHTML(
          'beforeend',
          `<li><a href="/products/p${index}">P${index}</a><span hidden>Sold out</span><button>Add</button></li>`,
        );
  });
  // The mark that the watcher leaves on a link it has looked at.
  await page.waitForFunction(() => 'nmm' in [...document.links].at(-1)!);
  expect(requests.length).toBe(before);
});

test('the second page of a collection whose cards say nothing is linked as well', async () => {
  const front = openShopfront({ theme: 'select', placement: withCards });
  for (let index = 0; index < 30; index += 1)
    front.addProduct({ title: `Towel ${index}`, units: { Hand: index % 4 === 0 ? 0 : 2 } });
  const { page } = await visit({ browser, front, path: '/' });
  await page.addInitScript(() =>
    document.addEventListener('DOMContentLoaded', () =>
      document.querySelectorAll('.badge').forEach((badge) => badge.remove()),
    ),
  );
  await page.goto('https://linen.myshopify.com/collections/all?page=2');
  await expect.poll(() => page.locator('.nmm-card').count()).toBe(2);
});
