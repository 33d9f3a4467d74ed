// The variants that a product has now, for a merchant who moves the waiters of one that is gone.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { readAllPages } from './all-pages.server.ts';
import type { Page } from './variant-queries.ts';

export const PRODUCT_VARIANTS_QUERY = `#graphql
  query ProductVariants($id: ID!, $after: String) {
    product(id: $id) {
      variants(first: 250, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id title }
      }
    }
  }`;

type Row = { id: string; title: string };

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
  const rows = await readAllPages<{ product: { variants: Page<Row> } | null }, Row>({
    shopId,
    query: PRODUCT_VARIANTS_QUERY,
    variables: { id: `gid://shopify/Product/${productId}` },
    pageOf: ({ product }) => product?.variants,
    clock,
  });
  return rows.map(({ id, title }) => ({ variantId: String(idNumber(id)), title }));
}
