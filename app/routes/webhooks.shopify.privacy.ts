// Shopify's door for the three compliance topics: kept here, carried out by the worker.
import type { ActionFunctionArgs } from '@remix-run/node';
import { keepPrivacyRequest } from '../shopify/privacy-requests.server.ts';
import { answerShopify, onlyPosted } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  answerShopify({ request, keep: ({ tx, delivery, now }) => keepPrivacyRequest({ tx, delivery, now }) });
