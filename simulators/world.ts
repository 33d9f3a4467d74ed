// The whole world around the app in one place: Shopify, Messenger, a storefront and an admin, each asked by its own host name.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createAdmin } from './admin/admin.ts';
import { createChat } from './messenger/chat.ts';
import { createMessenger, type MessengerSnapshot } from './messenger/messenger.ts';
import { serve, serveSecurely, type Handler, type Listening } from './network/host.ts';
import { readAppConfig } from './shopify/app-config.ts';
import { mintSessionToken } from './shopify/session-token.ts';
import { pictureAt } from './shopify/pictures.ts';
import { createShopify } from './shopify/shopify.ts';
import { createStorefront } from './storefront/storefront.ts';

const root = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The made-up keys of one world; the app is started with the same. */
export type Keys = {
  apiKey: string;
  apiSecret: string;
  metaAppId: string;
  metaAppSecret: string;
  verifyToken: string;
};

/** Where the shopper's phone is shown. */
export const CHAT_URL = 'https://www.messenger.test';

export type World = Awaited<ReturnType<typeof createWorld>>;

type Given = {
  now: () => Date;
  keys: Keys;
  /** The app's public origin, https://... */
  appUrl: string;
  /** Where the app really listens: asked for each call, so that it may be started later or again elsewhere. */
  appAddress: () => string;
};

export async function createWorld({ now, keys, appUrl, appAddress }: Given) {
  const appHost = new URL(appUrl).host;

  /** What a host in front of the app does: TLS ends here, the name is kept. */
  const toApp: Handler = (request) => {
    const url = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const name of [
      'connection',
      'keep-alive',
      'transfer-encoding',
      'host',
      'content-length',
      'accept-encoding',
    ])
      headers.delete(name);
    headers.set('x-forwarded-proto', 'https');
    headers.set('x-forwarded-host', appHost);
    return fetch(
      new Request(new URL(url.pathname + url.search, appAddress()), {
        method: request.method,
        headers,
        body: request.body,
        duplex: 'half',
        redirect: 'manual',
      }),
    );
  };
  const send = toApp;

  const messenger = createMessenger({ now, send, chatOrigin: CHAT_URL });
  const { handleChat } = createChat({ messenger });
  const config = readAppConfig({
    toml: readFileSync(root('shopify.app.toml'), 'utf8'),
    applicationUrl: appUrl,
  });
  const shopify = createShopify({
    now,
    send,
    apiKey: keys.apiKey,
    apiSecret: keys.apiSecret,
    scopes: config.scopes,
    optionalScopes: config.optionalScopes,
    subscriptions: config.subscriptions,
  });
  const storefront = createStorefront({
    store: shopify.store,
    now,
    extensionDir: root('extensions/notify-me'),
  });
  const admin = createAdmin({
    store: shopify.store,
    scopes: shopify,
    apiKey: keys.apiKey,
    appName: 'Notify me on Messenger',
    appUrl,
    mintSessionToken: ({ shop }) =>
      mintSessionToken({ shop, apiKey: keys.apiKey, apiSecret: keys.apiSecret, now: now() }),
  });

  const picture = (url: string) => {
    const svg = pictureAt(url);
    return svg === null
      ? new Response('Not found', { status: 404 })
      : new Response(svg, {
          headers: { 'content-type': 'image/svg+xml', 'access-control-allow-origin': '*' },
        });
  };

  const handle: Handler = async (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (hostname === new URL(appUrl).hostname) return toApp(request);
    if (hostname.endsWith('.myshopify.com'))
      return /^\/admin\/(api|oauth)\//.test(pathname) ? shopify.handle(request) : storefront.handle(request);
    if (hostname === 'cdn.shopify.com' && !pathname.startsWith('/shopifycloud/')) return picture(request.url);
    if (hostname === 'admin.shopify.com' || hostname === 'cdn.shopify.com') return admin.handle(request);
    if (hostname === new URL(CHAT_URL).hostname) return handleChat(request);
    return messenger.handle(request);
  };

  return {
    messenger,
    shopify,
    storefront,
    admin,
    handle,
    sessionToken: (shop: string) =>
      mintSessionToken({ shop, apiKey: keys.apiKey, apiSecret: keys.apiSecret, now: now() }),
    toApp,
    snapshot: (): string =>
      JSON.stringify({
        messenger: messenger.snapshot(),
        shopify: shopify.snapshot(),
        admin: admin.snapshot(),
      }),
    restore(text: string): void {
      const parts = JSON.parse(text) as { messenger: MessengerSnapshot; shopify: string; admin: string[] };
      messenger.restore(parts.messenger);
      shopify.restore(parts.shopify);
      admin.restore(parts.admin);
    },
    /** Resolves once every webhook under way was delivered or given up. */
    async untilIdle(): Promise<void> {
      await shopify.untilIdle();
      await messenger.untilIdle();
    },
    serve: (port?: number): Promise<Listening> => serve({ handle, port }),
    serveSecurely: (given: { key: string; cert: string }): Promise<Listening> =>
      serveSecurely({ handle, ...given }),
  };
}
