// Finds the product that a shopper means: by link, by name, then by option.
import type { Tx } from '../db.server.ts';
import { LIMIT } from '../i18n/text-limits.ts';
import { SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { withTimeout } from '../lib/retry.ts';
import { findProducts, FIRST_VARIANTS, type FoundProduct } from '../shopify/product-queries.server.ts';
import { optionValues, tellApart, variantName } from '../shopify/product.ts';
import { leftOutProducts } from '../shopify/settings.server.ts';
import { namedBy, type ProductLink, sameName } from './commands.ts';
import {
  type ConversationContext,
  type Effects,
  type PrepareInput,
  replyBuilder,
  type ReplyBuilder,
  replyWithText,
  upsertShopper,
} from './context.server.ts';
import { type OfferOptIn, prepareOffer } from './offer-opt-in.server.ts';
import type { Reply } from './replies.server.ts';

export type FindStep =
  | OfferOptIn
  | { step: 'ask_which_match'; context: ConversationContext; matches: FoundProduct[] }
  | AskWhichOption
  | MoreOptions
  | { step: 'not_found' | 'no_answer_of_shopify'; context: ConversationContext };

type AskWhichOption = {
  step: 'ask_which_option';
  context: ConversationContext;
  product: FoundProduct;
  variants: FoundProduct['variants'];
  message: 'find.option' | 'more.which';
};

/** Which options are left to offer depends on what the person waits for by then. */
type MoreOptions = {
  step: 'offer_more_options';
  context: ConversationContext;
  product: FoundProduct;
  variantId: bigint;
  /** Only those behind the variant: the ones before it were shown. */
  behind: boolean;
};

type Apply<Step> = { tx: Tx } & Omit<Step, 'step'>;

const SEARCH_TIMEOUT_MS = 5 * SECOND;

/** Shopify's products without those that the merchant leaves out, or undefined when it does not answer in time: the person is told so, and nothing else happens. */
export async function search({
  context,
  clock,
  ...by
}: Omit<PrepareInput, 'checkAvailability'> & ({ title: string } | { handle: string } | object)): Promise<
  FoundProduct[] | undefined
> {
  const shopId = context.shop.id;
  const offered = async () => {
    const found = await findProducts({ shopId, clock, ...by });
    const left = await leftOutProducts({
      shopId,
      productIds: found.map(({ productId }) => productId),
      clock,
    });
    return found.filter(({ productId }) => !left.has(productId));
  };
  const found = offered().catch((error: unknown) => {
    log.warn('product_search.failed', { shopId, error });
    return undefined;
  });
  return withTimeout({ ms: SEARCH_TIMEOUT_MS, work: found });
}

const soldOut = (variants: FoundProduct['variants']) => variants.filter((one) => !one.availableForSale);

/** A pasted link: the variant it selects, else the product's sizes. */
export async function findByLink({
  link,
  ...given
}: PrepareInput & { link: ProductLink }): Promise<FindStep> {
  const { context } = given;
  if (link.variantId !== null) {
    const { variantId } = link;
    const seen = await given.checkAvailability({ shopId: context.shop.id, variantId });
    if (seen !== 'gone') return { step: 'offer_opt_in', context, offer: { variantId }, seen };
  }
  const found = await search({ ...given, handle: link.handle });
  if (found === undefined) return { step: 'no_answer_of_shopify', context };
  const [product] = found;
  return product === undefined ? { step: 'not_found', context } : listOptions({ ...given, product });
}

/** A name: at most five sold-out matches, or straight to the sizes of the only one. */
export async function findByName({ name, ...given }: PrepareInput & { name: string }): Promise<FindStep> {
  const { context } = given;
  if (name.trim().length < 2) return { step: 'not_found', context };
  const found = await search({ ...given, title: name.slice(0, 100) });
  if (found === undefined) return { step: 'no_answer_of_shopify', context };
  const matches = found.filter((product) => soldOut(product.variants).length > 0).slice(0, 5);
  const [only, second] = matches;
  if (only === undefined) {
    const [available] = found;
    return available === undefined
      ? { step: 'not_found', context }
      : listOptions({ ...given, product: available });
  }
  if (second === undefined) {
    const [whole] =
      only.variants.length < FIRST_VARIANTS
        ? [only]
        : ((await search({ ...given, handle: only.handle })) ?? []);
    return whole === undefined
      ? { step: 'no_answer_of_shopify', context }
      : listOptions({ ...given, product: whole });
  }
  return { step: 'ask_which_match', context, matches };
}

/** The sold-out sizes of one product: the only one is offered at once, otherwise the person chooses. */
async function listOptions({
  product,
  ...given
}: PrepareInput & { product: FoundProduct }): Promise<FindStep> {
  const out = soldOut(product.variants);
  const [only] = out.length === 1 ? out : product.variants.slice(0, out.length === 0 ? 1 : 0);
  if (only !== undefined) return prepareOffer({ ...given, offer: { variantId: only.variantId } });
  return { step: 'ask_which_option', context: given.context, product, variants: out, message: 'find.option' };
}

/** An answer to "which size?" that was written instead of tapped. */
export async function findByOption({
  handle,
  text,
  ...given
}: PrepareInput & { handle: string; text: string }): Promise<FindStep> {
  const { context } = given;
  const found = await search({ ...given, handle });
  if (found === undefined) return { step: 'no_answer_of_shopify', context };
  const [product] = found;
  const meant = product === undefined ? [] : meantBy({ text, variants: product.variants });
  const [only, second] = meant;
  if (product === undefined || only === undefined) return findByName({ ...given, name: text });
  return second === undefined
    ? prepareOffer({ ...given, offer: { variantId: only.variantId } })
    : { step: 'ask_which_option', context, product, variants: meant, message: 'find.option' };
}

/** Which of a product's variants a person names: by all its options, by those that tell it apart, or by one of them. */
function meantBy({ text, variants }: { text: string; variants: FoundProduct['variants'] }) {
  const isMeant = (name: string) => sameName(name, text);
  const whole = variants.find(({ title }) => isMeant(title));
  if (whole !== undefined) return [whole];
  const out = soldOut(variants);
  const { labels } = tellApart(out.map(({ title }) => title));
  const label = out.find((_, at) => isMeant(labels[at]!));
  if (label !== undefined) return [label];
  const named = out.map(({ title }) => namedBy({ text, values: optionValues(title) }));
  const best = named.reduce((most, one) => Math.max(most, one), 0);
  return best === 0 ? [] : out.filter((_, at) => named[at] === best);
}

/** More sizes or colours of a product that the person asked about. */
export async function findMoreOptions({
  variantId,
  behind,
  ...given
}: PrepareInput & { variantId: bigint; behind: boolean }): Promise<FindStep> {
  const { context } = given;
  const product = await productOf({ ...given, variantId });
  if (product === undefined) return { step: 'no_answer_of_shopify', context };
  return product === null
    ? { step: 'not_found', context }
    : { step: 'offer_more_options', context, product, variantId, behind };
}

/** A match that was picked from several. */
export async function findPicked({
  variantId,
  ...given
}: PrepareInput & { variantId: bigint }): Promise<FindStep> {
  const { context } = given;
  const product = await productOf({ ...given, variantId });
  if (product === undefined) return { step: 'no_answer_of_shopify', context };
  return product === null ? { step: 'not_found', context } : listOptions({ ...given, product });
}

async function productOf({
  variantId,
  context,
  checkAvailability,
  clock,
}: PrepareInput & { variantId: bigint }): Promise<FoundProduct | null | undefined> {
  const seen = await checkAvailability({ shopId: context.shop.id, variantId });
  if (seen === 'no answer') return undefined;
  if (seen === 'gone') return null;
  const found = await search({ context, clock, handle: seen.truth.handle });
  return found === undefined ? undefined : (found[0] ?? null);
}

/** Several products match: a card each. */
export async function askWhichMatch({
  tx,
  context,
  matches,
}: {
  tx: Tx;
  context: ConversationContext;
  matches: FoundProduct[];
}): Promise<Effects> {
  const builder = replyBuilder({ context });
  await upsertShopper({ tx, context, question: savePendingQuestion(context) });
  const cards = matches.map((product) => ({
    title: product.title,
    subtitle: builder.t('card.soldOut'),
    imageUrl: product.imageUrl,
    buttons: [builder.button('button.select', 'pick', soldOut(product.variants)[0]!.variantId)],
  }));
  return {
    replies: [
      builder.reply({ kind: 'text', text: builder.t('find.which') }),
      builder.reply({ kind: 'cards', cards }),
    ],
  };
}

/** The options of a product that are sold out and that the person doesn't wait for yet. */
export async function offerMoreOptions({
  tx,
  context,
  product,
  variantId,
  behind,
}: Apply<MoreOptions>): Promise<Effects> {
  const { shop, shopper } = context;
  const mine = await tx.subscription.findMany({
    where: {
      shopId: shop.id,
      shopperId: shopper?.id ?? 0n,
      status: { in: ['waiting', 'claimed'] },
      isTest: false,
    },
    select: { variantId: true },
  });
  const from = behind ? product.variants.findIndex((one) => one.variantId === variantId) + 1 : 0;
  const others = soldOut(product.variants.slice(from)).filter(
    (one) => one.variantId !== variantId && !mine.some((has) => has.variantId === one.variantId),
  );
  if (others.length > 0)
    return askWhichOption({ tx, context, product, variants: others, message: 'more.which' });
  await upsertShopper({ tx, context });
  return replyWithText({ context, message: 'more.none', values: { product: product.title } });
}

export async function askWhichOption({
  tx,
  context,
  product,
  variants,
  message,
}: Apply<AskWhichOption>): Promise<Effects> {
  const builder = replyBuilder({ context });
  await upsertShopper({
    tx,
    context,
    question: { kind: 'size', at: context.now.toISOString(), handle: product.handle },
  });
  return { replies: choices({ builder, product, variants, message }) };
}

/**
 * Meta cuts what a quick reply says at 20 letters. What all the variants share goes into the question; where the rest has no room,
 * each variant is a card. Of more than Meta shows, the question says how many there are, and the last choice leads to the next of them.
 */
function choices({
  builder,
  product,
  variants,
  message,
}: {
  builder: ReplyBuilder;
  product: FoundProduct;
  variants: FoundProduct['variants'];
  message: 'find.option' | 'more.which';
}): Reply[] {
  const count = variants.length;
  const isShort = count > LIMIT.quickReplies;
  const shown = isShort ? variants.slice(0, LIMIT.quickReplies - 1) : variants;
  const { labels, shared } = tellApart(shown.map(({ title }) => title));
  const names = { product: variantName({ productTitle: product.title, title: shared }) };
  const howMany = isShort ? [builder.t('find.shortened', { shown: shown.length, count })] : [];
  const question = [builder.t(message, names), ...howMany].join(' ');
  const next = isShort ? [shown.at(-1)!.variantId] : [];
  if (labels.every((label) => label.length <= LIMIT.quickReply)) {
    const quickReplies = [
      ...shown.map(({ variantId }, at) => ({
        title: labels[at]!,
        payload: builder.payload('want', variantId),
      })),
      ...next.map((variantId) => builder.unordered('button.more', 'after', variantId)),
    ];
    return [builder.reply({ kind: 'text', text: question, quickReplies })];
  }
  const cards = [
    ...shown.map(({ variantId, title }) => ({
      title,
      buttons: [builder.button('button.select', 'want', variantId)],
    })),
    ...next.map((variantId) => ({
      title: product.title,
      buttons: [builder.button('button.more', 'after', variantId)],
    })),
  ];
  const rows = [cards.slice(0, LIMIT.elements), cards.slice(LIMIT.elements)].filter(
    ({ length }) => length > 0,
  );
  return [
    builder.reply({ kind: 'text', text: question }),
    ...rows.map((row) => builder.reply({ kind: 'cards', cards: row })),
  ];
}

const savePendingQuestion = (context: ConversationContext) =>
  ({ kind: 'product', at: context.now.toISOString() }) as const;

/** Nothing fits: the question stays open. */
export async function replyNotFound({
  tx,
  context,
}: {
  tx: Tx;
  context: ConversationContext;
}): Promise<Effects> {
  await upsertShopper({ tx, context, question: savePendingQuestion(context) });
  return replyWithText({ context, message: 'find.none' });
}

/** Shopify kept us waiting. */
export async function replyUnavailable({
  tx,
  context,
}: {
  tx: Tx;
  context: ConversationContext;
}): Promise<Effects> {
  await upsertShopper({ tx, context });
  return replyWithText({ context, message: 'request.unavailable' });
}
