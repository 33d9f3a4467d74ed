// Order webhooks, subscribed to by shops with order attribution turned on.
import type { ActionFunctionArgs } from '@remix-run/node';
import { handleOrderWebhook } from '../attribution/attributed-orders.server.ts';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({ request, keep: handleOrderWebhook });
