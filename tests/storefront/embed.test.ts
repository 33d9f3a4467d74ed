// The app embed: one switch puts the button after the sold-out button, or lets it float, and links sold-out cards when the merchant wants that.
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { block, embedOnly, html, link, linkOf, openShopfront, pick, visit } from './shopfront.ts';

const browser = await openBrowser();
const withCards = { blocks: [], apart: [], embed: { cards: true } };
const floating = (more: object = {}) => ({ ...embedOnly, embed: { placement: 'float', ...more } });

for (const theme of ['select', 'swap', 'events', 'vintage']) {
  test(`${theme}: one switch puts the button right after the sold-out button, before the first picture`, async () => {
    const front = openShopfront({ theme, placement: embedOnly });
    const shirt = front.addProduct({ units: { S: 0, M: 0 } });
    const { page, requests, noise } = await visit({ browser, front, path: '/cart' });
    await page.addInitScript(`
      window.shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
    `);
    requests.length = 0;
    await page.goto(`https://linen.myshopify.com${shirt.path}`, { waitUntil: 'networkidle' });
    expect(await link(page).isVisible()).toBe(true);
    expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('S') }));
    const [theirs, ours] = await Promise.all([
      page.locator('main [data-part=add]').boundingBox(),
      link(page).boundingBox(),
    ]);
    expect(ours!.y - (theirs!.y + theirs!.height)).toBeGreaterThanOrEqual(0);
    expect(ours!.y - (theirs!.y + theirs!.height)).toBeLessThanOrEqual(16);
    expect(await page.evaluate(() => (window as never as { shift: number }).shift)).toBe(0);
    expect(requests.filter((url) => url.includes('/extensions/'))).toEqual([]);
    expect(noise).toEqual([]);
  });
}

test('a button that the theme keeps in a line with its quantity field has ours below the line', async () => {
  const front = openShopfront({ theme: 'select', placement: embedOnly });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.evaluate((variant) => {
    const add = document.querySelector('main [data-part=add]')!;
    const line = document.createElement('div');
    line.style.cssText = 'display:flex;gap:8px';
    add.replaceWith(line);
    const shell = document.createElement('div');
    shell.style.flex = '1';
    shell.append(add);
    line.append(Object.assign(document.createElement('input'), { type: 'number', id: 'quantity' }), shell);
    line.insertAdjacentHTML(
      'afterend',
      '<div class="shopify-payment-button"><button disabled>Buy it now</button></div>',
    );
    document.querySelector<HTMLSelectElement>('[name=id]')!.value = variant;
  }, shirt.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  const box = (selector: string) => page.locator(selector).boundingBox();
  const [line, pay, ours] = await Promise.all([
    box('#quantity'),
    box('.shopify-payment-button'),
    link(page).boundingBox(),
  ]);
  expect(ours!.x).toBeCloseTo(line!.x, 0);
  expect(ours!.y).toBeGreaterThanOrEqual(pay!.y + pay!.height);
});

test('a theme that redraws the form around the button has it put back', async () => {
  const front = openShopfront({ theme: 'events', placement: embedOnly });
  const shirt = front.addProduct({ units: { S: 0, M: 0, L: 2 } });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  for (const size of ['M', 'L', 'S'] as const) {
    await pick(page, size);
    await expect.poll(() => page.locator('main [name=id]').inputValue()).toBe(shirt.variant(size));
    await expect.poll(() => link(page).isVisible()).toBe(size !== 'L');
  }
  expect(await block(page).count()).toBe(1);
  expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: shirt.variant('S') }));
  expect(noise).toEqual([]);
});

test('the floating button keeps to the window on a narrow screen, left to right and right to left', async () => {
  for (const side of ['start', 'center', 'end']) {
    for (const dir of ['ltr', 'rtl']) {
      const front = openShopfront({
        theme: 'vintage',
        placement: floating({ side, label: 'Please tell me on Messenger as soon as this is back' }),
      });
      const shirt = front.addProduct({ units: { S: 0 } });
      const { page } = await visit({
        browser,
        front,
        path: `${shirt.path}?dir=${dir}`,
        options: { viewport: { width: 320, height: 600 } },
      });
      await expect.poll(() => block(page).count()).toBe(1);
      expect(await block(page).evaluate((element) => getComputedStyle(element).position)).toBe('fixed');
      const box = await link(page).boundingBox();
      expect(box!.x).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width).toBeLessThanOrEqual(320);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    }
  }
});

test('it stands clear of a chat bubble and of a bar above that, whenever they come', async () => {
  const front = openShopfront({ theme: 'vintage', placement: floating() });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  const bottom = async () => {
    const box = await link(page).boundingBox();
    return 720 - box!.y - box!.height;
  };
  await expect.poll(bottom).toBeLessThan(40);
  await page.evaluate(() =>
    document.body.insertAdjacentHTML(
      'beforeend',
      '<div style="position:fixed;right:16px;bottom:16px;width:60px;height:60px;background:red">chat</div>',
    ),
  );
  await expect.poll(bottom).toBeGreaterThanOrEqual(76);
  await page.evaluate(() =>
    document.body.insertAdjacentHTML(
      'beforeend',
      '<div style="position:fixed;left:0;right:0;bottom:80px;height:50px;background:blue">cookies</div>',
    ),
  );
  await expect.poll(bottom).toBeGreaterThanOrEqual(130);
});

test('it hides while it would lie over a field or a button, and comes back', async () => {
  const front = openShopfront({ theme: 'vintage', placement: floating() });
  const shirt = front.addProduct({ units: { S: 0 } });
  const { page } = await visit({
    browser,
    front,
    path: shirt.path,
    options: { viewport: { width: 390, height: 700 } },
  });
  await page.evaluate(() => {
    document.body.style.paddingBottom = '900px';
    document
      .querySelector('main')!
      .insertAdjacentHTML(
        'beforeend',
        '<form id="sign-up" style="height:120px;background:#eee"><input style="width:100%;height:120px" type="email"></form>',
      );
  });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  await page.evaluate(() => document.querySelector('#sign-up')!.scrollIntoView({ block: 'end' }));
  await expect.poll(() => link(page).isVisible()).toBe(false);
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await expect.poll(() => link(page).isVisible()).toBe(true);
});

test('where a block stands already, the embed steps aside', async () => {
  for (const embed of [{}, { placement: 'float' }]) {
    const front = openShopfront({ theme: 'select', placement: { blocks: [{}], apart: [], embed } });
    const shirt = front.addProduct({ units: { S: 0, M: 0 } });
    const { page } = await visit({ browser, front, path: shirt.path });
    await page.waitForLoadState('networkidle');
    expect(await link(page).count()).toBe(1);
    expect(await page.locator('.buy notify-me-messenger a').isVisible()).toBe(true);
  }
});

test('a merchant who wants links on cards only has no button', async () => {
  const front = openShopfront({ theme: 'select', placement: { ...embedOnly, embed: { placement: 'none' } } });
  const shirt = front.addProduct({ units: { S: 0 } });
  expect(await html({ front, path: shirt.path })).not.toContain('notify-me');
});

test('cards carry no link unless the merchant wants it, nor while the Page is not ready', async () => {
  for (const [placement, appData] of [
    [embedOnly, {}],
    [withCards, { ready: 'false' }],
  ] as const) {
    const front = openShopfront({ theme: 'vintage', placement, appData });
    front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
    for (const path of ['/collections/all', '/search?q=scarf']) {
      expect(await html({ front, path })).not.toContain('notify-me');
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
    // A finger finds 44 px of it, though it is quieter than the theme's own word.
    const finger = await links.evaluate((element) => {
      const { top, bottom } = element.getBoundingClientRect();
      const { top: above, bottom: below } = getComputedStyle(element, '::after');
      return bottom - top - Number.parseFloat(above) - Number.parseFloat(below);
    });
    expect(finger).toBeGreaterThanOrEqual(44);
    expect(await page.evaluate(() => (window as never as { shift: number }).shift)).toBe(0);
    expect(requests.filter((url) => url.includes('/extensions/'))).toHaveLength(1);
    expect(noise).toEqual([]);
    await links.click();
    await expect.poll(() => page.url()).toContain(scarf.path);
  });
}

for (const placement of ['inline', 'none']) {
  test(`the link on a card leads to the button itself (${placement}), and puts the focus on it`, async () => {
    const blocks = placement === 'none' ? [{}] : [];
    const embed = { cards: true, placement };
    const front = openShopfront({ theme: 'select', placement: { blocks, apart: [], embed } });
    front.addProduct({ title: 'Scarf', units: { Rust: 0, Sea: 0 } });
    const { page } = await visit({
      browser,
      front,
      path: '/collections/all',
      options: { viewport: { width: 390, height: 500 } },
    });
    await page.locator('.nmm-card').click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('notify-me');
    await expect(link(page).isVisible()).resolves.toBe(true);
    const box = await link(page).boundingBox();
    expect(box!.y).toBeGreaterThanOrEqual(0);
    expect(box!.y + box!.height).toBeLessThanOrEqual(500);
  });
}

test('the link on a card never lies over the word of the theme, wherever that stands', async () => {
  const front = openShopfront({ theme: 'vintage', placement: withCards });
  front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
  const { page } = await visit({ browser, front, path: '/collections/all' });
  const overlap = () =>
    page.evaluate(() => {
      const own = document.querySelector('.nmm-card')?.getBoundingClientRect();
      const word = document.querySelector('.card .badge')!.getBoundingClientRect();
      if (!own) return true;
      return own.left < word.right && own.right > word.left && own.top < word.bottom && own.bottom > word.top;
    });
  await expect.poll(() => page.locator('.nmm-card').count()).toBe(1);
  const places = [
    'top:4px;left:4px',
    'top:4px;right:4px',
    'bottom:40%;left:4px',
    'top:4px;left:4px;right:4px',
    'bottom:40%;left:0;right:0',
  ];
  for (const [index, place] of ['position:static', ...places].entries()) {
    const css = `.card{position:relative;width:${150 + index}px}.card .badge{position:absolute;margin:0;inset:auto;${place}}`;
    await page.addStyleTag({ content: css });
    await expect.poll(overlap, { message: css }).toBe(false);
  }
});

test('a card that the theme uses for another product, or that is back in stock, keeps no wrong link', async () => {
  const front = openShopfront({ theme: 'vintage', placement: withCards });
  const scarf = front.addProduct({ title: 'Scarf', units: { Rust: 0 } });
  const { page } = await visit({ browser, front, path: '/collections/all' });
  const links = page.locator('.nmm-card');
  await expect.poll(() => links.count()).toBe(1);
  await page.evaluate(
    () => (document.querySelector<HTMLAnchorElement>('.card-link')!.href = '/products/other'),
  );
  await expect.poll(() => links.getAttribute('href')).toContain('/products/other#notify-me');
  await page.evaluate(() => document.querySelector('.card .badge')!.remove());
  await expect.poll(() => links.count()).toBe(0);
  expect(scarf.path).toBe('/products/scarf');
});

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
