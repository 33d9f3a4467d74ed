// A shop's addresses: its own name at Shopify, its products on the storefront, and our app in its admin.

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
