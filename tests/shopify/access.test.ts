// Access to a shop: renewed by one process at a time, lost only when Shopify says so, and encrypted wherever it rests.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import {
  accessTokenFor,
  renewDormantTokens,
  sessionStorage,
  ReauthorizationRequired,
} from '../../app/shopify/access-tokens.server.ts';
import { adminGraphql } from '../../app/shopify/admin-api.server.ts';
import { clock, openShopify } from './installed.ts';

const fixture = openShopify();
const QUERY = 'query Anything { shop { name } }';
const ask = (shopId: bigint) => adminGraphql({ shopId, query: QUERY, clock });
const stored = (domain: string) => sessionStorage.loadSession(`offline_${domain}`);

test('a fresh session is used as it is, without a call', async () => {
  const { domain } = await fixture.install();
  const { accessToken } = await accessTokenFor({ domain, clock });
  expect(accessToken).toBe((await stored(domain))!.accessToken);
  expect(fixture.given(domain)).toBe(1);
});

test('twenty who find it running out at once renew it once, and all get the same', async () => {
  const { domain } = await fixture.install();
  await fixture.age(domain);
  const sessions = await Promise.all(Array.from({ length: 20 }, () => accessTokenFor({ domain, clock })));
  expect(new Set(sessions.map(({ accessToken }) => accessToken)).size).toBe(1);
  expect(fixture.given(domain)).toBe(2);
});

function another(domain: string) {
  const child = spawn(
    process.execPath,
    [
      '--import',
      fileURLToPath(new URL('../../simulators/network/preload.ts', import.meta.url)),
      fileURLToPath(new URL('renewing-process.ts', import.meta.url)),
      domain,
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  return {
    ready: once(child.stdout, 'data'),
    async renew(): Promise<string> {
      child.stdin.end('go\n');
      await once(child, 'exit');
      return said.replace('ready\n', '');
    },
  };
}

test('two processes renew it once, also when Shopify takes longer to answer than a lease lives', async () => {
  const { domain, shopId } = await fixture.install();
  const two = [another(domain), another(domain)];
  await Promise.all(two.map(({ ready }) => ready));
  await fixture.age(domain);
  fixture.shopify.disturb({ kind: 'slow', ms: 2_500, times: Infinity, only: { door: 'token' } });
  const got = await Promise.all(two.map((each) => each.renew()));
  const { accessToken } = (await stored(domain))!;
  const hash = createHash('sha256').update(accessToken!).digest('hex');
  expect(got).toEqual([hash, hash]);
  expect(fixture.given(domain)).toBe(2);
  expect(await fixture.isUnreadable(shopId)).toBe(false);
  await ask(shopId);
});

test('a token that Shopify answers 401 to is renewed once, and the question is asked again', async () => {
  const { shopId, domain } = await fixture.install();
  fixture.shopify.disturb({ kind: 'refuse', status: 401, only: { door: 'admin' } });
  await expect(ask(shopId)).resolves.toMatchObject({ data: { shop: {} } });
  expect(fixture.given(domain)).toBe(2);
});

test('a 401 because another process has exchanged the token meanwhile is answered by reading the session again', async () => {
  const { shopId, domain } = await fixture.install();
  fixture.during(async () => sessionStorage.storeSession(await fixture.exchange(domain)));
  await expect(ask(shopId)).resolves.toMatchObject({ data: { shop: {} } });
  expect(fixture.given(domain)).toBe(2);
});

test('a 401 that stays is no reason to renew for ever', async () => {
  const { shopId, domain } = await fixture.install();
  fixture.shopify.disturb({ kind: 'refuse', status: 401, times: Infinity, only: { door: 'admin' } });
  await expect(ask(shopId)).rejects.toMatchObject({ advice: 'unreadable' });
  expect(fixture.given(domain)).toBe(2);
});

test('when Shopify refuses the renewal the shop is marked, and unmarked once it can be renewed again', async () => {
  const { shopId, domain } = await fixture.install();
  await fixture.age(domain);
  fixture.shopify.tokens.revoke(domain);
  await expect(accessTokenFor({ domain, clock })).rejects.toThrow(ReauthorizationRequired);
  expect(await fixture.isUnreadable(shopId)).toBe(true);
  await expect(ask(shopId)).rejects.toMatchObject({ advice: 'unreadable' });
  await sessionStorage.storeSession(await fixture.exchange(domain));
  await fixture.age(domain);
  await accessTokenFor({ domain, clock });
  expect(await fixture.isUnreadable(shopId)).toBe(false);
});

test('a renewal refused because the merchant opened the app in that moment is no refusal', async () => {
  const { shopId, domain } = await fixture.install();
  await fixture.age(domain);
  fixture.during(async () => sessionStorage.storeSession(await fixture.exchange(domain)));
  await accessTokenFor({ domain, clock });
  expect(await fixture.isUnreadable(shopId)).toBe(false);
  await ask(shopId);
});

for (const how of [
  { kind: 'drop_request' as const },
  { kind: 'refuse' as const, status: 500 },
  { kind: 'refuse' as const, status: 503 },
  { kind: 'refuse' as const, status: 429 },
])
  test(`a renewal that met ${'status' in how ? how.status : 'a dead connection'} is tried again later; the shop stays readable`, async () => {
    const { shopId, domain } = await fixture.install();
    await fixture.age(domain);
    fixture.shopify.disturb({ ...how, only: { door: 'token' } });
    await expect(ask(shopId)).rejects.toMatchObject({ advice: expect.stringMatching(/retry|throttled/) });
    expect(await fixture.isUnreadable(shopId)).toBe(false);
    await expect(ask(shopId)).resolves.toMatchObject({ data: { shop: {} } });
  });

test('a shop without a session waits for its merchant', async () => {
  const { shopId, domain } = await fixture.install();
  await db.session.deleteMany({ where: { shop: domain } });
  await expect(ask(shopId)).rejects.toMatchObject({ advice: 'unreadable' });
});

test('the access of a dormant shop is renewed before its refresh token ends, one shop’s refusal leaves the others alone', async () => {
  await db.session.deleteMany();
  const [refused, dormant, lively] = [
    await fixture.install(),
    await fixture.install(),
    await fixture.install(),
  ];
  for (const { domain } of [refused, dormant]) {
    await fixture.age(domain);
    await db.session.updateMany({
      where: { shop: domain },
      data: { refreshTokenExpires: new Date(Date.now() + 10 * 86_400_000) },
    });
  }
  fixture.shopify.tokens.revoke(refused.domain);
  await renewDormantTokens({ clock });
  expect([refused, dormant, lively].map(({ domain }) => fixture.given(domain))).toEqual([1, 2, 1]);
});

test('no token stands in the table of sessions, and a session moved to another shop does not open', async () => {
  const { domain } = await fixture.install();
  const other = await fixture.install();
  const { accessToken, refreshToken } = (await stored(domain))!;
  expect([accessToken, refreshToken]).toEqual([
    expect.stringMatching(/^shpat_/),
    expect.stringMatching(/^shprt_/),
  ]);
  const rows = JSON.stringify(await db.session.findMany(), (_key, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  for (const text of [accessToken!, refreshToken!, 'shpat_', 'shprt_']) {
    expect(rows).not.toContain(text);
    expect(rows).not.toContain(Buffer.from(text).toString('base64').slice(0, -4));
  }
  const { accessToken: encrypted } = await db.session.findFirstOrThrow({ where: { shop: domain } });
  await db.session.updateMany({ where: { shop: other.domain }, data: { accessToken: encrypted } });
  expect(await stored(other.domain)).toBeUndefined();
  expect((await sessionStorage.findSessionsByShop(domain)).map((each) => each.accessToken)).toEqual([
    accessToken,
  ]);
});
