// How many variants are sold out right now: on their pages the button shows.
import type { Clock } from '../lib/clock.ts';
import { askShopify } from './admin-api.server.ts';

/** Shopify's own count takes no search (https://shopify.dev/docs/api/admin-graphql/latest/queries/productVariantsCount), so a page of them is read. */
export const SOLD_OUT_QUERY = `#graphql
  query SoldOut {
    productVariants(first: 100, query: "inventory_quantity:<=0 product_status:active") {
      pageInfo { hasNextPage }
      nodes { availableForSale }
    }
  }`;

type Sheet = {
  productVariants: { pageInfo: { hasNextPage: boolean }; nodes: { availableForSale: boolean }[] };
};

/** The page stands already and waits for this figure alone. */
const PATIENCE_MS = 5_000;

/** `more`: there are at least so many. @throws {ShopifyFailed} with advice. */
export async function soldOutVariants({
  shopId,
  clock,
}: {
  shopId: bigint;
  clock: Clock;
}): Promise<{ count: number; more: boolean }> {
  const { data } = await askShopify<Sheet>({ shopId, query: SOLD_OUT_QUERY, patienceMs: PATIENCE_MS, clock });
  const { nodes, pageInfo } = data.productVariants;
  return { count: nodes.filter((node) => !node.availableForSale).length, more: pageInfo.hasNextPage };
}
