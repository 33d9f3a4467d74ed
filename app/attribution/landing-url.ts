// A message link's target: the variant, in the shopper's language and market, with the link code.
import { variantUrl } from '../shopify/product.ts';

/** The marks of a message's link; the code goes with them, in `utm_content`. */
const UTM_PARAMETERS = { source: 'messenger', campaign: 'back_in_stock' };

type Landing = {
  variant: { id: bigint; url: string | null; handle: string };
  shop: { domain: string; locale: string };
  shopper: { locale: string; country: string };
  code: string;
};

const language = (locale: string) => locale.toLowerCase().split(/[-_]/)[0]!;

/**
 * The code stands in `utm_content`: orders that carry it are traced to the message. A language other than the shop's first one is a
 * folder of the store's own domain; the shopper came from that very page, so it exists.
 */
export function landingUrl({ variant, shop, shopper, code }: Landing): string {
  const target = new URL(
    variantUrl({
      url: variant.url,
      domain: shop.domain,
      handle: variant.handle,
      variantId: variant.id,
      utm: {
        utm_source: UTM_PARAMETERS.source,
        utm_medium: 'messenger',
        utm_campaign: UTM_PARAMETERS.campaign,
        utm_content: code,
      },
    }),
  );
  const spoken = shopper.locale.toLowerCase().replace('_', '-');
  if (
    /^[a-z]{2,3}(-[a-z]{2,4})?$/.test(spoken) &&
    language(spoken) !== language(shop.locale) &&
    target.pathname.startsWith('/products/')
  )
    target.pathname = `/${spoken}${target.pathname}`;
  if (/^[a-z]{2}$/i.test(shopper.country) && shopper.country.toLowerCase() !== 'xx')
    target.searchParams.set('country', shopper.country.toUpperCase());
  return target.toString();
}

/** What Shopify says that a visitor came with. */
export type Visit = { source: string | null; campaign: string | null; content: string | null };

/** Our code, where somebody came with all of our marks; whether we ever gave it out is for the database to say. */
export const linkCodeOfVisit = (came: Visit | null): string | null =>
  came?.source === UTM_PARAMETERS.source &&
  came.campaign === UTM_PARAMETERS.campaign &&
  /^[\w-]{4,64}$/.test(came.content ?? '')
    ? came.content
    : null;

/** The code in the address of a landing page, absolute or without its host, as Shopify may write either. */
export function linkCodeInUrl(address: string | null): string | null {
  if (address === null || !URL.canParse(address, 'https://shop.invalid')) return null;
  const { searchParams: marks } = new URL(address, 'https://shop.invalid');
  return linkCodeOfVisit({
    source: marks.get('utm_source'),
    campaign: marks.get('utm_campaign'),
    content: marks.get('utm_content'),
  });
}
