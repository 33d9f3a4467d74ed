// Access tokens live, are renewed and die as Shopify's do; Shopify's own library is one of the two that ask.
import { RequestedTokenType } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import { expect, test } from 'vitest';
import { shopifyLibrary } from './shopify-library.ts';
import { API_KEY, DOMAIN, SCOPES, shopifyWorld } from './shopify-world.ts';

const ASK = { query: '{ shop { id } }' };
const OFFLINE_SHAPE = ['access_token', 'expires_in', 'refresh_token', 'refresh_token_expires_in', 'scope'];

test('a session token is exchanged for an offline token that opens the Admin API for an hour', async () => {
  const { exchange, ask, pass } = shopifyWorld();
  const { status, body } = await exchange();
  expect(status).toBe(200);
  expect(Object.keys(body).toSorted()).toEqual(OFFLINE_SHAPE);
  expect(body).toMatchObject({
    scope: SCOPES.join(','),
    expires_in: 3_600,
    refresh_token_expires_in: 7_776_000,
  });
  pass(3_599);
  expect((await ask({ ...ASK, token: body['access_token'] })).status).toBe(200);
  pass(1);
  expect((await ask({ ...ASK, token: body['access_token'] })).status).toBe(401);
});

test('renewing rotates both tokens, and the ones before are worth nothing', async () => {
  const { exchange, refresh, ask } = shopifyWorld();
  const first = (await exchange()).body;
  const second = await refresh(first['refresh_token']!);
  expect(second.status).toBe(200);
  expect((await ask({ ...ASK, token: first['access_token'] })).status).toBe(401);
  expect((await ask({ ...ASK, token: second.body['access_token'] })).status).toBe(200);
  expect(await refresh(first['refresh_token']!)).toMatchObject({
    status: 400,
    body: { error: 'invalid_request' },
  });
  expect((await refresh(second.body['refresh_token']!)).status).toBe(200);
});

test('a second exchange revokes the offline token of the first, but not an online one', async () => {
  const { exchange, ask, shopify } = shopifyWorld();
  const online = await exchange({
    requested_token_type: 'urn:shopify:params:oauth:token-type:online-access-token',
  });
  expect(online.body).toHaveProperty('associated_user.id');
  const first = (await exchange()).body;
  await exchange();
  expect((await ask({ ...ASK, token: first['access_token'] })).status).toBe(401);
  expect((await ask({ ...ASK, token: online.body['access_token'] })).status).toBe(200);
  expect(shopify.tokens.given(DOMAIN)).toBe(3);
});

test('a refresh token dies after ninety days, and with the installation', async () => {
  const slow = shopifyWorld();
  const dormant = (await slow.exchange()).body['refresh_token']!;
  slow.pass(90 * 24 * 3_600);
  expect((await slow.refresh(dormant)).status).toBe(400);

  const gone = shopifyWorld();
  const { body } = await gone.exchange();
  gone.shopify.uninstall(DOMAIN);
  expect((await gone.refresh(body['refresh_token']!)).status).toBe(400);
  expect((await gone.ask({ ...ASK, token: body['access_token'] })).status).toBe(401);
  gone.shopify.install(DOMAIN);
  expect((await gone.refresh(body['refresh_token']!)).status).toBe(400);
  expect((await gone.exchange()).status).toBe(200);
});

test('forged, expired, early, foreign and borrowed session tokens are refused', async () => {
  const { shopify, exchange, pass } = shopifyWorld();
  shopify.store.addShop({ domain: 'other.myshopify.com' });
  shopify.install('other.myshopify.com');
  const good = shopify.sessionToken({ shop: DOMAIN });
  const [head, , signature] = good.split('.');
  const claims = { ...JSON.parse(Buffer.from(good.split('.')[1]!, 'base64url').toString()), sub: '1' };
  const altered = `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`;
  const now = shopify.store.now().getTime();
  const refused = {
    forged: shopify.sessionToken({ shop: DOMAIN, secret: 'another' }),
    altered,
    expired: shopify.sessionToken({ shop: DOMAIN, at: new Date(now - 71_000) }),
    early: shopify.sessionToken({ shop: DOMAIN, at: new Date(now + 11_000) }),
    foreign: shopify.sessionToken({ shop: DOMAIN, audience: 'another-app' }),
    borrowed: shopify.sessionToken({ shop: 'other.myshopify.com' }),
    nonsense: 'no.token',
  };
  for (const [name, subject_token] of Object.entries(refused))
    expect([name, await exchange({ subject_token })]).toMatchObject([
      name,
      { status: 400, body: { error: 'invalid_subject_token' } },
    ]);
  pass(65);
  expect((await exchange({ subject_token: good })).status).toBe(200);
});

test('a wrong client secret is refused before anything is read, and the old one is still good while it is rotated', async () => {
  const { exchange, shopify } = shopifyWorld();
  expect(await exchange({ client_secret: 'wrong' })).toMatchObject({
    status: 401,
    body: { error: 'invalid_client' },
  });
  shopify.rotateSecret('fresh');
  expect((await exchange()).status).toBe(200);
  expect((await exchange({ client_secret: 'fresh' })).status).toBe(200);
});

test('a token without an end is no longer taken by the Admin API', async () => {
  const { exchange, ask } = shopifyWorld();
  const { body } = await exchange({ expiring: '0' });
  expect(Object.keys(body).toSorted()).toEqual(['access_token', 'scope']);
  expect((await ask({ ...ASK, token: body['access_token'] })).status).toBe(403);
});

test("Shopify's own library exchanges, decodes, renews and asks without knowing the difference", async () => {
  const { shopify, pass } = shopifyWorld();
  const library = shopifyLibrary();
  setAbstractFetchFunc(async (url, init) => shopify.handle(new Request(url, init)));
  // The library compares with the machine's clock, so this token is minted by it.
  const sessionToken = shopify.sessionToken({ shop: DOMAIN, at: new Date() });
  expect(await library.session.decodeSessionToken(sessionToken)).toMatchObject({
    dest: `https://${DOMAIN}`,
    aud: API_KEY,
  });
  pass((Date.now() - shopify.store.now().getTime()) / 1_000);
  const { session } = await library.auth.tokenExchange({
    shop: DOMAIN,
    sessionToken,
    requestedTokenType: RequestedTokenType.OfflineAccessToken,
    expiring: true,
  });
  expect(session).toMatchObject({ id: `offline_${DOMAIN}`, shop: DOMAIN, isOnline: false });
  const { session: renewed } = await library.auth.refreshToken({
    shop: DOMAIN,
    refreshToken: session.refreshToken!,
  });
  expect(renewed.accessToken).not.toBe(session.accessToken);
  const { data } = await new library.clients.Graphql({ session: renewed }).request('{ shop { name } }');
  expect(data).toEqual({ shop: { name: 'Linen & Sons' } });
});
