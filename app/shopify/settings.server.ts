// Keeps the merchant's settings, and asks Shopify which products they leave out.
import { db, type Tx } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql } from './admin-api.server.ts';
import { type GivenSettings, hasRules, leftOutRules, type LeftOutRules } from './settings-form.ts';
import { shopById } from './shops.server.ts';

/** Writes them; `then` runs in the same transaction, for what follows from a change. */
export async function saveSettings({
  shopId,
  settings,
  then,
}: {
  shopId: bigint;
  settings: GivenSettings;
  then: (tx: Tx) => Promise<unknown>;
}): Promise<void> {
  const {
    quietHours: quiet,
    quietHoursStart,
    quietHoursEnd: quietUntil,
    locationIds,
    messagesPerSecond: _ofThePage,
    ...rest
  } = settings;
  await db.$transaction(async (tx) => {
    await tx.shop.update({
      where: { id: shopId },
      data: {
        ...rest,
        quietHoursStart: quiet ? quietHoursStart : null,
        quietHoursEnd: quiet ? quietUntil : null,
        locationIds: locationIds.map(BigInt),
      },
    });
    await then(tx);
  });
}

/** Stays put away; the checklist "is it on?" remains. */
export const dismissSetupGuide = ({ shopId, now }: { shopId: bigint; now: Date }) =>
  db.shop.updateMany({
    where: { id: shopId, setupGuideDismissedAt: null },
    data: { setupGuideDismissedAt: now },
  });

const LEFT_OUT_QUERY = `#graphql
  query LeftOut($ids: [ID!]!, $byCollection: Boolean!) {
    nodes(ids: $ids) {
      ... on Product {
        id
        tags
        isGiftCard
        requiresSellingPlan
        priceRangeV2 { maxVariantPrice { amount } }
        collections(first: 50) @include(if: $byCollection) { nodes { handle } }
      }
    }
  }`;

type Node = {
  id: string;
  tags: string[];
  isGiftCard: boolean;
  requiresSellingPlan: boolean;
  priceRangeV2: { maxVariantPrice: { amount: string } };
  collections?: { nodes: { handle: string }[] };
} | null;

/** When Shopify does not answer none is left out: rather one offer too many than a sale lost. A product counts its first 50 collections. */
export async function leftOutProducts({
  shopId,
  productIds,
  clock,
}: {
  shopId: bigint;
  productIds: bigint[];
  clock: Clock;
}): Promise<Set<bigint>> {
  const shop = await shopById({ shopId });
  const rules = leftOutRules.parse(shop?.leftOut ?? {});
  if (!hasRules(rules) || productIds.length === 0) return new Set();
  try {
    const { data } = await adminGraphql<{ nodes: Node[] }>({
      shopId,
      query: LEFT_OUT_QUERY,
      variables: {
        ids: productIds.map((id) => `gid://shopify/Product/${id}`),
        byCollection: (rules.collections ?? []).length > 0,
      },
      clock,
    });
    const left = data.nodes.filter(
      (node) =>
        node !== null &&
        isLeftOut({
          rules,
          product: {
            ...node,
            collections: (node.collections?.nodes ?? []).map(({ handle }) => handle),
            maxPrice: Number(node.priceRangeV2.maxVariantPrice.amount),
          },
        }),
    );
    return new Set(left.map((node) => idNumber(node!.id)!));
  } catch (error) {
    log.warn('left_out.check_failed', { shopId, error });
    return new Set();
  }
}

export type LeftOutFacts = {
  tags: string[];
  /** Handles. */
  collections: string[];
  isGiftCard: boolean;
  requiresSellingPlan: boolean;
  /** The highest of its variants' prices, in the shop's currency. */
  maxPrice: number;
};

export const isLeftOut = ({ product, rules }: { product: LeftOutFacts; rules: LeftOutRules }): boolean =>
  (rules.gift_cards === true && product.isGiftCard) ||
  (rules.preorder === true && product.requiresSellingPlan) ||
  (rules.free === true && product.maxPrice === 0) ||
  product.tags.some((tag) => rules.tags?.includes(tag.toLowerCase())) ||
  product.collections.some((handle) => rules.collections?.includes(handle));
