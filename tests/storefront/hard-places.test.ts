// Places where a button easily loses its way: several of them, dialogs, swapped pages, more variants than Liquid lists, no script.
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { block, link, linkOf, openShopfront, pick, plain, visit } from './shopfront.ts';

const browser = await openBrowser();

/** 300 variants, every third sold out; the last fifty are beyond what Liquid lists. */
const manyUnits = Object.fromEntries(
  Array.from({ length: 300 }, (_, index) => [
    `Roll ${Math.floor(index / 100)} / ${index % 100}`,
    index % 3 === 2 ? 0 : 5,
  ]),
);

test('several blocks on one page each follow the variant', async () => {
  const front = openShopfront({ placement: { blocks: [{}, {}], apart: [{}], embed: null } });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page, requests, noise } = await visit({ browser, front, path: shirt.path });
  expect(await block(page).count()).toBe(3);
  await pick(page, 'M');
  for (const index of [0, 1, 2]) {
    await expect.poll(() => link(page).nth(index).isVisible()).toBe(true);
    expect(await link(page).nth(index).getAttribute('href')).toBe(
      linkOf({ front, variant: shirt.variant('M') }),
    );
  }
  expect(requests.filter((url) => url.includes('/extensions/'))).toEqual([]);
  expect(noise).toEqual([]);
});

test('a block for another product than the page stays with its own', async () => {
  const front = openShopfront({ placement: { blocks: [{}], apart: [{ product: 'scarf' }], embed: null } });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const scarf = front.addProduct({ title: 'Scarf', units: { Rust: 0, Sea: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  const [own, other] = [link(page).nth(0), link(page).nth(1)];
  expect(await own.isVisible()).toBe(false);
  expect(await other.getAttribute('href')).toBe(linkOf({ front, variant: scarf.variant('Rust') }));
  await pick(page, 'M');
  await expect.poll(() => own.isVisible()).toBe(true);
  expect(await other.getAttribute('href')).toBe(linkOf({ front, variant: scarf.variant('Rust') }));
});

for (const theme of ['swap', 'events']) {
  test(`quick add (${theme}): the dialog's button follows the dialog, the page's button stays`, async () => {
    const front = openShopfront({ theme });
    const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
    front.addProduct({ title: 'Scarf', units: { Rust: 1, Sea: 0 } });
    // The same product in the page and in the dialog is the hardest case.
    const { page, noise } = await visit({
      browser,
      front,
      path: `${shirt.path}?variant=${shirt.variant('M')}`,
    });
    await page.evaluate(
      (url) => document.querySelector('[data-quick-add]')?.setAttribute('data-quick-add', url),
      shirt.path,
    );
    await page.locator('[data-quick-add]').first().click();
    const inDialog = page.locator('dialog notify-me-messenger a');
    await expect.poll(() => page.locator('dialog notify-me-messenger').count()).toBe(1);
    expect(await inDialog.isVisible()).toBe(false);
    await pick(page, 'L', 'dialog');
    await expect.poll(() => inDialog.isVisible()).toBe(true);
    expect(await inDialog.getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('L') }));
    expect(await page.locator('main notify-me-messenger a').getAttribute('href')).toBe(
      linkOf({ front, variant: shirt.variant('M') }),
    );
    expect(noise).toEqual([]);
  });
}

test('quick add on a page that had no button before', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page, noise } = await visit({ browser, front, path: '/collections/all' });
  expect(await block(page).count()).toBe(0);
  await page.locator('[data-quick-add]').click();
  await page.locator('dialog').waitFor();
  await pick(page, 'M', 'dialog');
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('M') }));
  expect(noise).toEqual([]);
});

test('another product swapped in by innerHTML, where no script runs, is right as Liquid drew it', async () => {
  const front = openShopfront();
  const towel = front.addProduct({ title: 'Towel', units: { Hand: 4, Bath: 2 } });
  const scarf = front.addProduct({ title: 'Scarf', units: { Rust: 0, Sea: 0 } });
  const { page, requests, noise } = await visit({ browser, front, path: towel.path });
  expect(await block(page).count()).toBe(0);
  await page.locator('.pairs a[data-swap]').click();
  await expect.poll(() => page.title()).toContain('Scarf');
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: scarf.variant('Rust') }));
  expect(requests.filter((url) => url.includes('/extensions/'))).toEqual([]);
  expect(noise).toEqual([]);
});

test('where the script was there before, a swapped-in product is followed too', async () => {
  const front = openShopfront();
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const scarf = front.addProduct({ title: 'Scarf', units: { Rust: 0, Sea: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.locator('.pairs a[data-swap]').click();
  await expect.poll(() => page.title()).toContain('Scarf');
  await pick(page, 'Sea');
  await expect
    .poll(() => link(page).getAttribute('href'))
    .toBe(linkOf({ front, variant: scarf.variant('Sea') }));
});

for (const theme of ['swap', 'events']) {
  test(`a product with 300 variants (${theme}): also those that Liquid does not list`, async () => {
    const front = openShopfront({ theme });
    const ribbon = front.addProduct({ title: 'Ribbon', units: manyUnits });
    const { page, requests, noise } = await visit({ browser, front, path: ribbon.path });
    expect(await link(page).isVisible()).toBe(false);
    await pick(page, 'Roll 2');
    // Index 200 + 71 = 271: beyond the 250, and 271 % 3 = 1, for sale.
    await pick(page, '71');
    await expect.poll(() => page.locator('[name=id]').inputValue()).toBe(ribbon.variant('Roll 2 / 71'));
    await expect.poll(() => link(page).isVisible()).toBe(false);
    // Index 272: sold out.
    await pick(page, '72');
    await expect
      .poll(() => link(page).getAttribute('href'))
      .toBe(linkOf({ front, variant: ribbon.variant('Roll 2 / 72') }));
    await expect.poll(() => link(page).isVisible()).toBe(true);
    // Listed ones need no request of ours.
    const asked = requests.length;
    await pick(page, '2');
    await expect.poll(() => page.locator('[name=id]').inputValue()).toBe(ribbon.variant('Roll 2 / 2'));
    await expect.poll(() => link(page).isVisible()).toBe(false);
    await pick(page, '3');
    await expect
      .poll(() => link(page).getAttribute('href'))
      .toBe(linkOf({ front, variant: ribbon.variant('Roll 2 / 3') }));
    await expect.poll(() => link(page).isVisible()).toBe(true);
    const own = requests
      .slice(asked)
      .filter((url) => url.includes('variant=') && url.includes('section_id='));
    expect(own).toEqual([]);
    expect(noise).toEqual([]);
  });
}

test('the 272nd of 300 variants, named in the address, has its button without script', async () => {
  const front = openShopfront();
  const ribbon = front.addProduct({ title: 'Ribbon', units: manyUnits });
  const path = `${ribbon.path}?variant=${ribbon.variant('Roll 2 / 72')}`;
  const { page } = await visit({ browser, front, path, script: false });
  expect(await link(page).getAttribute('href')).toBe(
    linkOf({ front, variant: ribbon.variant('Roll 2 / 72') }),
  );
});

test('when the look beyond the 250 fails, the button stays hidden and the console clean', async () => {
  const front = openShopfront({ theme: 'swap' });
  const ribbon = front.addProduct({ title: 'Ribbon', units: manyUnits });
  const { page, noise } = await visit({ browser, front, path: ribbon.path });
  let refused = 0;
  await page.route(/\?variant=/, (route) => {
    refused += 1;
    return route.fulfill({ status: 200, body: '' });
  });
  await pick(page, 'Roll 2');
  await pick(page, '72');
  await expect.poll(() => refused).toBe(1);
  expect(await link(page).isVisible()).toBe(false);
  expect(noise).toEqual([]);
});

test('forms of other products on the page change nothing', async () => {
  const front = openShopfront({ theme: 'select', placement: { ...plain, blocks: [], apart: [{}] } });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: `${shirt.path}?variant=${shirt.variant('M')}` });
  await page.evaluate(() => {
    document.body.insertAdjacentHTML(
      'beforeend',
      `<form action="/cart/add"><input name="id" value="111"></form>
       <form action="/fr/cart/add"><input type="hidden" name="id" value="222"><input type="hidden" name="product-id" value="9"></form>`,
    );
    document.querySelector<HTMLInputElement>('[name=id][value="222"]')!.value = '333';
  });
  await page.mouse.click(5, 5);
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  expect(await link(page).isVisible()).toBe(true);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('M') }));
});

test('a form without a product id is known by the variants it carries', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.evaluate(() => document.querySelector('[name="product-id"]')?.remove());
  await page.locator('select[name=id]').selectOption(shirt.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
});

test('an id that the theme fills in later does not hide what Liquid drew', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: `${shirt.path}?variant=${shirt.variant('M')}` });
  await page.evaluate((url) => {
    // As if the page had come with an empty field: the block is connected anew beside it.
    document.querySelector('select[name=id]')!.outerHTML = '<input type="hidden" name="id" value="">';
    const block = document.querySelector('notify-me-messenger')!;
    block.replaceWith(new DOMParser().parseFromString(block.outerHTML, 'text/html').body.firstElementChild!);
    return url;
  }, shirt.path);
  expect(await link(page).isVisible()).toBe(true);
});
