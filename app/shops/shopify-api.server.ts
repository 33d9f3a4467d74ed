// Shopify's API library for work without a merchant at the screen: the worker's calls and token renewal.
import '@shopify/shopify-api/adapters/node';
import { shopifyApi } from '@shopify/shopify-api';
import { env } from '../env.server.ts';
import { log, scrub } from '../lib/log.server.ts';
import { API_VERSION } from './api-version.ts';

export const api = shopifyApi({
  apiKey: env.SHOPIFY_API_KEY,
  apiSecretKey: env.SHOPIFY_API_SECRET,
  apiVersion: API_VERSION,
  hostName: new URL(env.SHOPIFY_APP_URL).host,
  isEmbeddedApp: true,
  future: { expiringOfflineAccessTokens: true } as never,
  logger: { log: async (_severity, message) => log.debug(scrub(message)) },
});
