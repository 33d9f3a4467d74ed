// Asks Shopify which products the merchant's rules leave out; without rules no call is made.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql } from './admin-api.server.ts';
import { hasRules, isLeftOut, leftOutRules } from './left-out.ts';
import { shopById } from './shops.server.ts';

export const LEFT_OUT_QUERY = `#graphql
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
    log.warn('Shopify could not be asked which products are left out', { shopId, error });
    return new Set();
  }
}
