// The bodies of Shopify's webhooks, written from the state of the moment in which they are sent.
import type { Subject } from './ledger.ts';
import { orderBody } from './order-body.ts';
import { shopTime } from './shop-time.ts';
import { inventoryQuantity, levelKey, type Product, type Shop, type Variant } from './shop-state.ts';

type Body = Record<string, unknown>;

/** Whole numbers of any size stay numbers: Shopify writes ids beyond what a JavaScript number can hold. */
export function writeJson(value: unknown): string {
  const raw = JSON as typeof JSON & { rawJSON(text: string): unknown };
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'bigint' ? raw.rawJSON(String(each)) : each,
  );
}

const timesOf = ({ shop, of }: { shop: Shop; of: { createdAt: Date; updatedAt: Date } }) => ({
  created_at: shopTime({ date: of.createdAt, shop }),
  updated_at: shopTime({ date: of.updatedAt, shop }),
});

function variantBody({ shop, variant }: { shop: Shop; variant: Variant }): Body {
  const quantity = inventoryQuantity({ shop, variant });
  return {
    admin_graphql_api_id: `gid://shopify/ProductVariant/${variant.id}`,
    barcode: null,
    compare_at_price: null,
    ...timesOf({ shop, of: variant }),
    id: variant.id,
    inventory_policy: variant.policy.toLowerCase(),
    position: variant.position,
    price: variant.price,
    product_id: variant.productId,
    sku: variant.sku,
    taxable: true,
    title: variant.title,
    option1: variant.options[0] ?? null,
    option2: variant.options[1] ?? null,
    option3: variant.options[2] ?? null,
    image_id: null,
    inventory_quantity: quantity,
    old_inventory_quantity: quantity,
  };
}

// The first hundred come whole; the rest only by their ids.
const WHOLE_VARIANTS = 100;

function productBody({ shop, product }: { shop: Shop; product: Product }): Body {
  const variants = product.variantIds.flatMap((id) => shop.variants.get(id) ?? []);
  return {
    admin_graphql_api_id: `gid://shopify/Product/${product.id}`,
    body_html: product.descriptionHtml,
    ...timesOf({ shop, of: product }),
    handle: product.handle,
    id: product.id,
    product_type: '',
    published_at: product.publishedAt && shopTime({ date: product.publishedAt, shop }),
    template_suffix: null,
    title: product.title,
    vendor: product.vendor,
    status: product.status.toLowerCase(),
    published_scope: 'web',
    tags: '',
    variants: variants.slice(0, WHOLE_VARIANTS).map((variant) => ({
      ...variantBody({ shop, variant }),
      inventory_item_id: variant.inventoryItemId,
    })),
    options: product.options.map(({ id, name, values }, index) => ({
      name,
      id,
      product_id: product.id,
      position: index + 1,
      values,
    })),
    images: [],
    image: null,
    media: [],
    variant_gids: variants.map((variant) => ({
      admin_graphql_api_id: `gid://shopify/ProductVariant/${variant.id}`,
      updated_at: variant.updatedAt.toISOString(),
    })),
    has_variants_that_requires_components: variants.some(({ components }) => components.length > 0),
    category: null,
  };
}

function shopBody(shop: Shop): Body {
  return {
    id: shop.id,
    name: shop.name,
    email: shop.email,
    domain: shop.domain,
    myshopify_domain: shop.domain,
    country_code: shop.countryCode,
    primary_locale: shop.primaryLocale,
    currency: shop.currency,
    iana_timezone: shop.ianaTimezone,
    ...timesOf({ shop, of: shop }),
    plan_name: 'basic',
    plan_display_name: 'Basic',
    password_enabled: false,
  };
}

/** The body, or null when what it was about is gone before it could be written. */
export function payloadOf({ shop, subject }: { shop: Shop; subject: Subject }): Body | null {
  switch (subject.kind) {
    case 'gone':
      return withTimes({ shop, body: subject.body });
    case 'shop':
      return shopBody(shop);
    case 'product': {
      const product = shop.products.get(subject.productId);
      return product ? productBody({ shop, product }) : null;
    }
    case 'variant': {
      const variant = shop.variants.get(subject.variantId);
      return variant ? variantBody({ shop, variant }) : null;
    }
    case 'item': {
      const item = shop.items.get(subject.inventoryItemId);
      return item
        ? {
            id: item.id,
            sku: item.sku,
            ...timesOf({ shop, of: item }),
            requires_shipping: true,
            cost: null,
            country_code_of_origin: null,
            province_code_of_origin: null,
            harmonized_system_code: null,
            tracked: item.tracked,
            country_harmonized_system_codes: [],
            weight_value: 0,
            weight_unit: 'kg',
            admin_graphql_api_id: `gid://shopify/InventoryItem/${item.id}`,
          }
        : null;
    }
    case 'level': {
      const level = shop.levels.get(levelKey(subject));
      const item = shop.items.get(subject.inventoryItemId);
      return level && item
        ? {
            inventory_item_id: level.inventoryItemId,
            location_id: level.locationId,
            available: item.tracked ? level.available : null,
            updated_at: shopTime({ date: level.updatedAt, shop }),
            admin_graphql_api_id: `gid://shopify/InventoryLevel/${level.id}?inventory_item_id=${level.inventoryItemId}`,
          }
        : null;
    }
    case 'order': {
      const order = shop.orders.get(subject.orderId);
      return order ? orderBody({ shop, order }) : null;
    }
    case 'location': {
      const location = shop.locations.get(subject.locationId);
      return location
        ? {
            id: location.id,
            name: location.name,
            address1: null,
            address2: null,
            city: null,
            zip: null,
            province: null,
            country: shop.countryCode,
            phone: null,
            ...timesOf({ shop, of: location }),
            country_code: shop.countryCode,
            country_name: null,
            province_code: null,
            legacy: false,
            active: location.active,
            admin_graphql_api_id: `gid://shopify/Location/${location.id}`,
          }
        : null;
    }
  }
}

function withTimes({ shop, body }: { shop: Shop; body: Body }): Body {
  return Object.fromEntries(
    Object.entries(body).map(([key, value]) => [
      key,
      value instanceof Date ? shopTime({ date: value, shop }) : value,
    ]),
  );
}
