// What Shopify is asked about variants and their stock, and what its answers mean.
import { idNumber } from '../lib/json.ts';

export type Level = {
  locationId: bigint;
  available: number;
  active: boolean;
  locationActive: boolean;
  fulfillsOnlineOrders: boolean;
};

export type VariantState = {
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
  /** Units at all active locations, also at those that do not count. */
  inventoryQuantity: number | null;
  tracked: boolean;
  policy: 'CONTINUE' | 'DENY';
  requiresComponents: boolean;
  requiresSellingPlan: boolean;
  /** Inventory items of a bundle's components. */
  componentItemIds: bigint[];
  levels: Level[];
};

/** Whether the online store shows the product to shoppers now; of any other nobody outside the shop may learn even the name. */
export const isShown = ({ status, published }: Pick<VariantState, 'status' | 'published'>): boolean =>
  (status === 'ACTIVE' || status === 'UNLISTED') && published;

/**
 * What these three cost is written in read-plan.ts. A picture comes in a size and format that Meta takes (at most 8 MB, no
 * WebP): Shopify makes it on the way.
 */
export const VARIANTS_QUERY = `#graphql
  query Look($ids: [ID!]!, $first: Int!) {
    nodes(ids: $ids) {
      ... on ProductVariant {
        id
        title
        price
        availableForSale
        inventoryQuantity
        inventoryPolicy
        requiresComponents
        media(first: 1) { nodes { preview { image { url(transform: { maxWidth: 1200, maxHeight: 1200, preferredContentType: JPG }) } } } }
        product {
          id
          title
          handle
          status
          onlineStoreUrl
          requiresSellingPlan
          featuredMedia { preview { image { url(transform: { maxWidth: 1200, maxHeight: 1200, preferredContentType: JPG }) } } }
        }
        inventoryItem {
          id
          tracked
          locationsCount { count }
          inventoryLevels(first: $first) {
            pageInfo { hasNextPage endCursor }
            nodes { isActive location { id isActive fulfillsOnlineOrders } quantities(names: ["available"]) { name quantity } }
          }
        }
      }
    }
  }`;

export const LEVELS_QUERY = `#graphql
  query MoreLevels($id: ID!, $first: Int!, $after: String) {
    inventoryItem(id: $id) {
      inventoryLevels(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { isActive location { id isActive fulfillsOnlineOrders } quantities(names: ["available"]) { name quantity } }
      }
    }
  }`;

export const COMPONENTS_QUERY = `#graphql
  query Components($id: ID!, $first: Int!, $after: String) {
    productVariant(id: $id) {
      productVariantComponents(first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { productVariant { inventoryItem { id } } }
      }
    }
  }`;

export type LevelNode = {
  isActive: boolean;
  location: { id: string; isActive: boolean; fulfillsOnlineOrders: boolean };
  quantities: { name: string; quantity: number }[];
};
export type Page<Node> = { pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: Node[] };
type Preview = { preview: { image: { url: string } | null } | null };
export type VariantNode = {
  id: string;
  title: string;
  price: string;
  availableForSale: boolean;
  inventoryQuantity: number | null;
  inventoryPolicy: 'CONTINUE' | 'DENY';
  requiresComponents: boolean;
  media: { nodes: Preview[] };
  product: {
    id: string;
    title: string;
    handle: string;
    status: VariantState['status'];
    onlineStoreUrl: string | null;
    requiresSellingPlan: boolean;
    featuredMedia: Preview | null;
  };
  inventoryItem: {
    id: string;
    tracked: boolean;
    locationsCount: { count: number } | null;
    inventoryLevels: Page<LevelNode>;
  };
};
export type ComponentNode = { productVariant: { inventoryItem: { id: string } } };

export const variantGid = (id: bigint) => `gid://shopify/ProductVariant/${id}`;

export const componentItemOf = ({ productVariant }: ComponentNode): bigint =>
  idNumber(productVariant.inventoryItem.id)!;

export const levelOf = (node: LevelNode): Level => ({
  locationId: idNumber(node.location.id)!,
  available: node.quantities.find(({ name }) => name === 'available')?.quantity ?? 0,
  active: node.isActive,
  locationActive: node.location.isActive,
  fulfillsOnlineOrders: node.location.fulfillsOnlineOrders,
});

/** What a variant's first page says of it: levels and components that are on further pages are still missing. */
export const variantStateOf = (node: VariantNode): VariantState => ({
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
  inventoryQuantity: node.inventoryQuantity,
  tracked: node.inventoryItem.tracked,
  policy: node.inventoryPolicy,
  requiresComponents: node.requiresComponents,
  requiresSellingPlan: node.product.requiresSellingPlan,
  componentItemIds: [],
  levels: node.inventoryItem.inventoryLevels.nodes.map(levelOf),
});
