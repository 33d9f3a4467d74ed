// A variant: its row, whether it is paused, and whether it may be shown and can be bought now, asked of Shopify.
import type { Tx } from '../db.server.ts';
import { type Clock, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { withTimeout } from '../lib/retry.ts';
import { readVariants } from '../shopify/read-variants.server.ts';
import { leftOutProducts } from '../shopify/settings.server.ts';
import { shopById } from '../shopify/shops.server.ts';
import { isShown, type VariantState } from '../shopify/variant-queries.ts';
import { availabilityOf } from './availability.ts';

/**
 * What a variant's row says of its product, from the truth. Shoppers read it, so a product that the store does not show keeps the name
 * and the picture under which it was last shown.
 */
export const describeVariant = (truth: VariantState) => ({
  productId: truth.productId,
  inventoryItemId: truth.inventoryItemId,
  componentItemIds: truth.componentItemIds,
  levels: truth.levels.length,
  ...(isShown(truth)
    ? {
        productTitle: truth.productTitle,
        title: truth.title,
        handle: truth.handle,
        url: truth.url,
        imageUrl: truth.imageUrl,
        price: truth.price,
      }
    : {}),
});

/** The variant's row, with what the truth says of it. */
export async function saveVariant({
  tx,
  shopId,
  variantId,
  truth,
}: {
  tx: Tx;
  shopId: bigint;
  variantId: bigint;
  truth: VariantState | null;
}) {
  return tx.variant.upsert({
    where: { shopId_id: { shopId, id: variantId } },
    create: { shopId, id: variantId, ...newVariant(truth) },
    update: truth === null ? {} : { ...describeVariant(truth), missingSince: null },
  });
}

/** Adds the row of a variant that is not known here yet, with what a search of Shopify said of it. */
export async function addVariant({
  tx,
  shopId,
  variantId,
  described,
}: {
  tx: Tx;
  shopId: bigint;
  variantId: bigint;
  described: {
    productId: bigint;
    productTitle: string;
    title: string;
    handle: string;
    imageUrl: string | null;
  };
}): Promise<void> {
  await tx.variant.createMany({ data: { shopId, id: variantId, ...described }, skipDuplicates: true });
}

/** Pauses or resumes what is said about a variant; whoever waits keeps their place. */
export async function setVariantPaused({
  tx,
  shopId,
  variantId,
  pausedAt,
}: {
  tx: Tx;
  shopId: bigint;
  variantId: bigint;
  pausedAt: Date | null;
}): Promise<boolean> {
  const { count } = await tx.variant.updateMany({ where: { shopId, id: variantId }, data: { pausedAt } });
  return count === 1;
}

/** The row of a variant that is met for the first time; what can't be said of it yet, the next stock check fills in. */
const newVariant = (truth: VariantState | null) => ({
  productId: 0n,
  productTitle: '',
  title: '',
  handle: '',
  ...(truth === null ? {} : describeVariant(truth)),
});

/** A shopper is answered even when Shopify isn't: the request is sent without the truth. */
const TIMEOUT_MS = 5 * SECOND;

/** Asks Shopify each time. A product that the online store does not show is `gone`: no shopper learns its name or sees its picture. */
export const checkAvailability =
  ({ clock }: { clock: Clock }): CheckAvailability =>
  async ({ shopId, variantId }) => {
    const shop = await shopById({ shopId });
    if (shop === null) return 'gone';
    const reading = readVariants({ shopId, variantIds: [variantId], clock }).catch((error: unknown) => {
      log.warn('availability.check_failed', { shopId, variantId, error });
      return undefined;
    });
    const found = await withTimeout({ ms: TIMEOUT_MS, work: reading });
    if (found === undefined) return 'no answer';
    const truth = found.get(variantId);
    if (truth === undefined || !isShown(truth)) return 'gone';
    const left = await leftOutProducts({ shopId, productIds: [truth.productId], clock });
    return {
      truth,
      available: availabilityOf({ truth, settings: shop }).available,
      leftOut: left.has(truth.productId),
    };
  };

/**
 * One look for the conversation: the truth, whether it is for sale, and whether the merchant leaves the product out; `gone` also when the store does not show it to shoppers; `no answer`
 * when Shopify keeps us waiting.
 */
type AvailabilityResult =
  { truth: VariantState; available: boolean; leftOut?: boolean } | 'gone' | 'no answer';

export type CheckAvailability = (given: { shopId: bigint; variantId: bigint }) => Promise<AvailabilityResult>;
