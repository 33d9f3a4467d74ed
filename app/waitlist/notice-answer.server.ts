// What a shopper answers to a notice: no thanks, tell me next time, or stop the other sizes.
import type { Clock } from '../lib/clock.ts';
import { db } from '../db.server.ts';
import type { Handle } from '../messenger/inbox.server.ts';
import { nameOf } from '../messenger/variant-name.ts';
import { quiet } from './arrive.server.ts';
import { offer, type Look } from './offer.server.ts';
import { answered, meet, voiceOf, type Turn } from './person.server.ts';
import { stopSome } from './stop.server.ts';

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
      await stopSome({ tx, turn, which: others });
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
