// Connecting a Page at the simulator: from the dialog a merchant reads to the Page's settings an app leaves behind.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { appId, call, pageId, secret, startSimulators } from './start-simulators.ts';

const back = 'https://app.test/messenger/callback';
const asked = 'pages_show_list,pages_messaging,pages_manage_metadata,business_management';
const dialog = `https://www.facebook.com/v26.0/dialog/oauth?client_id=${appId}&redirect_uri=${encodeURIComponent(back)}&state=s-1&scope=${asked}`;

async function press({
  testApp,
  fields,
}: {
  testApp: ReturnType<typeof startSimulators>;
  fields: [string, string][];
}) {
  const response = await testApp.messenger.handle(
    new Request(dialog, { method: 'POST', body: new URLSearchParams(fields) }),
  );
  expect(response.status).toBe(302);
  return new URL(response.headers.get('location')!);
}

const agreed: [string, string][] = [
  ['answer', 'continue'],
  ['page', pageId],
  ...asked.split(',').map((scope): [string, string] => ['permission', scope]),
];

function exchange({
  testApp,
  over,
}: {
  testApp: ReturnType<typeof startSimulators>;
  over: Record<string, string>;
}) {
  const query = new URLSearchParams({ client_id: appId, client_secret: secret, redirect_uri: back, ...over });
  return call({ messenger: testApp.messenger, path: `/v26.0/oauth/access_token?${query}` });
}

test('from the dialog to a Page token that never expires', async () => {
  const testApp = startSimulators();
  const shown = await testApp.messenger.handle(new Request(dialog));
  const words = await shown.text();
  expect(words).toContain('Continue');
  expect(words).toContain('Maison Lin');
  const returned = await press({ testApp, fields: agreed });
  expect(returned.origin + returned.pathname).toBe(back);
  expect(returned.searchParams.get('state')).toBe('s-1');
  expect(returned.hash).toBe('#_=_');

  const code = returned.searchParams.get('code')!;
  const short = await exchange({ testApp, over: { code } });
  expect(short.body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3600 });
  expect((await exchange({ testApp, over: { code } })).body.error.error_subcode).toBe(36009);
  const long = await exchange({
    testApp,
    over: { grant_type: 'fb_exchange_token', fb_exchange_token: short.body.access_token },
  });
  expect(long.body.expires_in).toBe(5183944);

  const token = long.body.access_token;
  const pages = await testApp.call({ path: '/v26.0/me/accounts', token });
  expect(pages.body.data).toMatchObject([
    { id: pageId, name: 'Maison Lin', tasks: expect.arrayContaining(['MESSAGING', 'MODERATE']) },
  ]);
  const pageToken = pages.body.data[0].access_token;
  const inspected = await testApp.call({
    path: `/v26.0/debug_token?input_token=${pageToken}`,
    token: `${appId}|${secret}`,
    proof: null,
  });
  expect(inspected.body.data).toMatchObject({
    app_id: appId,
    type: 'PAGE',
    is_valid: true,
    expires_at: 0,
    profile_id: pageId,
    user_id: '900',
  });
  testApp.clock.at += 200 * 24 * 60 * 60_000;
  expect((await testApp.call({ path: '/v26.0/me', token: pageToken })).body).toMatchObject({ id: pageId });
  expect((await testApp.call({ path: '/v26.0/me', token })).body.error).toMatchObject({
    code: 190,
    error_subcode: 463,
  });
});

test('a code is good for its own address, its own app and ten minutes', async () => {
  const testApp = startSimulators();
  const code = (await press({ testApp, fields: agreed })).searchParams.get('code')!;
  const elsewhere = await exchange({ testApp, over: { code, redirect_uri: 'https://app.test/else' } });
  expect(elsewhere.body.error.error_subcode).toBe(36008);
  const stranger = await exchange({ testApp, over: { code, client_secret: 'guess' } });
  expect(stranger.body.error.code).toBe(1);
  testApp.clock.at += 11 * 60_000;
  expect((await exchange({ testApp, over: { code } })).body.error.error_subcode).toBe(36007);
});

test('cancelling and declining are told', async () => {
  const testApp = startSimulators();
  const cancelled = await press({ testApp, fields: [['answer', 'cancel']] });
  expect(Object.fromEntries(cancelled.searchParams)).toMatchObject({
    error: 'access_denied',
    error_reason: 'user_denied',
    state: 's-1',
  });
  const fields = agreed.filter(([, value]) => value !== 'pages_messaging' && value !== pageId);
  const code = (await press({ testApp, fields })).searchParams.get('code')!;
  const token = (await exchange({ testApp, over: { code } })).body.access_token;
  const { body } = await testApp.call({ path: '/v26.0/me/permissions', token });
  expect(body.data).toContainEqual({ permission: 'pages_messaging', status: 'declined' });
  expect(body.data).toContainEqual({ permission: 'pages_show_list', status: 'granted' });
  expect((await testApp.call({ path: '/v26.0/me/accounts', token })).body.data).toEqual([]);
});

test('Pages come in pages', async () => {
  const testApp = startSimulators();
  const ids = Array.from({ length: 7 }, (_, n) => `20${n}`);
  for (const id of ids) testApp.messenger.addPage({ id, name: `Page ${id}` });
  testApp.messenger.addUser({ id: '901', name: 'Many', pages: ids });
  const token = testApp.messenger.seedUserToken({ appId, userId: '901' });
  const seen: string[] = [];
  let path: string | undefined = '/v26.0/me/accounts?limit=3';
  while (path) {
    const { body } = await testApp.call({ path, token });
    seen.push(...body.data.map((page: { id: string }) => page.id));
    path = body.paging?.next?.replace('https://graph.facebook.com', '');
  }
  expect(seen).toEqual(ids);
});

test('subscribing needs the right and known fields', async () => {
  const testApp = startSimulators();
  const path = `/v26.0/${pageId}/subscribed_apps`;
  const query = `${path}?subscribed_fields=messages,messaging_optins`;
  expect((await testApp.call({ path: query, method: 'POST' })).body).toEqual({ success: true });
  expect((await testApp.call({ path })).body.data).toMatchObject([
    { id: appId, subscribed_fields: ['messages', 'messaging_optins'] },
  ]);
  const wrong = await testApp.call({ path, body: { subscribed_fields: ['message_optins'] } });
  expect(wrong.body.error.code).toBe(100);
  testApp.messenger.faultOptions.successAsString = true;
  expect((await testApp.call({ path, method: 'DELETE' })).body).toEqual({ success: 'true' });
  expect((await testApp.call({ path })).body).toEqual({ data: [] });
  const token = testApp.messenger.world.accessTokens.get(testApp.page.token)!;
  token.scopes = token.scopes.filter((scope) => scope !== 'pages_manage_metadata');
  expect((await testApp.call({ path: query, method: 'POST' })).body.error.code).toBe(200);
});

test('the Messenger profile is set, read, taken back, and limited to ten calls in ten minutes', async () => {
  const testApp = startSimulators();
  const path = '/v26.0/me/messenger_profile';
  const read = `${path}?fields=get_started,greeting,ice_breakers`;
  delete testApp.page.profile.get_started;
  expect((await testApp.call({ path: read })).body).toEqual({ data: [] });
  const start = { get_started: { payload: 'GET_STARTED' } };
  const menu = {
    persistent_menu: [
      { locale: 'default', call_to_actions: [{ type: 'postback', title: 'My alerts', payload: 'ALERTS' }] },
    ],
  };
  expect((await testApp.call({ path, body: menu })).body.error.message).toContain('Get Started');
  expect((await testApp.call({ path, body: start })).body).toEqual({ result: 'success' });
  expect((await testApp.call({ path, body: menu })).body).toEqual({ result: 'success' });
  expect((await testApp.call({ path: read })).body).toEqual({ data: [start] });
  const gone = { path, method: 'DELETE', body: { fields: ['get_started', 'persistent_menu'] } };
  expect((await testApp.call(gone)).body).toEqual({ result: 'success' });
  for (let n = 6; n < 10; n++) expect((await testApp.call({ path: read })).status).toBe(200);
  expect((await testApp.call({ path: read })).body.error.code).toBe(613);
  testApp.clock.at += 10 * 60_000;
  expect((await testApp.call({ path: read })).status).toBe(200);
});

test("a person's profile is empty without the special access", async () => {
  const testApp = startSimulators();
  const psid = testApp.arrive();
  const path = `/v26.0/${psid}?fields=first_name,last_name`;
  expect((await testApp.call({ path })).body).toEqual({});
  testApp.messenger.faultOptions.userProfileAccess = true;
  expect((await testApp.call({ path })).body).toEqual({ first_name: 'Lea', last_name: 'Blum', id: psid });
});

test('removing the app kills its tokens and posts a signed request; so does asking for deletion', async () => {
  const testApp = startSimulators();
  const app = testApp.messenger.world.apps.get(appId)!;
  app.deauthorizeUrl = 'https://app.test/messenger/deauthorize';
  app.dataDeletionUrl = 'https://app.test/messenger/data-deletion';
  const token = testApp.messenger.seedUserToken({ appId, userId: '900' });
  await testApp.messenger.removeApp({ appId, userId: '900' });
  await testApp.messenger.requestDataDeletion({ appId, userId: '900' });
  expect(testApp.received).toHaveLength(2);
  for (const { body } of testApp.received) {
    const [signature, payload] = new URLSearchParams(body).get('signed_request')!.split('.');
    expect(createHmac('sha256', secret).update(payload!).digest('base64url')).toBe(signature);
    expect(JSON.parse(Buffer.from(payload!, 'base64url').toString())).toMatchObject({
      algorithm: 'HMAC-SHA256',
      user_id: '900',
    });
  }
  expect((await testApp.call({ path: '/v26.0/me', token })).body.error).toMatchObject({
    code: 190,
    error_subcode: 458,
  });
});
