// Handles a shopper who arrives from the storefront, with a ref or without one.
import { randomBytes } from 'node:crypto';
import type { Tx } from '../db.server.ts';
import type { Message } from '../i18n/shopper.ts';
import { DAY } from '../lib/clock.ts';
import { pageOf } from '../messenger/pages.server.ts';
import { GET_STARTED, makeRef, readRef, type ReadRef, refHolds } from '../messenger/payloads.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { shopById } from '../shopify/shops.server.ts';
import type { FoundProduct } from '../shopify/product-queries.server.ts';
import {
  type AskWhichProduct,
  type ConversationContext,
  type Effects,
  type NoteAction,
  noteActionOnly,
  type PrepareInput,
  replyWithText,
  upsertShopper,
} from './context.server.ts';
import { search } from './find-product.server.ts';
import { addVariant } from '../stock/variants.server.ts';
import { endTests } from '../waitlist/end-subscriptions.server.ts';
import { type OfferOptIn, offerOptIn, prepareOffer } from './offer-opt-in.server.ts';

type StartTest = {
  step: 'start_test';
  context: ConversationContext;
  /** The shop's products; undefined: Shopify did not answer in time. */
  found: FoundProduct[] | undefined;
};
export type ArrivalStep = AskWhichProduct | NoteAction | OfferOptIn | StartTest;

/** Other apps and campaigns have refs of their own on this Page: those arrivals are theirs. */
const isVariantRef = (ref: string) => /^[vt]\d*_/.test(ref);

const TEST_LINK_TTL_MS = DAY;

export async function prepareArrival({
  arrival,
  ...given
}: PrepareInput & { arrival: Extract<MetaEvent, { kind: 'arrived' }> }): Promise<ArrivalStep> {
  const { context } = given;
  const ask = (message: Message): ArrivalStep => ({ step: 'ask_which_product', context, message });
  const { ref, payload } = arrival;
  if (payload !== null && payload !== GET_STARTED && !isVariantRef(ref ?? ''))
    return noteActionOnly(context, 'Get Started of somebody else');
  if (ref === null || ref === '') return ask('arrive.noRef');
  if (!isVariantRef(ref))
    return payload === GET_STARTED ? ask('arrive.noRef') : noteActionOnly(context, 'a ref of somebody else');
  const read = readRef(ref);
  if (
    read === null ||
    read.shopId !== context.shop.id ||
    !refHolds({ ref: read, refKey: context.shop.refKey })
  )
    return ask('arrive.badRef');
  if (read.kind === 'test')
    return isTooOld({ ref: read, now: context.now })
      ? ask('arrive.badRef')
      : { step: 'start_test', context, found: await search(given) };
  const { variantId, locale, country } = read;
  return prepareOffer({ ...given, offer: { variantId, locale, country } });
}

function isTooOld({ ref, now }: { ref: Extract<ReadRef, { kind: 'test' }>; now: Date }): boolean {
  const made = parseInt(ref.nonce.split('-')[0] ?? '', 36);
  return !(now.getTime() - made < TEST_LINK_TTL_MS);
}

/**
 * The merchant's own test: the real card and the real request, for any real variant of the shop that this person does not wait for.
 * An earlier test that was never finished gives way to it.
 */
export async function startTest({ tx, context, found }: { tx: Tx } & StartTest): Promise<Effects> {
  const { shop, shopper, now } = context;
  await endTests({ tx, shopId: shop.id, now });
  const real = await tx.subscription.findMany({
    where: { shopId: shop.id, shopperId: shopper?.id ?? 0n, status: { in: ['waiting', 'claimed'] } },
    select: { variantId: true },
  });
  const free = (found ?? [])
    .flatMap((product) => product.variants.map((variant) => ({ product, ...variant })))
    .find((one) => !real.some((has) => has.variantId === one.variantId));
  if (free === undefined) {
    await upsertShopper({ tx, context });
    return replyWithText({ context, message: found === undefined ? 'request.unavailable' : 'find.none' });
  }
  const { product, variantId, title } = free;
  const { productId, title: productTitle, handle, imageUrl } = product;
  const described = { productId, productTitle, title, handle, imageUrl };
  await addVariant({ tx, shopId: shop.id, variantId, described });
  // Whether it is in stock makes no difference to a test.
  return offerOptIn({ tx, context, offer: { variantId, isTest: true }, seen: 'no answer' });
}

/** An m.me link that is good for a day; null while no Page is connected. */
export async function createTestLink({ shopId, now }: { shopId: bigint; now: Date }): Promise<string | null> {
  const page = await pageOf({ shopId });
  const shop = await shopById({ shopId });
  if (page === null || shop === null) return null;
  const nonce = `${now.getTime().toString(36)}-${randomBytes(8).toString('hex')}`;
  const ref = makeRef({ ref: { kind: 'test', shopId, nonce }, refKey: shop.refKey });
  return `https://m.me/${encodeURIComponent(page.metaPageId)}?ref=${ref}`;
}
