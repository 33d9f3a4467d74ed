// Webhooks about the shop: uninstalled, scopes changed, name or time zone changed.
import type { ActionFunctionArgs } from '@remix-run/node';
import { requestScopesCheck } from '../shopify/order-attribution.server.ts';
import { reportUninstall, updateShop } from '../shopify/shops.server.ts';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({
    request,
    keep: async ({ tx, shop, delivery: { domain, topic, triggeredAt, payload }, now }) => {
      if (shop === null) return;
      if (topic === 'app/uninstalled') await reportUninstall({ tx, domain, triggeredAt, now });
      else if (topic === 'app/scopes_update') await requestScopesCheck({ tx, shop: { domain }, now });
      else if (topic === 'shop/update') await updateShop({ tx, shopId: shop.id, payload });
    },
  });
