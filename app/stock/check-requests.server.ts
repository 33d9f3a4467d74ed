// Requests stock checks: a version counter per variant, and which checks are due.
import { Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { later, SECOND } from '../lib/clock.ts';
import type { Due } from '../shopify/read-variants.server.ts';
import { activeShop } from '../shopify/shops.server.ts';
import type { VariantState } from '../shopify/variant-queries.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import { mayNotifyOnceChecked, notYetNotified, openRestock } from './restocks.server.ts';
import { describeVariant } from './variants.server.ts';

/**
 * SQL over `v`: somebody waits for it (also one whose message may yet come back unsent), or a restock is open that may have to close. Two
 * probes that stay such: as EXISTS they may be planned as a reading of all who wait; and by an index's order, since where most of a table is
 * one line, reading until the first match seems cheap, and is not for a variant that nobody waits for.
 */
export const hasWaitingOrOpenRestock = Prisma.sql`COALESCE(
  (SELECT true FROM subscriptions s WHERE s.shop_id = v.shop_id AND s.variant_id = v.id
    AND s.status IN ('waiting', 'claimed') AND NOT s.is_test ORDER BY s.shopper_id LIMIT 1),
  (SELECT true FROM restocks r WHERE r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock} LIMIT 1),
  false)`;

type Which = { inventoryItemIds?: bigint[]; productIds?: bigint[]; variantIds?: bigint[] };

/** One arm for each index, so that no plan has to guess. */
function arms({ inventoryItemIds = [], productIds = [], variantIds = [] }: Which): Prisma.Sql[] {
  return [
    inventoryItemIds.length > 0 && Prisma.sql`v.inventory_item_id = ANY(${inventoryItemIds}::bigint[])`,
    inventoryItemIds.length > 0 && Prisma.sql`v.component_item_ids && ${inventoryItemIds}::bigint[]`,
    productIds.length > 0 && Prisma.sql`v.product_id = ANY(${productIds}::bigint[])`,
    variantIds.length > 0 && Prisma.sql`v.id = ANY(${variantIds}::bigint[])`,
  ].filter((arm) => arm !== false);
}

/**
 * Marks the variants behind these ids, several per inventory item and bundles of it included.
 * @returns how many were marked; 0 cost one read and no write.
 */
export async function requestStockChecks({
  tx,
  shopId,
  now,
  ...which
}: { tx: Tx; shopId: bigint; now: Date } & Which): Promise<number> {
  const found = arms(which).map(
    (arm) =>
      Prisma.sql`SELECT v.id FROM variants v WHERE v.shop_id = ${shopId} AND ${arm} AND ${hasWaitingOrOpenRestock}`,
  );
  if (found.length === 0) return 0;
  const rows = await queryRows<{ id: bigint }>({
    tx,
    sql: Prisma.join(found, ' UNION '),
  });
  return requestStockCheck({ tx, shopId, variantIds: rows.map((row) => row.id), news: true, now });
}

/** A location or the settings have changed: that may concern every variant that someone waits for, and is news of none of them. */
export async function requestAllStockChecks({
  tx,
  shopId,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  now: Date;
}): Promise<number> {
  const rows = await queryRows<{ id: bigint }>({
    tx,
    sql: Prisma.sql`
    SELECT v.id FROM variants v WHERE v.shop_id = ${shopId} AND v.missing_since IS NULL AND ${hasWaitingOrOpenRestock}`,
  });
  return requestStockCheck({ tx, shopId, variantIds: rows.map((row) => row.id), news: false, now });
}

export type Of = { shopId: bigint; variantId: bigint };

/**
 * A stock check request: every variant's `checkRequestedVersion` goes up by one, also when a check is due already, so that a request during a check is never lost.
 * @param news whether something was said about just these variants: they are looked at before those that are marked with all the others.
 * @returns how many of them are known here.
 */
export async function requestStockCheck({
  tx,
  shopId,
  variantIds,
  news,
  now,
}: {
  tx: Tx;
  shopId: bigint;
  variantIds: bigint[];
  news: boolean;
  now: Date;
}): Promise<number> {
  if (variantIds.length === 0) return 0;
  // Locked in one order, or two webhooks about the same variants would wait for each other; and not as keys, or two yeses at once to
  // one variant would, since each new subscription holds the variant's key.
  const rows = await queryRows<{ fresh: boolean }>({
    tx,
    sql: Prisma.sql`
    UPDATE variants v SET check_requested_version = v.check_requested_version + 1,
      direct_request_version = CASE WHEN ${news} THEN v.check_requested_version + 1 ELSE v.direct_request_version END,
      due_since = CASE WHEN v.check_requested_version > v.checked_version THEN v.due_since ELSE ${now} END
    FROM (SELECT id, check_requested_version > checked_version AS due, direct_request_version > checked_version AS news FROM variants
      WHERE shop_id = ${shopId} AND id = ANY(${variantIds}::bigint[]) ORDER BY id FOR NO KEY UPDATE) was
    WHERE v.shop_id = ${shopId} AND v.id = was.id
    RETURNING NOT was.due OR (${news} AND NOT was.news) AS fresh`,
  });
  // Only a variant that turns from clean to marked, or gets its first news, needs a NOTIFY: whoever looks at it reads `wanted` itself.
  if (rows.some((row) => row.fresh)) await notify(tx, 'stockChecks', String(shopId));
  return rows.length;
}

/** A stock check at a set time; the earlier of two is kept. */
export async function scheduleStockCheck({
  tx,
  shopId,
  variantId,
  at,
}: Of & { tx: Tx; at: Date }): Promise<void> {
  await tx.$executeRaw`
    UPDATE variants SET next_check_at = LEAST(COALESCE(next_check_at, ${at}), ${at}) WHERE shop_id = ${shopId} AND id = ${variantId}`;
  await notify(tx, 'stockChecks', String(shopId));
}

/** Marks the variants of one shop whose appointment has come: news that time itself gives. */
async function requestDueChecks({ shopId, now }: { shopId: bigint; now: Date }): Promise<void> {
  await db.$executeRaw`
    UPDATE variants SET check_requested_version = check_requested_version + 1, direct_request_version = check_requested_version + 1, next_check_at = NULL,
      due_since = CASE WHEN check_requested_version > checked_version THEN due_since ELSE next_check_at END
    WHERE shop_id = ${shopId} AND next_check_at <= ${now}`;
}

/** The shops that have a stock check to make now, and when the next appointment of any shop comes. */
export async function shopsWithDueChecks({
  now,
}: {
  now: Date;
}): Promise<{ shopIds: bigint[]; nextAt: Date | null }> {
  const due = await queryRows<{ shopId: bigint }>({
    tx: db,
    sql: Prisma.sql`
    SELECT DISTINCT shop_id FROM variants WHERE check_requested_version > checked_version OR next_check_at <= ${now}`,
  });
  const next = await db.variant.aggregate({
    where: { nextCheckAt: { gt: now } },
    _min: { nextCheckAt: true },
  });
  return { shopIds: due.map((row) => row.shopId), nextAt: next._min.nextCheckAt };
}

/**
 * Keeps what a stock check has found. An answer older than the newest check's is thrown away.
 * @returns false when it was too old to keep.
 */
export async function recordChecked({
  tx,
  shopId,
  variantId,
  requestedVersion,
  truth,
  staleChecks,
  now,
}: Of & {
  tx: Tx;
  requestedVersion: bigint;
  /** null: Shopify no longer knows the variant. */ truth: VariantState | null;
  staleChecks?: number;
  now: Date;
}): Promise<boolean> {
  const kept = await tx.variant.updateMany({
    where: { shopId, id: variantId, checkedVersion: { lt: requestedVersion } },
    data: {
      checkedVersion: requestedVersion,
      // Should it be due again already, it has been so since this look at the earliest.
      dueSince: now,
      ...(staleChecks === undefined ? {} : { staleChecks }),
      ...(truth === null
        ? {}
        : {
            ...describeVariant(truth),
            seenForSale: truth.availableForSale,
            seenQuantity: truth.inventoryQuantity,
            missingSince: null,
          }),
    },
  });
  if (kept.count === 1 && truth === null)
    await tx.variant.updateMany({
      where: { shopId, id: variantId, missingSince: null },
      data: { missingSince: now },
    });
  return kept.count === 1;
}

/** More are not thought about at once. */
const AT_ONCE = 1_000;

/**
 * The variants for which a stock check is due, with the mark that the stock check has to note: those with news, oldest first; then those that are due
 * because all were marked, of which an open restock goes first, since it holds up a page sender until it is read again.
 */
export async function dueVariants({ shopId, now }: { shopId: bigint; now: Date }): Promise<Due[]> {
  await requestDueChecks({ shopId, now });
  return queryRows<Due>({
    tx: db,
    sql: Prisma.sql`
    SELECT v.id, v.check_requested_version AS mark, v.levels, v.direct_request_version > v.checked_version AS news, v.seen_for_sale, v.seen_quantity
    FROM variants v
    LEFT JOIN restocks r ON r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock}
    WHERE v.shop_id = ${shopId} AND v.check_requested_version > v.checked_version
    ORDER BY v.direct_request_version > v.checked_version DESC, v.direct_request_version <= v.checked_version AND r.id IS NULL, v.due_since, v.id LIMIT ${AT_ONCE}`,
  });
}

/** When the next stock check of this shop is due by its set time. */
export async function nextScheduledCheck({ shopId }: { shopId: bigint }): Promise<Date | null> {
  const next = await db.variant.aggregate({
    where: { shopId, nextCheckAt: { not: null } },
    _min: { nextCheckAt: true },
  });
  return next._min.nextCheckAt;
}

/** Asked for early enough that the answer is there before the old one has run out. */
const REFRESH_AFTER_MS = 20 * SECOND;

/**
 * Marks for a new stock check every open restock from which this Page's sender could still notify somebody and whose stock check grows old. Cheap enough
 * for every second; a variant that is due already is left alone.
 * @returns how many were marked.
 */
export async function refreshOpenRestocks({
  metaPageId,
  now,
}: {
  metaPageId: string;
  now: Date;
}): Promise<number> {
  const rows = await queryRows<{ shopId: bigint; variantId: bigint }>({
    tx: db,
    sql: Prisma.sql`
    SELECT r.shop_id, r.variant_id FROM pages pg
    JOIN shops sh ON sh.id = pg.shop_id AND ${activeShop}
    JOIN restocks r ON r.shop_id = pg.shop_id AND ${openRestock}
      AND r.confirmed_available_at <= ${later(now, -REFRESH_AFTER_MS)} AND r.claimed_count < r.notification_quota
    JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id AND v.check_requested_version = v.checked_version
    WHERE pg.meta_page_id = ${metaPageId} AND pg.disconnected_at IS NULL AND ${mayNotifyOnceChecked({ now })}
      -- A subquery that stays one, by the line's own order: as a join it would read the whole line, every second. Whoever was told in this restock and asked again
      -- waits for the next one: no reason to look at this one.
      AND (SELECT s.id FROM subscriptions s WHERE s.shop_id = r.shop_id AND s.variant_id = r.variant_id
        AND s.page_id = pg.id AND NOT s.is_test AND ${waiting({ now })}
        AND ${notYetNotified()} ORDER BY s.waiting_since, s.id LIMIT 1) IS NOT NULL`,
  });
  const shops = Map.groupBy(rows, (row) => row.shopId);
  for (const [shopId, found] of shops)
    await db.$transaction((tx) =>
      requestStockCheck({ tx, shopId, variantIds: found.map((row) => row.variantId), news: true, now }),
    );
  return rows.length;
}
