// The mark of a hint and who waits for what: `wanted` says that a look is due, `looked` how far the newest look had seen.
import { db } from '../db.server.ts';
import type { Tx } from '../db.server.ts';
import { ring } from '../jobs/signal.server.ts';
import { isShown, type VariantTruth } from '../shops/variant-queries.ts';

type Of = { shopId: bigint; variantId: bigint };

/**
 * A hint: every variant's `wanted` goes up by one, also when a look is due already, so that a hint during a look is never lost.
 * @param news whether something was said about just these variants: they are looked at before those that are marked with all the others.
 * @returns how many of them are known here.
 */
export async function markWanted({
  tx,
  shopId,
  variantIds,
  news,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  variantIds: bigint[];
  news: boolean;
  now: Date;
}): Promise<number> {
  if (variantIds.length === 0) return 0;
  // Locked in one order, or two webhooks about the same variants would wait for each other; and not as keys, or two yeses at once to
  // one variant would, since each new subscription holds the variant's key.
  const rows = await tx.$queryRaw<{ fresh: boolean }[]>`
    UPDATE "Variant" v SET "wanted" = v."wanted" + 1,
      "newsMark" = CASE WHEN ${news} THEN v."wanted" + 1 ELSE v."newsMark" END,
      "dueSince" = CASE WHEN v."wanted" > v."looked" THEN v."dueSince" ELSE ${now} END
    FROM (SELECT "id", "wanted" > "looked" AS "due", "newsMark" > "looked" AS "news" FROM "Variant"
      WHERE "shopId" = ${shopId} AND "id" = ANY(${variantIds}::bigint[]) ORDER BY "id" FOR NO KEY UPDATE) was
    WHERE v."shopId" = ${shopId} AND v."id" = was."id"
    RETURNING NOT was."due" OR (${news} AND NOT was."news") AS "fresh"`;
  // Only a variant that turns from clean to marked, or gets its first news, needs the bell: whoever looks at it reads `wanted` itself.
  if (rows.some((row) => row.fresh)) await ring(tx, 'looks', String(shopId));
  return rows.length;
}

/** A hint that time itself will give; the earlier of two appointments is kept. */
export async function lookLater({ tx, shopId, variantId, at }: Of & { tx: Tx; at: Date }): Promise<void> {
  await tx.$executeRaw`
    UPDATE "Variant" SET "lookAt" = LEAST(COALESCE("lookAt", ${at}), ${at}) WHERE "shopId" = ${shopId} AND "id" = ${variantId}`;
  await ring(tx, 'looks', String(shopId));
}

/** Marks the variants of one shop whose appointment has come: news that time itself gives. */
export async function keepAppointments({ shopId, now }: { shopId: bigint; now: Date }): Promise<void> {
  await db.$executeRaw`
    UPDATE "Variant" SET "wanted" = "wanted" + 1, "newsMark" = "wanted" + 1, "lookAt" = NULL,
      "dueSince" = CASE WHEN "wanted" > "looked" THEN "dueSince" ELSE "lookAt" END
    WHERE "shopId" = ${shopId} AND "lookAt" <= ${now}`;
}

/** The shops that have a look to make now, and when the next appointment of any shop comes. */
export async function shopsToLook({
  now,
}: {
  now: Date;
}): Promise<{ shopIds: bigint[]; nextAt: Date | null }> {
  const due = await db.$queryRaw<{ shopId: bigint }[]>`
    SELECT DISTINCT "shopId" FROM "Variant" WHERE "wanted" > "looked" OR "lookAt" <= ${now}`;
  const next = await db.variant.aggregate({ where: { lookAt: { gt: now } }, _min: { lookAt: true } });
  return { shopIds: due.map((row) => row.shopId), nextAt: next._min.lookAt };
}

/**
 * Keeps what a look has found. An answer older than the newest look's is thrown away.
 * @returns false when it was too old to keep.
 */
export async function noteLooked({
  tx,
  shopId,
  variantId,
  lookedTo,
  truth,
  staleLooks,
  now,
}: Of & {
  tx: Tx;
  lookedTo: bigint;
  /** null: Shopify no longer knows the variant. */ truth: VariantTruth | null;
  staleLooks?: number;
  now: Date;
}): Promise<boolean> {
  const kept = await tx.variant.updateMany({
    where: { shopId, id: variantId, looked: { lt: lookedTo } },
    data: {
      looked: lookedTo,
      // Should it be due again already, it has been so since this look at the earliest.
      dueSince: now,
      ...(staleLooks === undefined ? {} : { staleLooks }),
      ...(truth === null
        ? {}
        : {
            ...described(truth),
            seenForSale: truth.availableForSale,
            seenQuantity: truth.inventoryQuantity,
            missingSince: null,
          }),
    },
  });
  if (kept.count === 1 && truth === null)
    await tx.variant.updateMany({
      where: { shopId, id: variantId, missingSince: null },
      data: { missingSince: now },
    });
  return kept.count === 1;
}

/**
 * What a variant's row says of its product, from the truth. Shoppers read it, so a product that the store does not show keeps the name
 * and the picture under which it was last shown.
 */
export const described = (truth: VariantTruth) => ({
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

/** The row of a variant that is met for the first time; what can't be said of it yet, the next look fills in. */
export const newVariant = (truth: VariantTruth | null) => ({
  productId: 0n,
  productTitle: '',
  title: '',
  handle: '',
  ...(truth === null ? {} : described(truth)),
});

/** How many wait for a variant, and since when the first of them; the merchant's own tests don't count. */
export async function waitersOf({
  tx,
  shopId,
  variantId,
  now,
}: Of & { tx?: Tx; now?: Date }): Promise<{ waiting: number; oldest: Date | null }> {
  const counted = await (tx ?? db).subscription.aggregate({
    where: {
      shopId,
      variantId,
      state: 'waiting',
      isTest: false,
      ...(now === undefined ? {} : { expiresAt: { gt: now } }),
    },
    _count: true,
    _min: { since: true },
  });
  return { waiting: counted._count, oldest: counted._min.since };
}
