// Inventory webhooks: a level or an item changed, so stock checks are requested.
import type { ActionFunctionArgs } from '@remix-run/node';
import { idNumber, idText } from '../lib/json.ts';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';
import { requestStockChecks } from '../stock/check-requests.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({
    request,
    keep: async ({ tx, shop, delivery: { payload, topic }, now }) => {
      // The item's id stands in the GID's query string too, where no number can have been rounded.
      const named = /inventory_item_id=(\d+)/.exec(idText(payload.admin_graphql_api_id) ?? '')?.[1];
      const item = idNumber(
        named ?? (topic.startsWith('inventory_items/') ? payload.id : payload.inventory_item_id),
      );
      if (shop && item !== undefined)
        await requestStockChecks({ tx, shopId: shop.id, inventoryItemIds: [item], now });
    },
  });
