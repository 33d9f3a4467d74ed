// Shopify Flow's lifecycle callback: a workflow with one of our triggers was turned on or off.
import type { ActionFunctionArgs } from '@remix-run/node';
import { saveTriggerUsage } from '../flow/trigger-usage.server.ts';
import { systemClock } from '../lib/clock.ts';
import { onlyPosted, payloadOf, verifyShopifyWebhook } from '../shopify/webhook-handler.server.ts';

export const loader = onlyPosted;
/** Flow waits five seconds; without a 200 the merchant cannot turn the workflow on. */
export async function action({ request }: ActionFunctionArgs) {
  const now = systemClock();
  const payload = payloadOf(await verifyShopifyWebhook({ request, now }));
  return saveTriggerUsage({ payload, now });
}
