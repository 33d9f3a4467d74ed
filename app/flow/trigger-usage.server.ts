// Which shops use our Flow triggers, as Flow reports it.
import { webhookDb, type Tx } from '../db.server.ts';
import { storeOr503 } from '../lib/http.server.ts';
import type { Json } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { installedShop } from '../shopify/shops.server.ts';

type Payload = { [key: string]: Json };

const LONGEST_NAME = 200;

/** PostgreSQL takes no NUL in a text. */
const text = (value: Json | undefined): string =>
  typeof value === 'string' ? value.replaceAll('\0', '').slice(0, LONGEST_NAME) : '';

/** What the door answers: 200 once it is kept, 503 when it could not be. */
export const saveTriggerUsage = ({ payload, now }: { payload: Payload; now: Date }): Promise<Response> =>
  storeOr503(
    () => webhookDb.$transaction((tx) => saveUsage({ tx, payload, now })),
    (error) => log.error('flow.usage_not_stored', { error }),
  );

/**
 * Keeps one lifecycle callback (https://shopify.dev/docs/apps/build/flow/track-lifecycle-events). An older one than the last changes
 * nothing. The first trigger in use begins the telling here and now: what happened before is not told.
 */
async function saveUsage({ tx, payload, now }: { tx: Tx; payload: Payload; now: Date }): Promise<void> {
  const trigger = text(payload.flow_trigger_definition_id);
  const used = payload.has_enabled_flow;
  const said = new Date(text(payload.timestamp));
  const at = Number.isNaN(said.getTime()) ? now : said;
  const shop = await installedShop({ tx, domain: text(payload.shopify_domain) });
  if (shop === null) return;
  if (trigger === '' || typeof used !== 'boolean') {
    log.warn('flow.usage_not_understood', { shopId: shop.id });
    return;
  }
  await tx.$executeRaw`
    INSERT INTO flow_trigger_usages (shop_id, trigger, used, reported_at) VALUES (${shop.id}, ${trigger}, ${used}, ${at})
    ON CONFLICT (shop_id, trigger) DO UPDATE SET used = excluded.used, reported_at = excluded.reported_at
    WHERE flow_trigger_usages.reported_at <= excluded.reported_at`;
  const uses = await tx.flowTriggerUsage.count({ where: { shopId: shop.id, used: true } });
  if (uses > 0) await begin({ tx, shopId: shop.id, now });
  else await end({ tx, shopId: shop.id });
}

const begin = ({ tx, shopId, now }: { tx: Tx; shopId: bigint; now: Date }) =>
  tx.$executeRaw`
    INSERT INTO flow_cursors (shop_id, started_at, last_subscription_id, last_restock_id)
    VALUES (${shopId}, ${now},
      COALESCE((SELECT max(id) FROM subscriptions WHERE shop_id = ${shopId}), 0),
      COALESCE((SELECT max(id) FROM restocks WHERE shop_id = ${shopId}), 0))
    ON CONFLICT DO NOTHING`;

async function end({ tx, shopId }: { tx: Tx; shopId: bigint }): Promise<void> {
  await tx.flowCursor.deleteMany({ where: { shopId } });
  await tx.flowDelivery.deleteMany({ where: { shopId } });
}
