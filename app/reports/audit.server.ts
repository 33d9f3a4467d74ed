// Checks that what the tables say of every grant agrees.
import { Prisma } from '@prisma/client';
import { db, queryRows } from '../db.server.ts';
import { log } from '../lib/log.server.ts';

export type Account = {
  shopId: bigint;
  variantId: bigint;
  optedIn: number;
  waiting: number;
  pending: number;
  notified: number;
  presumed: number;
  refused: number;
  unknown: number;
  expired: number;
  stopped: number;
};

export type Fault = { what: string; id: bigint };

/**
 * Per shop and variant: opted in = waiting + pending + told + presumed + refused + unknown + expired + stopped (who was erased has left both
 * sides). `faults` names every row that contradicts another; there are none, at any second.
 */
export async function balance({ shopId }: { shopId?: bigint } = {}): Promise<{
  accounts: Account[];
  faults: Fault[];
}> {
  const ofShop = (alias: string) =>
    shopId === undefined ? Prisma.sql`true` : Prisma.sql`${Prisma.raw(alias)}.shop_id = ${shopId}`;
  const count = (state: string) => Prisma.sql`count(*) FILTER (WHERE s.status = ${state})::int`;
  // One snapshot for all of it: a claim between two readings would look like a fault.
  return db.$transaction(
    async (tx) => {
      const accounts = await queryRows<Account>({
        tx,
        sql: Prisma.sql`
        SELECT r.shop_id, r.variant_id, count(*)::int AS opted_in, ${count('waiting')} AS waiting, ${count('claimed')} AS pending,
          ${count('notified')} AS notified, ${count('assumed_notified')} AS presumed, ${count('failed')} AS refused, ${count('unknown')} AS unknown,
          ${count('expired')} AS expired, ${count('cancelled')} AS stopped
        FROM opt_in_requests r LEFT JOIN subscriptions s ON s.shop_id = r.shop_id AND s.opt_in_request_id = r.id
        WHERE r.accepted_at IS NOT NULL AND NOT r.is_test AND ${ofShop('r')}
        GROUP BY r.shop_id, r.variant_id`,
      });
      const faults = await queryRows<Fault>({
        tx,
        sql: Prisma.sql`
        SELECT 'accepted, but no subscription' AS what, r.id FROM opt_in_requests r
          LEFT JOIN subscriptions s ON s.shop_id = r.shop_id AND s.opt_in_request_id = r.id
          WHERE r.accepted_at IS NOT NULL AND s.id IS NULL AND ${ofShop('r')}
        UNION ALL SELECT 'subscription ' || s.status || ', message ' || COALESCE(n.status, 'none'), s.id
          FROM subscriptions s LEFT JOIN notifications n ON n.shop_id = s.shop_id AND n.subscription_id = s.id
          WHERE ${ofShop('s')} AND CASE s.status
            WHEN 'claimed' THEN n.finished_at IS NOT NULL OR n.id IS NULL
            WHEN 'notified' THEN n.status IS DISTINCT FROM 'sent'
            WHEN 'assumed_notified' THEN n.status IS DISTINCT FROM 'assumed_sent'
            WHEN 'failed' THEN n.status IS DISTINCT FROM 'failed'
            WHEN 'unknown' THEN n.status IS DISTINCT FROM 'unknown'
            ELSE n.id IS NOT NULL END
        UNION ALL SELECT 'restock counts fewer than it has told', k.id FROM restocks k
          JOIN (SELECT restock_id, count(*) AS count FROM notifications GROUP BY restock_id) n ON n.restock_id = k.id
          WHERE ${ofShop('k')} AND k.claimed_count < n.count`,
      });
      return { accounts, faults };
    },
    { isolationLevel: Prisma.TransactionIsolationLevel.RepeatableRead },
  );
}

/** Housekeeping: shop by shop, whatever contradicts itself is said aloud, by what and which row. @returns how many rows that is. */
export async function auditConsistency(): Promise<number> {
  const shops = await db.shop.findMany({ select: { id: true }, orderBy: { id: 'asc' } });
  let found = 0;
  for (const { id: shopId } of shops) {
    const { faults } = await balance({ shopId });
    found += faults.length;
    if (faults.length > 0)
      log.error('audit.failed', { shopId, rows: faults.length, faults: faults.slice(0, 20) });
  }
  return found;
}
