// Data of the block on the admin's product page: another origin, Shopify's session token.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { authenticateMerchant } from '../authenticate.server.ts';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { productWaitlist } from '../reports/waitlist.server.ts';

/** A product of another shop is answered as one that nobody ever asked for: nobody waits. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop, cors } = await authenticateMerchant(request);
  // No product has the number 0.
  const productId = idNumber(params.productId) ?? 0n;
  const row = await productWaitlist({ shopId: shop.id, productId, now: systemClock() });
  return cors(json(row, { headers: { 'Cache-Control': 'no-store' } }));
}
