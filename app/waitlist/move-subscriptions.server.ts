// Moves the subscriptions of a deleted variant to another; each keeps its position.
import type { Tx } from '../db.server.ts';

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
    SELECT 1 AS locked FROM "Variant" WHERE "shopId" = ${shopId} AND "id" IN (${from}, ${to}) ORDER BY "id" FOR NO KEY UPDATE`;
  const merged = await tx.$queryRaw<{ id: bigint }[]>`
    WITH twice AS (
      SELECT old."id", old."since", live."id" AS "kept" FROM "Subscription" old
      JOIN "Subscription" live ON live."shopId" = old."shopId" AND live."shopperId" = old."shopperId" AND live."variantId" = ${to}
        AND live."state" IN ('waiting', 'claimed') AND NOT live."isTest"
      WHERE old."shopId" = ${shopId} AND old."variantId" = ${from} AND old."state" = 'waiting' AND NOT old."isTest"
    ), earlier AS (
      UPDATE "Subscription" s SET "since" = twice."since" FROM twice
      WHERE s."shopId" = ${shopId} AND s."id" = twice."kept" AND s."since" > twice."since"
    )
    UPDATE "Subscription" s SET "state" = 'stopped', "token" = NULL, "endedAt" = ${now}, "endedBecause" = 'waits for it already'
    FROM twice WHERE s."shopId" = ${shopId} AND s."id" = twice."id" AND s."state" = 'waiting' RETURNING s."id"`;
  const moved = await tx.subscription.updateMany({
    where: { shopId, variantId: from, state: 'waiting', isTest: false },
    data: { variantId: to },
  });
  return { moved: moved.count, merged: merged.length };
}
