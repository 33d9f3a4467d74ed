// Saves an opt-in as a subscription, then confirms it in one message.
import type { Tx } from '../db.server.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { fitName, variantName } from '../shopify/product.ts';
import { requestStockCheck } from '../stock/check-requests.server.ts';
import { type SubscribeResult, subscribe } from '../waitlist/subscribe.server.ts';
import { positionOf, batchesLikely } from '../waitlist/waiting.server.ts';
import {
  answerWith,
  type Effects,
  noReply,
  type ConversationContext,
  replyBuilder,
} from './context.server.ts';
import type { Reply } from './replies.server.ts';

/** From here on a place in line is no longer worth telling unasked. */
const POSITION_SHOWN_UP_TO = 100;

type OptIn = Extract<MetaEvent, { kind: 'opted_in' }>;

export async function confirmOptIn({
  tx,
  context,
  event,
}: {
  tx: Tx;
  context: ConversationContext;
  event: OptIn;
}): Promise<Effects> {
  const { now } = context;
  const saved = await subscribe({ tx, event, now });
  // The merchant's test waits for no stock: "pretend it is back" is its only restock.
  if (saved.outcome === 'waiting' && !saved.request.isTest) {
    const { shopId, variantId } = saved.subscription;
    await requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now });
  }
  const effects = answerTo({ tx, context, saved });
  return event.standby ? { ...effects, answer: undefined, reason: 'another app has the thread' } : effects;
}

function answerTo({
  tx,
  context,
  saved,
}: {
  tx: Tx;
  context: ConversationContext;
  saved: SubscribeResult;
}): Effects {
  switch (saved.outcome) {
    case 'spent':
      return noReply('this yes was heard before');
    case 'stopped':
      return noReply('STOP came after this yes');
    case 'already_waiting':
      return noReply('waiting already');
    case 'unknown_request':
      return {
        ...answerWith(() => {
          const builder = replyBuilder({ context });
          return builder.reply({ kind: 'text', text: builder.t('optin.unknown') });
        }),
        problem: { kind: 'unknown_request', detail: '' },
      };
    case 'waiting':
      return { replies: [], answer: async () => [await welcome({ tx, context, saved })] };
  }
}

async function welcome({
  tx,
  context,
  saved: { subscription, request },
}: {
  tx: Tx;
  context: ConversationContext;
  saved: Extract<SubscribeResult, { outcome: 'waiting' }>;
}): Promise<Reply> {
  const { shop, now } = context;
  const builder = replyBuilder({ context, locale: request.shopper.locale });
  const name = variantName(request.variant);
  if (request.isTest) {
    const text = builder.t('test.confirm', { product: name });
    return builder.reply({ kind: 'text', text });
  }
  const { variantId } = subscription;
  const until = subscription.expiresAt;
  const position = await positionOf({ tx, now, ...subscription });
  const showPosition = position < POSITION_SHOWN_UP_TO && (await batchesLikely({ tx, shop, variantId, now }));
  const positionLine = showPosition ? `\n${builder.t('position', { position })}` : '';
  const text =
    name === ''
      ? builder.t('confirm.unnamed', { until }) + positionLine
      : fitName({
          variant: request.variant,
          limit: LIMIT.buttonText,
          write: (product) => builder.t('confirm', { product, until }) + positionLine,
        });
  return builder.reply({
    kind: 'buttons',
    text,
    buttons: [
      builder.button('button.more', 'more', variantId),
      builder.button('button.alerts', 'list', 0n),
      builder.button('button.cancel', 'stop', subscription.id),
    ],
  });
}
