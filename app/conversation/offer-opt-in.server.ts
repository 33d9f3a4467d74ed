// Sends the product's card and Meta's Notify Me request for a sold-out variant.
import type { OptInRequest } from '@prisma/client';
import { attempt, type Tx } from '../db.server.ts';
import type { Overrides } from '../i18n/custom-messages.ts';
import { formatMessage } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import { DAY, later, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { clearIssue } from '../messenger/pages.server.ts';
import { makePayload } from '../messenger/payloads.ts';
import { fitName, nameWithin, variantName, variantUrl } from '../shopify/product.ts';
import type { VariantState } from '../shopify/variant-queries.ts';
import { type CheckAvailability, saveVariant } from '../stock/variants.server.ts';
import { createOptInRequest, recordRequestSent } from '../waitlist/subscribe.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import {
  type ConversationContext,
  type Effects,
  noReply,
  replyBuilder,
  type ReplyBuilder,
  upsertShopper,
} from './context.server.ts';
import { type OnReplySent, storeReplies } from './replies.server.ts';

/** A person (or a machine behind a link) that keeps asking without ever accepting is not answered for a while. */
const MAX_REQUESTS = 10;

const REQUESTS_WINDOW_MS = 10 * MINUTE;

type OfferedVariant = {
  variantId: bigint;
  locale?: string;
  country?: string;
  isTest?: boolean;
  /** "Tell me next time": asked for although it is for sale right now. */
  next?: boolean;
};

export type OfferOptIn = {
  step: 'offer_opt_in';
  context: ConversationContext;
  offer: OfferedVariant;
  seen: Awaited<ReturnType<CheckAvailability>>;
};

export async function prepareOffer({
  context,
  offer,
  checkAvailability,
}: {
  context: ConversationContext;
  offer: OfferedVariant;
  checkAvailability: CheckAvailability;
}): Promise<OfferOptIn> {
  const seen = await checkAvailability({ shopId: context.shop.id, variantId: offer.variantId });
  return { step: 'offer_opt_in', context, offer, seen };
}

/**
 * Answers "tell me about this variant": for sale already, waiting already, gone, left out, or the card and the request. If Shopify did not answer,
 * the request is sent anyway: rather one question too many than a sale lost.
 */
export async function offerOptIn({
  tx,
  context,
  offer,
  seen,
}: { tx: Tx } & Omit<OfferOptIn, 'step'>): Promise<Effects> {
  const { shop } = context;
  const { variantId, locale, country, isTest = false } = offer;
  const builder = replyBuilder({ context, ...(locale === undefined ? {} : { locale }) });
  const greet = {
    ...(locale === undefined ? {} : { locale }),
    ...(country === undefined ? {} : { country: country.toLowerCase() }),
  };
  const askAgain = { kind: 'product', at: context.now.toISOString() } as const;
  if (seen === 'gone') {
    await upsertShopper({ tx, context, ...greet, question: askAgain });
    return { replies: [builder.reply({ kind: 'text', text: builder.t('arrive.gone') })] };
  }
  const shopper = await upsertShopper({ tx, context, ...greet, question: null });
  const waiting = await tx.subscription.findFirst({
    where: { shopId: shop.id, shopperId: shopper.id, variantId, status: { in: ['waiting', 'claimed'] } },
    include: { variant: true },
  });
  if (waiting && !isTest) return alreadyWaiting({ tx, context, builder, waiting });
  if (seen !== 'no answer' && seen.available && !isTest && !offer.next)
    return forSale({ context, builder, truth: seen.truth });
  if (seen !== 'no answer' && seen.leftOut && !isTest) {
    await upsertShopper({ tx, context, question: askAgain });
    return { replies: [builder.reply({ kind: 'text', text: builder.t('arrive.leftOut') })] };
  }
  const truth = seen === 'no answer' ? null : seen.truth;
  return sendOptInRequest({ tx, context, builder, shopperId: shopper.id, variantId, truth, isTest });
}

function forSale({
  context,
  builder,
  truth,
}: {
  context: ConversationContext;
  builder: ReplyBuilder;
  truth: VariantState;
}): Effects {
  const url = variantUrl({ ...truth, domain: context.shop.domain });
  const text = fitName({
    variant: truth,
    limit: LIMIT.buttonText,
    write: (product) => builder.t('arrive.available', { product }),
  });
  const view = { type: 'web_url', title: builder.t('button.view'), url } as const;
  return {
    replies: [
      builder.reply({
        kind: 'buttons',
        text,
        buttons: [view, builder.button('button.more', 'more', truth.variantId)],
      }),
    ],
  };
}

async function alreadyWaiting({
  tx,
  context,
  builder,
  waiting,
}: {
  tx: Tx;
  context: ConversationContext;
  builder: ReplyBuilder;
  waiting: {
    id: bigint;
    variantId: bigint;
    waitingSince: Date;
    expiresAt: Date;
    variant: { productTitle: string; title: string };
  };
}): Promise<Effects> {
  const product = variantName(waiting.variant);
  const position = await positionOf({ tx, shopId: context.shop.id, ...waiting, now: context.now });
  const text = [
    builder.t('arrive.waiting', { product, until: waiting.expiresAt }),
    builder.t('position', { position }),
  ].join(' ');
  return {
    replies: [
      builder.reply({
        kind: 'buttons',
        text,
        buttons: [
          builder.button('button.more', 'more', waiting.variantId),
          builder.button('button.alerts', 'list', 0n),
          builder.button('button.cancel', 'stop', waiting.id),
        ],
      }),
    ],
  };
}

async function sendOptInRequest({
  tx,
  context,
  builder,
  shopperId,
  variantId,
  truth,
  isTest,
}: {
  tx: Tx;
  context: ConversationContext;
  builder: ReplyBuilder;
  shopperId: bigint;
  variantId: bigint;
  truth: VariantState | null;
  isTest: boolean;
}): Promise<Effects> {
  const { shop, now } = context;
  const variant = await saveVariant({ tx, shopId: shop.id, variantId, truth });
  const recent = await tx.optInRequest.findMany({
    where: { shopId: shop.id, shopperId, acceptedAt: null, createdAt: { gt: later(now, -DAY) } },
    orderBy: { id: 'desc' },
    take: 50,
  });
  const floor = later(now, -REQUESTS_WINDOW_MS).getTime();
  if (recent.filter((one) => one.createdAt.getTime() > floor).length >= MAX_REQUESTS)
    return noReply('asked too often without an answer');
  const name = variantName(variant);
  const title =
    name === ''
      ? builder.t('request.unnamed')
      : fitName({
          variant,
          limit: LIMIT.requestTitle,
          write: (product) => builder.t('request.title', { product }),
        });
  // The same card again is the same request: two taps, by whichever card, are one yes.
  const same = recent.find(
    (one) => one.variantId === variantId && one.isTest === isTest && one.title === title,
  );
  const request: OptInRequest =
    same ??
    (await createOptInRequest({
      tx,
      shopId: shop.id,
      shopperId,
      variantId,
      title,
      locale: builder.locale,
      isTest,
      createdAt: now,
    }));
  const payload = makePayload({ verb: 'r', shopId: shop.id, id: request.id });
  const card = builder.reply({
    kind: 'cards',
    cards: [
      {
        title: nameWithin({ variant, limit: LIMIT.elementTitle }),
        subtitle: builder.t('card.soldOut'),
        imageUrl: variant.imageUrl,
        url: variant.url === null ? null : variantUrl({ ...variant, domain: shop.domain, variantId }),
      },
    ],
  });
  return {
    replies: [...(name === '' ? [] : [card]), builder.reply({ kind: 'request', title, payload }, request.id)],
  };
}

/** Remembers when we spoke, and that the card was sent (the consent as proof), or says that nothing can be asked now. */
export const recordReplyResult: OnReplySent = async ({ tx, reply, page, now, ...result }) => {
  const { optInRequestId, shopId, pageId, psid } = reply;
  if (result.outcome === 'sent')
    await tx.shopper.updateMany({ where: { shopId, pageId, psid }, data: { repliedAt: now } });
  if (optInRequestId === undefined) return;
  if (result.outcome === 'sent') {
    await recordRequestSent({ tx, shopId, id: optInRequestId, mid: result.mid, now });
    // Meta took an opt-in request from this Page: it has the permission.
    await clearIssue({ pageId: reply.pageId, only: ['not_granted'], tx });
    return;
  }
  const request = await tx.optInRequest.findUnique({
    where: { shopId_id: { shopId, id: optInRequestId } },
    include: { shop: true },
  });
  if (request === null || page === null) return;
  const { metaPageId } = page;
  await attempt({
    tx,
    work: async () => {
      const overrides = request.shop.customMessages as Overrides;
      const text = formatMessage({ locale: request.locale, message: 'request.unavailable', overrides });
      const sorry = { ...reply, optInRequestId: undefined, content: { kind: 'text', text } as const };
      await storeReplies({ tx, metaPageId, at: now, replies: [sorry], now });
    },
    onFailure: (error) => log.error('reply.refusal_unanswered', { shopId, error }),
  });
};
