// Shopify's door for locations: one that opens, closes or stops fulfilling online orders may concern every variant that someone waits for.
import type { ActionFunctionArgs } from '@remix-run/node';
import { answerShopify, onlyPosted } from '../shopify/webhook-handler.server.ts';
import { hintAll } from '../stock/check-requests.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  answerShopify({
    request,
    keep: async ({ tx, shop, now }) => {
      if (shop) await hintAll({ tx, shopId: shop.id, now });
    },
  });
