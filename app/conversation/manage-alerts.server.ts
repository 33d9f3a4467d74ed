// "My alerts": what a shopper waits for, with picture, place, and a way out of each.
import type { Subscription, Variant } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Message } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import { variantName, nameWithin } from '../shopify/product.ts';
import { optOut, cancelSubscriptions } from '../waitlist/end-subscriptions.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import type { Command } from './commands.ts';
import {
  answerWith,
  type ConversationContext,
  type Effects,
  type NoteAction,
  noteActionOnly,
  noReply,
  type PrepareInput,
  replyBuilder,
  upsertShopper,
} from './context.server.ts';
import { eraseEvents } from './event-store.server.ts';
import { type OfferOptIn, prepareOffer } from './offer-opt-in.server.ts';
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
export async function handleCommand({
  tx,
  turn,
  command,
}: {
  tx: Tx;
  turn: ConversationContext;
  command: Command;
}): Promise<Effects> {
  const silent = turn.event.standby;
  const answer = (message: Message): Effects => {
    if (silent) return noReply('another app has the thread');
    const voice = replyBuilder({ turn });
    return answerWith(() => voice.reply({ kind: 'text', text: voice.words(message) }));
  };
  switch (command) {
    case 'stop':
      await upsertShopper({ tx, turn });
      await optOut({
        tx,
        shopperIds: await shopperIdsOf({ tx, turn }),
        pageIds: turn.pages.map((page) => page.id),
        at: turn.event.at,
        now: turn.now,
      });
      return answer('stop.all');
    case 'forget':
      await eraseShopper({ tx, turn });
      return answer('forget.done');
    case 'alerts':
      await upsertShopper({ tx, turn });
      return silent ? noReply('another app has the thread') : listAlerts({ tx, turn });
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

export type NotificationButtonStep =
  | NoteAction
  | OfferOptIn
  | {
      step: 'notification_button';
      turn: ConversationContext;
      verb: 'no' | 'others';
      /** The subscription that the notification has ended. */
      ended: Subscription & { variant: Variant };
    };

/** `subscriptionId`: the subscription that the notification has ended. */
export async function prepareNotificationButton({
  turn,
  look,
  verb,
  subscriptionId,
}: PrepareInput & {
  verb: 'no' | 'next' | 'others';
  subscriptionId: bigint;
}): Promise<NotificationButtonStep> {
  const { shop, shopper } = turn;
  const ended = await db.subscription.findFirst({
    where: { shopId: shop.id, id: subscriptionId, shopperId: shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (ended === null) return noteActionOnly(turn, 'a button about nothing of theirs');
  if (verb !== 'next') return { step: 'notification_button', turn, verb, ended };
  // A test notification leads nowhere: its buttons must not make a shopper of the merchant.
  const { variantId, isTest } = ended;
  return prepareOffer({ turn, look, wish: { variantId, next: true, isTest } });
}

export async function handleNotificationButton({
  tx,
  turn,
  verb,
  ended,
}: { tx: Tx } & Omit<
  Extract<NotificationButtonStep, { step: 'notification_button' }>,
  'step'
>): Promise<Effects> {
  const { shop } = turn;
  const { id, shopperId, variant, variantId } = ended;
  const { productId, productTitle } = variant;
  const voice = replyBuilder({ turn });
  await upsertShopper({ tx, turn });
  if (verb === 'others') {
    const which = { productId, except: variantId };
    await cancelSubscriptions({ tx, ...ended, at: turn.event.at, which, now: turn.now });
    const values = { product: productTitle };
    return answerWith(() => voice.reply({ kind: 'text', text: voice.words('stop.others', values) }));
  }
  const waiting = await tx.subscription.count({
    where: {
      shopId: shop.id,
      shopperId,
      state: 'waiting',
      isTest: false,
      variant: { productId },
      variantId: { not: variantId },
    },
  });
  const text = voice.words('notice.ended', { product: variantName(variant) });
  const quickReplies = waiting === 0 ? [] : [voice.quick('button.others', 'others', id)];
  return { say: [voice.reply({ kind: 'text', text, quickReplies })] };
}
