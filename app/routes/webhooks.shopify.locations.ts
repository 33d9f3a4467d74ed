// Shopify's door for locations: one that opens, closes or stops fulfilling online orders may concern every variant that someone waits for.
import type { ActionFunctionArgs } from '@remix-run/node';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';
import { requestAllStockChecks } from '../stock/check-requests.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({
    request,
    keep: async ({ tx, shop, now }) => {
      if (shop) await requestAllStockChecks({ tx, shopId: shop.id, now });
    },
  });
