// A product's addresses and names, and how a name is cut where Meta has no room for all of it.
import { shorten, shortenMiddle } from '../i18n/text-limits.ts';

/** A name under myshopify.com as it may stand in a header or an address; null for anything else. */
export const shopDomain = (text: string | null): string | null =>
  text !== null && /^[a-z0-9][a-z0-9-]{0,62}\.myshopify\.com$/i.test(text) ? text.toLowerCase() : null;

/** Whether a `host` of Shopify's names the admin of a shop: base64 of the admin's address without its protocol. */
export const isAdminHost = (host: string | null): boolean =>
  /^(admin\.shopify\.com\/store\/[a-z0-9][a-z0-9-]*|[a-z0-9][a-z0-9-]*\.myshopify\.com\/admin)$/i.test(
    Buffer.from(host ?? '', 'base64').toString('latin1'),
  );

/** Where Shopify opens our app; without a shop its admin, which lets the merchant choose one. */
export const adminUrl = ({ shop, apiKey }: { shop: string | null; apiKey: string }): string =>
  shop === null
    ? 'https://admin.shopify.com/'
    : `https://admin.shopify.com/store/${shop.replace('.myshopify.com', '')}/apps/${apiKey}`;

type Landing = {
  url: string | null;
  domain: string;
  handle: string;
  variantId: bigint;
  utm?: Record<string, string>;
};

/** The product page with this variant selected; the shop's own address where Shopify gives one. */
export function variantUrl({ url, domain, handle, variantId, utm = {} }: Landing): string {
  const target = new URL(url ?? `https://${domain}/products/${encodeURIComponent(handle)}`);
  target.searchParams.set('variant', String(variantId));
  for (const [name, value] of Object.entries(utm)) target.searchParams.set(name, value);
  return target.toString();
}

export type Named = {
  productTitle: string;
  /** Of the variant: its size, colour and so on. */ title: string;
};

const isPlain = ({ title }: Named) => title === '' || title === 'Default Title';

/** A variant as a person calls it: the product with its size or colour, unless it has none. */
export const variantName = (variant: Named): string =>
  isPlain(variant) ? variant.productTitle : `${variant.productTitle}, ${variant.title}`;

/** Of a product's title so much is left at least, or the name is cut as a whole. */
const TITLE_AT_LEAST = 8;

/**
 * The name within `limit`: the product's title gives way first, since the size or colour behind it is what the person chose; of that the
 * middle, since options differ at either end.
 */
export function nameWithin({ variant, limit }: { variant: Named; limit: number }): string {
  const name = variantName(variant);
  if (name.length <= limit) return name;
  if (isPlain(variant) || limit < 3 * TITLE_AT_LEAST) return shorten({ text: name, limit });
  const between = variantName({ productTitle: '', title: 'x' }).length - 1;
  const room = Math.max(TITLE_AT_LEAST, limit - between - variant.title.length);
  const productTitle = shorten({ text: variant.productTitle, limit: room });
  const rest = limit - between - productTitle.length;
  return variantName({ productTitle, title: shortenMiddle({ text: variant.title, limit: rest }) });
}

/** A sentence within `limit` in which only the name gives way: what is asked must stay readable however long the name is. */
export function fitName({
  variant,
  limit,
  write,
}: {
  variant: Named;
  limit: number;
  write: (name: string) => string;
}): string {
  const name = variantName(variant);
  const whole = write(name);
  if (whole.length <= limit) return whole;
  const room = name.length - (whole.length - limit);
  return shorten({
    text: room < TITLE_AT_LEAST ? whole : write(nameWithin({ variant, limit: room })),
    limit,
  });
}

/** The option values of a variant's title, as Shopify joins them. */
const BETWEEN_VALUES = ' / ';

export const optionValues = (title: string): string[] => title.split(BETWEEN_VALUES);

/**
 * What tells variants of one product apart: their titles without the option values that they all share, and those values. Titles of
 * different shapes, and one alone, share nothing.
 */
export function tellApart(titles: string[]): { labels: string[]; shared: string } {
  const all = titles.map(optionValues);
  const [first = []] = all;
  const common = first.map(
    (value, at) => all.length > 1 && all.every((one) => one.length === first.length && one[at] === value),
  );
  if (!common.some(Boolean) || common.every(Boolean)) return { labels: titles, shared: '' };
  const pick = (values: string[], shared: boolean) =>
    values.filter((_, at) => common[at] === shared).join(BETWEEN_VALUES);
  return { labels: all.map((values) => pick(values, false)), shared: pick(first, true) };
}
