// Read by Home once it stands: Shopify is asked, and the page does not wait for that.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { authenticateMerchant } from '../authenticate.server.ts';
import { systemClock } from '../lib/clock.ts';
import { ShopifyApiError } from '../shopify/admin-api.server.ts';
import { soldOutVariants } from '../shopify/product-queries.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  try {
    return json({ soldOut: await soldOutVariants({ shopId: shop.id, clock: systemClock }) });
  } catch (error) {
    if (error instanceof ShopifyApiError) return json({ soldOut: null });
    throw error;
  }
}

/** Shopify is asked once for each visit, not each time that Home reads its own figures again. */
export const shouldRevalidate = () => false;
