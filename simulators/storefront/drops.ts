// What Liquid sees of the shop: products, variants, collections and app data, drawn from the simulator's store.
import { Drop } from 'liquidjs';
import type { Store } from '../shopify/store.ts';
import {
  isOnStorefront,
  shownFigures,
  type Metafield,
  type Product,
  type Shop,
  type Variant,
} from '../shopify/shop-state.ts';

/** The parts of an address that decide which variant is selected. */
export type Selection = { variant?: string | null; optionValues?: string | null };

export type ProductDrop = {
  url: string;
  variants: VariantDrop[];
  variants_count: number;
  selected_or_first_available_variant: VariantDrop | null;
} & Record<string, unknown>;
export type VariantDrop = ReturnType<typeof variantDrop>;

/** Ids are integers in Liquid. Shopify's stay far below 2^53; a larger one would be wrong without a sound. */
function liquidId(id: bigint): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number)) throw new Error(`id ${id} is too large for the simulator's Liquid`);
  return number;
}

const cents = (price: string) => Math.round(Number(price) * 100);

/** Pictures of Shopify's CDN are served by the storefront itself, so that a page needs no other host. */
export const picturePath = (url: string | null) =>
  url === null ? null : `/cdn/shop/files/${new URL(url).pathname.split('/').at(-1)}`;

function variantDrop({
  store,
  shop,
  variant,
  root,
}: {
  store: Store;
  shop: Shop;
  variant: Variant;
  root: string;
}) {
  const { availableForSale } = shownFigures({ shop, variant, now: store.now() });
  const id = liquidId(variant.id);
  const product = shop.products.get(variant.productId);
  return {
    id,
    title: variant.title,
    available: availableForSale,
    price: cents(variant.price),
    sku: variant.sku,
    options: variant.options,
    option1: variant.options[0] ?? null,
    option2: variant.options[1] ?? null,
    option3: variant.options[2] ?? null,
    inventory_policy: variant.policy.toLowerCase(),
    image: picturePath(variant.imageUrl ?? product?.imageUrl ?? null),
    url: `${root}/products/${product?.handle}?variant=${id}`,
  };
}

const valueId = (option: Product['options'][number], index: number) => liquidId(option.id) * 100 + index;

/** The products that a theme shows as one: those of its combined listing, or the product alone. */
const listingOf = ({ shop, product }: { shop: Shop; product: Product }): Product[] =>
  product.combinedListing === null
    ? [product]
    : [...shop.products.values()].filter(
        (each) => each.combinedListing === product.combinedListing && isOnStorefront(each),
      );

/**
 * The option values that an address names. Their ids may be those of another product of the listing; the value that the products of a listing
 * differ in is always the product's own.
 */
function chosenValues({
  product,
  listing,
  selection,
}: {
  product: Product;
  listing: Product[];
  selection: Selection;
}): (string | undefined)[] {
  const wanted = selection.optionValues?.split(',') ?? [];
  return product.options.map((option, position) => {
    if (listing.length > 1 && position === 0) return option.values[0];
    return listing
      .flatMap((each) => (each.options[position] ? [each.options[position]] : []))
      .flatMap((each) => each.values.filter((_value, at) => wanted.includes(String(valueId(each, at)))))
      .find((value) => option.values.includes(value));
  });
}

function optionDrops({
  product,
  variants,
  chosen,
  listing,
  dropOf,
}: {
  product: Product;
  variants: VariantDrop[];
  chosen: string[];
  listing: Product[];
  dropOf: (sibling: Product) => ProductDrop;
}) {
  return product.options.map((option, position) => {
    const values =
      position === 0 && listing.length > 1
        ? listing.flatMap((sibling) => siblingValue({ sibling, product, chosen, dropOf }) ?? [])
        : option.values.map((name, index) => {
            const neighbour = variants.find(({ options }) =>
              options.every((value, at) => value === (at === position ? name : chosen[at])),
            );
            return {
              id: valueId(option, index),
              name,
              selected: chosen[position] === name,
              available: neighbour?.available ?? false,
              exists: neighbour !== undefined,
              product_url: null,
              variant: neighbour ?? null,
            };
          });
    return {
      name: option.name,
      position: position + 1,
      selected_value: chosen[position] ?? null,
      values,
    };
  });
}

/** Another product of a combined listing, as the value of the option in which they differ. */
function siblingValue({
  sibling,
  product,
  chosen,
  dropOf,
}: {
  sibling: Product;
  product: Product;
  chosen: string[];
  dropOf: (sibling: Product) => ProductDrop;
}) {
  const [option] = sibling.options;
  if (!option) return null;
  const drop = dropOf(sibling);
  const near = drop.variants.find(({ options }) =>
    options.every((value, at) => at === 0 || value === chosen[at]),
  );
  return {
    id: valueId(option, 0),
    name: option.values[0] ?? '',
    selected: sibling === product,
    available: near?.available ?? false,
    exists: near !== undefined,
    product_url: drop.url,
    variant: near ? { ...near, product: drop } : null,
  };
}

type ProductDropInput = {
  store: Store;
  shop: Shop;
  product: Product;
  selection?: Selection;
  root?: string;
};

export function productDrop(given: ProductDropInput): ProductDrop {
  const { store, shop, product, selection = {}, root = '' } = given;
  const variants = product.variantIds.flatMap((id) => {
    const variant = shop.variants.get(id);
    return variant ? [variantDrop({ store, shop, variant, root })] : [];
  });
  const listing = listingOf({ shop, product });
  const wanted = chosenValues({ product, listing, selection });
  const selected =
    (selection.optionValues
      ? variants.find(({ options }) => options.every((value, at) => value === wanted[at]))
      : variants.find(({ id }) => String(id) === selection.variant)) ?? null;
  const fallback = variants.find((variant) => variant.available) ?? variants[0] ?? null;
  const current = selection.optionValues ? selected : (selected ?? fallback);
  const chosen = product.options.map(
    (_option, position) => wanted[position] ?? current?.options[position] ?? '',
  );
  return {
    id: liquidId(product.id),
    title: product.title,
    handle: product.handle,
    description: product.descriptionHtml,
    vendor: product.vendor,
    url: `${root}/products/${product.handle}`,
    object_type: 'product',
    available: variants.some((variant) => variant.available),
    price: current?.price ?? variants[0]?.price ?? 0,
    price_varies: new Set(variants.map((variant) => variant.price)).size > 1,
    price_min: Math.min(...variants.map((variant) => variant.price)),
    featured_image: picturePath(product.imageUrl),
    has_only_default_variant: variants.length === 1 && variants[0]?.title === 'Default Title',
    variants_count: variants.length,
    // Shopify gives 250 at most.
    variants: variants.slice(0, 250),
    first_available_variant: variants.find((variant) => variant.available) ?? null,
    selected_variant: selected,
    selected_or_first_available_variant: current,
    options: product.options.map((option) => option.name),
    // Worked out only where a template asks: the products of a listing hold each other.
    get options_with_values() {
      const dropOf = (sibling: Product) => productDrop({ store, shop, product: sibling, root });
      return optionDrops({ product, variants, chosen, listing, dropOf });
    },
    tags: product.tags,
    collections: product.collections.map((handle) => ({ handle })),
    'gift_card?': product.giftCard,
    requires_selling_plan: product.requiresSellingPlan,
    price_max: Math.max(...variants.map((variant) => variant.price)),
  };
}

export function listedProducts({ shop, query }: { shop: Shop; query?: string }): Product[] {
  const words = query?.toLowerCase().trim();
  return [...shop.products.values()].filter(
    (product) =>
      isOnStorefront(product) &&
      product.status === 'ACTIVE' &&
      (!words || product.title.toLowerCase().includes(words)),
  );
}

/** Shopify reads an unknown metafield as nil, and so does everything asked of nil. */
class KnownOrNil extends Drop {
  readonly known: Record<string, unknown>;
  constructor(known: Record<string, unknown>) {
    super();
    this.known = known;
  }
  override liquidMethodMissing(key: string | number): unknown {
    return this.known[key] ?? null;
  }
}

const METAFIELD_VALUES: Record<string, (text: string) => unknown> = {
  boolean: (text) => text === 'true',
  number_integer: Number,
  json: (text) => {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? new KnownOrNil(value as Record<string, unknown>) : value;
  },
};

export function appDrop({ shop, apiKey }: { shop: Shop; apiKey?: string }) {
  const installation = shop.installations.find(
    (each) => !each.uninstalledAt && (apiKey === undefined || each.apiKey === apiKey),
  );
  if (!installation) return null;
  const spaces: Record<string, Record<string, { value: unknown; type: string }>> = {};
  for (const field of installation.metafields)
    (spaces[field.namespace] ??= {})[field.key] = metafieldDrop(field);
  const namespaces = Object.entries(spaces).map(([name, fields]) => [name, new KnownOrNil(fields)]);
  return {
    metafields: new KnownOrNil(Object.fromEntries(namespaces) as Record<string, unknown>),
    fields: spaces,
  };
}

function metafieldDrop({ type, value }: Metafield) {
  return { type, value: METAFIELD_VALUES[type]?.(value) ?? value };
}

export function shopDrop(shop: Shop) {
  return {
    id: liquidId(shop.id),
    name: shop.name,
    currency: shop.currency,
    permanent_domain: shop.domain,
    url: `https://${shop.domain}`,
  };
}
