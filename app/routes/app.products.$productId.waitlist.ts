// The door of the block on the admin's product page: it comes from another origin, with Shopify's session token.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { merchantAt } from '../merchant.server.ts';
import { productLine } from '../waitlist/product-line.server.ts';

/** A product of another shop is answered as one that nobody ever asked for. */
export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop, cors } = await merchantAt(request);
  const productId = idNumber(params.productId);
  const now = systemClock();
  const line = productId === undefined ? null : await productLine({ shopId: shop.id, productId, now });
  const headers = { 'Cache-Control': 'no-store' };
  return cors(
    line === null
      ? json({ waiting: 0, lines: [], more: 0 }, { status: 404, headers })
      : json({ now, ...line }, { headers }),
  );
}
