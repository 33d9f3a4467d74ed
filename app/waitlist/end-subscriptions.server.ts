// The end of waiting by the shopper's own word: one product, everything, or being known here at all.
import { Prisma, type Subscription } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';

const ended = (now: Date, endReason: Subscription['endReason']) => ({
  status: 'cancelled' as const,
  grantToken: null,
  endedAt: now,
  endReason,
});

/** Ends those of the person's subscriptions in this shop that `which` names, as they stood at the time `at` when the person said so. @returns how many. */
export async function cancelSubscriptions({
  tx,
  shopId,
  shopperId,
  at,
  which,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  shopperId: bigint;
  at: Date;
  which: { id: bigint } | { productId: bigint; except: bigint };
  now: Date;
}): Promise<number> {
  const stopped = await tx.subscription.updateMany({
    where: {
      shopId,
      shopperId,
      status: 'waiting',
      isTest: false,
      grantedAt: { lte: at },
      ...('id' in which
        ? { id: which.id }
        : { variant: { productId: which.productId }, variantId: { not: which.except } }),
    },
    data: ended(now, 'shopper_cancelled'),
  });
  return stopped.count;
}

/**
 * STOP: in every shop of this Page, at once, and remembered. What is claimed already keeps its row for the page sender, which asks for
 * `optedOutAt` before it sends. A STOP that reaches us late ends nothing that was agreed after it.
 */
export async function optOut({
  tx,
  shopperIds,
  pageIds,
  at,
  now,
}: {
  tx: Tx;
  /** The person's rows, one for each shop. */ shopperIds: bigint[];
  /** The Page's rows, one for each shop. */ pageIds: bigint[];
  /** When the person said so. */ at: Date;
  now: Date;
}): Promise<void> {
  const shopperId = { in: shopperIds };
  await tx.subscription.updateMany({
    where: { shopperId, status: 'waiting', grantedAt: { lte: at } },
    data: ended(now, 'shopper_opted_out'),
  });
  const agreedSince = { status: { in: ['waiting', 'claimed'] }, grantedAt: { gt: at } };
  await tx.shopper.updateMany({
    where: {
      id: shopperId,
      pageId: { in: pageIds },
      subscriptions: { none: agreedSince },
    },
    data: { optedOutAt: at, pendingQuestion: Prisma.DbNull },
  });
}

/** Ends the merchant's tests that still wait: a newer one takes their place. */
export async function endTests({ tx, shopId, now }: { tx: Tx; shopId: bigint; now: Date }): Promise<void> {
  await tx.subscription.updateMany({
    where: { shopId, isTest: true, status: 'waiting' },
    data: ended(now, 'superseded_test'),
  });
}

const AT_ONCE = 1_000;

/** Ends every waiting subscription whose permission has run out by `now`. Safe to run twice at once. @returns how many. */
export async function expireSubscriptions({ now }: { now: Date }): Promise<number> {
  let reconciled = 0;
  for (;;) {
    const some = await db.$transaction((tx) => expireWaiting({ tx, now, limit: AT_ONCE }));
    reconciled += some;
    if (some < AT_ONCE) return reconciled;
  }
}

/** Ends those whose permission has run out before their product came back. @returns how many. */
async function expireWaiting({ tx, now, limit }: { tx: Tx; now: Date; limit: number }): Promise<number> {
  return tx.$executeRaw`
    UPDATE subscriptions SET status = 'expired', grant_token = NULL, ended_at = ${now}, end_reason = 'expired'
    WHERE (shop_id, id) IN (SELECT shop_id, id FROM subscriptions WHERE status = 'waiting' AND expires_at <= ${now}
      ORDER BY expires_at LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)`;
}
