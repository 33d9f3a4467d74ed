// After the yes: it is saved, and one message says what was agreed and how to end it.
import type { Tx } from '../db.server.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { fitName, nameOf } from '../shopify/product.ts';
import { markWanted } from '../stock/check-requests.server.ts';
import { type Saved, saveToken } from '../waitlist/subscribe.server.ts';
import { placeInLine, wavesLikely } from '../waitlist/waiting.server.ts';
import { answered, type Effects, silence, type Turn, voiceOf } from './context.server.ts';
import type { Reply } from './replies.server.ts';

/** From here on a place in line is no longer worth telling unasked. */
const PLACE_UNTIL = 100;

type OptIn = Extract<MetaEvent, { kind: 'opted_in' }>;

export async function confirm({ tx, turn, event }: { tx: Tx; turn: Turn; event: OptIn }): Promise<Effects> {
  const { now } = turn;
  const saved = await saveToken({ tx, event, now });
  // The merchant's test waits for no stock: "pretend it is back" is its only restock.
  if (saved.outcome === 'waiting' && !saved.request.isTest) {
    const { shopId, variantId } = saved.subscription;
    await markWanted({ tx, shopId, variantIds: [variantId], news: true, now });
  }
  const effects = answerTo({ tx, turn, saved });
  return event.standby ? { ...effects, answer: undefined, silence: 'another app has the thread' } : effects;
}

function answerTo({ tx, turn, saved }: { tx: Tx; turn: Turn; saved: Saved }): Effects {
  switch (saved.outcome) {
    case 'spent':
      return silence('this yes was heard before');
    case 'stopped':
      return silence('STOP came after this yes');
    case 'already_waiting':
      return silence('waiting already');
    case 'unknown_request':
      return {
        ...answered(() => {
          const voice = voiceOf({ turn });
          return voice.reply({ kind: 'text', text: voice.words('optin.unknown') });
        }),
        problem: { kind: 'unknown_request', detail: '' },
      };
    case 'waiting':
      return { say: [], answer: async () => [await welcome({ tx, turn, saved })] };
  }
}

async function welcome({
  tx,
  turn,
  saved: { subscription, request },
}: {
  tx: Tx;
  turn: Turn;
  saved: Extract<Saved, { outcome: 'waiting' }>;
}): Promise<Reply> {
  const { shop, now } = turn;
  const voice = voiceOf({ turn, locale: request.shopper.locale });
  const name = nameOf(request.variant);
  if (request.isTest) {
    const text = voice.words('test.confirm', { product: name });
    return voice.reply({ kind: 'text', text });
  }
  const { variantId } = subscription;
  const until = subscription.expiresAt;
  const place = await placeInLine({ tx, now, ...subscription });
  const tellPlace = place < PLACE_UNTIL && (await wavesLikely({ tx, shop, variantId, now }));
  const position = tellPlace ? ` ${voice.words('place', { place })}` : '';
  const text =
    name === ''
      ? voice.words('confirm.unnamed', { until }) + position
      : fitName({
          variant: request.variant,
          limit: LIMIT.buttonText,
          write: (product) => voice.words('confirm', { product, until }) + position,
        });
  return voice.reply({
    kind: 'buttons',
    text,
    buttons: [
      voice.button('button.more', 'more', variantId),
      voice.button('button.alerts', 'list', 0n),
      voice.button('button.stop', 'stop', subscription.id),
    ],
  });
}
