// What every Shopify webhook door does: signature, one short transaction, answer.
import { webhookDb, type Tx } from '../db.server.ts';
import { systemClock } from '../lib/clock.ts';
import { keepOr503 } from '../lib/http.server.ts';
import { log } from '../lib/log.server.ts';
import { installedShop, type Shop } from './shop.server.ts';
import { verifyShopifyWebhook, type Delivery } from './webhook.server.ts';

/** `shop` is null when the shop is unknown or has left: its webhook is answered and forgotten. */
export type Kept = { tx: Tx; shop: Shop | null; delivery: Delivery; now: Date };

/** For whoever opens a webhook's address in a browser; Remix itself would call that a fault of the server. */
export const onlyPosted = (): Response =>
  new Response('Webhooks are posted.', { status: 405, headers: { allow: 'POST' } });

/**
 * Answers 200 once `keep` has committed, 503 when it could not (Shopify tries again: 8 times over 4 h), and what
 * verifyShopifyWebhook throws when the delivery is not genuine.
 */
export async function answerShopify({
  request,
  keep,
}: {
  request: Request;
  keep: (kept: Kept) => Promise<void>;
}): Promise<Response> {
  const now = systemClock();
  const delivery = await verifyShopifyWebhook({ request, now });
  return keepOr503(
    () =>
      webhookDb.$transaction(async (tx) =>
        keep({ tx, shop: await installedShop({ tx, domain: delivery.domain }), delivery, now }),
      ),
    (error) =>
      log.error('a webhook of Shopify was not kept', {
        topic: delivery.topic,
        domain: delivery.domain,
        error,
      }),
  );
}
