// The claim checks everything itself, whatever the page sender believed when it chose the restock.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { MINUTE } from '../../app/lib/clock.ts';
import { startSends, repeatSends, claim } from '../../app/notifications/claim.server.ts';
import { releaseNeverStarted, finishSends } from '../../app/notifications/finish.server.ts';
import { createSenderWorld } from './sender-world.ts';

const world = await createSenderWorld();
const before = (ms: number) => new Date(world.clock().getTime() - ms);

async function fixture({ count = 3, notificationQuota = 100 } = {}) {
  const made = await world.shopWithWaiting({ count, notificationQuota });
  const worker = await world.worker(made.metaPageId);
  const entry = {
    restockId: made.restock.id,
    shopId: made.shop.id,
    variantId: made.variant.id,
    pageId: made.page.id,
    isTest: false,
    hasIssue: false,
  };
  const given = {
    metaPageId: made.metaPageId,
    lease: worker.lease,
    entry,
    limit: 10,
    anyway: false,
    except: [],
  };
  return {
    ...made,
    worker,
    entry,
    claimed: (more: object = {}) => claim({ ...given, now: world.clock(), ...more }),
  };
}

test('whatever stands in the way of one claim leaves the line as it was', async () => {
  const { shop, page, variant, restock, claimed, metaPageId, waitingShoppers } = await fixture();
  const now = world.clock();
  const ways: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['closed', () => change({ closedAt: now }), () => change({ closedAt: null })],
    ['held', () => change({ heldAt: now }), () => change({ heldAt: null })],
    [
      'hold-off',
      () => change({ sendAfter: new Date(now.getTime() + 60_000) }),
      () => change({ sendAfter: null }),
    ],
    [
      'old look',
      () => change({ confirmedAvailableAt: before(31_000) }),
      () => change({ confirmedAvailableAt: now }),
    ],
    ['no allowance', () => change({ notificationQuota: 0 }), () => change({ notificationQuota: 100 })],
    ['paused variant', () => pauseVariant(now), () => pauseVariant(null)],
    ['uninstalled', () => shopIs({ uninstalledAt: now }), () => shopIs({ uninstalledAt: null })],
    [
      'said to have left',
      () => shopIs({ accessUnknownSince: now }),
      () => shopIs({ accessUnknownSince: null }),
    ],
    ['Page in trouble', () => pageIs({ issue: 'restricted' }), () => pageIs({ issue: null })],
    [
      'lane paused',
      () => db.pageSender.create({ data: { metaPageId, pausedAt: now } }),
      () => db.pageSender.delete({ where: { metaPageId } }),
    ],
    ['all stopped', () => stopped(now), () => stopped(null)],
    ['all expired', () => expiring(before(1)), () => expiring(new Date(now.getTime() + 1e9))],
  ];
  function change(data: object) {
    return db.restock.updateMany({ where: { id: restock.id }, data });
  }
  function pauseVariant(pausedAt: Date | null) {
    return db.variant.updateMany({ where: { shopId: shop.id, id: variant.id }, data: { pausedAt } });
  }
  function shopIs(data: object) {
    return db.shop.update({ where: { id: shop.id }, data });
  }
  function pageIs(data: object) {
    return db.page.updateMany({ where: { id: page.id }, data });
  }
  function stopped(optedOutAt: Date | null) {
    return db.shopper.updateMany({ where: { shopId: shop.id }, data: { optedOutAt } });
  }
  function expiring(expiresAt: Date) {
    return db.subscription.updateMany({ where: { shopId: shop.id }, data: { expiresAt } });
  }
  for (const [name, hinder, free] of ways) {
    await hinder();
    expect(await claimed(), name).toEqual([]);
    expect(await world.statesOf(shop.id), name).toEqual({ waiting: 3 });
    await free();
  }
  expect((await claimed()).map((row) => row.subscriptionId)).toEqual(
    waitingShoppers.map((one) => one.subscriptionId),
  );
});

test('whatever comes between a claim and its call is seen before the call, and nothing is begun', async () => {
  const { shop, variant, restock, claimed, worker } = await fixture({ count: 1 });
  const now = world.clock();
  const [row] = await claimed();
  const given = { messages: [{ row: row!, body: '{}' }], lease: worker.lease };
  const restockIs = (data: object) => db.restock.updateMany({ where: { id: restock.id }, data });
  const variantIs = (pausedAt: Date | null) =>
    db.variant.updateMany({ where: { shopId: shop.id, id: variant.id }, data: { pausedAt } });
  const shopperIs = (optedOutAt: Date | null) =>
    db.shopper.updateMany({ where: { shopId: shop.id }, data: { optedOutAt } });
  const expiring = (expiresAt: Date) =>
    db.subscription.updateMany({ where: { shopId: shop.id }, data: { expiresAt } });
  const shopIs = (data: object) => db.shop.update({ where: { id: shop.id }, data });
  const ways: [string, () => Promise<unknown>, () => Promise<unknown>][] = [
    ['closed', () => restockIs({ closedAt: now }), () => restockIs({ closedAt: null })],
    ['held', () => restockIs({ heldAt: now }), () => restockIs({ heldAt: null })],
    [
      'hold-off',
      () => restockIs({ sendAfter: new Date(now.getTime() + 60_000) }),
      () => restockIs({ sendAfter: null }),
    ],
    [
      'old look',
      () => restockIs({ confirmedAvailableAt: before(31_000) }),
      () => restockIs({ confirmedAvailableAt: now }),
    ],
    ['paused variant', () => variantIs(now), () => variantIs(null)],
    ['STOP', () => shopperIs(now), () => shopperIs(null)],
    [
      'said to have left',
      () => shopIs({ accessUnknownSince: now }),
      () => shopIs({ accessUnknownSince: null }),
    ],
    ['uninstalled', () => shopIs({ uninstalledAt: now }), () => shopIs({ uninstalledAt: null })],
    ['expired', () => expiring(before(1)), () => expiring(new Date(now.getTime() + 1e9))],
  ];
  for (const [name, hinder, free] of ways) {
    await hinder();
    expect((await startSends({ ...given, now: world.clock() })).size, name).toBe(0);
    await free();
  }
  expect((await startSends({ ...given, now: world.clock() })).size).toBe(1);
});

test('a hold, a pause or an old look is obeyed by every claim that starts after it, also while others claim', async () => {
  const { shop, variant, restock, claimed } = await fixture({ count: 400, notificationQuota: 1_000 });
  const where = { id: restock.id };
  const pause = (pausedAt: Date | null) =>
    db.variant.updateMany({ where: { shopId: shop.id, id: variant.id }, data: { pausedAt } });
  const ways: [() => Promise<unknown>, () => Promise<unknown>][] = [
    [
      () => db.restock.updateMany({ where, data: { heldAt: world.clock() } }),
      () => db.restock.updateMany({ where, data: { heldAt: null } }),
    ],
    [() => pause(world.clock()), () => pause(null)],
    [
      () => db.restock.updateMany({ where, data: { confirmedAvailableAt: before(31_000) } }),
      () => db.restock.updateMany({ where, data: { confirmedAvailableAt: world.clock() } }),
    ],
  ];
  const taken: bigint[] = [];
  let over = false;
  const others = Array.from({ length: 3 }, async () => {
    while (!over) taken.push(...(await claimed({ limit: 1 })).map((row) => row.subscriptionId));
  });
  for (let round = 0; round < 60; round += 1) {
    const [hinder, free] = ways[round % ways.length]!;
    await hinder();
    const late = await Promise.all([claimed({ limit: 2 }), claimed({ limit: 2 })]);
    expect(late, `round ${round}`).toEqual([[], []]);
    await free();
  }
  over = true;
  await Promise.all(others);
  expect((await db.restock.findFirstOrThrow({ where })).claimedCount).toBe(taken.length);
  expect(new Set(taken).size).toBe(taken.length);
});

test('a claim takes no more than the allowance leaves, and counts what it takes', async () => {
  const { restock, claimed } = await fixture({ count: 10, notificationQuota: 4 });
  expect(await claimed({ limit: 3 })).toHaveLength(3);
  expect(await claimed({ limit: 3 })).toHaveLength(1);
  expect(await claimed({ limit: 3 })).toHaveLength(0);
  expect((await db.restock.findFirstOrThrow({ where: { id: restock.id } })).claimedCount).toBe(4);
});

test('two claims at the same moment share the line and nobody is in both', async () => {
  const { claimed, restock } = await fixture({ count: 40, notificationQuota: 30 });
  const [one, other] = await Promise.all([claimed({ limit: 20 }), claimed({ limit: 20 })]);
  const ids = [...one, ...other].map((row) => row.subscriptionId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toHaveLength((await db.restock.findFirstOrThrow({ where: { id: restock.id } })).claimedCount);
  expect(ids.length).toBeLessThanOrEqual(30);
});

test('under an epoch that has passed nothing is claimed, begun or refused; a success holds, and what was surely not sent is free', async () => {
  const { shop, metaPageId, worker, claimed } = await fixture({ count: 6 });
  const rows = await claimed({ limit: 4 });
  const [sent, refused, back, unbegun] = rows;
  const messages = rows.slice(0, 3).map((row) => ({ row, body: '{}' }));
  expect((await startSends({ messages, lease: worker.lease, now: world.clock() })).size).toBe(3);
  await worker.die();
  const next = await world.worker(metaPageId);
  expect(next.lease.epoch).toBeGreaterThan(worker.lease.epoch);

  expect(await claimed()).toEqual([]);
  const late = { lease: worker.lease, now: world.clock() };
  expect((await startSends({ messages: [{ row: unbegun!, body: '{}' }], ...late })).size).toBe(0);
  await finishSends({
    settlings: [
      { id: refused!.id, outcome: { end: 'failed', reason: 'unavailable' } },
      { id: back!.id, outcome: { end: 'put_back', restMs: 0 } },
      { id: sent!.id, outcome: { end: 'sent', mid: 'm_1' } },
    ],
    ...late,
  });
  expect(await world.statesOf(shop.id)).toEqual({ waiting: 3, claimed: 2, notified: 1 });
  expect(await releaseNeverStarted({ metaPageId, lease: next.lease, now: world.clock() })).toBe(1);
  expect(await world.statesOf(shop.id)).toEqual({ waiting: 4, claimed: 1, notified: 1 });
  await world.expectBalanced(shop.id);
  await next.leave();
});

test('what the next holder has taken up is theirs: the former one can neither give it back nor put it off', async () => {
  const { shop, metaPageId, worker, claimed } = await fixture({ count: 2 });
  const rows = await claimed({ limit: 2 });
  const messages = rows.map((row) => ({ row, body: '{}' }));
  expect((await startSends({ messages, lease: worker.lease, now: world.clock() })).size).toBe(2);
  await worker.die();
  const next = await world.worker(metaPageId);
  await world.pass(2 * MINUTE);
  const ids = rows.map((row) => row.id);
  expect((await repeatSends({ ids, lease: next.lease, now: world.clock() })).size).toBe(2);

  const [back, again] = rows;
  await finishSends({
    settlings: [
      { id: back!.id, outcome: { end: 'put_back', restMs: 0 } },
      { id: again!.id, outcome: { end: 'again', afterMs: 0, withoutPicture: false } },
    ],
    lease: worker.lease,
    now: world.clock(),
  });
  await finishSends({
    settlings: ids.map((id) => ({ id, outcome: { end: 'not_repeated' } })),
    lease: worker.lease,
    now: world.clock(),
  });
  const kept = await db.notification.findMany({ where: { shopId: shop.id } });
  expect(kept.map(({ status, leaseEpoch, attempts }) => ({ status, leaseEpoch, attempts }))).toEqual(
    ids.map(() => ({ status: 'sending', leaseEpoch: next.lease.epoch, attempts: 2 })),
  );
  expect(kept.every(({ retryAt }) => retryAt! > world.clock())).toBe(true);
  await next.leave();
});
