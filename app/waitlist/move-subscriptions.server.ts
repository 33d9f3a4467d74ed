// Moves the subscriptions of a deleted variant to another; each keeps its position.
import { Prisma } from '@prisma/client';
import { queryRows, type Tx } from '../db.server.ts';

type Move = { tx: Tx; shopId: bigint; from: bigint; to: bigint; now: Date };

/**
 * Moves everybody who waits for `from` to `to`, a variant that is known here; each keeps their place. Who waits there already keeps the earlier of both places and one
 * of the two tokens. The merchant's own tests stay where they are.
 */
export async function moveSubscriptions({
  tx,
  shopId,
  from,
  to,
  now,
}: Move): Promise<{ moved: number; merged: number }> {
  // One order for every locker of two variants, and nobody joins or leaves either line meanwhile.
  await tx.$queryRaw`
    SELECT 1 AS locked FROM variants WHERE shop_id = ${shopId} AND id IN (${from}, ${to}) ORDER BY id FOR NO KEY UPDATE`;
  const merged = await queryRows<{ id: bigint }>({
    tx,
    sql: Prisma.sql`
    WITH twice AS (
      SELECT old.id, old.waiting_since, live.id AS kept FROM subscriptions old
      JOIN subscriptions live ON live.shop_id = old.shop_id AND live.shopper_id = old.shopper_id AND live.variant_id = ${to}
        AND live.status IN ('waiting', 'claimed') AND NOT live.is_test
      WHERE old.shop_id = ${shopId} AND old.variant_id = ${from} AND old.status = 'waiting' AND NOT old.is_test
    ), earlier AS (
      UPDATE subscriptions s SET waiting_since = twice.waiting_since FROM twice
      WHERE s.shop_id = ${shopId} AND s.id = twice.kept AND s.waiting_since > twice.waiting_since
    )
    UPDATE subscriptions s SET status = 'cancelled', grant_token = NULL, ended_at = ${now}, end_reason = 'merged'
    FROM twice WHERE s.shop_id = ${shopId} AND s.id = twice.id AND s.status = 'waiting' RETURNING s.id`,
  });
  const moved = await tx.subscription.updateMany({
    where: { shopId, variantId: from, status: 'waiting', isTest: false },
    data: { variantId: to },
  });
  return { moved: moved.count, merged: merged.length };
}
