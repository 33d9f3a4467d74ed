// Who stands at an admin page's door: proven by Shopify's session token, and the shop they act for.
import { systemClock } from './lib/clock.ts';
import { install } from './shops/install.server.ts';
import { installedShop, type Shop } from './shops/shop.server.ts';
import { authenticate } from './shopify.server.ts';

type Admin = Awaited<ReturnType<typeof authenticate.admin>>;

/** `cors` lets a block of ours read an answer: it runs at an origin of Shopify's. */
export type Merchant = { shop: Shop; redirect: Admin['redirect']; cors: Admin['cors'] };

/**
 * Loaders of one document run at once, and each exchange of a session token ends the access token before it: they share one.
 */
const underWay = new Map<string, Promise<Admin>>();

async function authenticated(request: Request): Promise<Admin> {
  const token = request.headers.get('authorization') ?? new URL(request.url).searchParams.get('id_token');
  if (token === null) return authenticate.admin(request);
  const known = underWay.get(token) ?? authenticate.admin(request).finally(() => underWay.delete(token));
  underWay.set(token, known);
  try {
    return await known;
  } catch (refusal) {
    // A Response can be read once, and each loader throws its own.
    throw refusal instanceof Response ? refusal.clone() : refusal;
  }
}

/** @throws a `Response` of Shopify's library when the caller is not the merchant of an installed shop. */
export async function merchantAt(request: Request): Promise<Merchant> {
  const { session, admin, redirect, cors } = await authenticated(request);
  const domain = session.shop;
  const known = await installedShop({ domain });
  if (known) return { shop: known, redirect, cors };
  await install({ domain, admin, clock: systemClock });
  const shop = await installedShop({ domain });
  if (shop === null) throw new Error(`${domain} could not be installed`);
  return { shop, redirect, cors };
}
