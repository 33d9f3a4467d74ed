// Location webhooks: all of the shop's stock checks are requested.
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
