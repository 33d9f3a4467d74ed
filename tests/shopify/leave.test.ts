// A shop is said to have left: whoever says so, and whatever Shopify answers, nothing of a shop that has the app is deleted.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { HOUR, later, MINUTE, SECOND } from '../../app/lib/clock.ts';
import { releasePages } from '../../app/messenger/connect-page.server.ts';
import { uninstalledShopsWithPages } from '../../app/messenger/pages.server.ts';
import { metrics } from '../../app/metrics.server.ts';
import { sessionStorage } from '../../app/shopify/access-tokens.server.ts';
import {
  checkInstallation,
  eraseShop,
  install,
  installationsToCheck,
  reportUninstall,
} from '../../app/shopify/shops.server.ts';
import type { Disturbance } from '../../simulators/shopify/disturbances.ts';
import { clock, openShopify } from './installed.ts';

const fixture = openShopify();
const { shopify } = fixture;
const shopOf = (shopId: bigint) => db.shop.findUniqueOrThrow({ where: { id: shopId } });
const calls = (domain: string) => shopify.admin.calls().filter((call) => call.shop === domain).length;

type Installed = { shopId: bigint; domain: string };

/** A shop with a Page and an order to read: things that a shop loses when it leaves. */
async function installed(): Promise<Installed> {
  const shop = await fixture.install();
  const { shopId } = shop;
  const page = {
    shopId,
    metaPageId: `page-of-${shopId}`,
    name: 'Page',
    accessToken: Buffer.from('encrypted'),
  };
  await db.page.create({ data: { ...page, connectedAt: clock() } });
  await db.orderSync.create({ data: { shopId, orderId: 1n, requestedAt: clock(), dueAt: clock() } });
  return shop;
}

const left = {
  count: async ({ shopId, domain }: Installed) => ({
    shops: await db.shop.count({ where: { id: shopId, uninstalledAt: null } }),
    sessions: await db.session.count({ where: { shop: domain } }),
    pages: await db.page.count({ where: { shopId, accessToken: { not: null }, disconnectedAt: null } }),
    readings: await db.orderSync.count({ where: { shopId } }),
  }),
  everything: { shops: 1, sessions: 1, pages: 1, readings: 1 },
};

/** An hour passes: the worker does all that may follow from what was said. */
async function work({ shop, now, requestedAt }: { shop: Installed; now: Date; requestedAt: Date | null }) {
  if (requestedAt !== null) await eraseShop({ shopId: shop.shopId, requestedAt, now });
  for (const shopId of await installationsToCheck({ now }))
    await checkInstallation({ shopId, clock: () => now });
  if (requestedAt !== null) await eraseShop({ shopId: shop.shopId, requestedAt, now });
  if ((await uninstalledShopsWithPages()).includes(shop.shopId))
    await releasePages({ shopId: shop.shopId, now });
}

type Answer = 'well' | 'silence' | 'lost' | number;
const said: Record<string, Answer[]> = {
  admin: ['well', 401, 402, 403, 404, 418, 423, 429, 500, 502, 503, 504, 'silence', 'lost'],
  token: ['well', 400, 401, 402, 403, 404, 423, 429, 500, 503, 'silence', 'lost'],
};
const disturb = ({ door, answer, shop }: { door: 'admin' | 'token'; answer: Answer; shop: string }) => {
  if (answer === 'well') return;
  const how: Disturbance =
    answer === 'silence'
      ? { kind: 'drop_request' }
      : answer === 'lost'
        ? { kind: 'lose_reply' }
        : { kind: 'refuse', status: answer };
  shopify.disturb({ ...how, times: Infinity, only: { door, shop } });
};
/** This, at both of its doors, is how Shopify says that an app is out; an app that is in does not hear it. */
const saysOut = (admin: Answer, token: Answer) =>
  (admin === 401 || admin === 404) && (token === 400 || token === 401 || token === 404);

test('a forged or stale uninstall or erasure deletes nothing of a shop that has the app, whatever Shopify answers', async () => {
  // The renewal matters to a refused token alone; beside any other answer one of its answers does.
  const cases = said
    .admin!.flatMap((admin, at) =>
      (admin === 401 || admin === 404 ? said.token! : [said.token![at % said.token!.length]!]).map(
        (token) => ({ admin, token }),
      ),
    )
    .filter(({ admin, token }) => !saysOut(admin, token));
  for (const [at, { admin, token }] of cases.entries()) {
    const shop = await installed();
    const saidBy = at % 2 === 0 ? 'an uninstall' : 'an erasure';
    if (at % 3 === 0) await fixture.age(shop.domain);
    disturb({ door: 'admin', answer: admin, shop: shop.domain });
    disturb({ door: 'token', answer: token, shop: shop.domain });
    const began = clock();
    const requestedAt = saidBy === 'an erasure' ? began : null;
    if (requestedAt === null) await reportUninstall({ domain: shop.domain, triggeredAt: began, now: began });
    for (const hour of [0, 1, 2]) await work({ shop, now: later(began, hour * HOUR + SECOND), requestedAt });
    const about = `${saidBy}, ${admin} and ${token}`;
    expect([about, await left.count(shop)]).toEqual([about, left.everything]);
    const { accessUnknownSince } = await shopOf(shop.shopId);
    expect([about, accessUnknownSince === null]).toEqual([about, admin === 'well']);
    shopify.clearDisturbances();
    await work({ shop, now: later(began, 4 * HOUR), requestedAt });
    expect([about, await left.count(shop)]).toEqual([about, left.everything]);
    // A token whose successor never reached us stays dead until the merchant opens the app.
    if (token !== 'lost')
      expect([about, (await shopOf(shop.shopId)).accessUnknownSince]).toEqual([about, null]);
    await db.shop.deleteMany({ where: { id: shop.shopId } });
  }
});

test('answers that change from one question to the next delete nothing either', async () => {
  const answer = fc.constantFrom(...said.admin!);
  const door = fc.constantFrom('admin' as const, 'token' as const);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(door, answer), { maxLength: 6 }), async (answers) => {
      const shop = await installed();
      for (const [where, how] of answers)
        if (how !== 'well' && !(where === 'token' && saysOut(401, how)))
          shopify.disturb({
            ...(typeof how === 'number' ? { kind: 'refuse', status: how } : { kind: 'drop_request' }),
            only: { door: where, shop: shop.domain },
          });
      const began = clock();
      await reportUninstall({ domain: shop.domain, triggeredAt: began, now: began });
      for (const hour of [0, 1, 2])
        await work({ shop, now: later(began, hour * HOUR + SECOND), requestedAt: began });
      shopify.clearDisturbances();
      expect(await left.count(shop)).toEqual(left.everything);
      await db.shop.deleteMany({ where: { id: shop.shopId } });
    }),
    { numRuns: 12 },
  );
});

test('a shop that has left loses its sessions and its Page once Shopify refuses the token, the renewal, and the token again', async () => {
  const shop = await installed();
  shopify.uninstall(shop.domain);
  const now = clock();
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  expect(await left.count(shop)).toEqual(left.everything);
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await left.count(shop)).toMatchObject({ shops: 0, sessions: 0, pages: 1 });
  expect(await uninstalledShopsWithPages()).toContain(shop.shopId);
});

test('a shop that Shopify does not know at either of its doors has left', async () => {
  const shop = await installed();
  for (const door of ['admin', 'token'] as const) disturb({ door, answer: 404, shop: shop.domain });
  const now = clock();
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await left.count(shop)).toMatchObject({ shops: 0, sessions: 0 });
});

test('a refusal that means our own client secret says nothing of the shop', async () => {
  const shop = await installed();
  // The secret was rotated in the Dev Dashboard, and not here.
  shopify.rotateSecret('shpss_another');
  shopify.rotateSecret('shpss_yet-another');
  disturb({ door: 'admin', answer: 401, shop: shop.domain });
  const now = clock();
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await left.count(shop)).toEqual(left.everything);
  expect((await shopOf(shop.shopId)).reauthorizationRequiredSince).toBeNull();
  for (const _time of [1, 2]) shopify.rotateSecret(process.env.SHOPIFY_API_SECRET!);
});

test('a token that nobody could renew any more, and a shop without one, prove nothing', async () => {
  for (const spoil of [
    ({ domain }: Installed) =>
      db.session.updateMany({ where: { shop: domain }, data: { refreshTokenExpires: later(clock(), -1) } }),
    ({ domain }: Installed) =>
      db.session.updateMany({ where: { shop: domain }, data: { refreshToken: null } }),
    ({ domain }: Installed) =>
      db.session.updateMany({ where: { shop: domain }, data: { accessToken: 'encrypted with a lost key' } }),
    ({ domain }: Installed) => db.session.deleteMany({ where: { shop: domain } }),
  ]) {
    const shop = await installed();
    shopify.tokens.revoke(shop.domain);
    await spoil(shop);
    const before = await left.count(shop);
    const now = clock();
    await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
    await checkInstallation({ shopId: shop.shopId, clock });
    expect(await left.count(shop)).toEqual(before);
    expect((await shopOf(shop.shopId)).accessUnknownSince).not.toBeNull();
  }
});

test('while it is not known Shopify is asked once an hour, and after a day the operator is told', async () => {
  const shop = await installed();
  const undecided = async () => {
    const line = (await metrics()).text
      .split('\n')
      .find((each) => each.startsWith('notify_shops_undecided '));
    return Number(line?.split(' ')[1]);
  };
  const before = await undecided();
  // Whoever asked a second time would be let in.
  shopify.disturb({ kind: 'refuse', status: 402, only: { door: 'admin', shop: shop.domain } });
  const began = clock();
  for (const minute of [0, 1, 30, 59]) {
    const now = later(began, minute * MINUTE);
    await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
    await work({ shop, now, requestedAt: began });
    expect([minute, (await shopOf(shop.shopId)).accessUnknownSince]).toEqual([minute, began]);
  }
  expect(await undecided()).toBe(before);
  await db.shop.update({
    where: { id: shop.shopId },
    data: { accessUnknownSince: later(began, -25 * HOUR) },
  });
  expect(await undecided()).toBe(before + 1);
  await work({ shop, now: later(began, HOUR), requestedAt: began });
  expect((await shopOf(shop.shopId)).accessUnknownSince).toBeNull();
  expect(await undecided()).toBe(before);
});

test('a merchant who comes back while Shopify is being asked keeps everything', async () => {
  const shop = await installed();
  shopify.uninstall(shop.domain);
  const now = clock();
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  fixture.during(async () => {
    shopify.install(shop.domain);
    const session = await fixture.exchange(shop.domain);
    await sessionStorage.storeSession(session);
    await install({
      domain: shop.domain,
      clock,
      admin: {
        graphql: (query) =>
          fetch(`https://${shop.domain}/admin/api/2026-07/graphql.json`, {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'x-shopify-access-token': session.accessToken! },
            body: JSON.stringify({ query }),
          }),
      },
    });
  });
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await left.count(shop)).toEqual(left.everything);
});

test('a word that comes again and again neither keeps Shopify busy nor stops the sending for good', async () => {
  const shop = await installed();
  const began = clock();
  let stopped = 0;
  for (let second = 0; second < 60; second += 1) {
    const now = later(began, second * SECOND);
    await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
    if ((await shopOf(shop.shopId)).accessUnknownSince !== null) stopped += 1;
    await work({ shop, now, requestedAt: null });
  }
  expect(stopped).toBe(1);
  expect(calls(shop.domain)).toBeLessThanOrEqual(7);
  expect(await left.count(shop)).toEqual(left.everything);
});

test('an uninstall from before the latest installation, or before Shopify last let us in, is not even asked about', async () => {
  const shop = await installed();
  const now = clock();
  await reportUninstall({ domain: shop.domain, triggeredAt: later(now, -HOUR), now });
  expect(await shopOf(shop.shopId)).toMatchObject({ accessCheckAt: null, accessUnknownSince: null });
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  await checkInstallation({ shopId: shop.shopId, clock: () => later(now, MINUTE) });
  const confirmed = await shopOf(shop.shopId);
  await reportUninstall({ domain: shop.domain, triggeredAt: later(now, SECOND), now: later(now, HOUR) });
  expect(await shopOf(shop.shopId)).toEqual(confirmed);
});

test('a shop that has left is erased when Shopify asks; one that came back since keeps everything', async () => {
  const shop = await installed();
  const now = clock();
  shopify.uninstall(shop.domain);
  await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
  await checkInstallation({ shopId: shop.shopId, clock });
  await db.shop.update({
    where: { id: shop.shopId },
    data: { installedAt: later(now, 50 * HOUR), uninstalledAt: null },
  });
  const erasure = { shopId: shop.shopId, requestedAt: later(now, 49 * HOUR), now: later(now, 51 * HOUR) };
  expect(await eraseShop(erasure)).toBe('kept');
  await db.shop.update({ where: { id: shop.shopId }, data: { uninstalledAt: later(now, 52 * HOUR) } });
  expect(await eraseShop(erasure)).toBe('erased');
  expect(await db.shop.findUnique({ where: { id: shop.shopId } })).toBeNull();
  expect(await eraseShop(erasure)).toBe('erased');
});

test('a shop whose uninstall never reached us is erased all the same, once Shopify confirms that we are out', async () => {
  const shop = await installed();
  shopify.uninstall(shop.domain);
  const now = clock();
  const erasure = { shopId: shop.shopId, requestedAt: now, now };
  expect(await eraseShop(erasure)).toBe('not_known');
  await checkInstallation({ shopId: shop.shopId, clock });
  expect(await eraseShop(erasure)).toBe('erased');
  expect(await db.session.count({ where: { shop: shop.domain } })).toBe(0);
});
