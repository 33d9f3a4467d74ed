// What stands ahead of every route: which requests are refused, who may frame a page, and where a stranger to the admin is sent.
import { afterAll, expect, test } from 'vitest';
import { authenticateMerchant } from '../../app/authenticate.server.ts';
import { db } from '../../app/db.server.ts';
import { securityHeaders } from '../../app/security-headers.ts';
import { refusalOf } from '../../app/server.ts';

afterAll(() => db.$disconnect());

const ours = 'https://app.notify.example';
const refused = (given: Partial<Parameters<typeof refusalOf>[0]> = {}) =>
  refusalOf({
    method: 'GET',
    target: '/app?shop=linen.myshopify.com',
    host: 'app.notify.example',
    origin: undefined,
    ownOrigin: ours,
    ...given,
  })?.status ?? null;

test('what a browser, a platform or a probe sends is let through', () => {
  for (const host of ['app.notify.example', 'localhost:3000', '10.0.0.7', '[::1]:3000', undefined, ''])
    expect([host, refused({ host })]).toEqual([host, null]);
  for (const target of ['/', '/app?search=%25&x=%E0%A4%A', '/go/abc', '/app/waitlist/%F0%9F%98%80', '//'])
    expect([target, refused({ target })]).toEqual([target, null]);
  for (const method of ['HEAD', 'POST', 'OPTIONS'])
    expect([method, refused({ method })]).toEqual([method, null]);
  expect(refused({ method: 'POST', origin: ours })).toBeNull();
  // Facebook's callback page sends its form without a referrer, and so with the origin "null".
  expect(refused({ method: 'POST', target: '/messenger/callback', origin: 'null' })).toBeNull();
});

test('a NUL, an escape that is none, a host that is none, and a method that we do not have are refused', () => {
  for (const target of [
    '/app/%00',
    '/app?search=%00',
    '/messenger/data-deletion?code=a%00b',
    '/%E0%A4%A',
    '/%',
    '*',
  ])
    expect([target, refused({ target })]).toEqual([target, 400]);
  for (const target of ['http://evil.example/', 'nonsense'])
    expect([target, refused({ target })]).toEqual([target, 400]);
  for (const host of ['[', 'a b', 'a/b', 'a:port', 'a,b'])
    expect([host, refused({ host })]).toEqual([host, 400]);
  for (const method of ['TRACE', 'PUT', 'PROPFIND'])
    expect([method, refused({ method })]).toEqual([method, 405]);
  for (const origin of ['https://evil.example', 'null', 'nonsense'])
    expect([origin, refused({ method: 'POST', origin })]).toEqual([origin, 403]);
});

const framedBy = (path: string) =>
  securityHeaders({ url: new URL(path, ours), nonce: 'n', isHtml: true })['Content-Security-Policy']!.split(
    '; ',
  )[0];

test('only the shop that a page of the admin names may frame it, and only if that is a shop’s name', () => {
  const shop = 'linen.myshopify.com';
  const allowed = `frame-ancestors https://${shop} https://admin.shopify.com`;
  for (const path of [
    `/app?shop=${shop}`,
    `/app/waitlist?x=1&shop=${shop}`,
    `/auth/session-token?shop=${shop}`,
  ])
    expect([path, framedBy(path)]).toEqual([path, allowed]);
  for (const shop of [
    ...['', '*', 'evil.example', 'linen.myshopify.com.evil.example', 'x; script-src *', 'a.b.myshopify.com'],
    ...[
      '.myshopify.com',
      'linen.myshopify.com/',
      'https://linen.myshopify.com',
      'a\r\nb',
      'linen.myshopify.com evil',
    ],
  ])
    for (const path of ['/app', '/auth/exit-iframe'])
      expect([shop, framedBy(`${path}?shop=${encodeURIComponent(shop)}`)]).toEqual([
        shop,
        "frame-ancestors 'none'",
      ]);
  // Whoever lends their Pages, or reads what became of their data, does so in no frame at all.
  for (const path of [
    '/',
    '/go/abc',
    '/messenger/callback',
    '/messenger/data-deletion',
    '/apple',
    '/authors',
  ])
    expect([path, framedBy(`${path}?shop=${shop}`)]).toEqual([path, "frame-ancestors 'none'"]);
});

test('what is no HTML needs no policy, and everything is for HTTPS alone', () => {
  const headers = securityHeaders({ url: new URL('/app', ours), nonce: 'n', isHtml: false });
  expect(headers['Content-Security-Policy']).toBe('');
  expect(headers['Strict-Transport-Security']).toBe('max-age=31536000; includeSubDomains');
});

const base64 = (text: string) => Buffer.from(text).toString('base64').replaceAll('=', '');

test('who comes from outside the admin is sent to the page that leads there; who comes from it goes on to Shopify’s library', async () => {
  const sent = async (query: string, init: RequestInit = {}) => {
    const thrown: unknown = await authenticateMerchant(new Request(`${ours}/app?${query}`, init)).then(
      () => 'let in',
      (refusal: unknown) => refusal,
    );
    return thrown instanceof Response ? (thrown.headers.get('location') ?? thrown.status) : thrown;
  };
  const shop = 'linen.myshopify.com';
  expect(await sent('')).toBe('/auth/login');
  expect(await sent('shop=evil.example')).toBe('/auth/login');
  expect(await sent(`shop=${shop}`)).toBe(`/auth/login?shop=${shop}`);
  for (const host of ['', '!!', base64('a b['), base64('evil.example/admin'), base64('\u0000')])
    expect([host, await sent(`shop=${shop}&host=${host}`)]).toEqual([host, `/auth/login?shop=${shop}`]);
  for (const host of ['admin.shopify.com/store/linen', 'linen.myshopify.com/admin'])
    expect(await sent(`shop=${shop}&embedded=1&host=${base64(host)}`)).toMatch(/^\/auth\/session-token\?/);
  expect(await sent('', { headers: { authorization: 'Bearer a.b.c' } })).toBe(401);
});
