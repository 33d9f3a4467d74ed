// The end of waiting by the shopper's own word: one product, everything, or being known here at all.
import { Prisma, type SubscriptionState } from '@prisma/client';
import type { Tx } from '../db.server.ts';
import { forgetInbox } from '../messenger/inbox.server.ts';
import type { Turn } from './person.server.ts';

const ended = (now: Date, because: string) => ({
  state: 'stopped' as const,
  token: null,
  endedAt: now,
  endedBecause: because,
});

/** Ends those of the person's subscriptions in this shop that `which` names, as they stood when the person said so. @returns how many. */
export async function stopSome({
  tx,
  turn,
  which,
}: {
  tx: Tx;
  turn: Turn;
  which: { id: bigint } | { productId: bigint; except: bigint };
}): Promise<number> {
  if (turn.shopper === null) return 0;
  const stopped = await tx.subscription.updateMany({
    where: {
      shopId: turn.shop.id,
      shopperId: turn.shopper.id,
      state: 'waiting',
      isTest: false,
      grantedAt: { lte: turn.event.at },
      ...('id' in which
        ? { id: which.id }
        : { variant: { productId: which.productId }, variantId: { not: which.except } }),
    },
    data: ended(turn.now, 'the shopper stopped it'),
  });
  return stopped.count;
}

/**
 * STOP: in every shop of this Page, at once, and remembered. What is claimed already keeps its row for the lane, which asks for
 * `stoppedAt` before it sends. A STOP that reaches us late ends nothing that was agreed after it.
 */
export async function stopEverything({ tx, turn }: { tx: Tx; turn: Turn }): Promise<void> {
  const { at } = turn.event;
  const shopperId = { in: turn.known.map((one) => one.id) };
  await tx.subscription.updateMany({
    where: { shopperId, state: 'waiting', grantedAt: { lte: at } },
    data: ended(turn.now, 'the shopper said STOP'),
  });
  const agreedSince = { state: { in: ['waiting', 'claimed'] as SubscriptionState[] }, grantedAt: { gt: at } };
  await tx.shopper.updateMany({
    where: {
      id: shopperId,
      pageId: { in: turn.pages.map((page) => page.id) },
      subscriptions: { none: agreedSince },
    },
    data: { stoppedAt: at, question: Prisma.DbNull },
  });
}

/**
 * Erases a person from every shop of this Page: whatever hangs on their rows goes with them. What stays are hashes of spent tokens, so
 * that no late copy of an old yes can bring them back.
 */
export async function forgetPerson({ tx, turn }: { tx: Tx; turn: Turn }): Promise<void> {
  const { event, pages } = turn;
  await tx.shopper.deleteMany({ where: { psid: event.psid, pageId: { in: pages.map((page) => page.id) } } });
  await forgetInbox({ tx, metaPageId: event.metaPageId, psid: event.psid });
}
