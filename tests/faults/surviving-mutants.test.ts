// What planted bugs slipped past: tests that were written because a bug was planted and no other test minded.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { startSends, repeatSends, claim, dueSends } from '../../app/notifications/claim.server.ts';
import { finishByEcho } from '../../app/notifications/delivery-events.server.ts';
import { subscribe } from '../../app/waitlist/subscribe.server.ts';
import { createSenderWorld } from '../notifications/sender-world.ts';

const world = await createSenderWorld();

async function claimed({ count, limit }: { count: number; limit: number }) {
  const made = await world.shopWithWaiting({ count });
  const { shop, variant, page, restock, metaPageId } = made;
  const worker = await world.worker(metaPageId);
  const rows = await claim({
    metaPageId,
    lease: worker.lease,
    entry: {
      restockId: restock.id,
      shopId: shop.id,
      variantId: variant.id,
      pageId: page.id,
      isTest: false,
      hasIssue: false,
    },
    limit,
    anyway: false,
    except: [],
    now: world.clock(),
  });
  return { ...made, worker, rows };
}

test('an echo through another Page does not settle a call whose fate is unknown; one through its own does', async () => {
  const { shop, worker, rows, metaPageId } = await claimed({ count: 1, limit: 1 });
  const now = world.clock();
  const [row] = rows;
  await startSends({ messages: [{ row: row!, body: '{}' }], lease: worker.lease, now });
  const metadata = `n1_${shop.id}_${row!.id}`;
  const kept = () =>
    db.notification.findFirstOrThrow({ where: { id: row!.id }, select: { status: true, messageId: true } });

  await finishByEcho({ metaPageId: '999', metadata, mid: 'm_other', now });
  expect(await kept()).toEqual({ status: 'sending', messageId: null });
  await finishByEcho({ metaPageId, metadata, mid: 'm_own', now });
  expect(await kept()).toEqual({ status: 'sent', messageId: 'm_own' });
  await worker.leave();
});

test('a claim smaller than the line takes its head, and leaves the others in place', async () => {
  const { shop, worker, rows, waitingShoppers } = await claimed({ count: 6, limit: 2 });
  expect(rows.map((row) => row.subscriptionId)).toEqual(
    waitingShoppers.slice(0, 2).map((one) => one.subscriptionId),
  );
  expect(await world.statesOf(shop.id)).toEqual({ waiting: 4, claimed: 2 });
  await worker.leave();
});

test('a call of unknown fate is not taken up again, and may not be, before it has surely ended', async () => {
  const { worker, rows, metaPageId } = await claimed({ count: 1, limit: 1 });
  const begun = world.clock();
  const [row] = rows;
  await startSends({ messages: [{ row: row!, body: '{}' }], lease: worker.lease, now: begun });
  const after = (ms: number) => new Date(begun.getTime() + ms);
  const due = (now: Date) => dueSends({ metaPageId, inFlight: [], limit: 10, now });
  const repeat = (now: Date) => repeatSends({ ids: [row!.id], lease: worker.lease, now });

  expect(await due(after(59_000))).toEqual([]);
  expect((await repeat(after(59_000))).size).toBe(0);
  expect((await due(after(60_000))).map((one) => one.id)).toEqual([row!.id]);
  expect((await repeat(after(60_000))).size).toBe(1);
  expect((await repeat(after(119_000))).size).toBe(0);
  await worker.leave();
});

test('a token pays once: under another request, after its wait has ended, it is no second yes', async () => {
  const { shop, variant, page, metaPageId } = await world.shopWithWaiting({ count: 1 });
  const shopId = shop.id;
  const at = world.clock();
  const shopper = await db.shopper.create({
    data: { shopId, pageId: page.id, psid: 'twice', createdAt: at },
  });
  const yes = async () => {
    const { id } = await db.optInRequest.create({
      data: {
        shopId,
        shopperId: shopper.id,
        variantId: variant.id,
        title: 'one',
        locale: 'en',
        createdAt: at,
      },
    });
    const payload = `r1_${shopId}_${id}`;
    const event = {
      kind: 'opted_in' as const,
      token: 'the-token',
      payload,
      psid: 'twice',
      metaPageId,
      at,
      standby: false,
    };
    return (await db.$transaction((tx) => subscribe({ tx, event, now: at }))).outcome;
  };
  expect(await yes()).toBe('waiting');
  await db.subscription.updateMany({
    where: { shopId, shopperId: shopper.id },
    data: { status: 'cancelled', grantToken: null, endedAt: at },
  });
  expect(await yes()).toBe('spent');
  expect(await db.subscription.count({ where: { shopId, shopperId: shopper.id } })).toBe(1);
});
