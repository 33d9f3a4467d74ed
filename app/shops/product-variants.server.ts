// The variants that a product has now, for a merchant who moves the waiters of one that is gone.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { askShopify } from './admin-api.server.ts';

export const PRODUCT_VARIANTS_QUERY = `#graphql
  query ProductVariants($id: ID!, $after: String) {
    product(id: $id) {
      variants(first: 250, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id title }
      }
    }
  }`;

type Sheet = {
  product: {
    variants: {
      pageInfo: { hasNextPage: boolean; endCursor: string | null };
      nodes: { id: string; title: string }[];
    };
  } | null;
};

export type Sibling = { variantId: string; title: string };

/** All of them, in the product's own order; none when the product is gone too. @throws {ShopifyFailed} with advice. */
export async function variantsOfProduct({
  shopId,
  productId,
  clock,
}: {
  shopId: bigint;
  productId: bigint;
  clock: Clock;
}): Promise<Sibling[]> {
  const found: Sibling[] = [];
  let after: string | null = null;
  do {
    const answer: { data: Sheet } = await askShopify<Sheet>({
      shopId,
      query: PRODUCT_VARIANTS_QUERY,
      variables: { id: `gid://shopify/Product/${productId}`, after },
      clock,
    });
    const { product } = answer.data;
    if (product === null) return [];
    for (const { id, title } of product.variants.nodes)
      found.push({ variantId: String(idNumber(id)), title });
    after = product.variants.pageInfo.hasNextPage ? product.variants.pageInfo.endCursor : null;
  } while (after !== null);
  return found;
}
