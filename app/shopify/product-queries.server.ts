// Finds products by what a shopper wrote, and reads a product's variants and sold-out products for the merchant.
import { type Clock, MINUTE } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import type { Wait } from '../lib/retry.ts';
import { adminGraphql } from './admin-api.server.ts';
import type { Page } from './variant-queries.ts';

export type FoundProduct = {
  productId: bigint;
  title: string;
  handle: string;
  imageUrl: string | null;
  /** All of them, or the first 50 where `findProducts` says so; `availableForSale` is Shopify's word, not yet a stock check. */
  variants: { variantId: bigint; title: string; availableForSale: boolean }[];
};

/** So many variants are read with each product that is found. */
export const FIRST_VARIANTS = 50;

const FIND_PRODUCTS_QUERY = `#graphql
  query FindProducts($query: String!, $first: Int!, $firstVariants: Int!) {
    products(first: $first, query: $query) {
      nodes {
        id
        title
        handle
        onlineStoreUrl
        featuredMedia { preview { image { url(transform: { maxWidth: 1200, maxHeight: 1200, preferredContentType: JPG }) } } }
        variants(first: $firstVariants) { pageInfo { hasNextPage endCursor } nodes { id title availableForSale } }
      }
    }
  }`;

const AT_MOST = 5;

/** Somebody waits for the answer: each call may wait so long for the shop's points. */
const PATIENCE_MS = 5_000;

type Node = {
  id: string;
  title: string;
  handle: string;
  onlineStoreUrl: string | null;
  featuredMedia: { preview: { image: { url: string } | null } | null } | null;
  variants: Page<VariantNode>;
};

type VariantNode = { id: string; title: string; availableForSale: boolean };

/** The variants behind the first 50: of five products at once Shopify would refuse to answer for more. */
const FURTHER_VARIANTS_QUERY = `#graphql
  query FurtherVariants($id: ID!, $after: String) {
    product(id: $id) {
      variants(first: 250, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id title availableForSale }
      }
    }
  }`;

/** Text as a phrase of Shopify's search syntax, so that a shopper's words are never read as operators. */
const phrase = (text: string) => `"${text.replaceAll('\\', ' ').replaceAll('"', ' ').trim()}"`;

/**
 * At most five active products of the online store whose title contains `title`, or the one with `handle`. That one comes with all its
 * variants; of those found by their title so do the ones of which none of the first 50 is sold out.
 * @throws {ShopifyApiError} with advice.
 */
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
  const { data } = await adminGraphql<{ products: { nodes: Node[] } }>({
    shopId,
    query: FIND_PRODUCTS_QUERY,
    // A handle names one product: asked for five, Shopify would take the price of five out of the bucket first.
    variables: {
      query: `status:active${wanted}`,
      first: handle === undefined ? AT_MOST : 1,
      firstVariants: FIRST_VARIANTS,
    },
    patienceMs: PATIENCE_MS,
    clock,
  });
  // An active product may be hidden from the online store, for other channels or for later: no shopper is offered it.
  const shown = data.products.nodes.filter((node) => node.onlineStoreUrl !== null);
  const found: FoundProduct[] = [];
  for (const node of shown) {
    const { nodes, pageInfo } = node.variants;
    const isEnough =
      handle === undefined && (title === undefined || nodes.some((one) => !one.availableForSale));
    const further =
      pageInfo.hasNextPage && !isEnough
        ? await readAllPages<{ product: { variants: Page<VariantNode> } | null }, VariantNode>({
            shopId,
            query: FURTHER_VARIANTS_QUERY,
            variables: { id: node.id },
            from: pageInfo.endCursor,
            pageOf: ({ product }) => product?.variants,
            clock,
          })
        : [];
    found.push({
      productId: idNumber(node.id)!,
      title: node.title,
      handle: node.handle,
      imageUrl: node.featuredMedia?.preview?.image?.url ?? null,
      variants: [...nodes, ...further].map(({ id, title: option, availableForSale }) => ({
        variantId: idNumber(id)!,
        title: option,
        availableForSale,
      })),
    });
  }
  return found;
}

const LOCATIONS_QUERY = `#graphql
  query Locations($after: String) {
    locations(first: 250, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id name fulfillsOnlineOrders isActive }
    }
  }`;

type LocationRow = { id: string; name: string; fulfillsOnlineOrders: boolean; isActive: boolean };

export type ShopLocation = { locationId: string; name: string; online: boolean };

/** Every active location of the shop. @throws {ShopifyApiError} with advice. */
export async function locationsOf({
  shopId,
  clock,
}: {
  shopId: bigint;
  clock: Clock;
}): Promise<ShopLocation[]> {
  const rows = await readAllPages<{ locations: Page<LocationRow> }, LocationRow>({
    shopId,
    query: LOCATIONS_QUERY,
    pageOf: ({ locations }) => locations,
    clock,
  });
  return rows
    .filter(({ isActive }) => isActive)
    .map(({ id, name, fulfillsOnlineOrders }) => ({
      locationId: String(idNumber(id)),
      name,
      online: fulfillsOnlineOrders,
    }));
}

const PRODUCT_VARIANTS_QUERY = `#graphql
  query ProductVariants($id: ID!, $after: String) {
    product(id: $id) {
      variants(first: 250, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { id title }
      }
    }
  }`;

type OptionRow = { id: string; title: string };

export type ProductVariant = { variantId: string; title: string };

/** All of them, in the product's own order; none when the product is gone too. @throws {ShopifyApiError} with advice. */
export async function variantsOfProduct({
  shopId,
  productId,
  clock,
}: {
  shopId: bigint;
  productId: bigint;
  clock: Clock;
}): Promise<ProductVariant[]> {
  const rows = await readAllPages<{ product: { variants: Page<OptionRow> } | null }, OptionRow>({
    shopId,
    query: PRODUCT_VARIANTS_QUERY,
    variables: { id: `gid://shopify/Product/${productId}` },
    pageOf: ({ product }) => product?.variants,
    clock,
  });
  return rows.map(({ id, title }) => ({ variantId: String(idNumber(id)), title }));
}

/** Shopify's own count takes no search (https://shopify.dev/docs/api/admin-graphql/latest/queries/productVariantsCount), so a page of them is read. */
const SOLD_OUT_QUERY = `#graphql
  query SoldOut {
    productVariants(first: 100, query: "inventory_quantity:<=0 product_status:active") {
      pageInfo { hasNextPage }
      nodes { availableForSale }
    }
  }`;

type SoldOutAnswer = {
  productVariants: { pageInfo: { hasNextPage: boolean }; nodes: { availableForSale: boolean }[] };
};

/** The page stands already and waits for this figure alone. */
const SOLD_OUT_WITHIN_MS = 5_000;

/** `more`: there are at least so many. @throws {ShopifyApiError} with advice. */
export async function soldOutVariants({
  shopId,
  clock,
}: {
  shopId: bigint;
  clock: Clock;
}): Promise<{ count: number; more: boolean }> {
  const { data } = await adminGraphql<SoldOutAnswer>({
    shopId,
    query: SOLD_OUT_QUERY,
    patienceMs: SOLD_OUT_WITHIN_MS,
    clock,
  });
  const { nodes, pageInfo } = data.productVariants;
  return { count: nodes.filter((node) => !node.availableForSale).length, more: pageInfo.hasNextPage };
}

/** Rows that are older are read again. */
const KEPT_FOR_MS = MINUTE;

type Unfinished = { rows: unknown[]; after: string | null; at: Date };

const unfinished = new Map<string, Unfinished>();

/**
 * All rows of the page that `pageOf` finds in the answer; `query` takes $after and, besides, `variables`; its pages are of 250 rows, Shopify's limit.
 * @returns none when `pageOf` finds no page: what they belong to is gone.
 * @throws {ShopifyApiError} with advice.
 */
async function readAllPages<Data, Row>({
  shopId,
  query,
  variables = {},
  from = null,
  pageOf,
  clock,
  wait,
}: {
  shopId: bigint;
  query: string;
  variables?: Record<string, string>;
  /** The cursor behind which to begin. */
  from?: string | null;
  pageOf: (data: Data) => Page<Row> | undefined;
  clock: Clock;
  wait?: Wait;
}): Promise<Row[]> {
  const key = JSON.stringify([String(shopId), query, variables, from]);
  for (const [other, { at }] of unfinished)
    if (clock().getTime() - at.getTime() > KEPT_FOR_MS) unfinished.delete(other);
  // Whoever reads the same at the same time goes on by themselves: each state in the map is whole.
  for (let { rows, after, at } = unfinished.get(key) ?? { rows: [], after: from, at: clock() }; ;) {
    const { data } = await adminGraphql<Data>({
      shopId,
      query,
      variables: { ...variables, after },
      patienceMs: PATIENCE_MS,
      clock,
      wait,
    });
    const page = pageOf(data);
    rows = [...rows, ...(page?.nodes ?? [])];
    after = page?.pageInfo.endCursor ?? null;
    unfinished.set(key, { rows, after, at });
    if (page?.pageInfo.hasNextPage) continue;
    unfinished.delete(key);
    return page === undefined ? [] : (rows as Row[]);
  }
}
