// Who lives in the demo's world: a shop, its Page, a merchant and a shopper, each with a name to be recognised by.
import { randomBytes } from 'node:crypto';
import { createDemoShop } from '../shopify/demo-shop.ts';
import type { Keys, World } from '../world.ts';

export const SHOP = 'demo.myshopify.com';
export const PAGE = { id: '102938475610293', name: 'Linen & Sons' };
export const MERCHANT = { id: 'maria', name: 'Maria (merchant)' };
export const SHOPPER = { id: 'ada', name: 'Ada' };
const FACEBOOK_USER = '10158000000000001';

export const APP_URL = 'https://app.demo.test';

const secret = (bytes = 16) => randomBytes(bytes).toString('hex');

/** Made-up keys of one world, new each time. */
export const makeKeys = (): Keys => ({
  apiKey: secret(),
  apiSecret: `shpss_${secret()}`,
  metaAppId: '834205920174563',
  metaAppSecret: secret(),
  verifyToken: secret(),
});

/** What the app has to be started with to live in a world of these keys. */
export const environmentOf = ({
  keys,
  encryptionKey,
}: {
  keys: Keys;
  encryptionKey: string;
}): Record<string, string> => ({
  SHOPIFY_API_KEY: keys.apiKey,
  SHOPIFY_API_SECRET: keys.apiSecret,
  SHOPIFY_APP_URL: APP_URL,
  META_APP_ID: keys.metaAppId,
  META_APP_SECRET: keys.metaAppSecret,
  META_VERIFY_TOKEN: keys.verifyToken,
  ENCRYPTION_KEY: encryptionKey,
});

/** Puts everybody into an empty world: the shop has the app installed and the block placed; the Page is not connected yet. */
export function createShop({ world, keys }: { world: World; keys: Keys }): void {
  createDemoShop({ store: world.shopify.store, domain: SHOP });
  world.shopify.install(SHOP);
  world.admin.placeBlock({ shop: SHOP });
  world.messenger.addApp({
    id: keys.metaAppId,
    secret: keys.metaAppSecret,
    verifyToken: keys.verifyToken,
    callbackUrl: `${APP_URL}/webhooks/messenger`,
    redirectUris: [`${APP_URL}/messenger/callback`],
    deauthorizeUrl: `${APP_URL}/messenger/deauthorize`,
    dataDeletionUrl: `${APP_URL}/messenger/data-deletion`,
  });
  world.messenger.addPage({ id: PAGE.id, name: PAGE.name });
  world.messenger.addUser({ id: FACEBOOK_USER, name: 'Maria Lindqvist', pages: [PAGE.id] });
  // The first is whose phone a browser shows when it does not say.
  for (const person of [SHOPPER, MERCHANT]) world.messenger.addPerson(person);
}
