// Connecting a Page: lent through Facebook's login, made ready without harm, switched, checked, taken back, and given back as it was.
import { Prisma } from '@prisma/client';
import { expect, test } from 'vitest';
import { db, queryRows } from '../../app/db.server.ts';
import { scrub } from '../../app/lib/log.server.ts';
import { disconnectFormerPages } from '../../app/maintenance.server.ts';
import {
  choosePage,
  disconnectPage,
  listChoices,
  releasePages,
} from '../../app/messenger/connect-page.server.ts';
import { startLogin, finishLogin } from '../../app/messenger/facebook-login.server.ts';
import { checkPages } from '../../app/messenger/page-health.server.ts';
import { pageOf, pageToken } from '../../app/messenger/pages.server.ts';
import { countWaitingOnPage } from '../../app/reports/waitlist.server.ts';
import { loader as callback, action as sayYes } from '../../app/routes/messenger.callback.ts';
import { knock } from './webhook-urls.ts';
import { clock, pass, type Chat, openChat } from './chat.ts';
import { adminText } from '../admin/admin-text.ts';

const everything = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata', 'business_management'];
let merchants = 0;

/** A merchant with these Pages, and how far they go in Facebook's dialog. */
function merchantOf(chat: Chat, pages: (string | { pageId: string; tasks: string[] })[]) {
  merchants += 1;
  const id = `90${merchants}`;
  chat.messenger.addUser({ id, name: 'Ida Merchant', pages });
  return {
    id,
    async logIn({ scopes = everything, answer = 'continue', shopId = chat.shopId } = {}) {
      const { url } = await startLogin({ shopId, now: clock() });
      const form = new URLSearchParams({ answer, user: id });
      for (const page of pages) form.append('page', typeof page === 'string' ? page : page.pageId);
      for (const scope of scopes) form.append('permission', scope);
      const back = await chat.messenger.handle(
        new Request(url, { method: 'POST', body: form, redirect: 'manual' }),
      );
      return new URL(back.headers.get('location')!);
    },
    async connects({ metaPageId = chat.metaPageId, shopId = chat.shopId } = {}) {
      const back = await this.logIn({ shopId });
      expect(await finishLogin({ query: back.searchParams, now: clock() })).toMatchObject({
        outcome: 'choose',
      });
      return choosePage({ shopId, metaPageId, now: clock() });
    },
  };
}
const metaPage = (chat: Chat) => chat.messenger.world.pages.get(chat.metaPageId)!;

test('login, choose, heard, ready: and the whole way no token stands anywhere in the open', async () => {
  const chat = await openChat({ connected: false });
  const merchant = merchantOf(chat, [chat.metaPageId]);
  const back = await merchant.logIn();
  const asked = await callback({ request: new Request(back), params: {}, context: {} });
  expect(asked.status).toBe(200);
  const answer = await agree(back);
  expect(answer.status).toBe(200);
  const shown = await answer.text();
  expect(shown).toContain('choose your Page in the Shopify admin');
  expect(await listChoices({ shopId: chat.shopId, now: clock() })).toEqual({
    declined: [],
    pages: [{ metaPageId: chat.metaPageId, name: 'Maison Lin', missingTasks: [], current: false }],
  });
  const chosen = await choosePage({ shopId: chat.shopId, metaPageId: chat.metaPageId, now: clock() });
  expect(chosen).toMatchObject({ outcome: 'connected', switchedFrom: null });
  expect(metaPage(chat).subscriptions[process.env.META_APP_ID!]).toContain('messaging_optins');
  expect(metaPage(chat).profile.get_started).toEqual({ payload: 'start1' });
  expect(metaPage(chat).profile.greeting?.[0]?.text).toContain('Maison');
  expect(await listChoices({ shopId: chat.shopId, now: clock() })).toBeNull();

  chat.open(chat.ref());
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(2);
  const oneTime = chat.phone.tapNotifyMe()!;
  // Kept, not handled yet: the inbox holds it too.
  await chat.messenger.untilIdle();
  const half = await everythingWritten();
  await chat.untilIdle();
  const whole = half + (await everythingWritten()) + shown;

  const token = pageToken((await pageOf({ shopId: chat.shopId }))!);
  expect(token).toMatch(/^EAA/);
  const secrets = [...chat.messenger.world.accessTokens.keys(), oneTime, process.env.META_APP_SECRET!];
  for (const secret of secrets.filter((one) => one !== ''))
    for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64')])
      expect(whole.includes(form)).toBe(false);
  for (const line of [`GET /me?access_token=${token}&x=1`, `Bearer ${token}`, `token ${token} is dead`])
    expect(scrub(line)).not.toContain(token);
});

/** Presses the button of the page that Facebook sends the merchant back to. */
const agree = (back: URL) =>
  sayYes({
    request: new Request(`${back.origin}${back.pathname}`, { method: 'POST', body: back.searchParams }),
    params: {},
    context: {},
  });

test('who comes back from Facebook reads which shop asks, and lends nothing before they say that it is theirs', async () => {
  const chat = await openChat({ connected: false });
  const back = await merchantOf(chat, [chat.metaPageId]).logIn();
  const open = () => callback({ request: new Request(back), params: {}, context: {} });
  const shop = await db.shop.findUniqueOrThrow({ where: { id: chat.shopId } });
  for (const shown of [await (await open()).text(), await (await open()).text()]) {
    expect(shown).toContain(adminText('login.confirm.title', { shop: shop.name }));
    expect(shown).toContain(shop.domain);
  }
  expect(await listChoices({ shopId: chat.shopId, now: clock() })).toBeNull();
  expect((await agree(back)).status).toBe(200);
  expect((await listChoices({ shopId: chat.shopId, now: clock() }))!.pages).toHaveLength(1);
  for (const again of [await open(), await agree(back)]) {
    expect(again.status).toBe(400);
    expect(await again.text()).toContain(adminText('login.unknown_state.title'));
  }
});

test('a cancelled login asks nothing', async () => {
  const chat = await openChat({ connected: false });
  const back = await merchantOf(chat, [chat.metaPageId]).logIn({ answer: 'cancel' });
  const answer = await callback({ request: new Request(back), params: {}, context: {} });
  expect(await answer.text()).toContain('Nothing was connected');
});

/** Every row of every table, as text. */
async function everythingWritten(): Promise<string> {
  const tables = await queryRows<{ name: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  });
  const rows = await Promise.all(
    tables.map(({ name }) =>
      db.$queryRawUnsafe<{ text: string | null }[]>(`SELECT json_agg(t)::text AS text FROM "${name}" t`),
    ),
  );
  return rows.map(([row]) => row?.text ?? '').join('\n');
}

test('a state is good for one use, for its own shop, and for a quarter of an hour', async () => {
  const chat = await openChat({ connected: false });
  const merchant = merchantOf(chat, [chat.metaPageId]);
  const back = await merchant.logIn();
  expect(await finishLogin({ query: back.searchParams, now: clock() })).toMatchObject({
    outcome: 'choose',
    shopId: chat.shopId,
  });
  expect(await finishLogin({ query: back.searchParams, now: clock() })).toEqual({
    outcome: 'unknown_state',
  });
  const late = await merchant.logIn();
  pass(16 * 60);
  expect(await finishLogin({ query: late.searchParams, now: clock() })).toEqual({
    outcome: 'unknown_state',
  });
  for (const query of ['', 'state=x&code=y', 'code=y'])
    expect(await finishLogin({ query: new URLSearchParams(query), now: clock() })).toEqual({
      outcome: 'unknown_state',
    });
});

test('cancelled, declined, no Page, a Page without the tasks: each is told for what it is', async () => {
  const chat = await openChat({ connected: false });
  const merchant = merchantOf(chat, [{ pageId: chat.metaPageId, tasks: ['ANALYZE', 'MESSAGING'] }]);
  const finish = async (given: object) =>
    finishLogin({ query: (await merchant.logIn(given)).searchParams, now: clock() });
  expect(await finish({ answer: 'cancel' })).toEqual({ outcome: 'cancelled', shopId: chat.shopId });
  expect(await finish({ scopes: ['pages_show_list', 'pages_messaging'] })).toMatchObject({
    declined: ['pages_manage_metadata'],
  });
  const choices = await listChoices({ shopId: chat.shopId, now: clock() });
  expect(choices!.declined[0]!.why).toContain('Get Started');
  const choose = () => choosePage({ shopId: chat.shopId, metaPageId: chat.metaPageId, now: clock() });
  expect(await choose()).toEqual({ outcome: 'declined', permissions: ['pages_manage_metadata'] });
  expect(await finish({})).toMatchObject({ outcome: 'choose', pages: 1 });
  expect(await choose()).toEqual({ outcome: 'missing_tasks', missing: ['MODERATE'] });
  const nobody = merchantOf(chat, []);
  expect(await finishLogin({ query: (await nobody.logIn()).searchParams, now: clock() })).toMatchObject({
    outcome: 'choose',
    pages: 0,
  });
});

test('what the merchant has is shown first, replaced only when they say so, and put back on the way out', async () => {
  const chat = await openChat({ connected: false });
  const before = {
    get_started: { payload: 'BOT_START' },
    greeting: [{ locale: 'default', text: 'Welcome to our Page' }],
    ice_breakers: [
      { locale: 'default', call_to_actions: [{ question: 'Where are you?', payload: 'WHERE' }] },
    ],
    persistent_menu: [
      { locale: 'default', call_to_actions: [{ type: 'postback', title: 'Help', payload: 'HELP' }] },
    ],
  };
  metaPage(chat).profile = structuredClone(before);
  metaPage(chat).subscriptions['777'] = ['messages'];
  const merchant = merchantOf(chat, [chat.metaPageId]);
  expect(await merchant.connects()).toMatchObject({
    outcome: 'ask_first',
    inTheWay: { iceBreakers: ['Where are you?'], otherGetStarted: true, menu: ['Help'] },
    otherApps: ['777'],
  });
  expect(metaPage(chat).profile).toEqual(before);
  const chosen = await choosePage({
    shopId: chat.shopId,
    metaPageId: chat.metaPageId,
    profile: 'replace',
    now: clock(),
  });
  expect(chosen.outcome).toBe('connected');
  expect(metaPage(chat).profile).toEqual({
    ...before,
    get_started: { payload: 'start1' },
    ice_breakers: undefined,
  });
  expect(await disconnectPage({ shopId: chat.shopId, now: clock() })).toEqual({
    outcome: 'disconnected',
    problem: null,
  });
  expect(metaPage(chat).profile).toEqual(before);
  expect(metaPage(chat).subscriptions).toEqual({ 777: ['messages'] });
  expect(await db.page.findFirst({ where: { shopId: chat.shopId } })).toMatchObject({
    accessToken: null,
    connectedByUserId: null,
    previousProfile: null,
  });
});

test('what the merchant has may be kept: then nothing of it is touched', async () => {
  const chat = await openChat({ connected: false });
  const kept = { get_started: { payload: 'BOT_START' }, greeting: [{ locale: 'default', text: 'Hi' }] };
  metaPage(chat).profile = structuredClone(kept);
  expect(await merchantOf(chat, [chat.metaPageId]).connects()).toMatchObject({ outcome: 'ask_first' });
  await choosePage({ shopId: chat.shopId, metaPageId: chat.metaPageId, profile: 'keep', now: clock() });
  expect(metaPage(chat).profile).toEqual(kept);
});

test('two shops on one Page: the first to leave takes nothing away, the last puts everything back', async () => {
  const chat = await openChat({ connected: false, shops: 2 });
  const merchant = merchantOf(chat, [chat.metaPageId]);
  const [one, two] = chat.shops;
  await merchant.connects({ shopId: one!.shopId });
  await merchant.connects({ shopId: two!.shopId });
  await disconnectPage({ shopId: one!.shopId, now: clock() });
  expect(metaPage(chat).profile.get_started).toEqual({ payload: 'start1' });
  expect(metaPage(chat).subscriptions).toHaveProperty(process.env.META_APP_ID!);
  await releasePages({ shopId: two!.shopId, now: clock() });
  // It has the app, as Shopify said last.
  expect(metaPage(chat).profile.get_started).toEqual({ payload: 'start1' });
  await db.shop.update({ where: { id: two!.shopId }, data: { uninstalledAt: clock() } });
  await releasePages({ shopId: two!.shopId, now: clock() });
  expect(metaPage(chat).profile).toEqual({});
  expect(metaPage(chat).subscriptions).toEqual({});
});

test('a switch: who waits on the old Page is counted, stays reachable through it, and then it is given back', async () => {
  const chat = await openChat({ connected: false });
  const merchantPages = [chat.metaPageId, `${chat.metaPageId}9`];
  chat.messenger.addPage({ id: merchantPages[1]!, name: 'Maison Neuve' });
  const merchant = merchantOf(chat, merchantPages);
  await merchant.connects();
  await chat.subscribe();
  expect(await countWaitingOnPage({ shopId: chat.shopId, now: clock() })).toBe(1);
  expect(await merchant.connects({ metaPageId: merchantPages[1]! })).toMatchObject({
    outcome: 'connected',
    page: { name: 'Maison Neuve' },
    switchedFrom: { metaPageId: chat.metaPageId },
  });
  await disconnectFormerPages({ now: clock() });
  const old = () => db.page.findFirstOrThrow({ where: { metaPageId: chat.metaPageId } });
  expect(pageToken(await old())).toMatch(/^EAA/);
  await db.subscription.updateMany({
    where: { shopId: chat.shopId },
    data: { status: 'notified', grantToken: null, endedAt: clock() },
  });
  await disconnectFormerPages({ now: clock() });
  expect((await old()).disconnectedAt).not.toBeNull();
  expect(metaPage(chat).subscriptions).toEqual({});
});

test('reconnecting mends the Page and keeps its test; connecting anew after a farewell asks for a new one', async () => {
  const chat = await openChat({ connected: false });
  const merchant = merchantOf(chat, [chat.metaPageId]);
  await merchant.connects();
  await db.page.updateMany({
    where: { shopId: chat.shopId },
    data: { testPassedAt: clock(), issue: 'reconnect', issueSince: clock() },
  });
  await merchant.connects();
  expect(await pageOf({ shopId: chat.shopId })).toMatchObject({
    issue: null,
    testPassedAt: expect.any(Date),
  });
  await disconnectPage({ shopId: chat.shopId, now: clock() });
  await merchant.connects();
  expect(await pageOf({ shopId: chat.shopId })).toMatchObject({ disconnectedAt: null, testPassedAt: null });
});

test('Meta has dropped us: the check subscribes again; the token is dead: the merchant is told; it lives again: all is well', async () => {
  const chat = await openChat({ connected: false });
  await merchantOf(chat, [chat.metaPageId]).connects();
  metaPage(chat).subscriptions = {};
  await checkPages({ clock });
  expect(metaPage(chat).subscriptions).toHaveProperty(process.env.META_APP_ID!);
  const token = chat.messenger.world.accessTokens.get(pageToken((await pageOf({ shopId: chat.shopId }))!))!;
  token.invalid = { subcode: 460, message: 'Error validating access token' };
  pass(25 * 3600);
  await checkPages({ clock });
  expect((await pageOf({ shopId: chat.shopId }))!.issue).toBe('reconnect');
  token.invalid = null;
  await checkPages({ clock });
  expect((await pageOf({ shopId: chat.shopId }))!.issue).toBeNull();
});

test('the person takes the app back, and has their data erased: the Page needs reconnecting, a page says that it was done', async () => {
  const chat = await openChat({ connected: false });
  const merchant = merchantOf(chat, [chat.metaPageId]);
  await merchant.connects();
  const { signedRequest } = await import('../../simulators/messenger/signature.ts');
  const post = (path: string, secret = process.env.META_APP_SECRET!) =>
    knock(
      new Request(`https://app.notify.example${path}`, {
        method: 'POST',
        body: new URLSearchParams({
          signed_request: signedRequest({
            payload: { algorithm: 'HMAC-SHA256', user_id: merchant.id },
            secret,
          }),
        }),
      }),
    );
  expect((await post('/messenger/deauthorize', 'wrong')).status).toBe(401);
  expect((await pageOf({ shopId: chat.shopId }))!.issue).toBeNull();
  expect((await post('/messenger/deauthorize')).status).toBe(200);
  expect((await pageOf({ shopId: chat.shopId }))!.issue).toBe('reconnect');

  expect((await post('/messenger/data-deletion', 'wrong')).status).toBe(401);
  const said = (await (await post('/messenger/data-deletion')).json()) as {
    url: string;
    confirmation_code: string;
  };
  expect(said.url).toContain(said.confirmation_code);
  expect(await pageOf({ shopId: chat.shopId })).toMatchObject({
    connectedByUserId: null,
    issue: 'reconnect',
  });
  expect(pageToken((await pageOf({ shopId: chat.shopId }))!)).not.toMatch(/^EAA/);
  const status = await knock(new Request(said.url));
  expect(status.status).toBe(200);
  expect(await status.text()).toContain(adminText('deletion.done.title'));
  expect((await knock(new Request('https://app.notify.example/messenger/data-deletion?code=x'))).status).toBe(
    404,
  );
  expect(
    JSON.stringify(await db.privacyRequest.findMany(), (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    ),
  ).not.toContain(`"${merchant.id}"`);
});
