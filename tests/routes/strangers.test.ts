// No request of a stranger ends in 5xx, and no HTML leaves without the right framing and script policy: every route of the build, by generation.
import { request as send, type OutgoingHttpHeaders } from 'node:http';
import { beforeAll, expect, test } from 'vitest';
import { openAdmin } from '../admin/admin-fixture.ts';

const fixture = openAdmin();

type Sent = { method?: string; path: string; headers?: OutgoingHttpHeaders; body?: string };
type Answer = { status: number; type: string; policies: string[]; hsts: string; body: string };

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0';
const SHOP = 'linen.myshopify.com';
const HOST = Buffer.from('admin.shopify.com/store/linen').toString('base64').replaceAll('=', '');

/** By hand, since `fetch` mends or refuses what a stranger may well send. */
const ask = ({ method = 'GET', path, headers = {}, body }: Sent): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = new URL(fixture.origin());
    const sent = send(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        setHost: false,
        headers: { host: 'app.notify.example', 'user-agent': BROWSER, ...headers },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode!,
            type: answer.headers['content-type'] ?? '',
            policies: answer.headersDistinct['content-security-policy'] ?? [],
            hsts: answer.headers['strict-transport-security'] ?? '',
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });

const QUERIES = [
  '',
  '?%00',
  '?x=%E0%A4%A',
  '?index',
  '?shop=',
  '?shop=%00',
  '?shop=%0d%0aX-Injected:%20yes',
  '?shop=%C4%80',
  '?shop=*',
  '?shop=evil.example',
  '?shop=evil.example%2F.myshopify.com',
  `?shop=${SHOP}.evil.example`,
  `?shop=x%3B%20script-src%20*`,
  `?shop=${SHOP}`,
  `?shop=${SHOP}&shop=evil.example`,
  `?shop=evil.example&shop=${SHOP}`,
  `?shop=${SHOP}&host=%00`,
  `?shop=${SHOP}&host=!!`,
  `?shop=${SHOP}&host=${Buffer.from('a b[').toString('base64').replaceAll('=', '')}`,
  `?shop=${SHOP}&host=${Buffer.from([0xff, 0xfe, 0]).toString('base64').replaceAll('=', '')}`,
  `?shop=${SHOP}&host=${HOST}`,
  `?shop=${SHOP}&host=${HOST}&embedded=1`,
  `?shop=${SHOP}&host=${HOST}&embedded=1&id_token=a.b.c`,
  `?shop=${SHOP}&host=${HOST}&embedded=1&id_token=%00`,
  '?embedded=1&id_token=a.b.c',
  '?_data=root',
  `?_data=${encodeURIComponent(`://${'a:'.repeat(200)}`)}`,
  '?code=%00',
  '?code=1&state=%F0%9F%98%80',
  '?signed_request=a.b',
  '?exitIframe=https://evil.example',
  '?exitIframe=javascript:alert(1)',
  `?exitIframe=/app&shop=evil.example`,
  `?exitIframe=%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E&shop=${SHOP}`,
  '?hub.mode=subscribe&hub.verify_token=%C4%80&hub.challenge=%3Cscript%3E',
  '?search=%00',
  '?after=1~%00&sort=title',
  '?locale=%3Cscript%3E',
  `?${'a=1&'.repeat(1_000)}`,
];

const HEADERS: OutgoingHttpHeaders[] = [
  { host: '[' },
  { host: 'a b' },
  { host: '' },
  { host: 'evil.example:99999' },
  { 'x-forwarded-host': 'a b' },
  { 'x-forwarded-host': '[', 'x-forwarded-proto': 'foo bar' },
  { 'x-forwarded-proto': 'javascript' },
  { 'x-forwarded-for': 'unknown, 999.999.999.999' },
  { authorization: 'Bearer ' },
  { authorization: 'Bearer a.b.c' },
  { authorization: `Bearer ${'e30.'.repeat(2_000)}` },
  { authorization: 'Basic \u00ff' },
  { 'user-agent': 'Googlebot/2.1' },
  { 'user-agent': '' },
  { origin: 'null', cookie: '\u00fe=\u00ff; a' },
  { 'if-none-match': '*', range: 'bytes=9-1' },
  { 'x-shopify-shop-domain': 'a\u00ff', 'x-shopify-triggered-at': 'never', 'x-hub-signature-256': '=' },
];

const BODIES: { type: string; body: string }[] = [
  { type: '', body: '' },
  { type: 'application/x-www-form-urlencoded', body: 'intent=%00&signed_request=%00' },
  { type: 'application/x-www-form-urlencoded; charset=utf-99', body: 'state=%E0%A4%A&code=%00' },
  { type: 'multipart/form-data', body: 'no boundary' },
  { type: 'multipart/form-data; boundary=x', body: '--x\r\nnonsense' },
  { type: 'application/json', body: '{"a":' },
  { type: 'text/plain\u00ff', body: '\u0000\u00ff' },
];
const ORIGINS = ['null', 'https://evil.example', 'nonsense', 'https://app.notify.example'];
const METHODS = ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND'];
const PARAMETERS = [
  '1',
  '%00',
  '%E0%A4%A',
  '..%2f..%2fpackage.json',
  '9'.repeat(40),
  '%F0%9F%98%80',
  'a%20b',
];

/** Addresses that are no route's own: Shopify's library, the host's probes, files, and nothing at all. */
const OTHERS = [
  ...['/auth', '/auth/login', '/auth/session-token', '/auth/exit-iframe', '/auth/callback', '/auth/%00'],
  ...[
    '/app/nowhere',
    '/nowhere',
    '/app/',
    '//evil.example/',
    '/assets/%00',
    '/assets/..%2f..%2fpackage.json',
  ],
  ...['/assets/%E0%A4%A', '/favicon.ico', '/healthz', '/.env'],
];

const paths = new Map<string, string>();
beforeAll(() => {
  for (const { id, path } of fixture.allRoutes)
    paths.set(id, path.replaceAll(/:\w+/g, '117').replace('*', 'x'));
});

/** Who may frame a page: written here a second time, since what is tested must not be its own judge. */
function framedBy(path: string): string {
  const url = new URL(`https://app.notify.example${path.startsWith('/') ? path : '/'}`);
  const shop = url.searchParams.get('shop') ?? '';
  return /^\/(app|auth)(\/|$)/.test(url.pathname) && /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(shop)
    ? `frame-ancestors https://${shop} https://admin.shopify.com`
    : "frame-ancestors 'none'";
}

/** What is wrong with an answer to a stranger; nothing, if all is well. */
function faults({ sent, answer }: { sent: Sent; answer: Answer }): string[] {
  const { status, type, policies, hsts, body } = answer;
  const found: string[] = [];
  if (status >= 500) found.push(`status ${status}: ${body.slice(0, 120)}`);
  if (/node_modules|file:\/\/|\n\s+at \S+ \(/.test(body)) found.push('a stack or a path of this machine');
  if (hsts !== 'max-age=31536000; includeSubDomains') found.push(`HSTS ${hsts}`);
  if (!type.includes('html')) return found;
  if (policies.length !== 1) found.push(`${policies.length} policies`);
  const directives = (policies[0] ?? '').split('; ');
  const wanted = framedBy(sent.path);
  if (!directives.includes(wanted)) found.push(`not "${wanted}" but "${policies[0]}"`);
  for (const needed of ["base-uri 'none'", "object-src 'none'"])
    if (!directives.includes(needed)) found.push(`without ${needed}`);
  const scripts = directives.find((directive) => directive.startsWith('script-src '));
  if (scripts === undefined || /unsafe|\*|data:|https?:(\s|$)/.test(scripts))
    found.push(`scripts: ${scripts}`);
  const nonce = /'nonce-([^']+)'/.exec(scripts ?? '')?.[1];
  for (const [tag] of body.matchAll(/<script\b[^>]*>/gi))
    if (nonce === undefined || !tag.includes(`nonce="${nonce}"`))
      found.push(`a script without the nonce: ${tag}`);
  return found;
}

/** Sends all of them, a few at a time. @returns each fault with the request that found it. */
async function faultsOf(requests: Sent[]): Promise<string[]> {
  const left = [...requests];
  const found: string[] = [];
  const sender = async () => {
    for (let sent = left.pop(); sent !== undefined; sent = left.pop()) {
      const one = sent;
      const notified = `${one.method ?? 'GET'} ${one.path.slice(0, 120)} ${JSON.stringify(one.headers ?? {}).slice(0, 120)}`;
      const wrong = await ask(one).then(
        (answer) => faults({ sent: one, answer }),
        (error: unknown) => [`no answer: ${String(error)}`],
      );
      found.push(...wrong.map((fault) => `${notified}: ${fault}`));
    }
  };
  await Promise.all(Array.from({ length: 8 }, sender));
  return found.sort();
}

const addresses = () => [...new Set([...paths.values(), ...OTHERS])];

test('the routes are those of the build', () => {
  expect(fixture.allRoutes.length).toBeGreaterThanOrEqual(25);
  expect(addresses()).toEqual(
    expect.arrayContaining([
      '/',
      '/app',
      '/go/117',
      '/auth/x',
      '/webhooks/messenger',
      '/messenger/deauthorize',
    ]),
  );
});

test('whatever the query says', async () => {
  const requests = addresses().flatMap((path) => QUERIES.map((query) => ({ path: `${path}${query}` })));
  expect(requests.length).toBeGreaterThan(1_000);
  expect(await faultsOf(requests)).toEqual([]);
});

test('asked for its data as well', async () => {
  const requests = fixture.allRoutes.flatMap(({ id, path }) =>
    QUERIES.map((query) => ({
      path: `${path.replaceAll(/:\w+/g, '117').replace('*', 'x')}${query === '' ? '?' : `${query}&`}_data=${encodeURIComponent(id)}`,
    })),
  );
  expect(await faultsOf(requests)).toEqual([]);
});

test('whatever the headers say', async () => {
  const requests = addresses().flatMap((path) =>
    HEADERS.flatMap((headers) => [
      { path, headers },
      { path: `${path}?shop=${SHOP}&host=${HOST}&embedded=1`, headers },
    ]),
  );
  expect(await faultsOf(requests)).toEqual([]);
});

test('by whatever method, with whatever body', async () => {
  const requests = addresses().flatMap((path) => [
    ...METHODS.map((method) => ({ method, path })),
    ...METHODS.map((method) => ({ method, path: `${path}?shop=${SHOP}` })),
    ...BODIES.map(({ type, body }) => ({
      method: 'POST',
      path,
      body,
      headers: { ...(type ? { 'content-type': type } : {}), 'content-length': Buffer.byteLength(body) },
    })),
    ...ORIGINS.map((origin) => ({ method: 'POST', path, body: 'intent=look', headers: { origin } })),
  ]);
  expect(await faultsOf(requests)).toEqual([]);
});

test('whatever stands where an id is expected, and in addresses that are no addresses', async () => {
  const requests = [
    ...fixture.allRoutes
      .filter(({ path }) => /:|\*/.test(path))
      .flatMap(({ path }) =>
        PARAMETERS.map((value) => ({ path: path.replaceAll(/:\w+/g, value).replace('*', value) })),
      ),
    { path: '*', method: 'OPTIONS' },
    { path: 'http://evil.example/' },
    { path: 'https://evil.example:99999/app' },
    { path: '/%' },
    { path: '/app/%zz?shop=%' },
    { path: '//' },
    { path: `/${'a/'.repeat(3_000)}` },
  ];
  expect(await faultsOf(requests)).toEqual([]);
});

test('outside the admin a page leads to the admin, whatever is missing', async () => {
  for (const path of [
    '/app',
    '/app/settings',
    `/app?shop=${SHOP}`,
    '/app?shop=evil.example',
    '/auth/login',
    '/auth',
  ])
    for (const method of ['GET', 'HEAD']) {
      const answer = await fetch(new URL(path, fixture.origin()), {
        method,
        headers: { 'user-agent': BROWSER },
      });
      expect([path, method, answer.status]).toEqual([path, method, 200]);
      if (method === 'GET')
        expect([path, await answer.text()]).toEqual([
          path,
          expect.stringContaining('href="https://admin.shopify.com'),
        ]);
    }
});
