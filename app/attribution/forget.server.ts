// What is forgotten of a customer whom Shopify asks us to erase: the sales that we took from their orders.
import { db } from '../db.server.ts';

/** Removes what is kept of these orders. Safe to run again. @returns how many. */
export async function forgetOrders({
  shopId,
  orderIds,
}: {
  shopId: bigint;
  orderIds: bigint[];
}): Promise<number> {
  const where = { shopId, orderId: { in: orderIds } };
  const [, { count }] = await db.$transaction([
    db.orderReading.deleteMany({ where }),
    db.sale.deleteMany({ where }),
  ]);
  return count;
}
