// A variant's row: what Shopify says of its product, and whether the merchant paused it.
import type { Tx } from '../db.server.ts';
import { isShown, type VariantState } from '../shopify/variant-queries.ts';

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

/** The row of a variant that is met for the first time; what can't be said of it yet, the next look fills in. */
const newVariant = (truth: VariantState | null) => ({
  productId: 0n,
  productTitle: '',
  title: '',
  handle: '',
  ...(truth === null ? {} : describeVariant(truth)),
});
