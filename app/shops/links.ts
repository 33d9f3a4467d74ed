// Addresses on a shop's storefront.
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
