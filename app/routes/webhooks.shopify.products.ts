// Shopify's door for products: anything about a product may change whether its variants can be bought.
import type { ActionFunctionArgs } from '@remix-run/node';
import { answerShopify, onlyPosted } from '../shops/door.server.ts';
import { hint } from '../restock/hint.server.ts';
import { idNumber } from '../lib/json.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  answerShopify({
    request,
    keep: async ({ tx, shop, delivery: { payload }, now }) => {
      const product = idNumber(payload.id);
      if (shop && product !== undefined) await hint({ tx, shopId: shop.id, productIds: [product], now });
    },
  });
