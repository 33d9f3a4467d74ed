// What the merchant does to products in the simulator: make, change, publish, and take away.
import { productOf, variantOf, type Announce, type Ledger } from './ledger.ts';
import { levelKey, type InventoryPolicy, type Product, type ProductStatus } from './shop-state.ts';
import type { Shop, Variant } from './shop-state.ts';

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
  tags?: string[];
  collections?: string[];
  giftCard?: boolean;
  combinedListing?: string;
};

type ProductChange = Partial<
  Pick<Product, 'title' | 'handle' | 'descriptionHtml' | 'imageUrl' | 'requiresSellingPlan' | 'status'>
>;

export function productVerbs(ledger: Ledger) {
  const { now } = ledger;

  function change({
    shop,
    productId,
    apply,
  }: {
    shop: string;
    productId: bigint;
    apply: (product: Product) => void;
  }): void {
    const product = productOf(ledger.shop(shop), productId);
    apply(product);
    product.updatedAt = now();
    ledger.action(shop)('products/update', { kind: 'product', productId });
  }

  function addItem({ shop, variant, id }: { shop: Shop; variant: NewVariant; id: bigint }): bigint {
    const at = now();
    const shared =
      variant.inventoryItemId === undefined ? undefined : shop.items.get(variant.inventoryItemId);
    if (shared) {
      shared.variantIds.push(id);
      return shared.id;
    }
    const inventoryItemId = ledger.nextId('item');
    shop.items.set(inventoryItemId, {
      id: inventoryItemId,
      sku: variant.sku ?? '',
      tracked: variant.tracked ?? true,
      variantIds: [id],
      createdAt: at,
      updatedAt: at,
    });
    const { stock = 0 } = variant;
    [...shop.locations.keys()].forEach((locationId, index) => {
      const bare = typeof stock === 'number';
      const available = bare ? (index === 0 ? stock : 0) : (stock.get(locationId) ?? 0);
      shop.levels.set(levelKey({ inventoryItemId, locationId }), {
        id: ledger.nextId('level'),
        inventoryItemId,
        locationId,
        available,
        active: true,
        updatedAt: at,
      });
    });
    return inventoryItemId;
  }

  function add({ shop, product, variant }: { shop: Shop; product: Product; variant: NewVariant }): Variant {
    const at = now();
    const id = ledger.nextId('variant');
    const options = variant.options ?? ['Default Title'];
    product.variantIds.push(id);
    const added: Variant = {
      id,
      productId: product.id,
      title: options.join(' / '),
      options,
      price: variant.price ?? '10.00',
      sku: variant.sku ?? '',
      inventoryItemId: addItem({ shop, variant, id }),
      policy: variant.policy ?? 'DENY',
      imageUrl: variant.imageUrl ?? null,
      position: product.variantIds.length,
      components: variant.components ?? [],
      createdAt: at,
      updatedAt: at,
      stale: null,
    };
    shop.variants.set(id, added);
    return added;
  }

  function remove({ shop, id, announce }: { shop: Shop; id: bigint; announce: Announce }): void {
    const variant = variantOf(shop, id);
    shop.variants.delete(id);
    const product = productOf(shop, variant.productId);
    product.variantIds = product.variantIds.filter((each) => each !== id);
    product.updatedAt = now();
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

  return {
    createProduct({ shop: domain, ...given }: NewProduct): Product {
      const shop = ledger.shop(domain);
      const at = now();
      const product: Product = {
        id: ledger.nextId('product'),
        title: given.title,
        handle: given.handle ?? handleOf(given.title),
        descriptionHtml: given.descriptionHtml ?? '',
        vendor: given.vendor ?? shop.name,
        status: given.status ?? 'ACTIVE',
        publishedAt: (given.published ?? true) ? at : null,
        options: (given.options ?? [{ name: 'Title', values: ['Default Title'] }]).map((option) => ({
          id: ledger.nextId('option'),
          ...option,
        })),
        imageUrl: given.imageUrl ?? null,
        variantIds: [],
        requiresSellingPlan: given.requiresSellingPlan ?? false,
        tags: given.tags ?? [],
        collections: given.collections ?? [],
        giftCard: given.giftCard ?? false,
        combinedListing: given.combinedListing ?? null,
        createdAt: at,
        updatedAt: at,
      };
      shop.products.set(product.id, product);
      for (const variant of given.variants ?? [{}]) add({ shop, product, variant });
      ledger.action(domain)('products/create', { kind: 'product', productId: product.id });
      return product;
    },
    updateProduct({ shop, productId, ...given }: ProductChange & { shop: string; productId: bigint }): void {
      change({ shop, productId, apply: (product) => Object.assign(product, given) });
    },
    setStatus({ shop, productId, status }: { shop: string; productId: bigint; status: ProductStatus }): void {
      change({ shop, productId, apply: (product) => (product.status = status) });
    },
    publish({ shop, productId }: { shop: string; productId: bigint }): void {
      change({ shop, productId, apply: (product) => (product.publishedAt = now()) });
    },
    unpublish({ shop, productId }: { shop: string; productId: bigint }): void {
      change({ shop, productId, apply: (product) => (product.publishedAt = null) });
    },
    deleteProduct({ shop: domain, productId }: { shop: string; productId: bigint }): void {
      const shop = ledger.shop(domain);
      const announce = ledger.action(domain);
      for (const id of [...productOf(shop, productId).variantIds]) remove({ shop, id, announce });
      shop.products.delete(productId);
      announce('products/delete', { kind: 'gone', body: { id: productId } });
    },
    addVariant({
      shop: domain,
      productId,
      ...variant
    }: NewVariant & { shop: string; productId: bigint }): Variant {
      const shop = ledger.shop(domain);
      const added = add({ shop, product: productOf(shop, productId), variant });
      change({ shop: domain, productId, apply: () => {} });
      return added;
    },
    updateVariant({
      shop,
      variantId,
      ...given
    }: Partial<Pick<Variant, 'price' | 'policy' | 'imageUrl'>> & { shop: string; variantId: bigint }): void {
      const variant = variantOf(ledger.shop(shop), variantId);
      Object.assign(variant, given, { updatedAt: now() });
      change({ shop, productId: variant.productId, apply: () => {} });
    },
    deleteVariant({ shop: domain, variantId }: { shop: string; variantId: bigint }): void {
      const shop = ledger.shop(domain);
      const { productId } = variantOf(shop, variantId);
      const announce = ledger.action(domain);
      remove({ shop, id: variantId, announce });
      announce('products/update', { kind: 'product', productId });
    },
  };
}

function handleOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
