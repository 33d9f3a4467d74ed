// An order is heard of: it is ours if it carries a message's code; where the webhook does not say, Shopify is asked later.
import type { Tx } from '../db.server.ts';
import { DAY, later, MINUTE, SECOND } from '../lib/clock.ts';
import type { Delivery } from '../shops/webhook.server.ts';
import type { Shop } from '../shops/shop.server.ts';
import { codeIn } from './landing.ts';
import { orderInWebhook } from './order.ts';
import { knownSale, messageOf, writeSale } from './sale.server.ts';

/** Shopify traces an order over 30 days; without a tap in them no order can be ours, and none is asked for. */
const TRACED_MS = 30 * DAY;
/** Shopify needs a moment before it can say how a shopper came. */
const JOURNEY_MS = 2 * MINUTE;

/** The order is to be read from Shopify at `dueAt`, anew if it was going to be anyway. */
async function wantReading({
  tx,
  shopId,
  orderId,
  now,
  dueAt,
}: {
  tx: Tx;
  shopId: bigint;
  orderId: bigint;
  now: Date;
  dueAt: Date;
}): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "OrderReading" ("shopId", "orderId", "heardAt", "dueAt") VALUES (${shopId}, ${orderId}, ${now}, ${dueAt})
    ON CONFLICT ("shopId", "orderId") DO UPDATE
    SET "heardAt" = excluded."heardAt", "dueAt" = LEAST("OrderReading"."dueAt", excluded."dueAt")`;
}

async function hadTaps({ tx, shopId, now }: { tx: Tx; shopId: bigint; now: Date }): Promise<boolean> {
  const tap = await tx.tap.findFirst({
    where: { shopId, at: { gt: later(now, -TRACED_MS) } },
    select: { id: true },
  });
  return tap !== null;
}

/** The door's whole work. What is not counted, or not ours, leaves no row. */
export async function hearOrder({
  tx,
  shop,
  delivery: { topic, payload },
  now,
}: {
  tx: Tx;
  shop: Shop | null;
  delivery: Delivery;
  now: Date;
}): Promise<void> {
  if (shop?.counting !== 'on' || shop.countingSince === null) return;
  const order = orderInWebhook(payload);
  if (order === undefined || order.test) return;
  const of = { tx, shopId: shop.id };
  const changed = topic !== 'orders/create';

  const known = await knownSale({ ...of, orderId: order.orderId });
  // An order from before counting stays uncounted, and one of long ago does not come back after it was forgotten.
  const young =
    order.createdAt >= later(shop.countingSince, -SECOND) && order.createdAt > later(now, -TRACED_MS);
  if (known === null && !young) return;
  const landing = typeof payload.landing_site === 'string' ? payload.landing_site : null;
  const notificationId = known?.notificationId ?? (await messageOf({ ...of, codes: [codeIn(landing)] }));
  if (notificationId !== null) {
    await writeSale({ ...of, notificationId, order, truth: false });
    // A change may be money paid back, of which the webhook says too little.
    if (changed) await wantReading({ ...of, orderId: order.orderId, now, dueAt: now });
  } else if (!changed && (await hadTaps({ ...of, now })))
    await wantReading({ ...of, orderId: order.orderId, now, dueAt: later(now, JOURNEY_MS) });
}
