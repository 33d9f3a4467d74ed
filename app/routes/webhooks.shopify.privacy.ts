// The three compliance topics: stored here, carried out by the worker.
import type { ActionFunctionArgs } from '@remix-run/node';
import { storePrivacyRequest } from '../shopify/privacy-requests.server.ts';
import { handleShopifyWebhook, onlyPosted } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  handleShopifyWebhook({
    request,
    keep: ({ tx, delivery, now }) => storePrivacyRequest({ tx, delivery, now }),
  });
