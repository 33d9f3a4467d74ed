// Nobody reaches an admin route without a session token of Shopify's: every route, every kind of forgery.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { openAdmin } from './admin-fixture.ts';
import { adminText } from './admin-text.ts';

const fixture = openAdmin();

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = () => {
  const now = Math.floor(Date.now() / 1_000);
  const shop = fixture.domainOf('mine');
  return {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: process.env.SHOPIFY_API_KEY!,
    sub: '1',
    iat: now,
    nbf: now,
    exp: now + 60,
    jti: 'j',
    sid: 's',
  };
};
const signed = (header: object, body: object, algorithm: 'sha256' | 'sha512', key: string) => {
  const text = `${encode(header)}.${encode(body)}`;
  return `${text}.${createHmac(algorithm, key).update(text).digest('base64url')}`;
};

const forgeries: [string, () => string][] = [
  ['signed with another secret', () => fixture.token({ apiSecret: 'shpss_of_somebody_else' })],
  ['expired', () => fixture.token({ now: new Date(Date.now() - 120_000) })],
  ['not valid yet', () => fixture.token({ now: new Date(Date.now() + 120_000) })],
  ['for another app', () => fixture.token({ apiKey: 'another-app' })],
  ['unsigned (alg none)', () => `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims())}.`],
  [
    'signed with another algorithm',
    () => signed({ alg: 'HS512', typ: 'JWT' }, claims(), 'sha512', process.env.SHOPIFY_API_SECRET!),
  ],
  [
    'with its claims changed',
    () => fixture.token().replace(/\.[^.]+\./, `.${encode({ ...claims(), sub: '2' })}.`),
  ],
  ['no token at all', () => 'nonsense'],
];

for (const [name, forge] of forgeries)
  test(`a session token ${name} opens no door`, async () => {
    for (const route of fixture.routes) {
      const path = route.path.replace(/:\w+/, '117');
      if (route.loader) {
        const answer = await fixture.data({ route, path, token: forge() });
        expect([route.id, answer.status]).toEqual([route.id, 401]);
      }
      if (route.action) {
        const answer = await fixture.data({ route, path, token: forge(), form: { intent: 'look' } });
        expect([route.id, answer.status]).toEqual([route.id, 401]);
      }
    }
  });

test('without a token a page is not served, and nothing is done', async () => {
  const before = await fixture.everythingOf('mine');
  for (const route of fixture.routes) {
    const path = route.path.replace(/:\w+/, '117');
    const page = await fixture.call({ path });
    expect([route.id, page.status < 400 && page.status !== 302 ? await page.text() : '']).toEqual([
      route.id,
      '',
    ]);
    if (route.action) {
      const answer = await fixture.call({ path, form: { intent: 'pause' } });
      expect([route.id, answer.ok]).toEqual([route.id, false]);
    }
  }
  expect(await fixture.everythingOf('mine')).toBe(before);
});

test('a crawler gets nothing', async () => {
  const answer = await fixture.call({
    path: '/app',
    token: fixture.token(),
    headers: { 'user-agent': 'Googlebot/2.1 (+http://www.google.com/bot.html)' },
  });
  expect(answer.status).toBe(410);
});

const document = (over: Record<string, string> = {}) => {
  const shop = fixture.domainOf('mine');
  const host = Buffer.from(`admin.shopify.com/store/mine`).toString('base64').replaceAll('=', '');
  return `/app?${new URLSearchParams({ embedded: '1', shop, host, id_token: fixture.token(), ...over })}`;
};

test('App Bridge comes first in the head, and only this shop and the admin may frame the page', async () => {
  const answer = await fixture.call({ path: document() });
  expect(answer.status).toBe(200);
  const html = await answer.text();
  const scripts = [...html.matchAll(/<script[^>]*src="([^"]+)"/g)].map((found) => found[1]);
  expect(scripts[0]).toBe('https://cdn.shopify.com/shopifycloud/app-bridge.js');
  expect(scripts.filter((src) => src?.includes('app-bridge.js'))).toHaveLength(1);
  expect(html.indexOf('app-bridge.js')).toBeLessThan(html.indexOf('</head>'));
  expect(html).toContain(`<meta name="shopify-api-key" content="${process.env.SHOPIFY_API_KEY}"`);
  const policy = answer.headers.get('content-security-policy')!;
  expect(policy.split('; ')[0]).toBe('frame-ancestors https://mine.myshopify.com https://admin.shopify.com');
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a merchant whose admin speaks Spanish reads Spanish, any other reads English', async () => {
  for (const [locale, says] of [
    ['es', adminText('guide.title', undefined, 'es')],
    ['es-MX', adminText('guide.title', undefined, 'es')],
    ['en', adminText('guide.title')],
    ['fi', adminText('guide.title')],
  ] as const) {
    const html = await (await fixture.call({ path: document({ locale }) })).text();
    expect([locale, html.includes(says)]).toEqual([locale, true]);
  }
});

test('a document with a forged token is sent for a new one, and shows nothing', async () => {
  for (const [, forge] of forgeries) {
    const answer = await fixture.call({ path: document({ id_token: forge() }) });
    expect(answer.status).toBe(302);
    expect(answer.headers.get('location')).toMatch(/^\/auth\/session-token\?/);
  }
});

test('a page that does not exist may be framed by nobody when no shop is named', async () => {
  const answer = await fixture.call({ path: '/nowhere' });
  expect(answer.status).toBe(404);
  expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
});

test('nobody is ever asked for a shop’s domain', async () => {
  for (const path of ['/', '/auth/login', '/app', '/auth/login?shop=']) {
    const answer = await fixture.call({ path });
    expect(await answer.text()).not.toMatch(/<(input|form)\b/i);
  }
});
