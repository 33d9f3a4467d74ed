// Shopify's library, once: token exchange with expiring offline tokens, sessions through Prisma.
import '@shopify/shopify-app-remix/adapters/node';
import { AppDistribution, shopifyApp } from '@shopify/shopify-app-remix/server';
import { env } from './env.server.ts';
import { systemClock } from './lib/clock.ts';
import { log, scrub } from './lib/log.server.ts';
import { sessionStorage } from './shopify/access-tokens.server.ts';
import { API_VERSION } from './shopify/api-version.ts';
import { install } from './shopify/shops.server.ts';

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
  logger: { log: (_severity, message) => log.debug(scrub(message)) },
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

export const { authenticate } = shopify;
