// When Meta refuses: what is about one person settles that person, what is about the Page burns nothing, and mended means served.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { clearIssue } from '../../app/messenger/pages.server.ts';
import { MINUTE } from '../../app/lib/clock.ts';
import { plausibleTokenFaults } from '../../simulators/messenger/messenger.ts';
import { createSenderWorld } from './sender-world.ts';

const world = await createSenderWorld();
const troubleOf = async (shopId: bigint) => (await db.page.findFirstOrThrow({ where: { shopId } })).issue;
const callsOf = (metaPageId: string) =>
  world.messenger.refusals().filter((one) => one.route === 'messages' && one.pageId === metaPageId).length +
  world.notifiedOf(metaPageId).length;
const psids = (waitingShoppers: { psid: string }[]) => waitingShoppers.map((one) => one.psid);

test('a dead token burns nothing, wastes few calls, and everybody is served after reconnecting', async () => {
  const { shop, page, metaPage, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 40 });
  world.messenger.invalidateToken({ token: metaPage.token });
  await world.runOut({ metaPageId, within: 5 * MINUTE });
  expect(await troubleOf(shop.id)).toBe('reconnect');
  expect(await world.statesOf(shop.id)).toEqual({ waiting: 40 });
  await world.expectBalanced(shop.id);

  world.messenger.world.accessTokens.get(metaPage.token)!.invalid = null;
  await clearIssue({ pageId: page.id });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: psids(waitingShoppers) });
});

for (const [name, fault, issue] of [
  ['no permission', { code: 10, message: '(#10) no permission' }, 'permission'],
  ['restricted', { code: 10, subcode: 1893063, message: '(#10) restricted' }, 'restricted'],
  ['blocked', { code: 368, message: '(#368) blocked' }, 'blocked'],
  ['commerce off', { code: 2022, message: '(#2022) off' }, 'blocked'],
  ['app not live', { code: 200, message: '(#200) not live' }, 'permission'],
  ['a bare 100', { code: 100, message: '(#100) Invalid parameter' }, 'unexplained_errors'],
  ['an unknown code', { code: 4711, message: 'new to all of us' }, 'unexplained_errors'],
  ['the window', plausibleTokenFaults.outsideWindow, 'unexplained_errors'],
] as const)
  test(`refused for an hour with ${name}: nobody lost, the merchant told, all served when mended`, async () => {
    const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 25 });
    const mended = world.messenger.disturb({
      kind: 'refuse',
      fault,
      times: 1_000_000,
      only: { pageId: metaPageId },
    });
    await world.runOut({ metaPageId, within: 60 * MINUTE });
    expect(await troubleOf(shop.id)).toBe(issue);
    expect(await world.statesOf(shop.id)).toEqual({ waiting: 25 });
    const wasted = callsOf(metaPageId);
    await world.expectBalanced(shop.id);
    mended();
    await world.runOut({ metaPageId, within: 60 * MINUTE });
    expect(await troubleOf(shop.id)).toBeNull();
    world.expectEachOnce({ metaPageId, psids: psids(waitingShoppers) });
    // One answer's worth of calls that were on their way, then a single one now and then.
    expect(wasted).toBeLessThan(60);
    await world.expectBalanced(shop.id);
  });

test('Meta answers nothing but 500 for an hour: few tokens are put at risk, everybody else is served afterwards', async () => {
  const { shop, metaPageId } = await world.shopWithWaiting({ count: 100, perSecond: 30 });
  const mended = world.messenger.disturb({
    kind: 'refuse',
    fault: { code: 2, message: '(#2) try again', status: 500 },
    times: 1_000_000,
    only: { pageId: metaPageId },
  });
  await world.runOut({ metaPageId, within: 60 * MINUTE, perSecond: 30 });
  const during = await world.statesOf(shop.id);
  expect(during.waiting).toBeGreaterThan(60);
  mended();
  await world.runOut({ metaPageId, within: 60 * MINUTE, perSecond: 30 });
  const after = await world.statesOf(shop.id);
  expect(after.waiting).toBeUndefined();
  expect((after.notified ?? 0) + (after.unknown ?? 0)).toBe(100);
  expect(after.notified).toBe(world.notifiedOf(metaPageId).length);
  await world.expectBalanced(shop.id);
});

test('codes about one person settle that person and nobody else', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 6 });
  const fault = { code: 551, subcode: 1545041, message: 'not available', isTransient: false };
  world.messenger.disturb({ kind: 'refuse', fault, times: 1, only: { psid: waitingShoppers[2]!.psid } });
  await world.runOut({ metaPageId });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 5, failed: 1 });
  const refused = await db.notification.findFirstOrThrow({ where: { shopId: shop.id, status: 'failed' } });
  expect(refused.failureReason).toBe('unavailable');
  expect(await troubleOf(shop.id)).toBeNull();
  await world.expectBalanced(shop.id);
});

test('a person who is unavailable for a moment is told later', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 2 });
  const fault = { code: 551, subcode: 1893047, message: 'not available', isTransient: true };
  world.messenger.disturb({ kind: 'refuse', fault, times: 3, only: { psid: waitingShoppers[0]!.psid } });
  await world.runOut({ metaPageId });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 2 });
  expect(
    (await db.notification.findMany({ where: { shopId: shop.id } })).map((row) => row.attempts).sort(),
  ).toEqual([1, 4]);
});

test('one token that Meta never takes ends as refused, and stops nobody else', async () => {
  const shop = await world.addShop();
  const metaPage = world.addMetaPage();
  const page = await world.connect({ shopId: shop.id, metaPage });
  const variant = await world.addVariant({ shopId: shop.id });
  await world.openRestock({ shopId: shop.id, variantId: variant.id });
  const waitingShoppers = await world.addWaiting({
    page,
    variantId: variant.id,
    count: 8,
    tokenFor: (index) => (index === 0 ? 'a token of nobody' : undefined),
  });
  await world.runOut({ metaPageId: metaPage.id });
  expect(await world.statesOf(shop.id)).toEqual({ notified: 7, failed: 1 });
  world.expectEachOnce({ metaPageId: metaPage.id, psids: psids(waitingShoppers.slice(1)) });
  expect(await troubleOf(shop.id)).toBeNull();
});

test('refusals of rate slow the lane down, and it finds its way back', async () => {
  const { metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 60 });
  const fault = { code: 80006, message: '(#80006) too many calls' };
  world.messenger.disturb({ kind: 'refuse', fault, times: 8, only: { pageId: metaPageId } });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: psids(waitingShoppers) });
});

test("one Page's trouble does not slow another", async () => {
  const ill = await world.shopWithWaiting({ count: 20 });
  const well = await world.shopWithWaiting({ count: 20 });
  world.messenger.disturb({ kind: 'slow', ms: 1_500, times: 1_000, only: { pageId: ill.metaPageId } });
  const [slow, quick] = [await world.worker(ill.metaPageId), await world.worker(well.metaPageId)];
  const running = slow.run();
  const started = performance.now();
  await quick.run();
  expect(performance.now() - started).toBeLessThan(1_400);
  world.expectEachOnce({ metaPageId: well.metaPageId, psids: psids(well.waitingShoppers) });
  slow.stop();
  await running;
  await slow.leave();
  await quick.leave();
});

test('where shops share a Page, the dead token of one leaves the other alone', async () => {
  const first = await world.shopWithWaiting({ count: 5 });
  const other = await world.addShop();
  const page = await world.connect({
    shopId: other.id,
    metaPage: { ...first.metaPage, token: 'EAAB-not-a-token' },
  });
  const variant = await world.addVariant({ shopId: other.id });
  await world.openRestock({ shopId: other.id, variantId: variant.id });
  await world.addWaiting({ page, variantId: variant.id, count: 5 });
  await world.runOut({ metaPageId: first.metaPageId });
  expect(await world.statesOf(first.shop.id)).toEqual({ notified: 5 });
  expect(await world.statesOf(other.id)).toEqual({ waiting: 5 });
  expect(await troubleOf(other.id)).toBe('reconnect');
  expect(await troubleOf(first.shop.id)).toBeNull();
});
