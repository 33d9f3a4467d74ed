// What Liquid sees of the shop: products, variants, collections and app data, drawn from the stand-in's store.
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

export type ProductDrop = ReturnType<typeof productDrop>;
export type VariantDrop = ReturnType<typeof variantDrop>;

/** Ids are integers in Liquid. Shopify's stay far below 2^53; a larger one would be wrong without a sound. */
function liquidId(id: bigint): number {
  const number = Number(id);
  if (!Number.isSafeInteger(number)) throw new Error(`id ${id} is too large for the stand-in's Liquid`);
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

function selectedVariant({
  product,
  variants,
  selection,
}: {
  product: Product;
  variants: VariantDrop[];
  selection: Selection;
}) {
  if (selection.optionValues) {
    const wanted = selection.optionValues.split(',');
    const options = product.options.map((option) =>
      option.values.find((_value, index) => wanted.includes(String(valueId(option, index)))),
    );
    return (
      variants.find((variant) => variant.options.every((value, index) => value === options[index])) ?? null
    );
  }
  return variants.find((variant) => String(variant.id) === selection.variant) ?? null;
}

function optionDrops({
  product,
  variants,
  chosen,
}: {
  product: Product;
  variants: VariantDrop[];
  chosen: string[];
}) {
  return product.options.map((option, position) => ({
    name: option.name,
    position: position + 1,
    selected_value: chosen[position] ?? null,
    values: option.values.map((name, index) => {
      const neighbour = variants.find(({ options }) =>
        options.every((value, at) => value === (at === position ? name : chosen[at])),
      );
      return {
        id: valueId(option, index),
        name,
        selected: chosen[position] === name,
        available: neighbour?.available ?? false,
        exists: neighbour !== undefined,
      };
    }),
  }));
}

export function productDrop({
  store,
  shop,
  product,
  selection = {},
  root = '',
}: {
  store: Store;
  shop: Shop;
  product: Product;
  selection?: Selection;
  root?: string;
}) {
  const variants = product.variantIds.flatMap((id) => {
    const variant = shop.variants.get(id);
    return variant ? [variantDrop({ store, shop, variant, root })] : [];
  });
  const selected = selectedVariant({ product, variants, selection });
  const fallback = variants.find((variant) => variant.available) ?? variants[0] ?? null;
  const current = selection.optionValues ? selected : (selected ?? fallback);
  const wanted = selection.optionValues?.split(',') ?? [];
  const chosen = product.options.map((option, position) => {
    const picked = option.values.find((_value, index) => wanted.includes(String(valueId(option, index))));
    return picked ?? current?.options[position] ?? '';
  });
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
    options_with_values: optionDrops({ product, variants, chosen }),
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
  json: JSON.parse,
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
