// Every action of Home and of a variant's page, in every state: what is offered has the effect that its message promises, and nothing else says so.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { en } from '../../app/i18n/admin/en.ts';
import { ISSUES, type PageIssue } from '../../app/messenger/page-status.ts';
import * as home from '../../app/routes/app._index/route.tsx';
import * as variantPage from '../../app/routes/app.waitlist.$variantId/route.tsx';
import { pauseRestock, pauseVariant } from '../../app/stock/merchant-actions.server.ts';
import { mintSessionToken } from '../../simulators/shopify/session-token.ts';
import { createShop, type Fixture, setClock } from '../stock/stock-fixture.ts';
import { notifyAll } from '../stock/page-sender.ts';

const HOUR = 3_600_000;
const now = () => new Date();

type Arranged = { fixture: Fixture; variantId: bigint };
type Settings = Parameters<typeof createShop>[0];

/** A restock with units left, of which as many were told as may be said here. */
async function back({
  settings = {},
  notified = 0,
  ...given
}: { settings?: Settings; notified?: number; waiting?: number; units?: number } = {}): Promise<Arranged> {
  setClock(now());
  const fixture = await createShop(settings);
  const { variantId } = await fixture.back({ waiting: 4, units: 3, ...given });
  if (notified > 0) await notifyAll(fixture, { atMost: notified });
  return { fixture, variantId };
}
/** In the send delay, where Tell now would be offered if the Page were well. */
const ofPage = async (data: Parameters<typeof db.page.update>[0]['data']): Promise<Arranged> => {
  const arranged = await back({ settings: { sendDelaySeconds: 600 } });
  await db.page.updateMany({ where: { id: arranged.fixture.page.id }, data });
  return arranged;
};
const ONE_A_UNIT = { shoppersPerUnit: 1, batchIntervalMinutes: 60 };

/** An hour before and after now, on the wall of the shop. */
function quietNow(): Settings {
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/Berlin',
    hour: 'numeric',
    minute: 'numeric',
    hourCycle: 'h23',
  });
  const minute = (at: number) => {
    const [hours, minutes] = clock.format(at).split(':').map(Number);
    return hours! * 60 + minutes!;
  };
  return { quietHoursStart: minute(Date.now() - HOUR), quietHoursEnd: minute(Date.now() + HOUR) };
}

const STATES: Record<string, () => Promise<Arranged>> = {
  async 'sold out'() {
    const fixture = await createShop();
    return { fixture, ...(await fixture.soldOut({ waiting: 2 })) };
  },
  'in its send delay': () => back({ settings: { sendDelaySeconds: 600 } }),
  'being sent': () => back({ notified: 1 }),
  'between two batches': () => back({ settings: ONE_A_UNIT, notified: 3 }),
  async held() {
    const arranged = await back();
    await pauseRestock({ shopId: arranged.fixture.shopId, variantId: arranged.variantId, now: now() });
    return arranged;
  },
  async 'held between two batches'() {
    const arranged = await back({ settings: ONE_A_UNIT, notified: 3 });
    await pauseRestock({ shopId: arranged.fixture.shopId, variantId: arranged.variantId, now: now() });
    return arranged;
  },
  'in quiet hours': () => back({ settings: quietNow() }),
  async 'held in quiet hours'() {
    const arranged = await back({ settings: quietNow() });
    await pauseRestock({ shopId: arranged.fixture.shopId, variantId: arranged.variantId, now: now() });
    return arranged;
  },
  async paused() {
    const arranged = await back();
    const { fixture, variantId } = arranged;
    await pauseVariant({ shopId: fixture.shopId, variantId, paused: true, now: now() });
    return arranged;
  },
  async 'paused and held'() {
    const arranged = await STATES.held!();
    const { fixture, variantId } = arranged;
    await pauseVariant({ shopId: fixture.shopId, variantId, paused: true, now: now() });
    return arranged;
  },
  async 'below the minimum'() {
    const arranged = await back({ settings: { ...ONE_A_UNIT, minimumStock: 3 }, notified: 3 });
    await arranged.fixture.stock({ variantId: arranged.variantId, to: 2 });
    await arranged.fixture.check();
    return arranged;
  },
  'with nobody left': () => back({ notified: 4 }),
  async 'with one left who was told in it'() {
    const arranged = await back({ waiting: 1, notified: 1 });
    const { shopperId } = await db.notification.findFirstOrThrow({
      where: { shopId: arranged.fixture.shopId },
    });
    await arranged.fixture.waitingShopper(arranged.variantId, { shopperId });
    await arranged.fixture.check();
    return arranged;
  },
  async 'deleted in Shopify'() {
    const fixture = await createShop();
    const { variantId } = await fixture.soldOut({ waiting: 2 });
    fixture.store.deleteVariant({ shop: fixture.domain, variantId });
    await fixture.shopify.untilIdle();
    await fixture.check();
    return { fixture, variantId };
  },
  ...Object.fromEntries(
    (Object.keys(ISSUES) as PageIssue[]).map((trouble) => [
      `with the Page’s issue “${trouble}”`,
      () => ofPage({ issue: trouble, issueSince: now() }),
    ]),
  ),
  'without a Page': () => ofPage({ accessToken: null, disconnectedAt: now() }),
  async 'while Meta is silent'() {
    const arranged = await ofPage({});
    const { metaPageId } = arranged.fixture;
    await db.pageSender.create({ data: { metaPageId, pausedAt: now(), pauseReason: 'silence' } });
    return arranged;
  },
  async 'with everybody on a former Page that is dead'() {
    const arranged = await ofPage({ replacedAt: now(), issue: 'reconnect', issueSince: now() });
    const { shopId } = arranged.fixture;
    await db.page.create({
      data: {
        shopId,
        metaPageId: `new-${shopId}`,
        name: 'New',
        accessToken: Buffer.from('x'),
        connectedAt: now(),
      },
    });
    return arranged;
  },
};

const ACTIONS = ['look', 'tell', 'hold', 'release', 'pause', 'resume'];

type Route = { loader: unknown; action: unknown };

/** A route as the merchant's browser calls it. */
async function call<Data>({
  fixture,
  route,
  variantId,
  form,
}: { route: Route; form?: object } & Arranged): Promise<Data> {
  const token = mintSessionToken({
    shop: fixture.domain,
    apiKey: process.env.SHOPIFY_API_KEY!,
    apiSecret: process.env.SHOPIFY_API_SECRET!,
    now: now(),
  });
  const request = new Request(`${process.env.SHOPIFY_APP_URL}/app`, {
    headers: { authorization: `Bearer ${token}`, 'user-agent': 'Mozilla/5.0 Chrome/140.0' },
    ...(form ? { method: 'POST', body: new URLSearchParams({ ...form }) } : {}),
  });
  const door = (form ? route.action : route.loader) as (given: object) => Promise<Response>;
  const answer = await door({ request, params: { variantId: String(variantId) }, context: {} });
  return (await answer.json()) as Data;
}

type Shown = { held: boolean; actions: string[]; status: { state: string } | null; minutes: number | null };

const restockOf = ({ fixture, variantId }: Arranged) =>
  db.restock.findFirst({ where: { shopId: fixture.shopId, variantId, closedAt: null, isTest: false } });

/** The next check by the worker, at this moment. @returns how many were made. */
async function check({ fixture, variantId }: Arranged): Promise<number> {
  const before = (await fixture.looks(variantId)).length;
  setClock(now());
  await fixture.check();
  return (await fixture.looks(variantId)).length - before;
}

/** What each message of success promises, as the worker and the page sender find it afterwards. */
const PROMISES: Record<string, (arranged: Arranged) => Promise<void>> = {
  async look(arranged) {
    expect(await check(arranged)).toBe(1);
  },
  async tell(arranged) {
    setClock(now());
    expect(await notifyAll(arranged.fixture), 'not on the old check').toEqual([]);
    expect(await check(arranged)).toBe(1);
    expect((await notifyAll(arranged.fixture)).length).toBeGreaterThan(0);
  },
  async hold(arranged) {
    expect((await restockOf(arranged))!.heldAt).not.toBeNull();
    await check(arranged);
    expect(await notifyAll(arranged.fixture)).toEqual([]);
  },
  async release(arranged) {
    expect((await restockOf(arranged))!.heldAt).toBeNull();
    expect(await check(arranged)).toBe(1);
    expect((await arranged.fixture.lastCheck(arranged.variantId))!.reason).not.toBe('held');
  },
  async 'release.paused'(arranged) {
    expect((await restockOf(arranged))!.heldAt).toBeNull();
    await check(arranged);
    expect(await notifyAll(arranged.fixture)).toEqual([]);
  },
  async pause(arranged) {
    expect((await arranged.fixture.variant(arranged.variantId)).pausedAt).not.toBeNull();
    await check(arranged);
    expect(await notifyAll(arranged.fixture)).toEqual([]);
  },
  async resume(arranged) {
    expect((await arranged.fixture.variant(arranged.variantId)).pausedAt).toBeNull();
    expect(await check(arranged)).toBe(1);
    expect((await arranged.fixture.lastCheck(arranged.variantId))!.reason).not.toBe('paused');
  },
};

/** What an action may change before the worker comes by. */
const decided = async (arranged: Arranged) => ({
  restock: await restockOf(arranged),
  pausedAt: (await arranged.fixture.variant(arranged.variantId)).pausedAt,
});

/** Remembers how a variant stands, and puts everything back: to arrange it anew for each action would take minutes. */
async function remember({
  fixture: { shopId, ...fixture },
  variantId,
}: Arranged): Promise<() => Promise<void>> {
  const [restocks, subscriptions, notifications, looks, variant] = await Promise.all([
    db.restock.findMany({ where: { shopId } }),
    db.subscription.findMany({ where: { shopId } }),
    db.notification.findMany({ where: { shopId }, select: { id: true } }),
    db.stockCheck.findMany({ where: { shopId }, select: { id: true } }),
    fixture.variant(variantId),
  ]);
  const later = (rows: { id: bigint }[]) => ({ shopId, id: { notIn: rows.map(({ id }) => id) } });
  return async () => {
    await db.notification.deleteMany({ where: later(notifications) });
    await db.restock.deleteMany({ where: later(restocks) });
    await db.stockCheck.deleteMany({ where: later(looks) });
    for (const data of subscriptions) await db.subscription.updateMany({ where: { id: data.id }, data });
    for (const data of restocks) await db.restock.updateMany({ where: { id: data.id }, data });
    await db.variant.update({ where: { shopId_id: { shopId, id: variantId } }, data: variant });
  };
}

for (const [state, arrange] of Object.entries(STATES))
  test(`${state}: each action does what it says, or is not offered`, async () => {
    const arranged = await arrange();
    await check(arranged);
    const putBack = await remember(arranged);
    const { open: first } = await call<{ open: Shown[] }>({ ...arranged, route: home });
    const notified = (await notifyAll(arranged.fixture)).length > 0;
    // How long it takes is said while somebody can be told, and only then.
    expect([state, first.some(({ minutes }) => minutes !== null)]).toEqual([state, notified]);
    await putBack();
    const shown = await call<{ actions: string[]; past: Shown[] }>({ ...arranged, route: variantPage });
    const open = shown.past.filter(({ status }) => status !== null).map(({ actions }) => actions);
    expect([state, first.map(({ actions }) => actions)], 'Home offers the same').toEqual([state, open]);
    expect(shown.actions).toEqual(expect.arrayContaining(open.flat()));
    for (const intent of ACTIONS) {
      await putBack();
      const of = `${state}, ${intent}`;
      const before = await decided(arranged);
      const { done } = await call<{ done: string }>({ ...arranged, route: variantPage, form: { intent } });
      expect([of, done, Object.hasOwn(en, `done.${done}`)]).toEqual([of, done, true]);
      const promise = PROMISES[done];
      const offered = shown.actions.includes(intent);
      if (offered || intent === 'tell')
        expect([of, done, promise !== undefined]).toEqual([of, done, offered]);
      if (promise === undefined) expect([of, await decided(arranged)]).toEqual([of, before]);
      else await promise(arranged).catch((error: unknown) => Promise.reject(new Error(of, { cause: error })));
    }
  });

test('with an issue of the Page minutes are said exactly where somebody is told', async () => {
  const arranged = await back();
  const putBack = await remember(arranged);
  for (const trouble of [null, ...(Object.keys(ISSUES) as PageIssue[])]) {
    await putBack();
    await db.page.updateMany({
      where: { id: arranged.fixture.page.id },
      data: { issue: trouble, issueSince: trouble && now() },
    });
    await check(arranged);
    const { open } = await call<{ open: Shown[] }>({ ...arranged, route: home });
    const notified = (await notifyAll(arranged.fixture)).length > 0;
    expect([trouble, open.map(({ minutes }) => minutes !== null)]).toEqual([trouble, [notified]]);
  }
});

test('to stop counting ends it in every state, and the guide stays put away', async () => {
  for (const counting of ['off', 'on', 'stopping'] as const) {
    const [since, ended] = [counting === 'off' ? null : now(), counting === 'stopping' ? now() : null];
    const because = counting === 'stopping' ? 'stopped' : null;
    const fixture = await createShop({
      orderAttribution: counting,
      orderAttributionStartedAt: since,
      orderAttributionEndedAt: ended,
      orderAttributionEndReason: because,
    });
    const arranged = { fixture, variantId: 0n };
    const stopped = await call<{ done: string }>({
      ...arranged,
      route: home,
      form: { intent: 'stop-counting' },
    });
    const shop = await db.shop.findUniqueOrThrow({ where: { id: fixture.shopId } });
    expect([counting, stopped.done, shop.orderAttribution === 'on']).toEqual([counting, 'stopped', false]);
    const asked = await call<{ done?: string; problem?: string }>({
      ...arranged,
      route: home,
      form: { intent: 'count-orders' },
    });
    const after = await db.shop.findUniqueOrThrow({ where: { id: fixture.shopId } });
    expect([asked.done === 'counting', after.orderAttribution === 'on']).toEqual([false, false]);
    expect(asked.problem).toBe('not_granted');
    await call({ ...arranged, route: home, form: { intent: 'dismiss' } });
    expect((await call<{ guided: boolean }>({ ...arranged, route: home })).guided).toBe(false);
  }
});
