// Authenticates a merchant by Shopify's session token (token exchange, expiring offline tokens) and finds their shop.
import { redirect } from '@remix-run/node';
import { AppDistribution, shopifyApp } from '@shopify/shopify-app-remix/server';
import { env } from './env.server.ts';
import { systemClock } from './lib/clock.ts';
import { readBody } from './lib/http.server.ts';
import { log } from './lib/log.server.ts';
import { sessionStorage } from './shopify/access-tokens.server.ts';
import { API_VERSION } from './shopify/api-version.ts';
import { isAdminHost, shopDomain } from './shopify/product.ts';
import { install, installedShop, requestInstallationCheck, type Shop } from './shopify/shops.server.ts';

const shopify = shopifyApp({
  apiKey: env.SHOPIFY_API_KEY,
  apiSecretKey: env.SHOPIFY_API_SECRET,
  apiVersion: API_VERSION,
  appUrl: env.SHOPIFY_APP_URL,
  authPathPrefix: '/auth',
  sessionStorage,
  distribution: AppDistribution.AppStore,
  isEmbeddedApp: true,
  future: { unstable_newEmbeddedAuthStrategy: true, expiringOfflineAccessTokens: true },
  logger: { log: (_severity, message) => log.debug('shopify_library.message', { message }) },
  hooks: {
    afterAuth: ({ session, admin }) =>
      install({
        domain: session.shop,
        locale: session.onlineAccessInfo?.associated_user.locale,
        admin,
        clock: systemClock,
      }),
  },
});

const { authenticate } = shopify;

type Admin = Awaited<ReturnType<typeof authenticate.admin>>;

/** `cors` lets a block of ours read an answer: it runs at an origin of Shopify's. */
export type Merchant = { shop: Shop; redirect: Admin['redirect']; cors: Admin['cors'] };

/**
 * Loaders of one document run at once, and each exchange of a session token ends the access token before it: they share one.
 */
const inProgress = new Map<string, Promise<Admin>>();

/**
 * Who comes without a session token, and not from a shop's admin either, is led there: Shopify's library answers them with a
 * developer's error, and fails on a `host` that is no address.
 */
function leadOutsidersIn(request: Request): void {
  if (request.method === 'OPTIONS' || request.headers.has('authorization')) return;
  const { searchParams } = new URL(request.url);
  const shop = shopDomain(searchParams.get('shop'));
  if (shop !== null && isAdminHost(searchParams.get('host'))) return;
  throw redirect(shop === null ? '/auth/login' : `/auth/login?shop=${shop}`);
}

async function authenticated(request: Request): Promise<Admin> {
  leadOutsidersIn(request);
  const token = request.headers.get('authorization') ?? new URL(request.url).searchParams.get('id_token');
  if (token === null) return authenticate.admin(request);
  const known = inProgress.get(token) ?? authenticate.admin(request).finally(() => inProgress.delete(token));
  inProgress.set(token, known);
  try {
    return await known;
  } catch (refusal) {
    // A Response can be read once, and each loader throws its own.
    throw refusal instanceof Response ? refusal.clone() : refusal;
  }
}

/** @throws a `Response` of Shopify's library when the caller is not the merchant of an installed shop. */
export async function authenticateMerchant(request: Request): Promise<Merchant> {
  const { session, admin, redirect, cors } = await authenticated(request);
  const domain = session.shop;
  const known = await installedShop({ domain });
  if (known) {
    await requestInstallationCheck({ shop: known, now: systemClock() });
    return { shop: known, redirect, cors };
  }
  await install({ domain, admin, clock: systemClock });
  const shop = await installedShop({ domain });
  if (shop === null) throw new Error(`${domain} could not be installed`);
  return { shop, redirect, cors };
}

/** A settings form with own texts in every language is far smaller. */
const FORM_LIMIT = 256 * 1024;

/**
 * The caller and the form that they posted.
 * @throws a `Response`: as `merchantAt`; 413 over 256 KiB; 400 when it is no form, or holds a NUL, which no table takes.
 */
export async function merchantPosting(request: Request): Promise<Merchant & { form: URLSearchParams }> {
  const merchant = await authenticateMerchant(request);
  const type = request.headers.get('content-type') ?? '';
  const text = (await readBody(request, FORM_LIMIT)).toString('utf8');
  const form = new URLSearchParams(text);
  if (
    !type.startsWith('application/x-www-form-urlencoded') ||
    [...form.values()].some((value) => value.includes('\0'))
  )
    throw new Response('This is not a form of the app.', { status: 400 });
  return { ...merchant, form };
}

/**
 * Runs the action of `intents` which the form names.
 * @throws a 400 `Response` when there is none of that name.
 */
export function byIntent<Action>(form: URLSearchParams, intents: Record<string, Action>): Action {
  const intent = form.get('intent') ?? '';
  if (!Object.hasOwn(intents, intent)) throw new Response('Unknown intent', { status: 400 });
  return intents[intent]!;
}
