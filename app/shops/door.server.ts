// What every Shopify webhook door does: signature, the shop's share, one short transaction, answer.
import { webhookDb, type Tx } from '../db.server.ts';
import { systemClock } from '../lib/clock.ts';
import { keepOr503 } from '../lib/http.server.ts';
import { log } from '../lib/log.server.ts';
import { createShares } from './share.ts';
import { shopNamed, type Shop } from './shop.server.ts';
import { isAboutItsShop, payloadOf, refused, verifyShopifyWebhook, type Delivery } from './webhook.server.ts';

/** `shop` is null when the shop is unknown or has left: its webhook is answered and forgotten. */
export type Kept = { tx: Tx; shop: Shop | null; delivery: Delivery; now: Date };

/** For whoever opens a webhook's address in a browser; Remix itself would call that a fault of the server. */
export const onlyPosted = (): Response =>
  new Response('Webhooks are posted.', { status: 405, headers: { allow: 'POST' } });

/** So many deliveries of one shop wait in this process; Shopify brings the others again. */
const share = createShares({ waiting: 256 });

/**
 * Answers 200 once `keep` has committed, 503 when it could not or the shop has sent too much at once (Shopify tries again: 8 times over
 * 4 h), 401 when its body is about another shop, and what verifyShopifyWebhook and payloadOf throw when it is not genuine.
 */
export async function answerShopify({
  request,
  keep,
}: {
  request: Request;
  keep: (kept: Kept) => Promise<void>;
}): Promise<Response> {
  const now = systemClock();
  const { body, ...signed } = await verifyShopifyWebhook({ request, now });
  const { topic, domain } = signed;
  const stored = () =>
    keepOr503(
      async () => {
        const delivery = { ...signed, payload: payloadOf({ body }) };
        await webhookDb.$transaction(async (tx) => {
          const shop = await shopNamed({ tx, domain });
          if (!isAboutItsShop({ delivery, shopId: shop?.id })) {
            log.warn('a webhook of Shopify is not about the shop in its header', { topic, domain });
            throw refused('The body is not about this shop.');
          }
          await keep({ tx, shop: shop?.uninstalledAt === null ? shop : null, delivery, now });
        });
      },
      (error) => log.error('a webhook of Shopify was not kept', { topic, domain, error }),
    );
  const answer = await share({ key: domain, work: stored });
  if (answer !== 'full') return answer;
  log.warn('a shop sends more webhooks than its share', { domain });
  return new Response('Too many at once; please deliver again.', {
    status: 503,
    headers: { 'retry-after': '5' },
  });
}
