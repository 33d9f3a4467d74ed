// Finds and orders products and variants as the Admin API's `query` and `sortKey` ask.
import type { AdminContext, ProductSource, VariantSource } from './admin-context.ts';
import type { PageArgs } from './paging.ts';
import { numberMatches, search, textMatches, unknownField } from './search.ts';
import { inventoryQuantity, type Product, type Variant } from './shop-state.ts';

export function variantsOf({ shop, product }: ProductSource): Variant[] {
  return product.variantIds.flatMap((id) => shop.variants.get(id) ?? []);
}

export function totalInventory({ shop, product }: ProductSource): number {
  return variantsOf({ shop, product }).reduce(
    (total, variant) => total + inventoryQuantity({ shop, variant }),
    0,
  );
}

function productMatches({ shop, product, query }: ProductSource & { query: string }): boolean {
  return search({
    query,
    matches: ({ field, value, comparator }) => {
      const skus = variantsOf({ shop, product }).map((variant) => variant.sku);
      switch (field) {
        case null:
          return [product.title, product.vendor, product.handle, ...skus].some((text) =>
            textMatches({ text, value }),
          );
        case 'title':
          return textMatches({ text: product.title, value });
        case 'vendor':
          return textMatches({ text: product.vendor, value });
        case 'handle':
          return product.handle === value.toLowerCase();
        case 'status':
          return value.toUpperCase().split(',').includes(product.status);
        case 'sku':
          return skus.some((text) => textMatches({ text, value }));
        case 'id':
          return numberMatches({ number: product.id, value, comparator });
        case 'inventory_total':
          return numberMatches({ number: totalInventory({ shop, product }), value, comparator });
        case 'published_status':
          return (value === 'published') === (product.publishedAt !== null);
        default:
          return unknownField(field);
      }
    },
  });
}

function variantMatches({ shop, variant, query }: VariantSource & { query: string }): boolean {
  return search({
    query,
    matches: ({ field, value, comparator }) => {
      const product = shop.products.get(variant.productId)!;
      switch (field) {
        case null:
          return [product.title, variant.title, variant.sku].some((text) => textMatches({ text, value }));
        case 'title':
          return textMatches({ text: variant.title, value });
        case 'sku':
          return textMatches({ text: variant.sku, value });
        case 'id':
          return numberMatches({ number: variant.id, value, comparator });
        case 'product_id':
          return numberMatches({ number: variant.productId, value, comparator });
        case 'product_status':
          return value.toUpperCase().split(',').includes(product.status);
        case 'inventory_quantity':
          return numberMatches({ number: inventoryQuantity({ shop, variant }), value, comparator });
        default:
          return unknownField(field);
      }
    },
  });
}

const byKey: Record<string, (a: Product, b: Product) => number> = {
  ID: (a, b) => Number(a.id - b.id),
  RELEVANCE: (a, b) => Number(a.id - b.id),
  TITLE: (a, b) => a.title.localeCompare(b.title) || Number(a.id - b.id),
  CREATED_AT: (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || Number(a.id - b.id),
  UPDATED_AT: (a, b) => a.updatedAt.getTime() - b.updatedAt.getTime() || Number(a.id - b.id),
  VENDOR: (a, b) => a.vendor.localeCompare(b.vendor) || Number(a.id - b.id),
};

export function productsFor({ shop }: AdminContext, args: PageArgs & { query?: string; sortKey?: string }) {
  const order = byKey[args.sortKey ?? 'ID'] ?? unknownField(`sortKey ${args.sortKey}`);
  return [...shop.products.values()]
    .filter((product) => !args.query || productMatches({ shop, product, query: args.query }))
    .toSorted(order);
}

export function variantsFor({ shop }: AdminContext, args: PageArgs & { query?: string }) {
  return [...shop.variants.values()]
    .filter((variant) => !args.query || variantMatches({ shop, variant, query: args.query }))
    .toSorted((a, b) => Number(a.id - b.id));
}
