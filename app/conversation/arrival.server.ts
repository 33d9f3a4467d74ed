// Somebody arrives from the storefront: with a ref that says what for, with one that says nothing, or with none.
import { randomBytes } from 'node:crypto';
import { type Clock, DAY } from '../lib/clock.ts';
import { pageOf } from '../messenger/pages.server.ts';
import { GET_STARTED, makeRef, readRef, type ReadRef, refHolds } from '../messenger/payloads.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import { shopById } from '../shopify/shops.server.ts';
import type { CheckAvailability } from '../stock/check-availability.server.ts';
import {
  askWhichProduct,
  type Handle,
  upsertShopper,
  noteActionOnly,
  type ConversationContext,
  replyBuilder,
} from './context.server.ts';
import { search } from './find-product.server.ts';
import { addVariant } from '../stock/variants.server.ts';
import { endTests } from '../waitlist/end-subscriptions.server.ts';
import { offerOptIn } from './offer-opt-in.server.ts';

type Given = { turn: ConversationContext; look: CheckAvailability; clock: Clock };

export type Answer = ReturnType<Handle>;

/** Other apps and campaigns have refs of their own on this Page: those arrivals are theirs. */
const isVariantRef = (ref: string) => /^[vt]\d*_/.test(ref);

const TEST_LINK_TTL_MS = DAY;

export async function handleArrival({
  arrival,
  ...given
}: Given & { arrival: Extract<MetaEvent, { kind: 'arrived' }> }): Answer {
  const { turn } = given;
  const { ref, payload } = arrival;
  if (payload !== null && payload !== GET_STARTED && !isVariantRef(ref ?? ''))
    return noteActionOnly(turn, 'Get Started of somebody else');
  if (ref === null || ref === '') return askWhichProduct(turn, 'arrive.noRef');
  if (!isVariantRef(ref))
    return payload === GET_STARTED
      ? askWhichProduct(turn, 'arrive.noRef')
      : noteActionOnly(turn, 'a ref of somebody else');
  const read = readRef(ref);
  if (read === null || read.shopId !== turn.shop.id || !refHolds({ ref: read, refKey: turn.shop.refKey }))
    return askWhichProduct(turn, 'arrive.badRef');
  if (read.kind === 'test') return startTest({ ...given, ref: read });
  return offerOptIn({
    ...given,
    wish: { variantId: read.variantId, locale: read.locale, country: read.country },
  });
}

/**
 * The merchant's own test: the real card and the real request, for any real variant of the shop that this person does not wait for.
 * An earlier test that was never finished gives way to it.
 */
async function startTest({ ref, ...given }: Given & { ref: ReadRef }): Answer {
  const { turn } = given;
  const made = ref.kind === 'test' ? parseInt(ref.nonce.split('-')[0] ?? '', 36) : NaN;
  if (!(turn.now.getTime() - made < TEST_LINK_TTL_MS)) return askWhichProduct(turn, 'arrive.badRef');
  const found = await search(given);
  const variants = (found ?? []).flatMap((product) => product.variants);
  const voice = replyBuilder({ turn });
  return async (tx) => {
    await endTests({ tx, shopId: turn.shop.id, now: turn.now });
    const real = await tx.subscription.findMany({
      where: {
        shopId: turn.shop.id,
        shopperId: turn.shopper?.id ?? 0n,
        state: { in: ['waiting', 'claimed'] },
      },
      select: { variantId: true },
    });
    const free = variants.find((one) => !real.some((has) => has.variantId === one.variantId));
    if (free === undefined) {
      await upsertShopper({ tx, turn });
      const message = found === undefined ? 'request.unavailable' : 'find.none';
      return { say: [voice.reply({ kind: 'text', text: voice.words(message) })] };
    }
    // Looked at outside of any transaction below; here only what Shopify has told already is used.
    const product = found!.find((one) => one.variants.includes(free))!;
    await addVariant({
      tx,
      shopId: turn.shop.id,
      variantId: free.variantId,
      described: {
        productId: product.productId,
        productTitle: product.title,
        title: free.title,
        handle: product.handle,
        imageUrl: product.imageUrl,
      },
    });
    const ask = await offerOptIn({
      turn,
      wish: { variantId: free.variantId, isTest: true },
      look: async () => 'no answer',
    });
    return ask(tx);
  };
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
