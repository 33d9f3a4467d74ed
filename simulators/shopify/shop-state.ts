// What the Shopify simulator remembers about a shop, and what follows from it: whether a variant is for sale, and how many units there are.
import type { FlowOfShop } from './flow.ts';

export type ProductStatus = 'ACTIVE' | 'DRAFT' | 'ARCHIVED' | 'UNLISTED';
export type InventoryPolicy = 'DENY' | 'CONTINUE';

export type Metafield = {
  id: bigint;
  namespace: string;
  key: string;
  type: string;
  value: string;
  createdAt: Date;
  updatedAt: Date;
};

/** A subscription that an app made for one shop, through the Admin API. */
export type ShopWebhook = {
  id: bigint;
  topic: string;
  uri: string;
  includeFields: string[];
  /** Deliveries that failed one after the other. */
  failures: number;
  createdAt: Date;
};

/** One app's presence in one shop; it stays after an uninstall, so that late calls are refused and not unknown. */
export type Installation = {
  id: bigint;
  apiKey: string;
  scopes: string[];
  installedAt: Date;
  uninstalledAt: Date | null;
  metafields: Metafield[];
  webhooks: ShopWebhook[];
};

export type Product = {
  id: bigint;
  title: string;
  handle: string;
  descriptionHtml: string;
  vendor: string;
  status: ProductStatus;
  /** When it was put on the online store; null means that it is not there. */
  publishedAt: Date | null;
  options: { id: bigint; name: string; values: string[] }[];
  imageUrl: string | null;
  variantIds: bigint[];
  requiresSellingPlan: boolean;
  tags: string[];
  /** Handles of the collections that hold it. */
  collections: string[];
  giftCard: boolean;
  /** Products of one combined listing share this: the theme shows them as values of their first option. */
  combinedListing: string | null;
  createdAt: Date;
  updatedAt: Date;
};

export type Variant = {
  id: bigint;
  productId: bigint;
  title: string;
  options: string[];
  price: string;
  sku: string;
  inventoryItemId: bigint;
  policy: InventoryPolicy;
  imageUrl: string | null;
  position: number;
  /** A bundle's parent: what it is made of. Empty for everything else. */
  components: { variantId: bigint; quantity: number }[];
  createdAt: Date;
  updatedAt: Date;
  /** What Shopify still shows after a change while its own figure is stale. */
  stale: { availableForSale: boolean; sellableOnlineQuantity: number; until: Date } | null;
};

export type InventoryItem = {
  id: bigint;
  sku: string;
  tracked: boolean;
  /** Several variants may refer to one item. */
  variantIds: bigint[];
  createdAt: Date;
  updatedAt: Date;
};

export type Location = {
  id: bigint;
  name: string;
  active: boolean;
  fulfillsOnlineOrders: boolean;
  createdAt: Date;
  updatedAt: Date;
};

export type Level = {
  id: bigint;
  inventoryItemId: bigint;
  locationId: bigint;
  available: number;
  active: boolean;
  updatedAt: Date;
};

/** One visit of a shopper's, as Shopify's analytics saw it. */
export type Visit = { id: bigint; landingPage: string; occurredAt: Date };

export type Order = {
  id: bigint;
  number: number;
  test: boolean;
  /** Path and query of the first page of the session in which it was placed; Shopify does not always know. */
  landingSite: string | null;
  visits: Visit[];
  /** When `customerJourneySummary` can be read. */
  journeyReadyAt: Date;
  lines: { variantId: bigint; title: string; quantity: number; price: string }[];
  /** In the shop's own currency, in hundredths. */
  total: number;
  /** What returns and edits have left of it. */
  current: number;
  /** Money that was paid back, with lines of the order or without. */
  refunded: number;
  /** The currency that the shopper saw, and what one unit of the shop's is worth in it. */
  presentment: { currency: string; rate: number } | null;
  customer: { id: bigint; email: string; name: string };
  cancelledAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
};

export type Shop = {
  id: bigint;
  domain: string;
  name: string;
  email: string;
  primaryLocale: string;
  countryCode: string;
  currency: string;
  ianaTimezone: string;
  createdAt: Date;
  updatedAt: Date;
  installations: Installation[];
  products: Map<bigint, Product>;
  variants: Map<bigint, Variant>;
  items: Map<bigint, InventoryItem>;
  locations: Map<bigint, Location>;
  levels: Map<string, Level>;
  orders: Map<bigint, Order>;
  /** What Shopify Flow knows of this shop; absent until it is first spoken of. */
  flow?: FlowOfShop;
};

export function levelKey({
  inventoryItemId,
  locationId,
}: {
  inventoryItemId: bigint;
  locationId: bigint;
}): string {
  return `${inventoryItemId}/${locationId}`;
}

export function itemOf({ shop, variant }: { shop: Shop; variant: Variant }): InventoryItem {
  const item = shop.items.get(variant.inventoryItemId);
  if (!item) throw new Error(`variant ${variant.id} has no inventory item in ${shop.domain}`);
  return item;
}

export function levelsOf({ shop, inventoryItemId }: { shop: Shop; inventoryItemId: bigint }) {
  const levels: Level[] = [];
  for (const locationId of shop.locations.keys()) {
    const level = shop.levels.get(levelKey({ inventoryItemId, locationId }));
    if (level) levels.push(level);
  }
  return levels;
}

function unitsWhere({
  shop,
  variant,
  counts,
}: {
  shop: Shop;
  variant: Variant;
  counts: (location: Location) => boolean;
}): number {
  let units = 0;
  for (const level of levelsOf({ shop, inventoryItemId: variant.inventoryItemId })) {
    const location = shop.locations.get(level.locationId);
    if (location && level.active && location.active && counts(location)) units += level.available;
  }
  return units;
}

/** Units in every active location, also those that do not serve online orders. */
export function inventoryQuantity({ shop, variant }: { shop: Shop; variant: Variant }): number {
  return unitsWhere({ shop, variant, counts: () => true });
}

/** Units in the locations that fulfil online orders. */
export function unitsOnline({ shop, variant }: { shop: Shop; variant: Variant }): number {
  return unitsWhere({ shop, variant, counts: (location) => location.fulfillsOnlineOrders });
}

/** The truth: Shopify leaves status and publication out of this figure, and so do we. */
export function isForSale({ shop, variant }: { shop: Shop; variant: Variant }): boolean {
  if (variant.components.length > 0) {
    return variant.components.every(({ variantId, quantity }) => {
      const part = shop.variants.get(variantId);
      if (!part) return false;
      if (!itemOf({ shop, variant: part }).tracked || part.policy === 'CONTINUE') return true;
      return unitsOnline({ shop, variant: part }) >= quantity;
    });
  }
  if (!itemOf({ shop, variant }).tracked || variant.policy === 'CONTINUE') return true;
  return unitsOnline({ shop, variant }) > 0;
}

/** What the Admin API answers now, which may lag behind the truth when the simulator was told to be stale. */
export function shownFigures({ shop, variant, now }: { shop: Shop; variant: Variant; now: Date }) {
  if (variant.stale && variant.stale.until > now) {
    const { availableForSale, sellableOnlineQuantity } = variant.stale;
    return { availableForSale, sellableOnlineQuantity };
  }
  return {
    availableForSale: isForSale({ shop, variant }),
    sellableOnlineQuantity: unitsOnline({ shop, variant }),
  };
}

/** Whether a shopper can reach the product's page: by listing or by link, on the online store. */
export function isOnStorefront(product: Product): boolean {
  return (product.status === 'ACTIVE' || product.status === 'UNLISTED') && product.publishedAt !== null;
}
