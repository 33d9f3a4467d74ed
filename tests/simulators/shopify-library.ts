// Shopify's own library, as an app that was installed in the tests' Shopify has it: it knows nothing of simulators.
import '@shopify/shopify-api/adapters/node';
import { ApiVersion, shopifyApi } from '@shopify/shopify-api';
import { API_KEY, API_SECRET } from './shopify-world.ts';

export const shopifyLibrary = () =>
  shopifyApi({
    apiKey: API_KEY,
    apiSecretKey: API_SECRET,
    apiVersion: ApiVersion.July26,
    hostName: 'app.demo.test',
    isEmbeddedApp: true,
    logger: { log: async () => {} },
  });
