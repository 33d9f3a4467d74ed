// Shopify's door for the three compliance topics: kept here, carried out by the worker.
import type { ActionFunctionArgs } from '@remix-run/node';
import { answerShopify, onlyPosted } from '../shops/door.server.ts';
import { keepPrivacyRequest } from '../shops/privacy.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) =>
  answerShopify({ request, keep: ({ tx, delivery, now }) => keepPrivacyRequest({ tx, delivery, now }) });
