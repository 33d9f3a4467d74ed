// Themes that we do not have: habits seen in the field, each put in place of our own theme's form.
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { openBrowser } from '../harness/browser.ts';
import { link, linkOf, openShopfront, visit } from './shopfront.ts';

const browser = await openBrowser();

type Foreign = {
  habit: string;
  /** The form as that theme writes it; S is for sale and selected. */
  form: (ids: { product: string; S: string; M: string }) => string;
  /** What happens in it when the shopper picks another variant. */
  pick: (page: Page, id: string) => Promise<unknown>;
};

const hidden = ({ product, S }: { product: string; S: string }) =>
  `<form action="/cart/add"><input type="hidden" name="id" value="${S}"><input type="hidden" name="product-id" value="${product}"></form>`;

const themes: Foreign[] = [
  {
    habit: 'one radio a variant, each named id',
    form: ({ product, S, M }) =>
      `<form action="/cart/add"><input type="radio" name="id" value="${S}" checked><input type="radio" name="id" value="${M}">
       <input type="hidden" name="product-id" value="${product}"></form>`,
    pick: (page, id) => page.locator(`[name=id][value="${id}"]`).check(),
  },
  {
    habit: 'a form under a language prefix',
    form: (ids) => hidden(ids).replace('/cart/add', '/fr-ca/cart/add'),
    pick: (page, id) =>
      page.evaluate((value) => (document.querySelector<HTMLInputElement>('[name=id]')!.value = value), id),
  },
  {
    habit: 'an id field that belongs to the form from outside it',
    form: ({ product, S }) =>
      `<form id="far" action="/cart/add"><input type="hidden" name="product-id" value="${product}"></form>
       <p><input type="hidden" name="id" form="far" value="${S}"></p>`,
    pick: (page, id) =>
      page.evaluate((value) => (document.querySelector<HTMLInputElement>('[name=id]')!.value = value), id),
  },
  {
    habit: 'swatches that set a list from script, on click',
    form: ({ product, S, M }) =>
      `<form action="/cart/add"><select name="id" hidden><option value="${S}">S</option><option value="${M}">M</option></select>
       <div id="swatch" onclick="const list = document.querySelector('[name=id]'); list.value = list.value === '${S}' ? '${M}' : '${S}'">swatch</div>
       <input type="hidden" name="product-id" value="${product}"></form>`,
    pick: (page) => page.locator('#swatch').click(),
  },
  {
    habit: 'a form that is thrown away and written anew',
    form: hidden,
    pick: (page, id) =>
      page.evaluate((value) => {
        const form = document.querySelector('form[action="/cart/add"]')!;
        form.outerHTML = form.outerHTML.replace(/(name="id" value=")\d+/, `$1${value}`);
      }, id),
  },
  {
    habit: "Shopify's event sent from the document itself, with a plain number, and no form to look at",
    form: () => '<p>No form here.</p>',
    pick: (page, id) =>
      page.evaluate((value) => {
        const product = {
          id: Number(document.querySelector<HTMLElement>('notify-me-messenger')!.dataset.product),
        };
        const promise = Promise.resolve({ variant: { id: Number(value) } });
        document.dispatchEvent(Object.assign(new Event('shopify:product:select'), { product, promise }));
      }, id),
  },
  {
    habit: 'a disabled id field while the variant is sold out',
    form: hidden,
    pick: (page, id) =>
      page.evaluate((value) => {
        const field = document.querySelector<HTMLInputElement>('[name=id]')!;
        field.disabled = true;
        field.value = value;
      }, id),
  },
];

for (const { habit, form, pick } of themes) {
  for (const wrapped of [true, false]) {
    test(`${habit}${wrapped ? '' : ", without Shopify's section around it"}`, async () => {
      const front = openShopfront({ theme: 'select' });
      const shirt = front.addProduct({ units: { S: 1, M: 0 } });
      const ids = { product: shirt.id, S: shirt.variant('S'), M: shirt.variant('M') };
      const { page, noise } = await visit({ browser, front, path: shirt.path });
      await page.evaluate(
        ([markup, keep]) => {
          document.querySelector('form[action="/cart/add"]')!.outerHTML = markup;
          if (!keep)
            document.querySelectorAll('.shopify-section').forEach((each) => each.removeAttribute('class'));
        },
        [form(ids), wrapped] as const,
      );
      expect(await link(page).isVisible()).toBe(false);
      await pick(page, ids.M);
      await expect.poll(() => link(page).isVisible()).toBe(true);
      expect(await link(page).getAttribute('href')).toBe(linkOf({ front, variant: ids.M }));
      await pick(page, ids.S);
      await expect.poll(() => link(page).isVisible()).toBe(false);
      expect(noise).toEqual([]);
    });
  }
}

test('a look-up that answers late does not undo a later choice', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0, L: 0 } });
  const { page } = await visit({ browser, front, path: shirt.path });
  await page.evaluate(
    async ([product, early, late]) => {
      let answerEarly = (_answer: unknown) => {};
      const select = (promise: Promise<unknown>) =>
        document.dispatchEvent(
          Object.assign(new Event('shopify:product:select'), {
            product: { id: `gid://shopify/Product/${product}` },
            promise,
          }),
        );
      select(new Promise((done) => (answerEarly = done)));
      const last = Promise.resolve({ variant: { id: `gid://shopify/ProductVariant/${late}` } });
      select(last);
      await last;
      answerEarly({ variant: { id: `gid://shopify/ProductVariant/${early}` } });
    },
    [shirt.id, shirt.variant('M'), shirt.variant('L')] as const,
  );
  await expect
    .poll(() => link(page).getAttribute('href'))
    .toBe(linkOf({ front, variant: shirt.variant('L') }));
});

test('the same script run twice, as some themes do after a morph, says nothing and changes nothing', async () => {
  const front = openShopfront({ theme: 'select' });
  const shirt = front.addProduct({ units: { S: 1, M: 0 } });
  const { page, noise } = await visit({ browser, front, path: shirt.path });
  await page.evaluate(() => {
    const old = document.querySelector<HTMLScriptElement>('.shopify-app-block script')!;
    const script = document.createElement('script');
    script.text = old.text;
    old.replaceWith(script);
  });
  await page.locator('select[name=id]').selectOption(shirt.variant('M'));
  await expect.poll(() => link(page).isVisible()).toBe(true);
  expect(noise).toEqual([]);
});
