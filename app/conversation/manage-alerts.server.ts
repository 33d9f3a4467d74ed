// "My alerts": what a shopper waits for, with picture, place, and a way out of each.
import type { Subscription, Variant } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Message } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import { variantName, nameWithin } from '../shopify/product.ts';
import { optOut, cancelSubscriptions } from '../waitlist/end-subscriptions.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import type { Command } from './command-words.ts';
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

async function listAlerts({ tx, context }: { tx: Tx; context: ConversationContext }): Promise<Effects> {
  const builder = replyBuilder({ context });
  const { shop, now } = context;
  const mine = await tx.subscription.findMany({
    where: {
      shopperId: { in: context.known.filter((one) => one.shopId === shop.id).map((one) => one.id) },
      shopId: shop.id,
      status: { in: ['waiting', 'claimed'] },
      isTest: false,
      expiresAt: { gt: now },
    },
    include: { variant: true },
    orderBy: [{ waitingSince: 'asc' }, { id: 'asc' }],
    take: 100,
  });
  if (mine.length === 0)
    return { replies: [builder.reply({ kind: 'text', text: builder.t('alerts.none') })] };
  const cards = await Promise.all(
    mine.slice(0, LIMIT.elements).map(async (one) => {
      const position = await positionOf({ tx, now, ...one });
      return {
        title: nameWithin({ variant: one.variant, limit: LIMIT.elementTitle }) || shop.name,
        subtitle: builder.t('alerts.line', { position, until: one.expiresAt }),
        imageUrl: one.variant.imageUrl,
        buttons: [builder.button('button.cancel', 'stop', one.id)],
      };
    }),
  );
  const buttons = [builder.button('button.optOut', 'stopall', 0n)];
  return {
    replies: [
      builder.reply({ kind: 'cards', cards }),
      builder.reply({ kind: 'buttons', text: builder.t('alerts.count', { count: mine.length }), buttons }),
    ],
  };
}

export async function cancelAlert({
  tx,
  context,
  id,
}: {
  tx: Tx;
  context: ConversationContext;
  id: bigint;
}): Promise<Effects> {
  const builder = replyBuilder({ context });
  await upsertShopper({ tx, context });
  const mine = await tx.subscription.findFirst({
    where: { shopId: context.shop.id, id, shopperId: context.shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (mine === null) return noReply('a button about nothing of theirs');
  await cancelSubscriptions({ tx, ...mine, at: context.event.at, which: { id }, now: context.now });
  const product = variantName(mine.variant);
  return answerWith(() => builder.reply({ kind: 'text', text: builder.t('cancel.one', { product }) }));
}

/** What is obeyed whenever it is written, whoever runs the thread. */
export async function handleCommand({
  tx,
  context,
  command,
}: {
  tx: Tx;
  context: ConversationContext;
  command: Command;
}): Promise<Effects> {
  const silent = context.event.standby;
  const answer = (message: Message): Effects => {
    if (silent) return noReply('another app has the thread');
    const builder = replyBuilder({ context });
    return answerWith(() => builder.reply({ kind: 'text', text: builder.t(message) }));
  };
  switch (command) {
    case 'stop':
      await upsertShopper({ tx, context });
      await optOut({
        tx,
        shopperIds: await shopperIdsOf({ tx, context }),
        pageIds: context.pages.map((page) => page.id),
        at: context.event.at,
        now: context.now,
      });
      return answer('optOut.done');
    case 'forget':
      await eraseShopper({ tx, context });
      return answer('erase.done');
    case 'alerts':
      await upsertShopper({ tx, context });
      return silent ? noReply('another app has the thread') : listAlerts({ tx, context });
  }
}

/** The person's rows, with the one that was made in this transaction. */
async function shopperIdsOf({ tx, context }: { tx: Tx; context: ConversationContext }): Promise<bigint[]> {
  const rows = await tx.shopper.findMany({
    where: { psid: context.event.psid, pageId: { in: context.pages.map((page) => page.id) } },
    select: { id: true },
  });
  return rows.map((row) => row.id);
}

/**
 * Erases a person from every shop of this Page: whatever hangs on their rows goes with them. What stays are hashes of spent tokens, so
 * that no late copy of an old yes can bring them back.
 */
async function eraseShopper({ tx, context }: { tx: Tx; context: ConversationContext }): Promise<void> {
  const { event, pages } = context;
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
      context: ConversationContext;
      verb: 'no' | 'others';
      /** The subscription that the notification has ended. */
      ended: Subscription & { variant: Variant };
    };

/** `subscriptionId`: the subscription that the notification has ended. */
export async function prepareNotificationButton({
  context,
  checkAvailability,
  verb,
  subscriptionId,
}: PrepareInput & {
  verb: 'no' | 'next' | 'others';
  subscriptionId: bigint;
}): Promise<NotificationButtonStep> {
  const { shop, shopper } = context;
  const ended = await db.subscription.findFirst({
    where: { shopId: shop.id, id: subscriptionId, shopperId: shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (ended === null) return noteActionOnly(context, 'a button about nothing of theirs');
  if (verb !== 'next') return { step: 'notification_button', context, verb, ended };
  // A test notification leads nowhere: its buttons must not make a shopper of the merchant.
  const { variantId, isTest } = ended;
  return prepareOffer({ context, checkAvailability, offer: { variantId, next: true, isTest } });
}

export async function handleNotificationButton({
  tx,
  context,
  verb,
  ended,
}: { tx: Tx } & Omit<
  Extract<NotificationButtonStep, { step: 'notification_button' }>,
  'step'
>): Promise<Effects> {
  const { shop } = context;
  const { id, shopperId, variant, variantId } = ended;
  const { productId, productTitle } = variant;
  const builder = replyBuilder({ context });
  await upsertShopper({ tx, context });
  if (verb === 'others') {
    const which = { productId, except: variantId };
    await cancelSubscriptions({ tx, ...ended, at: context.event.at, which, now: context.now });
    const values = { product: productTitle };
    return answerWith(() => builder.reply({ kind: 'text', text: builder.t('cancel.others', values) }));
  }
  const waiting = await tx.subscription.count({
    where: {
      shopId: shop.id,
      shopperId,
      status: 'waiting',
      isTest: false,
      variant: { productId },
      variantId: { not: variantId },
    },
  });
  const text = builder.t('notification.declined', { product: variantName(variant) });
  const quickReplies = waiting === 0 ? [] : [builder.unordered('button.cancelOthers', 'others', id)];
  return { replies: [builder.reply({ kind: 'text', text, quickReplies })] };
}
