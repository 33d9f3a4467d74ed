// The demo by hand: one port, a name under .localhost for every host, and one page that shows all three screens.
import { createGateway } from '../network/gateway.ts';
import { serve, type Handler, type Listening } from '../network/host.ts';
import { CHAT_URL, type World } from '../world.ts';
import { APP_URL, SHOP, SHOPPER } from './seed.ts';
import { demoPage, storefrontLink } from './page.ts';
import { variantNamed } from './variants.ts';

const DEMO_URL = 'https://demo.test';

const names = {
  [DEMO_URL]: 'demo',
  [`https://${SHOP}`]: 'shop',
  [CHAT_URL]: 'chat',
  'https://admin.shopify.com': 'admin',
  'https://cdn.shopify.com': 'cdn',
  [APP_URL]: 'app',
  'https://m.me': 'm-me',
  'https://www.facebook.com': 'facebook',
};

/** Where the story begins: a size that is sold out. */
export const SOLD_OUT = { product: 'Linen shirt', title: 'M / Sand' };

/** Listens on `wanted`, or on the next free port. @returns the one address to open. */
export async function serveByHand({
  world,
  apiKey,
  wanted,
}: {
  world: World;
  apiKey: string;
  wanted: number;
}): Promise<Listening & { address: string }> {
  const { product, variant } = variantNamed({ world, shop: SHOP, ...SOLD_OUT });
  const page = demoPage({
    shop: `https://${SHOP}`,
    chat: CHAT_URL,
    admin: 'https://admin.shopify.com',
    shopper: SHOPPER,
    soldOut: `/products/${product.handle}?variant=${variant.id}`,
    apiKey,
    store: SHOP.split('.')[0]!,
  });
  const handle: Handler = async (request) => {
    const url = new URL(request.url);
    if (url.origin === DEMO_URL)
      return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
    const answer = await world.handle(request);
    const isPage =
      url.hostname === SHOP && (answer.headers.get('content-type') ?? '').startsWith('text/html');
    return isPage
      ? new Response(
          (await answer.text()).replace('</head>', `${storefrontLink('https://m.me/')}</head>`),
          answer,
        )
      : answer;
  };
  let port = wanted;
  const gateway = createGateway({ names, port: () => port, handle });
  for (;;) {
    try {
      const listening = await serve({ handle: gateway, port });
      return { ...listening, address: `http://demo.localhost:${port}/` };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || port > wanted + 50) throw error;
      port++;
    }
  }
}
