// Sends the product's card and Meta's Notify Me request for a sold-out variant.
import type { OptInRequest } from '@prisma/client';
import { attempt, type Tx } from '../db.server.ts';
import { type Overrides, formatMessage } from '../i18n/shopper.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import { DAY, later, MINUTE } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { clearIssue } from '../messenger/pages.server.ts';
import { makePayload } from '../messenger/payloads.ts';
import { fitName, variantName, nameWithin, variantUrl } from '../shopify/product.ts';
import type { VariantState } from '../shopify/variant-queries.ts';
import type { CheckAvailability } from '../stock/check-availability.server.ts';
import { saveVariant } from '../stock/variants.server.ts';
import { createOptInRequest, recordRequestSent } from '../waitlist/opt-in-requests.server.ts';
import { positionOf } from '../waitlist/waiting.server.ts';
import {
  type Effects,
  upsertShopper,
  noReply,
  type ConversationContext,
  type ReplyBuilder,
  replyBuilder,
} from './context.server.ts';
import { storeReplies, type OnReplySent } from './replies.server.ts';

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
  turn: ConversationContext;
  wish: OfferedVariant;
  seen: Awaited<ReturnType<CheckAvailability>>;
};

export async function prepareOffer({
  turn,
  wish,
  look,
}: {
  turn: ConversationContext;
  wish: OfferedVariant;
  look: CheckAvailability;
}): Promise<OfferOptIn> {
  const seen = await look({ shopId: turn.shop.id, variantId: wish.variantId });
  return { step: 'offer_opt_in', turn, wish, seen };
}

/**
 * Answers "tell me about this variant": for sale already, waiting already, gone, or the card and the request. If Shopify did not answer,
 * the request is sent anyway: rather one question too many than a sale lost.
 */
export async function offerOptIn({
  tx,
  turn,
  wish,
  seen,
}: { tx: Tx } & Omit<OfferOptIn, 'step'>): Promise<Effects> {
  const { shop } = turn;
  const { variantId, locale, country, isTest = false } = wish;
  const voice = replyBuilder({ turn, ...(locale === undefined ? {} : { locale }) });
  const greet = {
    ...(locale === undefined ? {} : { locale }),
    ...(country === undefined ? {} : { country: country.toLowerCase() }),
  };
  const askAgain = { kind: 'product', at: turn.now.toISOString() } as const;
  if (seen === 'gone') {
    await upsertShopper({ tx, turn, ...greet, question: askAgain });
    return { say: [voice.reply({ kind: 'text', text: voice.words('arrive.gone') })] };
  }
  const shopper = await upsertShopper({ tx, turn, ...greet, question: null });
  const waiting = await tx.subscription.findFirst({
    where: { shopId: shop.id, shopperId: shopper.id, variantId, state: { in: ['waiting', 'claimed'] } },
    include: { variant: true },
  });
  if (waiting && !isTest) return alreadyWaiting({ tx, turn, voice, waiting });
  if (seen !== 'no answer' && seen.sellable && !isTest && !wish.next)
    return forSale({ turn, voice, truth: seen.truth });
  if (seen !== 'no answer' && seen.leftOut && !isTest) {
    await upsertShopper({ tx, turn, question: askAgain });
    return { say: [voice.reply({ kind: 'text', text: voice.words('find.none') })] };
  }
  const truth = seen === 'no answer' ? null : seen.truth;
  return sendOptInRequest({ tx, turn, voice, shopperId: shopper.id, variantId, truth, isTest });
}

function forSale({
  turn,
  voice,
  truth,
}: {
  turn: ConversationContext;
  voice: ReplyBuilder;
  truth: VariantState;
}): Effects {
  const url = variantUrl({ ...truth, domain: turn.shop.domain });
  const text = fitName({
    variant: truth,
    limit: LIMIT.buttonText,
    write: (product) => voice.words('arrive.forSale', { product }),
  });
  const view = { type: 'web_url', title: voice.words('button.view'), url } as const;
  return {
    say: [
      voice.reply({
        kind: 'buttons',
        text,
        buttons: [view, voice.button('button.more', 'more', truth.variantId)],
      }),
    ],
  };
}

async function alreadyWaiting({
  tx,
  turn,
  voice,
  waiting,
}: {
  tx: Tx;
  turn: ConversationContext;
  voice: ReplyBuilder;
  waiting: {
    id: bigint;
    variantId: bigint;
    since: Date;
    expiresAt: Date;
    variant: { productTitle: string; title: string };
  };
}): Promise<Effects> {
  const product = variantName(waiting.variant);
  const place = await positionOf({ tx, shopId: turn.shop.id, ...waiting, now: turn.now });
  const text = [
    voice.words('arrive.waiting', { product, until: waiting.expiresAt }),
    voice.words('place', { place }),
  ].join(' ');
  return {
    say: [
      voice.reply({
        kind: 'buttons',
        text,
        buttons: [
          voice.button('button.more', 'more', waiting.variantId),
          voice.button('button.alerts', 'list', 0n),
          voice.button('button.stop', 'stop', waiting.id),
        ],
      }),
    ],
  };
}

async function sendOptInRequest({
  tx,
  turn,
  voice,
  shopperId,
  variantId,
  truth,
  isTest,
}: {
  tx: Tx;
  turn: ConversationContext;
  voice: ReplyBuilder;
  shopperId: bigint;
  variantId: bigint;
  truth: VariantState | null;
  isTest: boolean;
}): Promise<Effects> {
  const { shop, now } = turn;
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
      ? voice.words('request.unnamed')
      : fitName({
          variant,
          limit: LIMIT.requestTitle,
          write: (product) => voice.words('request.title', { product }),
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
      locale: voice.locale,
      isTest,
      createdAt: now,
    }));
  const payload = makePayload({ verb: 'r', shopId: shop.id, id: request.id });
  const card = voice.reply({
    kind: 'cards',
    cards: [
      {
        title: nameWithin({ variant, limit: LIMIT.elementTitle }),
        subtitle: voice.words('card.soldOut'),
        imageUrl: variant.imageUrl,
        url: variant.url === null ? null : variantUrl({ ...variant, domain: shop.domain, variantId }),
      },
    ],
  });
  return {
    say: [...(name === '' ? [] : [card]), voice.reply({ kind: 'request', title, payload }, request.id)],
  };
}

/** Remembers when we spoke, and that the card was sent (the consent as proof), or says that nothing can be asked now. */
export const recordReplyResult: OnReplySent = async ({ tx, reply, page, now, ...fate }) => {
  const { optInRequestId, shopId, pageId, psid } = reply;
  if (fate.fate === 'said')
    await tx.shopper.updateMany({ where: { shopId, pageId, psid }, data: { spokeAt: now } });
  if (optInRequestId === undefined) return;
  if (fate.fate === 'said') {
    await recordRequestSent({ tx, shopId, id: optInRequestId, mid: fate.mid, now });
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
      const overrides = request.shop.texts as Overrides;
      const text = formatMessage({ locale: request.locale, message: 'request.unavailable', overrides });
      const sorry = { ...reply, optInRequestId: undefined, saying: { kind: 'text', text } as const };
      await storeReplies({ tx, metaPageId, at: now, replies: [sorry], now });
    },
    onFailure: (error) => log.error('nobody could be told that a request was refused', { shopId, error }),
  });
};
