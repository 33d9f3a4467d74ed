// What makes an order ours, and what it is worth: pure, over every landing page and every fate of the money.
import { expect, test } from 'vitest';
import { linkCodeInUrl, linkCodeOfVisit, landingUrl } from '../../app/attribution/landing-url.ts';
import { orderInWebhook, amountsOf } from '../../app/attribution/order.ts';
import { parseJson, type Json } from '../../app/lib/json.ts';

const MARKS = 'utm_source=messenger&utm_medium=messenger&utm_campaign=back_in_stock';

const landings: [string, string | null, string | null][] = [
  [
    'the path and query that Shopify keeps',
    `/products/shirt?variant=1&${MARKS}&utm_content=Ab-9_xyz`,
    'Ab-9_xyz',
  ],
  [
    'a whole address',
    `https://linen.example/products/shirt?${MARKS}&utm_content=Ab-9_xyz&country=GB`,
    'Ab-9_xyz',
  ],
  ['the folder of a language', `/es/products/shirt?${MARKS}&utm_content=Ab-9_xyz`, 'Ab-9_xyz'],
  [
    'marks in another order',
    `/x?utm_content=Ab-9_xyz&utm_campaign=back_in_stock&utm_source=messenger`,
    'Ab-9_xyz',
  ],
  ['with what Facebook adds', `/x?${MARKS}&utm_content=Ab-9_xyz&fbclid=IwAR0#reviews`, 'Ab-9_xyz'],
  ['written in percents', `/x?${MARKS}&utm_content=Ab%2D9%5Fxyz`, 'Ab-9_xyz'],
  ['no landing page', null, null],
  ['an empty one', '', null],
  ['one without marks', '/products/shirt?variant=1', null],
  ['another campaign', `/x?utm_source=messenger&utm_campaign=spring&utm_content=Ab-9_xyz`, null],
  ['another source', `/x?utm_source=newsletter&utm_campaign=back_in_stock&utm_content=Ab-9_xyz`, null],
  ['a code alone', '/x?utm_content=Ab-9_xyz', null],
  ['marks without a code', `/x?${MARKS}`, null],
  ['an empty code', `/x?${MARKS}&utm_content=`, null],
  ['a code with something else in it', `/x?${MARKS}&utm_content=Ab';--`, null],
  ['a code that is too long', `/x?${MARKS}&utm_content=${'a'.repeat(65)}`, null],
  ['no address at all', 'http://[', null],
  [
    'our marks in another case',
    `/x?UTM_SOURCE=messenger&utm_campaign=back_in_stock&utm_content=Ab-9_xyz`,
    null,
  ],
  ['our marks behind the hash', `/x#${MARKS}&utm_content=Ab-9_xyz`, null],
];
for (const [what, address, code] of landings)
  test(`the landing page with ${what} ${code ? 'carries our code' : 'carries none'}`, () =>
    expect(linkCodeInUrl(address)).toBe(code));

test('the link of our own message carries its code, in every language and market', () => {
  for (const locale of ['en', 'es', 'pt-BR'])
    for (const country of ['xx', 'GB'])
      for (const url of [
        null,
        'https://linen.example/products/shirt',
        'https://linen.example/de/products/shirt',
      ]) {
        const address = landingUrl({
          variant: { id: 7n, url, handle: 'shirt' },
          shop: { domain: 'linen.myshopify.com', locale: 'en' },
          shopper: { locale, country },
          code: 'Ab-9_xyz',
        });
        const { pathname, search } = new URL(address);
        expect([linkCodeInUrl(address), linkCodeInUrl(pathname + search)]).toEqual(['Ab-9_xyz', 'Ab-9_xyz']);
      }
});

test('Shopify’s own reading of the marks counts like the address', () => {
  const came = { source: 'messenger', campaign: 'back_in_stock', content: 'Ab-9_xyz' };
  expect(linkCodeOfVisit(came)).toBe('Ab-9_xyz');
  for (const other of [
    null,
    { ...came, source: 'x' },
    { ...came, campaign: null },
    { ...came, content: null },
  ])
    expect(linkCodeOfVisit(other)).toBeNull();
});

const fates: [string, Parameters<typeof amountsOf>[0], [number, number] | undefined][] = [
  ['paid', { total: '49.00', current: '49.00', cancelled: false }, [49, 49]],
  ['partly returned', { total: '100.00', current: '70.00', refunded: '30.00', cancelled: false }, [100, 70]],
  ['returned whole', { total: '100.00', current: '0.00', refunded: '100.00', cancelled: false }, [100, 0]],
  [
    'paid back without a line',
    { total: '100.00', current: '100.00', refunded: '30.00', cancelled: false },
    [100, 70],
  ],
  [
    'paid back beyond its price',
    { total: '100.00', current: '100.00', refunded: '130.00', cancelled: false },
    [100, 0],
  ],
  ['edited to more', { total: '100.00', current: '150.00', cancelled: false }, [150, 150]],
  [
    'edited to more, then returned',
    { total: '100.00', current: '0.00', refunded: '150.00', cancelled: false },
    [100, 0],
  ],
  ['edited to less', { total: '100.00', current: '60.00', refunded: '40.00', cancelled: false }, [100, 60]],
  [
    'edited to less, then 10 paid back',
    { total: '100.00', current: '60.00', refunded: '50.00', cancelled: false },
    [100, 50],
  ],
  ['cancelled', { total: '100.00', current: '100.00', cancelled: true }, [100, 0]],
  ['free', { total: '0.00', current: '0.00', cancelled: false }, [0, 0]],
  ['in a currency without parts', { total: '4900', current: '4900', cancelled: false }, [4900, 4900]],
  ['in a currency of thousandths', { total: '4.905', current: '4.905', cancelled: false }, [4.905, 4.905]],
  ['an amount that is none', { total: 'much', current: '1', cancelled: false }, undefined],
  ['a negative amount', { total: '-1', current: '-1', cancelled: false }, undefined],
  ['an amount beyond every till', { total: '9'.repeat(18), current: '1', cancelled: false }, undefined],
];
for (const [what, given, expected] of fates)
  test(`an order ${what} is worth ${expected?.[1] ?? 'nothing that can be read'}`, () => {
    const worth = amountsOf(given);
    expect(worth && [Number(worth.amount), Number(worth.amount) - Number(worth.refunded)]).toEqual(expected);
  });

test('a body that tells no order is none, and ids arrive digit for digit', () => {
  const whole = {
    id: 5641297330225,
    test: false,
    created_at: '2026-11-23T10:00:00+01:00',
    updated_at: '2026-11-23T10:00:00+01:00',
    currency: 'EUR',
    total_price: '49.00',
  };
  expect(orderInWebhook(whole)).toMatchObject({ orderId: 5641297330225n, test: false, currency: 'EUR' });
  const huge = parseJson(JSON.stringify(whole).replace('5641297330225', '271878346596884015'));
  expect(orderInWebhook(huge as { [key: string]: Json })?.orderId).toBe(271878346596884015n);
  for (const wrong of [
    { id: null },
    { created_at: 'yesterday' },
    { created_at: '+275760-09-13T00:00:00Z' },
    { updated_at: null },
    { currency: 'Euro' },
    { total_price: '\0' },
  ])
    expect(orderInWebhook({ ...whole, ...wrong })).toBeUndefined();
});
