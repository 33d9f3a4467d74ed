// "My alerts": what a shopper waits for, with picture, place, and a way out of each.
import { db, type Tx } from '../db.server.ts';
import type { Message } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import type { Clock } from '../lib/clock.ts';
import { nameOf, nameWithin } from '../shopify/product.ts';
import type { Look } from '../stock/check-availability.server.ts';
import { stopEverything, stopSome } from '../waitlist/end-subscriptions.server.ts';
import { placeInLine } from '../waitlist/waiting.server.ts';
import type { Command } from './commands.ts';
import { answered, type Effects, type Handle, meet, nothing, quiet, silence, type Turn, voiceOf } from './context.server.ts';
import { forgetInbox } from './event-store.server.ts';
import type { Answer, Given } from './handle-event.server.ts';
import { offer } from './offer-opt-in.server.ts';

export async function tellAlerts({ tx, turn }: { tx: Tx; turn: Turn }): Promise<Effects> {
  const voice = voiceOf({ turn });
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
      const place = await placeInLine({ tx, now, ...one });
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

export async function stopOne({ tx, turn, id }: { tx: Tx; turn: Turn; id: bigint }): Promise<Effects> {
  const voice = voiceOf({ turn });
  await meet({ tx, turn });
  const mine = await tx.subscription.findFirst({
    where: { shopId: turn.shop.id, id, shopperId: turn.shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (mine === null) return silence('a button about nothing of theirs');
  await stopSome({ tx, ...mine, at: turn.event.at, which: { id }, now: turn.now });
  const product = nameOf(mine.variant);
  return answered(() => voice.reply({ kind: 'text', text: voice.words('stop.one', { product }) }));
}

/** What is obeyed whenever it is written, whoever runs the thread. */
export function obey({ turn, command }: Given & { command: Command }): Awaited<Answer> {
  const voice = voiceOf({ turn });
  const spoken = turn.event.standby;
  const answer = (message: Message): Effects =>
    spoken
      ? silence('another app has the thread')
      : answered(() => voice.reply({ kind: 'text', text: voice.words(message) }));
  switch (command) {
    case 'stop':
      return async (tx) => {
        await meet({ tx, turn });
        await stopEverything({
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
        await forgetPerson({ tx, turn });
        return answer('forget.done');
      };
    case 'alerts':
      return async (tx) => {
        await meet({ tx, turn });
        return spoken ? silence('another app has the thread') : tellAlerts({ tx, turn });
      };
  }
}

/** The person's rows, with the one that was made in this transaction. */
async function shopperIdsOf({ tx, turn }: { tx: Tx; turn: Turn }): Promise<bigint[]> {
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
export async function forgetPerson({ tx, turn }: { tx: Tx; turn: Turn }): Promise<void> {
  const { event, pages } = turn;
  await tx.shopper.deleteMany({ where: { psid: event.psid, pageId: { in: pages.map((page) => page.id) } } });
  await forgetInbox({ tx, metaPageId: event.metaPageId, psid: event.psid });
}

/** `subscriptionId`: the subscription that the notice has spent. */
export async function answerNotice({
  turn,
  look,
  verb,
  subscriptionId,
}: {
  turn: Turn;
  look: Look;
  clock: Clock;
  verb: 'no' | 'next' | 'others';
  subscriptionId: bigint;
}): ReturnType<Handle> {
  const { shop, shopper } = turn;
  const spent = await db.subscription.findFirst({
    where: { shopId: shop.id, id: subscriptionId, shopperId: shopper?.id ?? 0n },
    include: { variant: true },
  });
  if (spent === null) return quiet(turn, 'a button about nothing of theirs');
  const { variant, variantId } = spent;
  // A test notice leads nowhere: its buttons must not make a shopper of the merchant.
  if (verb === 'next') return offer({ turn, look, wish: { variantId, next: true, isTest: spent.isTest } });
  const voice = voiceOf({ turn });
  const others = { productId: variant.productId, except: variantId };
  return async (tx) => {
    await meet({ tx, turn });
    if (verb === 'others') {
      await stopSome({ tx, ...spent, at: turn.event.at, which: others, now: turn.now });
      const values = { product: variant.productTitle };
      return answered(() => voice.reply({ kind: 'text', text: voice.words('stop.others', values) }));
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
    const text = voice.words('notice.ended', { product: nameOf(variant) });
    const quickReplies = waiting === 0 ? [] : [voice.quick('button.others', 'others', subscriptionId)];
    return { say: [voice.reply({ kind: 'text', text, quickReplies })] };
  };
}
