// The Admin API's answers about the shop itself, and about the app's installation in it.
import type { Resolvers } from './admin-context.ts';
import { gid } from './gid.ts';
import { findMetafield, metafieldNode, metafieldPage } from './metafields.ts';
import type { Installation, Shop } from './shop-state.ts';

type ShopSource = { shop: Shop };
type InstallationSource = { installation: Installation };

export const shopNode = (source: ShopSource) => ({ __typename: 'Shop', ...source });
export const installationNode = (source: InstallationSource) => ({
  __typename: 'AppInstallation',
  ...source,
});

const scopeNode = (handle: string) => ({
  handle,
  description: `${handle.startsWith('write_') ? 'Modify' : 'Read'} ${handle.replace(/^[a-z]+_/, '').replaceAll('_', ' ')}`,
});

export const ownShop: Resolvers = {
  QueryRoot: {
    shop: (_, __, { shop }) => shopNode({ shop }),
    currentAppInstallation: (_, __, { installation }) => installationNode({ installation }),
    shopLocales: (_, __, { shop }) => [
      {
        locale: shop.primaryLocale,
        name: shop.primaryLocale,
        primary: true,
        published: true,
        marketWebPresences: [],
      },
    ],
  },

  Shop: {
    id: ({ shop }: ShopSource) => gid('Shop', shop.id),
    name: ({ shop }: ShopSource) => shop.name,
    email: ({ shop }: ShopSource) => shop.email,
    contactEmail: ({ shop }: ShopSource) => shop.email,
    myshopifyDomain: ({ shop }: ShopSource) => shop.domain,
    url: ({ shop }: ShopSource) => `https://${shop.domain}`,
    primaryDomain: ({ shop }: ShopSource) => ({
      id: gid('Domain', shop.id),
      host: shop.domain,
      url: `https://${shop.domain}`,
      sslEnabled: true,
    }),
    currencyCode: ({ shop }: ShopSource) => shop.currency,
    // Whole seconds, as in webhooks.
    updatedAt: ({ shop }: ShopSource) => `${shop.updatedAt.toISOString().slice(0, 19)}Z`,
    ianaTimezone: ({ shop }: ShopSource) => shop.ianaTimezone,
    createdAt: ({ shop }: ShopSource) => shop.createdAt,
    plan: () => ({
      displayName: 'Basic',
      publicDisplayName: 'Basic',
      partnerDevelopment: false,
      shopifyPlus: false,
    }),
  },

  AppInstallation: {
    id: ({ installation }: InstallationSource) => gid('AppInstallation', installation.id),
    accessScopes: ({ installation }: InstallationSource) => installation.scopes.map(scopeNode),
    activeSubscriptions: () => [],
    metafield: ({ installation }: InstallationSource, args: { namespace?: string; key: string }) => {
      const metafield = findMetafield({ installation, ...args });
      return metafield ? metafieldNode({ metafield, installation }) : null;
    },
    metafields: ({ installation }: InstallationSource, args) => metafieldPage({ installation, args }),
    app: ({ installation }: InstallationSource) => ({
      __typename: 'App',
      id: gid('App', installation.id),
      apiKey: installation.apiKey,
      embedded: true,
    }),
  },
};
