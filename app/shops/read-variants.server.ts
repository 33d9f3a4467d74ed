// The truth about variants, as Shopify tells it now.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { askShopify, type Cost } from './admin-api.server.ts';

export type Level = {
  locationId: bigint;
  available: number;
  active: boolean;
  locationActive: boolean;
  fulfillsOnlineOrders: boolean;
};

export type VariantTruth = {
  variantId: bigint;
  productId: bigint;
  inventoryItemId: bigint | null;
  productTitle: string;
  title: string;
  handle: string;
  /** Address on the online store; null while the product is not published there. */
  url: string | null;
  imageUrl: string | null;
  /** Decimal text in the shop's currency. */
  price: string | null;
  status: 'ACTIVE' | 'ARCHIVED' | 'DRAFT' | 'UNLISTED';
  published: boolean;
  availableForSale: boolean;
  tracked: boolean;
  policy: 'CONTINUE' | 'DENY';
  requiresComponents: boolean;
  requiresSellingPlan: boolean;
  /** Inventory items of a bundle's components. */
  componentItemIds: bigint[];
  levels: Level[];
};

/** Whether the online store shows the product to shoppers now; of any other nobody outside the shop may learn even the name. */
export const isShown = ({ status, published }: Pick<VariantTruth, 'status' | 'published'>): boolean =>
  (status === 'ACTIVE' || status === 'UNLISTED') && published;

/** Most variants of one look: keeps the query under Shopify's 1,000 points. */
export const VARIANTS_A_LOOK = 25;
/** Shopify's limit for an input array. */
export const VARIANTS_A_PROBE = 250;

export const VARIANTS_QUERY = `#graphql
  query Look($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on ProductVariant {
        id
        title
        price
        availableForSale
        inventoryPolicy
        requiresComponents
        media(first: 1) { nodes { preview { image { url } } } }
        product {
          id
          title
          handle
          status
          onlineStoreUrl
          requiresSellingPlan
          featuredMedia { preview { image { url } } }
        }
        inventoryItem {
          id
          tracked
          inventoryLevels(first: 5) {
            pageInfo { hasNextPage endCursor }
            nodes { isActive location { id isActive fulfillsOnlineOrders } quantities(names: ["available"]) { name quantity } }
          }
        }
      }
    }
  }`;

export const LEVELS_QUERY = `#graphql
  query MoreLevels($id: ID!, $after: String) {
    inventoryItem(id: $id) {
      inventoryLevels(first: 50, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { isActive location { id isActive fulfillsOnlineOrders } quantities(names: ["available"]) { name quantity } }
      }
    }
  }`;

export const COMPONENTS_QUERY = `#graphql
  query Components($id: ID!) {
    productVariant(id: $id) {
      productVariantComponents(first: 50) { nodes { productVariant { inventoryItem { id } } } }
    }
  }`;

export const PROBE_QUERY = `#graphql
  query Probe($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on ProductVariant { id availableForSale inventoryQuantity }
    }
  }`;

type LevelNode = {
  isActive: boolean;
  location: { id: string; isActive: boolean; fulfillsOnlineOrders: boolean };
  quantities: { name: string; quantity: number }[];
};
type LevelPage = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: LevelNode[] };
type Preview = { preview: { image: { url: string } | null } | null };
type VariantNode = {
  id: string;
  title: string;
  price: string;
  availableForSale: boolean;
  inventoryPolicy: 'CONTINUE' | 'DENY';
  requiresComponents: boolean;
  media: { nodes: Preview[] };
  product: {
    id: string;
    title: string;
    handle: string;
    status: VariantTruth['status'];
    onlineStoreUrl: string | null;
    requiresSellingPlan: boolean;
    featuredMedia: Preview | null;
  };
  inventoryItem: { id: string; tracked: boolean; inventoryLevels: LevelPage };
};

export const variantGid = (id: bigint) => `gid://shopify/ProductVariant/${id}`;

const level = (node: LevelNode): Level => ({
  locationId: idNumber(node.location.id)!,
  available: node.quantities.find(({ name }) => name === 'available')?.quantity ?? 0,
  active: node.isActive,
  locationActive: node.location.isActive,
  fulfillsOnlineOrders: node.location.fulfillsOnlineOrders,
});

/**
 * Reads up to 25 variants in one query (levels beyond the first five, and a bundle's components, by queries of their own).
 * A variant that Shopify no longer knows is missing from the map.
 * @throws {ShopifyFailed} with advice.
 */
export async function readVariants({
  shopId,
  variantIds,
  clock,
}: {
  shopId: bigint;
  variantIds: bigint[];
  clock: Clock;
}): Promise<Map<bigint, VariantTruth>> {
  if (variantIds.length > VARIANTS_A_LOOK)
    throw new RangeError(`A look reads at most ${VARIANTS_A_LOOK} variants, not ${variantIds.length}.`);
  const { data } = await askShopify<{ nodes: (VariantNode | Record<string, never> | null)[] }>({
    shopId,
    query: VARIANTS_QUERY,
    variables: { ids: variantIds.map(variantGid) },
    clock,
  });
  const found = data.nodes.filter((node): node is VariantNode => node !== null && 'inventoryItem' in node);
  const truths = await Promise.all(
    found.map(async (node): Promise<VariantTruth> => ({
      variantId: idNumber(node.id)!,
      productId: idNumber(node.product.id)!,
      inventoryItemId: idNumber(node.inventoryItem.id) ?? null,
      productTitle: node.product.title,
      title: node.title,
      handle: node.product.handle,
      url: node.product.onlineStoreUrl,
      imageUrl:
        node.media.nodes[0]?.preview?.image?.url ?? node.product.featuredMedia?.preview?.image?.url ?? null,
      price: node.price,
      status: node.product.status,
      published: node.product.onlineStoreUrl !== null,
      availableForSale: node.availableForSale,
      tracked: node.inventoryItem.tracked,
      policy: node.inventoryPolicy,
      requiresComponents: node.requiresComponents,
      requiresSellingPlan: node.product.requiresSellingPlan,
      componentItemIds: node.requiresComponents ? await components({ shopId, id: node.id, clock }) : [],
      levels: [
        ...node.inventoryItem.inventoryLevels.nodes,
        ...(await moreLevels({ shopId, item: node.inventoryItem, clock })),
      ].map(level),
    })),
  );
  return new Map(truths.map((truth) => [truth.variantId, truth]));
}

async function moreLevels({
  shopId,
  item,
  clock,
}: {
  shopId: bigint;
  item: VariantNode['inventoryItem'];
  clock: Clock;
}): Promise<LevelNode[]> {
  const nodes: LevelNode[] = [];
  let { pageInfo } = item.inventoryLevels;
  while (pageInfo.hasNextPage) {
    const { data } = await askShopify<{ inventoryItem: { inventoryLevels: LevelPage } | null }>({
      shopId,
      query: LEVELS_QUERY,
      variables: { id: item.id, after: pageInfo.endCursor },
      clock,
    });
    if (data.inventoryItem === null) break;
    nodes.push(...data.inventoryItem.inventoryLevels.nodes);
    pageInfo = data.inventoryItem.inventoryLevels.pageInfo;
  }
  return nodes;
}

async function components({
  shopId,
  id,
  clock,
}: {
  shopId: bigint;
  id: string;
  clock: Clock;
}): Promise<bigint[]> {
  const { data } = await askShopify<{
    productVariant: {
      productVariantComponents: { nodes: { productVariant: { inventoryItem: { id: string } } }[] };
    } | null;
  }>({
    shopId,
    query: COMPONENTS_QUERY,
    variables: { id },
    clock,
  });
  return (data.productVariant?.productVariantComponents.nodes ?? []).map((node) =>
    idNumber(node.productVariant.inventoryItem.id)!,
  );
}

/** A cheap reading of up to 250 variants for the sweep: enough to see that something changed, not enough to decide. */
export async function probeVariants({
  shopId,
  variantIds,
  clock,
}: {
  shopId: bigint;
  variantIds: bigint[];
  clock: Clock;
}): Promise<{
  probes: Map<bigint, { availableForSale: boolean; inventoryQuantity: number | null }>;
  cost?: Cost;
}> {
  if (variantIds.length > VARIANTS_A_PROBE)
    throw new RangeError(`A probe reads at most ${VARIANTS_A_PROBE} variants, not ${variantIds.length}.`);
  const { data, cost } = await askShopify<{
    nodes: ({ id?: string; availableForSale: boolean; inventoryQuantity: number | null } | null)[];
  }>({
    shopId,
    query: PROBE_QUERY,
    variables: { ids: variantIds.map(variantGid) },
    clock,
  });
  const probes = data.nodes.flatMap((node) =>
    node?.id === undefined
      ? []
      : [
          [
            idNumber(node.id)!,
            { availableForSale: node.availableForSale, inventoryQuantity: node.inventoryQuantity },
          ] as const,
        ],
  );
  return { probes: new Map(probes), cost };
}
