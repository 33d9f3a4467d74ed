// Finds products by what a shopper wrote: a name, or the handle in a pasted link.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { askShopify } from './admin-api.server.ts';

export type FoundProduct = {
  productId: bigint;
  title: string;
  handle: string;
  imageUrl: string | null;
  /** The first 50 variants; `availableForSale` is Shopify's word, not yet a look. */
  variants: { variantId: bigint; title: string; availableForSale: boolean }[];
};

export const FIND_PRODUCTS_QUERY = `#graphql
  query FindProducts($query: String!, $first: Int!) {
    products(first: $first, query: $query) {
      nodes {
        id
        title
        handle
        onlineStoreUrl
        featuredMedia { preview { image { url(transform: { maxWidth: 1200, maxHeight: 1200, preferredContentType: JPG }) } } }
        variants(first: 50) { nodes { id title availableForSale } }
      }
    }
  }`;

const AT_MOST = 5;
/** Somebody waits for the answer. */
const PATIENCE_MS = 5_000;

type Node = {
  id: string;
  title: string;
  handle: string;
  onlineStoreUrl: string | null;
  featuredMedia: { preview: { image: { url: string } | null } | null } | null;
  variants: { nodes: { id: string; title: string; availableForSale: boolean }[] };
};

/** Text as a phrase of Shopify's search syntax, so that a shopper's words are never read as operators. */
const phrase = (text: string) => `"${text.replaceAll('\\', ' ').replaceAll('"', ' ').trim()}"`;

/** At most five active products of the online store whose title contains `title`, or the one with `handle`. @throws {ShopifyFailed} with advice. */
export async function findProducts({
  shopId,
  title,
  handle,
  clock,
}: {
  shopId: bigint;
  title?: string;
  handle?: string;
  clock: Clock;
}): Promise<FoundProduct[]> {
  const wanted =
    handle === undefined
      ? title === undefined
        ? ''
        : ` title:${phrase(title)}`
      : ` handle:${phrase(handle)}`;
  const { data } = await askShopify<{ products: { nodes: Node[] } }>({
    shopId,
    query: FIND_PRODUCTS_QUERY,
    // A handle names one product: asked for five, Shopify would take the price of five out of the bucket first.
    variables: { query: `status:active${wanted}`, first: handle === undefined ? AT_MOST : 1 },
    patienceMs: PATIENCE_MS,
    clock,
  });
  // An active product may be hidden from the online store, for other channels or for later: no shopper is told of it.
  const shown = data.products.nodes.filter((node) => node.onlineStoreUrl !== null);
  return shown.map((node) => ({
    productId: idNumber(node.id)!,
    title: node.title,
    handle: node.handle,
    imageUrl: node.featuredMedia?.preview?.image?.url ?? null,
    variants: node.variants.nodes.map((variant) => ({
      variantId: idNumber(variant.id)!,
      title: variant.title,
      availableForSale: variant.availableForSale,
    })),
  }));
}
