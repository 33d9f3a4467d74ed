// Shopify's door for the shop itself: it has left, or has a new name, zone, currency or language.
import type { ActionFunctionArgs } from '@remix-run/node';
import { answerShopify, onlyPosted } from '../shops/door.server.ts';
import { uninstall } from '../shops/leave.server.ts';
import { updateShop } from '../shops/shop.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  answerShopify({
    request,
    keep: async ({ tx, delivery }) => {
      const { domain, topic, triggeredAt, payload } = delivery;
      if (topic === 'app/uninstalled') await uninstall({ tx, domain, triggeredAt });
      else if (topic === 'shop/update') await updateShop({ tx, domain, payload });
    },
  });
