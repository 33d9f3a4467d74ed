// What every resolver of the Admin API is given, and the shape in which it passes on what it found.
import type { Installation, InventoryItem, Level, Location, Product, Shop, Variant } from './shop-state.ts';
import type { Store } from './store.ts';

export type AdminContext = {
  store: Store;
  shop: Shop;
  installation: Installation;
  /** Optional scopes of the app: what it may give back. */
  optionalScopes: string[];
  now: Date;
};

/** `args` were coerced against Shopify's schema before they come here. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each resolver knows its own arguments; the schema has checked them
export type Resolver = (source: any, args: any, context: AdminContext) => unknown;

export type Resolvers = Record<string, Record<string, Resolver>>;

export type ProductSource = { shop: Shop; product: Product };
export type VariantSource = { shop: Shop; variant: Variant };
export type ItemSource = { shop: Shop; item: InventoryItem };
export type LevelSource = { shop: Shop; level: Level };
export type LocationSource = { shop: Shop; location: Location };

export const productNode = (source: ProductSource) => ({ __typename: 'Product', ...source });
export const variantNode = (source: VariantSource) => ({ __typename: 'ProductVariant', ...source });
export const itemNode = (source: ItemSource) => ({ __typename: 'InventoryItem', ...source });
export const levelNode = (source: LevelSource) => ({ __typename: 'InventoryLevel', ...source });
export const locationNode = (source: LocationSource) => ({ __typename: 'Location', ...source });
