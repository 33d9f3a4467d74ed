// The sale that a message brought: one for each order, kept true as the order changes.
import type { Tx } from '../db.server.ts';
import type { Order } from './order.ts';

/** The message of the first of these codes that this very shop gave out; the merchant's own test brings no sale. */
export async function messageOf({
  tx,
  shopId,
  codes,
}: {
  tx: Tx;
  shopId: bigint;
  /** The likeliest first. */
  codes: (string | null)[];
}): Promise<bigint | null> {
  const given = codes.filter((code) => code !== null);
  if (given.length === 0) return null;
  const found = await tx.notification.findMany({
    where: { shopId, code: { in: given }, isTest: false },
    select: { id: true, code: true },
  });
  for (const code of given) {
    const message = found.find((each) => each.code === code);
    if (message) return message.id;
  }
  return null;
}

export const knownSale = ({ tx, shopId, orderId }: { tx: Tx; shopId: bigint; orderId: bigint }) =>
  tx.sale.findUnique({ where: { shopId_orderId: { shopId, orderId } }, select: { notificationId: true } });

/**
 * Writes what is newer than what is kept, so that deliveries may come twice and in any order. `truth`: it was read from Shopify, and
 * says more than a webhook of the same moment.
 */
export async function writeSale({
  tx,
  shopId,
  notificationId,
  order: { orderId, worth, currency, createdAt, updatedAt },
  truth,
}: {
  tx: Tx;
  shopId: bigint;
  notificationId: bigint;
  order: Order;
  truth: boolean;
}): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO "Sale" ("shopId", "notificationId", "orderId", "amount", "currency", "refunded", "at", "asOf")
    VALUES (${shopId}, ${notificationId}, ${orderId}, ${worth.amount}::numeric, ${currency}, ${worth.refunded}::numeric,
            ${createdAt}, ${updatedAt})
    ON CONFLICT ("shopId", "orderId") DO UPDATE
    SET "amount" = excluded."amount", "refunded" = excluded."refunded", "currency" = excluded."currency", "asOf" = excluded."asOf"
    WHERE "Sale"."asOf" < excluded."asOf" OR (${truth} AND "Sale"."asOf" = excluded."asOf")`;
}
