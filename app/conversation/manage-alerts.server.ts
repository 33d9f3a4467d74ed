// "My alerts": what a shopper waits for, with picture, place, and a way out of each.
import { db, type Tx } from '../db.server.ts';
import type { Message } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import type { Clock } from '../lib/clock.ts';
import { variantName, nameWithin } from '../shopify/product.ts';
import type { CheckAvailability } from '../stock/check-availability.server.ts';
import { optOut, cancelSubscriptions } from '../waitlist/end-subscriptions.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import type { Command } from './commands.ts';
import {
  answerWith,
  type Effects,
  type Handle,
  upsertShopper,
  noteActionOnly,
  noReply,
  type ConversationContext,
  replyBuilder,
} from './context.server.ts';
import { eraseEvents } from './event-store.server.ts';
import type { Answer, Given } from './handle-event.server.ts';
import { offerOptIn } from './offer-opt-in.server.ts';
import { eraseReplies } from './replies.server.ts';

export async function listAlerts({ tx, turn }: { tx: Tx; turn: ConversationContext }): Promise<Effects> {
  const voice = replyBuilder({ turn });
  const { shop, now } = turn;
  const mine = await tx.subscription.findMany({
    where: {
      shopperId: { in: turn.known.filter((one) => one.shopId === shop.id).map((one) => one.id) },
      shopId: shop.id,
      state: { in: ['waiting', 'claimed'] },
      isTest: false,
      expiresAt: { gt: now },
    },
    include: { variant: true },
    orderBy: [{ since: 'asc' }, { id: 'asc' }],
    take: 100,
  });
  if (mine.length === 0) return { say: [voice.reply({ kind: 'text', text: voice.words('alerts.none') })] };
  const cards = await Promise.all(
    mine.slice(0, LIMIT.elements).map(async (one) => {
      const place = await positionOf({ tx, now, ...one });
      return {
        title: nameWithin({ variant: one.variant, limit: LIMIT.elementTitle }) || shop.name,
        subtitle: voice.words('alerts.line', { place, until: one.expiresAt }),
        imageUrl: one.variant.imageUrl,
        buttons: [voice.button('button.stop', 'stop', one.id)],
      };
    }),
  );
  const buttons = [voice.button('button.stopAll', 'stopall', 0n)];
  return {
    say: [
      voice.reply({ kind: 'cards', cards }),
      voice.reply({ kind: 'buttons', text: voice.words('alerts.count', { count: mine.length }), buttons }),
    ],
  };
}

export async function cancelAlert({
  tx,
  turn,
  id,
}: {
  tx: Tx;
  turn: ConversationContext;
  id: bigint;
}): Promise<Effects> {
  const voice = replyBuilder({ turn });
  await upsertShopper({ tx, turn });
  const mine = await tx.subscription.findFirst({
    where: { shopId: turn.shop.id, id, shopperId: turn.shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (mine === null) return noReply('a button about nothing of theirs');
  await cancelSubscriptions({ tx, ...mine, at: turn.event.at, which: { id }, now: turn.now });
  const product = variantName(mine.variant);
  return answerWith(() => voice.reply({ kind: 'text', text: voice.words('stop.one', { product }) }));
}

/** What is obeyed whenever it is written, whoever runs the thread. */
export function handleCommand({ turn, command }: Given & { command: Command }): Awaited<Answer> {
  const voice = replyBuilder({ turn });
  const spoken = turn.event.standby;
  const answer = (message: Message): Effects =>
    spoken
      ? noReply('another app has the thread')
      : answerWith(() => voice.reply({ kind: 'text', text: voice.words(message) }));
  switch (command) {
    case 'stop':
      return async (tx) => {
        await upsertShopper({ tx, turn });
        await optOut({
          tx,
          shopperIds: await shopperIdsOf({ tx, turn }),
          pageIds: turn.pages.map((page) => page.id),
          at: turn.event.at,
          now: turn.now,
        });
        return answer('stop.all');
      };
    case 'forget':
      return async (tx) => {
        await eraseShopper({ tx, turn });
        return answer('forget.done');
      };
    case 'alerts':
      return async (tx) => {
        await upsertShopper({ tx, turn });
        return spoken ? noReply('another app has the thread') : listAlerts({ tx, turn });
      };
  }
}

/** The person's rows, with the one that was made in this transaction. */
async function shopperIdsOf({ tx, turn }: { tx: Tx; turn: ConversationContext }): Promise<bigint[]> {
  const rows = await tx.shopper.findMany({
    where: { psid: turn.event.psid, pageId: { in: turn.pages.map((page) => page.id) } },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

/**
 * Erases a person from every shop of this Page: whatever hangs on their rows goes with them. What stays are hashes of spent tokens, so
 * that no late copy of an old yes can bring them back.
 */
export async function eraseShopper({ tx, turn }: { tx: Tx; turn: ConversationContext }): Promise<void> {
  const { event, pages } = turn;
  await tx.shopper.deleteMany({ where: { psid: event.psid, pageId: { in: pages.map((page) => page.id) } } });
  const whose = { metaPageId: event.metaPageId, psid: event.psid };
  await eraseEvents({ tx, ...whose });
  await eraseReplies({ tx, ...whose });
}

/** `subscriptionId`: the subscription that the notice has spent. */
export async function handleNotificationButton({
  turn,
  look,
  verb,
  subscriptionId,
}: {
  turn: ConversationContext;
  look: CheckAvailability;
  clock: Clock;
  verb: 'no' | 'next' | 'others';
  subscriptionId: bigint;
}): ReturnType<Handle> {
  const { shop, shopper } = turn;
  const spent = await db.subscription.findFirst({
    where: { shopId: shop.id, id: subscriptionId, shopperId: shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (spent === null) return noteActionOnly(turn, 'a button about nothing of theirs');
  const { variant, variantId } = spent;
  // A test notice leads nowhere: its buttons must not make a shopper of the merchant.
  if (verb === 'next')
    return offerOptIn({ turn, look, wish: { variantId, next: true, isTest: spent.isTest } });
  const voice = replyBuilder({ turn });
  const others = { productId: variant.productId, except: variantId };
  return async (tx) => {
    await upsertShopper({ tx, turn });
    if (verb === 'others') {
      await cancelSubscriptions({ tx, ...spent, at: turn.event.at, which: others, now: turn.now });
      const values = { product: variant.productTitle };
      return answerWith(() => voice.reply({ kind: 'text', text: voice.words('stop.others', values) }));
    }
    const waiting = await tx.subscription.count({
      where: {
        shopId: shop.id,
        shopperId: spent.shopperId,
        state: 'waiting',
        isTest: false,
        variant: { productId: others.productId },
        variantId: { not: variantId },
      },
    });
    const text = voice.words('notice.ended', { product: variantName(variant) });
    const quickReplies = waiting === 0 ? [] : [voice.quick('button.others', 'others', subscriptionId)];
    return { say: [voice.reply({ kind: 'text', text, quickReplies })] };
  };
}
