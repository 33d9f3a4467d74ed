// The message's link: the tap is counted once, the shopper lands on the variant, and whoever is no shopper leaves no trace.
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { openAdmin } from './admin-fixture.ts';
import { ourText } from '../messenger/our-text.ts';

const fixture = openAdmin();
const code = async () =>
  (
    await fixture.client.query<{ link_code: string }>(
      'SELECT link_code FROM notifications WHERE shop_id = $1',
      [fixture.rowsOf('mine').shopId],
    )
  ).rows[0]!.link_code;
const clicks = async () =>
  Number((await fixture.client.query<{ n: string }>('SELECT count(*) AS n FROM link_clicks')).rows[0]!.n);
const press = async ({ method = 'GET', ...headers }: Record<string, string> = {}) =>
  fetch(new URL(`/go/${await code()}`, fixture.origin()), {
    method,
    redirect: 'manual',
    headers: { 'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 20_0) [FBAN/MessengerForiOS]', ...headers },
  });

beforeAll(async () => {
  await fixture.client.query(`UPDATE shops SET locale = 'en'`);
});
beforeEach(async () => {
  await fixture.client.query('DELETE FROM link_clicks');
  await fixture.client.query('UPDATE notifications SET is_test = false');
  await fixture.client.query(`UPDATE shoppers SET locale = 'en', country = 'xx'`);
  await fixture.client.query(`UPDATE variants SET url = 'https://linen.example/products/linen-shirt'`);
});

test('the link leads to the selected variant, with marks that trace the order to the message', async () => {
  const answer = await press();
  expect(answer.status).toBe(302);
  const url = new URL(answer.headers.get('location')!);
  expect(url.origin + url.pathname).toBe('https://linen.example/products/linen-shirt');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    variant: fixture.rowsOf('mine').variantId,
    utm_source: 'messenger',
    utm_medium: 'messenger',
    utm_campaign: 'back_in_stock',
    utm_content: await code(),
  });
  expect(answer.headers.get('cache-control')).toBe('no-store');
  expect(await clicks()).toBe(1);
});

test('a shopper of another language and market lands in theirs', async () => {
  await fixture.client.query(`UPDATE shoppers SET locale = 'es', country = 'mx'`);
  const url = new URL((await press()).headers.get('location')!);
  expect(url.pathname).toBe('/es/products/linen-shirt');
  expect(url.searchParams.get('country')).toBe('MX');
});

test('the shop’s own language has no folder, whatever its region', async () => {
  await fixture.client.query(`UPDATE shoppers SET locale = 'en-GB'`);
  expect(new URL((await press()).headers.get('location')!).pathname).toBe('/products/linen-shirt');
});

test('a product without an address of its own is found under the shop’s domain', async () => {
  await fixture.client.query('UPDATE variants SET url = NULL');
  const url = new URL((await press()).headers.get('location')!);
  expect(url.origin + url.pathname).toBe(`https://${fixture.domainOf('mine')}/products/linen-shirt`);
});

test('bots, link previews, prefetches and HEAD are led on, and not counted', async () => {
  const nobody: Record<string, string>[] = [
    { 'user-agent': 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)' },
    { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)' },
    { 'user-agent': 'WhatsApp/2.23.20 A' },
    { 'sec-purpose': 'prefetch;prerender' },
    { purpose: 'preview' },
    { method: 'HEAD' },
  ];
  for (const who of nobody) expect([who, (await press(who)).status]).toEqual([who, 302]);
  expect(await clicks()).toBe(0);
});

test('pressing twice in a moment is one tap, and a link shared a hundred times cannot fill the table', async () => {
  for (let time = 0; time < 5; time += 1) await press();
  expect(await clicks()).toBe(1);
});

test('the merchant’s own test is led on, and not counted', async () => {
  await fixture.client.query('UPDATE notifications SET is_test = true');
  expect((await press()).status).toBe(302);
  expect(await clicks()).toBe(0);
});

test('a code that nobody gave out gets a page for a person, and leads nowhere', async () => {
  for (const path of ['/go/unknown-code', "/go/'--", '/go/https:%2F%2Fevil.example']) {
    const answer = await fixture.call({ path });
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 404, null]);
    expect(await answer.text()).toContain(ourText('link.unknown.title'));
  }
  expect(await clicks()).toBe(0);
});
