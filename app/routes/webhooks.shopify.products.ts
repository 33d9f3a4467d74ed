// Product webhooks: stock checks of the product's variants are requested.
import type { ActionFunctionArgs } from '@remix-run/node';
import { idNumber } from '../lib/json.ts';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';
import { requestStockChecks } from '../stock/check-requests.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({
    request,
    keep: async ({ tx, shop, delivery: { payload }, now }) => {
      const product = idNumber(payload.id);
      if (shop && product !== undefined)
        await requestStockChecks({ tx, shopId: shop.id, productIds: [product], now });
    },
  });
