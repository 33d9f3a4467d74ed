// Shopify's memory in the stand-in: shops with their products and stock, the verbs that change them, and the announcements that each change makes.
import { randomUUID } from 'node:crypto';
import type {
  Installation,
  InventoryPolicy,
  Location,
  Product,
  ProductStatus,
  Shop,
  Variant,
} from './shop-state.ts';
import { isForSale, levelKey, shownFigures } from './shop-state.ts';
import { freeze, thaw } from './snapshot.ts';

/** What a webhook will be about. Its body is written when it is sent: Shopify's payloads tell the state of that moment, not of the change. */
export type Subject =
  | { kind: 'shop' }
  | { kind: 'product'; productId: bigint }
  | { kind: 'variant'; variantId: bigint }
  | { kind: 'item'; inventoryItemId: bigint }
  | { kind: 'level'; inventoryItemId: bigint; locationId: bigint }
  | { kind: 'location'; locationId: bigint }
  | { kind: 'gone'; body: Record<string, unknown> };

export type Announcement = {
  shop: string;
  topic: string;
  subject: Subject;
  /** Shared by everything that one action of the merchant sets off. */
  eventId: string;
  triggeredAt: Date;
};

export type NewVariant = {
  options?: string[];
  price?: string;
  sku?: string;
  policy?: InventoryPolicy;
  tracked?: boolean;
  imageUrl?: string | null;
  /** Units by location id; a bare number goes to the first location. Every location is stocked, at 0 unless said. */
  stock?: number | Map<bigint, number>;
  components?: { variantId: bigint; quantity: number }[];
  /** Shares another variant's item, as Shopify allows. */
  inventoryItemId?: bigint;
};

export type NewProduct = {
  shop: string;
  title: string;
  handle?: string;
  descriptionHtml?: string;
  vendor?: string;
  status?: ProductStatus;
  published?: boolean;
  options?: { name: string; values: string[] }[];
  imageUrl?: string | null;
  variants?: NewVariant[];
  requiresSellingPlan?: boolean;
};

type Memory = { lastIds: Record<string, bigint>; staleMs: number; shops: Map<string, Shop> };

// Where Shopify's own counters stand today, so that ids have the length that they have in life.
const FIRST_IDS: Record<string, bigint> = {
  shop: 61_904_388_132n,
  product: 8_412_667_281_457n,
  option: 10_633_251_946_545n,
  variant: 45_218_377_105_457n,
  item: 47_331_529_580_593n,
  location: 75_596_366_001n,
  level: 110_012_006_577n,
  installation: 480_351_617_201n,
  metafield: 31_254_890_316_849n,
};

export type Store = ReturnType<typeof createStore>;

export function createStore({ now }: { now: () => Date }) {
  let memory: Memory = { lastIds: { ...FIRST_IDS }, staleMs: 0, shops: new Map() };
  const listeners = new Set<(announcement: Announcement) => void>();

  function nextId(kind: string): bigint {
    const id = (memory.lastIds[kind] ?? 1n) + 32_768n;
    memory.lastIds[kind] = id;
    return id;
  }

  function shopOf(domain: string): Shop {
    const shop = memory.shops.get(domain);
    if (!shop) throw new Error(`there is no shop ${domain} in the stand-in`);
    return shop;
  }

  function found<T>(value: T | undefined, what: string): T {
    if (value === undefined) throw new Error(`there is no ${what} in the stand-in`);
    return value;
  }

  const productOf = (shop: Shop, id: bigint): Product => found(shop.products.get(id), `product ${id}`);
  const variantOf = (shop: Shop, id: bigint): Variant => found(shop.variants.get(id), `variant ${id}`);
  const locationOf = (shop: Shop, id: bigint): Location => found(shop.locations.get(id), `location ${id}`);

  /** Speaks for one action of the merchant: all that it announces shares one event id. */
  function action(shop: string) {
    const eventId = randomUUID();
    return (topic: string, subject: Subject) => {
      const announcement = { shop, topic, subject, eventId, triggeredAt: now() };
      for (const listener of listeners) listener(announcement);
    };
  }

  /** Makes a change to stock, announces who came in or out of stock by it, and keeps the old figures up while Shopify's are stale. */
  function changeStock({
    shop,
    inventoryItemId,
    announce,
    change,
  }: {
    shop: Shop;
    inventoryItemId: bigint;
    announce: (topic: string, subject: Subject) => void;
    change: () => void;
  }): void {
    const ids = new Set(found(shop.items.get(inventoryItemId), `item ${inventoryItemId}`).variantIds);
    for (const variant of shop.variants.values()) {
      if (variant.components.some((part) => ids.has(part.variantId))) ids.add(variant.id);
    }
    const touched = [...ids].map((id) => variantOf(shop, id));
    const before = touched.map((variant) => ({
      truth: isForSale({ shop, variant }),
      shown: shownFigures({ shop, variant, now: now() }),
    }));
    change();
    touched.forEach((variant, index) => {
      const { truth, shown } = found(before[index], 'figure');
      const until = new Date(now().getTime() + memory.staleMs);
      if (memory.staleMs > 0) variant.stale = { ...shown, until };
      const after = isForSale({ shop, variant });
      if (after === truth) return;
      announce(after ? 'variants/in_stock' : 'variants/out_of_stock', {
        kind: 'variant',
        variantId: variant.id,
      });
    });
  }

  function moveStock({
    shop: domain,
    variantId,
    locationId,
    to,
    ordered = false,
  }: {
    shop: string;
    variantId: bigint;
    locationId: bigint;
    to: (available: number) => number;
    ordered?: boolean;
  }): void {
    const shop = shopOf(domain);
    const variant = variantOf(shop, variantId);
    const { inventoryItemId } = variant;
    const level = found(
      shop.levels.get(levelKey({ inventoryItemId, locationId })),
      `level of ${inventoryItemId} at ${locationId}`,
    );
    const announce = action(domain);
    changeStock({
      shop,
      inventoryItemId,
      announce,
      change: () => {
        level.available = to(level.available);
        level.updatedAt = now();
      },
    });
    announce('inventory_levels/update', { kind: 'level', inventoryItemId, locationId });
    if (ordered) announce('products/update', { kind: 'product', productId: variant.productId });
  }

  function changeProduct({
    shop: domain,
    productId,
    change,
  }: {
    shop: string;
    productId: bigint;
    change: (product: Product) => void;
  }): void {
    const product = productOf(shopOf(domain), productId);
    change(product);
    product.updatedAt = now();
    action(domain)('products/update', { kind: 'product', productId });
  }

  function addVariant({ shop, product, variant }: { shop: Shop; product: Product; variant: NewVariant }) {
    const at = now();
    const id = nextId('variant');
    const inventoryItemId = variant.inventoryItemId ?? nextId('item');
    const options = variant.options ?? ['Default Title'];
    const shared = shop.items.get(inventoryItemId);
    if (shared) shared.variantIds.push(id);
    else {
      shop.items.set(inventoryItemId, {
        id: inventoryItemId,
        sku: variant.sku ?? '',
        tracked: variant.tracked ?? true,
        variantIds: [id],
        createdAt: at,
        updatedAt: at,
      });
      const [first] = shop.locations.keys();
      for (const locationId of shop.locations.keys()) {
        const stock = variant.stock ?? 0;
        const available =
          typeof stock === 'number' ? (locationId === first ? stock : 0) : (stock.get(locationId) ?? 0);
        shop.levels.set(levelKey({ inventoryItemId, locationId }), {
          id: nextId('level'),
          inventoryItemId,
          locationId,
          available,
          active: true,
          updatedAt: at,
        });
      }
    }
    product.variantIds.push(id);
    shop.variants.set(id, {
      id,
      productId: product.id,
      title: options.join(' / '),
      options,
      price: variant.price ?? '10.00',
      sku: variant.sku ?? '',
      inventoryItemId,
      policy: variant.policy ?? 'DENY',
      imageUrl: variant.imageUrl ?? null,
      position: product.variantIds.length,
      components: variant.components ?? [],
      createdAt: at,
      updatedAt: at,
      stale: null,
    });
    return id;
  }

  return {
    on(listener: (announcement: Announcement) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    announce({ shop, topic, subject }: { shop: string; topic: string; subject: Subject }): void {
      action(shop)(topic, subject);
    },
    shop: shopOf,
    findShop: (domain: string): Shop | undefined => memory.shops.get(domain),
    shops: (): Shop[] => [...memory.shops.values()],
    nextId,
    snapshot: (): string => freeze(memory),
    restore(text: string): void {
      memory = thaw<Memory>(text);
    },
    /** From now on every change of stock leaves `availableForSale` and `sellableOnlineQuantity` as they were for this long. */
    setStale(ms: number): void {
      memory.staleMs = ms;
    },

    addShop(given: Partial<Omit<Shop, 'id' | 'createdAt'>> & { domain: string; id?: bigint }): Shop {
      const shop: Shop = {
        name: given.domain.replace('.myshopify.com', ''),
        email: `owner@${given.domain.replace('.myshopify.com', '.test')}`,
        primaryLocale: 'en',
        countryCode: 'GB',
        currency: 'GBP',
        ianaTimezone: 'Europe/London',
        installations: [],
        products: new Map(),
        variants: new Map(),
        items: new Map(),
        locations: new Map(),
        levels: new Map(),
        ...given,
        id: given.id ?? nextId('shop'),
        createdAt: now(),
      };
      memory.shops.set(shop.domain, shop);
      return shop;
    },
    addLocation({
      shop: domain,
      name,
      fulfillsOnlineOrders = true,
    }: {
      shop: string;
      name: string;
      fulfillsOnlineOrders?: boolean;
    }): Location {
      const at = now();
      const location: Location = {
        id: nextId('location'),
        name,
        active: true,
        fulfillsOnlineOrders,
        createdAt: at,
        updatedAt: at,
      };
      shopOf(domain).locations.set(location.id, location);
      action(domain)('locations/create', { kind: 'location', locationId: location.id });
      return location;
    },
    setLocation({
      shop: domain,
      locationId,
      ...change
    }: {
      shop: string;
      locationId: bigint;
      name?: string;
      active?: boolean;
      fulfillsOnlineOrders?: boolean;
    }): void {
      const location = locationOf(shopOf(domain), locationId);
      const wasActive = location.active;
      Object.assign(location, change, { updatedAt: now() });
      const announce = action(domain);
      announce('locations/update', { kind: 'location', locationId });
      if (location.active !== wasActive) {
        const topic = location.active ? 'locations/activate' : 'locations/deactivate';
        announce(topic, { kind: 'location', locationId });
      }
    },

    createProduct({ shop: domain, ...given }: NewProduct): Product {
      const shop = shopOf(domain);
      const at = now();
      const product: Product = {
        id: nextId('product'),
        title: given.title,
        handle: given.handle ?? handleOf(given.title),
        descriptionHtml: given.descriptionHtml ?? '',
        vendor: given.vendor ?? shop.name,
        status: given.status ?? 'ACTIVE',
        publishedAt: (given.published ?? true) ? at : null,
        options: (given.options ?? [{ name: 'Title', values: ['Default Title'] }]).map((option) => ({
          id: nextId('option'),
          ...option,
        })),
        imageUrl: given.imageUrl ?? null,
        variantIds: [],
        requiresSellingPlan: given.requiresSellingPlan ?? false,
        createdAt: at,
        updatedAt: at,
      };
      shop.products.set(product.id, product);
      for (const variant of given.variants ?? [{}]) addVariant({ shop, product, variant });
      action(domain)('products/create', { kind: 'product', productId: product.id });
      return product;
    },
    updateProduct({
      shop,
      productId,
      ...change
    }: {
      shop: string;
      productId: bigint;
      title?: string;
      handle?: string;
      descriptionHtml?: string;
      imageUrl?: string | null;
      requiresSellingPlan?: boolean;
    }): void {
      changeProduct({ shop, productId, change: (product) => Object.assign(product, change) });
    },
    setStatus({ shop, productId, status }: { shop: string; productId: bigint; status: ProductStatus }) {
      changeProduct({ shop, productId, change: (product) => (product.status = status) });
    },
    publish({ shop, productId }: { shop: string; productId: bigint }): void {
      changeProduct({ shop, productId, change: (product) => (product.publishedAt = now()) });
    },
    unpublish({ shop, productId }: { shop: string; productId: bigint }): void {
      changeProduct({ shop, productId, change: (product) => (product.publishedAt = null) });
    },
    deleteProduct({ shop: domain, productId }: { shop: string; productId: bigint }): void {
      const shop = shopOf(domain);
      const announce = action(domain);
      for (const id of [...productOf(shop, productId).variantIds]) forgetVariant({ shop, id, announce });
      shop.products.delete(productId);
      announce('products/delete', { kind: 'gone', body: { id: productId } });
    },
    addVariant({ shop: domain, productId, ...variant }: NewVariant & { shop: string; productId: bigint }) {
      const shop = shopOf(domain);
      const product = productOf(shop, productId);
      const id = addVariant({ shop, product, variant });
      changeProduct({ shop: domain, productId, change: () => {} });
      return variantOf(shop, id);
    },
    updateVariant({
      shop: domain,
      variantId,
      ...change
    }: {
      shop: string;
      variantId: bigint;
      price?: string;
      policy?: InventoryPolicy;
      imageUrl?: string | null;
    }): void {
      const variant = variantOf(shopOf(domain), variantId);
      Object.assign(variant, change, { updatedAt: now() });
      changeProduct({ shop: domain, productId: variant.productId, change: () => {} });
    },
    deleteVariant({ shop: domain, variantId }: { shop: string; variantId: bigint }): void {
      const shop = shopOf(domain);
      const { productId } = variantOf(shop, variantId);
      const announce = action(domain);
      forgetVariant({ shop, id: variantId, announce });
      announce('products/update', { kind: 'product', productId });
    },

    setTracked({ shop: domain, variantId, tracked }: { shop: string; variantId: bigint; tracked: boolean }) {
      const shop = shopOf(domain);
      const { inventoryItemId } = variantOf(shop, variantId);
      const announce = action(domain);
      const item = found(shop.items.get(inventoryItemId), `item ${inventoryItemId}`);
      changeStock({
        shop,
        inventoryItemId,
        announce,
        change: () => Object.assign(item, { tracked, updatedAt: now() }),
      });
      announce('inventory_items/update', { kind: 'item', inventoryItemId });
    },
    setStock({
      available,
      ...where
    }: {
      shop: string;
      variantId: bigint;
      locationId: bigint;
      available: number;
    }): void {
      moveStock({ ...where, to: () => available });
    },
    adjustStock({ by, ...where }: { shop: string; variantId: bigint; locationId: bigint; by: number }): void {
      moveStock({ ...where, to: (available) => available + by });
    },
    /** Somebody buys: stock leaves a location that serves online orders, the fullest one unless it is named. */
    sell({
      shop: domain,
      variantId,
      quantity = 1,
      locationId,
    }: {
      shop: string;
      variantId: bigint;
      quantity?: number;
      locationId?: bigint;
    }): void {
      const shop = shopOf(domain);
      const { inventoryItemId } = variantOf(shop, variantId);
      const fullest = [...shop.locations.values()]
        .filter((location) => location.active && location.fulfillsOnlineOrders)
        .map(({ id }) => shop.levels.get(levelKey({ inventoryItemId, locationId: id })))
        .filter((level) => level?.active)
        .toSorted((a, b) => (b?.available ?? 0) - (a?.available ?? 0))[0];
      const from = locationId ?? found(fullest?.locationId, 'location that can sell it');
      moveStock({
        shop: domain,
        variantId,
        locationId: from,
        to: (available) => available - quantity,
        ordered: true,
      });
    },
    /** Stocks an item at a location, or stops stocking it there. */
    setStocked({
      shop: domain,
      variantId,
      locationId,
      stocked,
    }: {
      shop: string;
      variantId: bigint;
      locationId: bigint;
      stocked: boolean;
    }): void {
      const shop = shopOf(domain);
      const { inventoryItemId } = variantOf(shop, variantId);
      locationOf(shop, locationId);
      const key = levelKey({ inventoryItemId, locationId });
      const announce = action(domain);
      changeStock({
        shop,
        inventoryItemId,
        announce,
        change: () => {
          const fresh = { id: nextId('level'), inventoryItemId, locationId, available: 0 };
          const level = shop.levels.get(key) ?? { ...fresh, active: true, updatedAt: now() };
          shop.levels.set(key, { ...level, active: stocked, updatedAt: now() });
        },
      });
      if (stocked) announce('inventory_levels/connect', { kind: 'level', inventoryItemId, locationId });
      else {
        const body = { inventory_item_id: inventoryItemId, location_id: locationId };
        announce('inventory_levels/disconnect', { kind: 'gone', body });
      }
    },

    install({
      shop: domain,
      apiKey,
      scopes,
    }: {
      shop: string;
      apiKey: string;
      scopes: string[];
    }): Installation {
      const shop = shopOf(domain);
      const previous = shop.installations.find((each) => each.apiKey === apiKey);
      if (previous && !previous.uninstalledAt) return previous;
      const installation: Installation = {
        id: nextId('installation'),
        apiKey,
        scopes: [...scopes],
        installedAt: now(),
        uninstalledAt: null,
        metafields: [],
      };
      shop.installations = shop.installations.filter((each) => each.apiKey !== apiKey);
      shop.installations.push(installation);
      return installation;
    },
    installationOf({ shop, apiKey }: { shop: string; apiKey: string }): Installation | undefined {
      return shopOf(shop).installations.find((each) => each.apiKey === apiKey && !each.uninstalledAt);
    },
  };
}

function forgetVariant({
  shop,
  id,
  announce,
}: {
  shop: Shop;
  id: bigint;
  announce: (topic: string, subject: Subject) => void;
}): void {
  const variant = shop.variants.get(id);
  if (!variant) return;
  shop.variants.delete(id);
  const product = shop.products.get(variant.productId);
  if (product) product.variantIds = product.variantIds.filter((each) => each !== id);
  const item = shop.items.get(variant.inventoryItemId);
  if (!item) return;
  item.variantIds = item.variantIds.filter((each) => each !== id);
  if (item.variantIds.length > 0) return;
  shop.items.delete(item.id);
  for (const [key, level] of shop.levels) {
    if (level.inventoryItemId === item.id) shop.levels.delete(key);
  }
  announce('inventory_items/delete', {
    kind: 'gone',
    body: {
      id: item.id,
      country_code_of_origin: null,
      province_code_of_origin: null,
      harmonized_system_code: null,
      country_harmonized_system_codes: [],
      admin_graphql_api_id: `gid://shopify/InventoryItem/${item.id}`,
    },
  });
}

function handleOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
