// Shopify's door for orders, subscribed to by each shop that counts them: one that carries a message's code is a sale.
import type { ActionFunctionArgs } from '@remix-run/node';
import { hearOrder } from '../attribution/attributed-orders.server.ts';
import { answerShopify, onlyPosted } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
export const action = ({ request }: ActionFunctionArgs) => answerShopify({ request, keep: hearOrder });
