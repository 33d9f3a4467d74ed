// The Admin API's answers about products and variants.
import {
  itemNode,
  productNode,
  variantNode,
  type ProductSource,
  type Resolvers,
  type VariantSource,
} from './admin-context.ts';
import { gid, idOfType } from './gid.ts';
import { page, type PageArgs } from './paging.ts';
import { productsFor, totalInventory, variantsFor, variantsOf } from './catalogue-search.ts';
import {
  inventoryQuantity,
  isForSale,
  isOnStorefront,
  itemOf,
  shownFigures,
  type Shop,
  type Variant,
} from './shop-state.ts';

type Transform = { maxWidth?: number; maxHeight?: number; preferredContentType?: string };

/** The address of a picture as it was asked for; Shopify's CDN makes the size and the format on the way. */
function transformed({ url, transform = {} }: { url: string; transform?: Transform | undefined }): string {
  const { maxWidth, maxHeight, preferredContentType } = transform;
  const wanted = { width: maxWidth, height: maxHeight, format: preferredContentType?.toLowerCase() };
  const address = new URL(url);
  for (const [name, value] of Object.entries(wanted))
    if (value !== undefined) address.searchParams.set(name, String(value));
  return address.toString();
}

function mediaImage({ url, alt, id }: { url: string; alt: string; id: string }) {
  const image = {
    __typename: 'Image',
    id: gid('ImageSource', id),
    url,
    src: url,
    originalSrc: url,
    altText: alt,
    width: 800,
    height: 800,
    thumbhash: null,
  };
  return {
    __typename: 'MediaImage',
    id: gid('MediaImage', id),
    alt,
    mediaContentType: 'IMAGE',
    status: 'READY',
    fileStatus: 'READY',
    mediaErrors: [],
    mediaWarnings: [],
    fileErrors: [],
    mimeType: 'image/svg+xml',
    image,
    preview: { image, status: 'READY' },
  };
}

type Media = ReturnType<typeof mediaImage>;

/** A product's pictures: its own first, then each variant's, every address once. */
function mediaOf({ shop, product }: ProductSource): Media[] {
  const urls = new Set<string>();
  if (product.imageUrl) urls.add(product.imageUrl);
  for (const variant of variantsOf({ shop, product })) if (variant.imageUrl) urls.add(variant.imageUrl);
  return [...urls].map((url, index) =>
    mediaImage({ url, alt: product.title, id: String(product.id + BigInt(index) + 1n) }),
  );
}

function variantMedia({ shop, variant }: VariantSource): Media[] {
  if (!variant.imageUrl) return [];
  const product = shop.products.get(variant.productId)!;
  return mediaOf({ shop, product }).filter((media) => media.image.url === variant.imageUrl);
}

function mediaPage({ rows, args }: { rows: Media[]; args: PageArgs }) {
  const idOf = (media: Media) => idOfType({ text: media.id, type: 'MediaImage' });
  return page({ rows, args, idOf, node: (media) => media });
}

function variantPage({ shop, rows, args }: { shop: Shop; rows: Variant[]; args: PageArgs }) {
  const node = (variant: Variant) => variantNode({ shop, variant });
  return page({ rows, args, idOf: ({ id }) => id, node });
}

const optionValue = ({ optionId, name, index }: { optionId: bigint; name: string; index: number }) => ({
  id: gid('ProductOptionValue', optionId + BigInt(index) + 1n),
  name,
});

const exactly = (count: number) => ({ count, precision: 'EXACT' });

export const catalogue: Resolvers = {
  QueryRoot: {
    product: (_, args: { id: string }, { shop }) => {
      const product = shop.products.get(idOfType({ text: args.id, type: 'Product' }));
      return product ? productNode({ shop, product }) : null;
    },
    productByIdentifier: (_, args: { identifier: { id?: string; handle?: string } }, { shop }) => {
      const { id, handle } = args.identifier;
      const product =
        id === undefined
          ? [...shop.products.values()].find((each) => each.handle === handle)
          : shop.products.get(idOfType({ text: id, type: 'Product' }));
      return product ? productNode({ shop, product }) : null;
    },
    products: (_, args, context) =>
      page({
        rows: productsFor(context, args),
        args,
        idOf: ({ id }) => id,
        node: (product) => productNode({ shop: context.shop, product }),
      }),
    productsCount: (_, args, context) => exactly(productsFor(context, args).length),
    productVariant: (_, args: { id: string }, { shop }) => {
      const variant = shop.variants.get(idOfType({ text: args.id, type: 'ProductVariant' }));
      return variant ? variantNode({ shop, variant }) : null;
    },
    productVariants: (_, args, context) =>
      variantPage({ shop: context.shop, rows: variantsFor(context, args), args }),
    productVariantsCount: (_, args, context) => exactly(variantsFor(context, args).length),
  },

  Product: {
    id: ({ product }: ProductSource) => gid('Product', product.id),
    legacyResourceId: ({ product }: ProductSource) => String(product.id),
    title: ({ product }: ProductSource) => product.title,
    handle: ({ product }: ProductSource) => product.handle,
    vendor: ({ product }: ProductSource) => product.vendor,
    productType: () => '',
    tags: ({ product }: ProductSource) => product.tags,
    descriptionHtml: ({ product }: ProductSource) => product.descriptionHtml,
    description: ({ product }: ProductSource) => product.descriptionHtml.replaceAll(/<[^>]*>/g, ''),
    status: ({ product }: ProductSource) => product.status,
    publishedAt: ({ product }: ProductSource) => product.publishedAt,
    createdAt: ({ product }: ProductSource) => product.createdAt,
    updatedAt: ({ product }: ProductSource) => product.updatedAt,
    requiresSellingPlan: ({ product }: ProductSource) => product.requiresSellingPlan,
    isGiftCard: ({ product }: ProductSource) => product.giftCard,
    priceRangeV2: (source: ProductSource) => {
      const prices = variantsOf(source).map(({ price }) => Number(price));
      const money = (amount: number) => ({ amount: amount.toFixed(2), currencyCode: source.shop.currency });
      return { minVariantPrice: money(Math.min(...prices)), maxVariantPrice: money(Math.max(...prices)) };
    },
    collections: ({ product }: ProductSource) => ({
      nodes: product.collections.map((handle) => ({ handle })),
    }),
    onlineStoreUrl: ({ shop, product }: ProductSource) =>
      isOnStorefront(product) ? `https://${shop.domain}/products/${product.handle}` : null,
    hasOnlyDefaultVariant: ({ shop, product }: ProductSource) =>
      variantsOf({ shop, product }).every((variant) => variant.title === 'Default Title'),
    hasOutOfStockVariants: ({ shop, product }: ProductSource) =>
      variantsOf({ shop, product }).some((variant) => !isForSale({ shop, variant })),
    hasVariantsThatRequiresComponents: ({ shop, product }: ProductSource) =>
      variantsOf({ shop, product }).some((variant) => variant.components.length > 0),
    totalInventory: (source: ProductSource) => totalInventory(source),
    tracksInventory: ({ shop, product }: ProductSource) =>
      variantsOf({ shop, product }).some((variant) => itemOf({ shop, variant }).tracked),
    featuredMedia: (source: ProductSource) => mediaOf(source)[0] ?? null,
    featuredImage: (source: ProductSource) => mediaOf(source)[0]?.image ?? null,
    media: (source: ProductSource, args) => mediaPage({ rows: mediaOf(source), args }),
    options: ({ product }: ProductSource, args: { first?: number }) =>
      product.options.slice(0, args.first ?? undefined).map(({ id, name, values }, index) => ({
        id: gid('ProductOption', id),
        name,
        position: index + 1,
        values,
        optionValues: values.map((value, at) => optionValue({ optionId: id, name: value, index: at })),
      })),
    variants: ({ shop, product }: ProductSource, args) =>
      variantPage({ shop, rows: variantsOf({ shop, product }), args }),
    variantsCount: ({ product }: ProductSource) => exactly(product.variantIds.length),
  },

  Image: {
    url: ({ url }: Media['image'], { transform }: { transform?: Transform }) =>
      transformed({ url, transform }),
  },

  ProductVariant: {
    id: ({ variant }: VariantSource) => gid('ProductVariant', variant.id),
    legacyResourceId: ({ variant }: VariantSource) => String(variant.id),
    title: ({ variant }: VariantSource) => variant.title,
    displayName: ({ shop, variant }: VariantSource) =>
      `${shop.products.get(variant.productId)?.title} - ${variant.title}`,
    price: ({ variant }: VariantSource) => variant.price,
    compareAtPrice: () => null,
    barcode: () => null,
    sku: ({ variant }: VariantSource) => variant.sku,
    position: ({ variant }: VariantSource) => variant.position,
    taxable: () => true,
    createdAt: ({ variant }: VariantSource) => variant.createdAt,
    updatedAt: ({ variant }: VariantSource) => variant.updatedAt,
    inventoryPolicy: ({ variant }: VariantSource) => variant.policy,
    inventoryQuantity: (source: VariantSource) => inventoryQuantity(source),
    availableForSale: (source: VariantSource, _, { now }) =>
      shownFigures({ ...source, now }).availableForSale,
    sellableOnlineQuantity: (source: VariantSource, _, { now }) =>
      shownFigures({ ...source, now }).sellableOnlineQuantity,
    inventoryItem: ({ shop, variant }: VariantSource) => itemNode({ shop, item: itemOf({ shop, variant }) }),
    product: ({ shop, variant }: VariantSource) =>
      productNode({ shop, product: shop.products.get(variant.productId)! }),
    image: (source: VariantSource) => variantMedia(source)[0]?.image ?? null,
    media: (source: VariantSource, args) => mediaPage({ rows: variantMedia(source), args }),
    selectedOptions: ({ shop, variant }: VariantSource) => {
      const { options } = shop.products.get(variant.productId)!;
      return options.map(({ id, name, values }, index) => {
        const value = variant.options[index] ?? '';
        return {
          name,
          value,
          optionValue: optionValue({ optionId: id, name: value, index: values.indexOf(value) }),
        };
      });
    },
    requiresComponents: ({ variant }: VariantSource) => variant.components.length > 0,
    productVariantComponents: ({ shop, variant }: VariantSource, args) =>
      page({
        rows: variant.components,
        args,
        idOf: ({ variantId }) => variantId,
        node: ({ variantId, quantity }) => ({
          id: gid('ProductVariantComponent', variantId),
          quantity,
          productVariant: variantNode({ shop, variant: shop.variants.get(variantId)! }),
        }),
      }),
  },
};
