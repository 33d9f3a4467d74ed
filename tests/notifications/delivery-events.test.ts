// Echoes, deliveries and readings: what Meta says afterwards overrides what we thought.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { MINUTE } from '../../app/lib/clock.ts';
import { recordDelivered, recordRead, finishByEcho } from '../../app/notifications/delivery-events.server.ts';
import { expireSubscriptions } from '../../app/waitlist/end-subscriptions.server.ts';
import { waitFor } from '../harness/wait-for.ts';
import { createSenderWorld } from './sender-world.ts';

const world = await createSenderWorld({ echoes: true });

test('the echo of a call whose reply was lost settles it as sent', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 5 });
  world.messenger.disturb({ kind: 'lose_reply', times: 5, only: { pageId: metaPageId } });
  await world.runOut({ metaPageId, within: 30_000 });
  await waitFor(async () => (await world.statesOf(shop.id)).notified === 5, {
    until: 'all echoes are heard',
  });
  world.expectEachOnce({ metaPageId, psids: waitingShoppers.map((one) => one.psid) });
  await world.expectBalanced(shop.id);
});

test('no echo and only 500s: unknown after five minutes, and a late echo still makes it told', async () => {
  const { shop, metaPageId } = await world.shopWithWaiting({ count: 1 });
  world.messenger.faultOptions.webhooks.withholdEchoes = true;
  const over = world.messenger.disturb({ kind: 'fail_after', times: 1_000, only: { pageId: metaPageId } });
  await world.runOut({ metaPageId, within: 10 * MINUTE });
  over();
  world.messenger.faultOptions.webhooks.withholdEchoes = false;
  expect(await world.statesOf(shop.id)).toEqual({ unknown: 1 });
  const row = await db.notification.findFirstOrThrow({ where: { shopId: shop.id } });
  expect(row).toMatchObject({ status: 'unknown', failureReason: 'no_answer', requestBody: null });
  const echo = { metaPageId, metadata: `n1_${shop.id}_${row.id}`, mid: 'm_late', now: world.clock() };
  expect(await finishByEcho(echo)).toBe(true);
  expect(await finishByEcho(echo)).toBe(true);
  expect(await world.statesOf(shop.id)).toEqual({ notified: 1 });
  await world.expectBalanced(shop.id);
});

test("a call of unknown fate stays so after an echo through another Page or with a mark that isn't ours; its own echo settles it", async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 1 });
  const other = await world.shopWithWaiting({ count: 0 });
  world.messenger.faultOptions.webhooks.withholdEchoes = true;
  world.messenger.disturb({ kind: 'lose_reply', times: 1, only: { pageId: metaPageId } });
  // Long enough for the call, too short for its repeat.
  await world.runOut({ metaPageId, within: 30_000 });
  world.messenger.faultOptions.webhooks.withholdEchoes = false;
  expect(world.notifiedOf(metaPageId), 'it was delivered, and we do not know').toHaveLength(1);
  const kept = () => db.notification.findFirstOrThrow({ where: { shopId: shop.id } });
  const before = await kept();
  expect(before).toMatchObject({ status: 'sending', messageId: null, finishedAt: null });
  const echo = { metadata: `n1_${shop.id}_${before.id}`, mid: 'm_1', now: world.clock() };

  await finishByEcho({ ...echo, metaPageId: other.metaPageId });
  await finishByEcho({ ...echo, metaPageId, metadata: `n1_${other.shop.id}_${before.id}` });
  expect(await finishByEcho({ ...echo, metaPageId, metadata: 'p1_7' })).toBe(false);
  expect(await finishByEcho({ ...echo, metaPageId, metadata: `n1_${shop.id}_${before.id} ` })).toBe(false);
  expect(await kept()).toEqual(before);
  expect(await world.statesOf(shop.id)).toEqual({ claimed: 1 });

  await finishByEcho({ ...echo, metaPageId });
  expect(await kept()).toMatchObject({ status: 'sent', messageId: 'm_1', requestBody: null });
  await world.runOut({ metaPageId });
  world.expectEachOnce({ metaPageId, psids: [waitingShoppers[0]!.psid] });
  await world.expectBalanced(shop.id);
});

test('deliveries and readings are noted once, by their watermark', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 2 });
  await world.runOut({ metaPageId });
  const now = world.clock();
  const seen = { metaPageId, psid: waitingShoppers[0]!.psid, watermark: now, now };
  await recordDelivered(seen);
  await recordRead(seen);
  await recordRead({
    ...seen,
    watermark: new Date(now.getTime() + MINUTE),
    now: new Date(now.getTime() + MINUTE),
  });
  const rows = await db.notification.findMany({ where: { shopId: shop.id }, orderBy: { id: 'asc' } });
  expect(rows[0]).toMatchObject({ deliveredAt: now, readAt: now });
  expect(rows[1]).toMatchObject({ deliveredAt: null, readAt: null });
});

test('a permission that ran out is swept, holds no token any more, and is told of nothing', async () => {
  const { shop, metaPageId, waitingShoppers } = await world.shopWithWaiting({ count: 3 });
  await db.subscription.updateMany({
    where: { id: { in: waitingShoppers.slice(0, 2).map((one) => one.subscriptionId) } },
    data: { expiresAt: world.clock() },
  });
  await world.runOut({ metaPageId });
  expect(await expireSubscriptions({ now: world.clock() })).toBe(2);
  expect(await world.statesOf(shop.id)).toEqual({ expired: 2, notified: 1 });
  expect(await db.subscription.count({ where: { shopId: shop.id, grantToken: { not: null } } })).toBe(0);
  await world.expectBalanced(shop.id);
});
