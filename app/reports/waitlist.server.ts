// The line as the merchant sees it: how many wait for which variant, since when, and who they are.
import { Prisma } from '@prisma/client';
import { camelRows, db, queryRows } from '../db.server.ts';
import { pageOf } from '../messenger/pages.server.ts';
import { openRestock } from '../stock/restocks.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import { containing, type Cursor, writeCursor } from './cursor.ts';
import { variantStatus, type VariantStatus } from './explain.ts';

export type WaitlistQuery = { shopId: bigint; now: Date };

/** Those who can still be notified: not ended, not expired, not the merchant's own test. */
const isWaiting = ({ shopId, now }: WaitlistQuery) => Prisma.sql`
  s.shop_id = ${shopId} AND NOT s.is_test AND ${waiting({ now })}`;

/**
 * Reads a whole line from its index. PostgreSQL takes a million entries of an index for dearer than all rows of the table, since it
 * thinks of disks that turn; and the other processor belongs to the page senders.
 */
export async function readByIndex<Row>(query: Prisma.Sql): Promise<Row[]> {
  const [, rows] = await db.$transaction([
    db.$queryRaw`SELECT set_config('random_page_cost', '1', true), set_config('max_parallel_workers_per_gather', '0', true)`,
    db.$queryRaw<Record<string, unknown>[]>(query),
  ]);
  return camelRows<Row>(rows);
}

export type WaitlistSort = 'waiting' | 'oldest' | 'title';

export type WaitlistFilter = 'all' | 'restocked' | 'paused' | 'missing';

/** One variant's line as a row of the table. */
export type WaitlistRow = {
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  waiting: number;
  oldest: Date;
  units: number | null;
  checkedAt: Date | null;
  /** The newest look's reason. */
  reason: string | null;
  /** When the next stock check is due; `checkDue`: one is due now. */
  nextCheckAt: Date | null;
  checkDue: boolean;
  paused: boolean;
  missing: boolean;
  restocked: boolean;
};

/** The moment in a cursor; undefined unless one of ours could be written so: PostgreSQL takes only years of four digits as text. */
export function cursorDate({ value }: Cursor): Date | undefined {
  const at = new Date(value);
  return at.getTime() >= 0 && at.getUTCFullYear() <= 9_999 ? at : undefined;
}

const PAGE_SIZE = 25;

const orders = {
  waiting: {
    column: Prisma.sql`line.waiting`,
    down: true,
    read: ({ value }: Cursor) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
  },
  oldest: { column: Prisma.sql`line.oldest`, down: false, read: cursorDate },
  title: {
    column: Prisma.sql`lower(v.product_title || ' ' || v.title)`,
    down: false,
    read: ({ value }: Cursor) => value,
  },
};

const filters: Record<WaitlistFilter, Prisma.Sql> = {
  all: Prisma.sql`true`,
  restocked: Prisma.sql`EXISTS (SELECT FROM restocks r WHERE r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock})`,
  paused: Prisma.sql`v.paused_at IS NOT NULL`,
  missing: Prisma.sql`v.missing_since IS NOT NULL`,
};

/** How many people wait in a shop, and for how many variants. */
export type VariantWaitlist = { waiting: number; variants: number };

/**
 * One page of the lines in the chosen order, and the figures of all of them: who waits is counted once for both, from an index alone.
 * Pages go by key, so that the last of 100,000 lines costs what the first does.
 */
export async function waitlistByVariant({
  shopId,
  now,
  search = '',
  filter = 'all',
  sort = 'waiting',
  after,
  limit = PAGE_SIZE,
}: WaitlistQuery & {
  search?: string;
  filter?: WaitlistFilter;
  sort?: WaitlistSort;
  after?: Cursor | undefined;
  limit?: number;
}): Promise<{ lines: WaitlistRow[]; next: string | null; figures: VariantWaitlist }> {
  const { column, down, read } = orders[sort];
  const at = after && read(after);
  const behind =
    after === undefined || at === undefined
      ? Prisma.sql`true`
      : down
        ? Prisma.sql`(${column}, v.id) < (${at}, ${BigInt(after.id)})`
        : Prisma.sql`(${column}, v.id) > (${at}, ${BigInt(after.id)})`;
  const direction = down ? Prisma.sql`DESC` : Prisma.sql`ASC`;
  type Found = Omit<WaitlistRow, 'variantId'> & {
    all: number;
    variants: number;
    id: bigint | null;
    sortKey: unknown;
  };
  const rows = await readByIndex<Found>(Prisma.sql`
    WITH line AS MATERIALIZED (
      SELECT s.variant_id, count(*)::int AS waiting, min(s.waiting_since) AS oldest
      FROM subscriptions s WHERE ${isWaiting({ shopId, now })} GROUP BY s.variant_id),
    shown AS (
      SELECT v.*, line.waiting AS line_waiting, line.oldest AS line_oldest, ${column} AS sort_key
      FROM line JOIN variants v ON v.shop_id = ${shopId} AND v.id = line.variant_id
      WHERE ${filters[filter]} AND ${behind}
        AND (${search.trim() === ''} OR (v.product_title || ' ' || v.title) ILIKE ${containing(search)})
      ORDER BY sort_key ${direction}, v.id ${direction} LIMIT ${limit + 1})
    SELECT total.*, v.id, v.product_title, v.title, v.image_url, v.line_waiting AS waiting, v.line_oldest AS oldest, v.sort_key,
      v.next_check_at, v.check_requested_version > v.checked_version AS check_due, v.paused_at IS NOT NULL AS paused, v.missing_since IS NOT NULL AS missing,
      look.units, look.checked_at AS checked_at, look.reason,
      EXISTS (SELECT FROM restocks r WHERE r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock}) AS restocked
    FROM (SELECT COALESCE(sum(line.waiting), 0)::int AS "all", count(*)::int AS variants FROM line) total
    LEFT JOIN shown v ON true
    LEFT JOIN LATERAL (SELECT l.units, l.checked_at, l.reason FROM stock_checks l
      WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND NOT l.is_test ORDER BY l.checked_at DESC, l.id DESC LIMIT 1) look ON true
    ORDER BY v.sort_key ${direction}, v.id ${direction}`);
  // Without a single line to show there is one row, of figures alone.
  const found = rows.filter((row) => row.id !== null);
  const lines = found
    .slice(0, limit)
    .map(({ id, sortKey: _key, all: _all, variants: _variants, ...row }) => ({
      variantId: String(id),
      ...row,
    }));
  const last = found[limit - 1];
  const key = last?.sortKey instanceof Date ? last.sortKey.toISOString() : String(last?.sortKey);
  return {
    lines,
    figures: { waiting: rows[0]?.all ?? 0, variants: rows[0]?.variants ?? 0 },
    next: last && found.length > limit ? writeCursor({ value: key, id: String(last.id) }) : null,
  };
}

/** A variant with its line; null when this shop has no such variant. */
export async function waitlistOfVariant({ shopId, variantId, now }: WaitlistQuery & { variantId: bigint }) {
  const variant = await db.variant.findUnique({ where: { shopId_id: { shopId, id: variantId } } });
  if (variant === null) return null;
  const [row] = await queryRows<{ waiting: number; oldest: Date | null; until: Date | null }>({
    tx: db,
    sql: Prisma.sql`
    SELECT count(*)::int AS waiting, min(s.waiting_since) AS oldest, min(s.expires_at) AS until
    FROM subscriptions s WHERE ${isWaiting({ shopId, now })} AND s.variant_id = ${variantId}`,
  });
  return {
    variantId: String(variant.id),
    productId: String(variant.productId),
    productTitle: variant.productTitle,
    title: variant.title,
    imageUrl: variant.imageUrl,
    paused: variant.pausedAt !== null,
    missing: variant.missingSince !== null,
    nextCheckAt: variant.nextCheckAt,
    checkDue: variant.checkRequestedVersion > variant.checkedVersion,
    ...row!,
  };
}

export type WaitingShopper = {
  subscriptionId: string;
  shopper: string;
  locale: string;
  waitingSince: Date;
  expiresAt: Date;
};

/** Those who wait for one variant, in their order: the first is notified first. */
export async function waitingShoppers({
  shopId,
  variantId,
  now,
  after,
  limit = PAGE_SIZE,
}: WaitlistQuery & { variantId: bigint; after?: Cursor | undefined; limit?: number }): Promise<{
  people: WaitingShopper[];
  next: string | null;
}> {
  const from = after && cursorDate(after);
  const behind =
    from === undefined
      ? Prisma.sql`true`
      : Prisma.sql`(s.waiting_since, s.id) > (${from}, ${BigInt(after!.id)})`;
  const rows = await queryRows<{
    id: bigint;
    psid: string;
    locale: string;
    waitingSince: Date;
    expiresAt: Date;
  }>({
    tx: db,
    sql: Prisma.sql`
    SELECT s.id, p.psid, p.locale, s.waiting_since, s.expires_at
    FROM subscriptions s JOIN shoppers p ON p.shop_id = s.shop_id AND p.id = s.shopper_id
    WHERE ${isWaiting({ shopId, now })} AND s.variant_id = ${variantId} AND ${behind}
    ORDER BY s.waiting_since, s.id LIMIT ${limit + 1}`,
  });
  const last = rows[limit - 1];
  return {
    people: rows
      .slice(0, limit)
      .map(({ id, psid, ...row }) => ({ subscriptionId: String(id), shopper: psid.slice(-6), ...row })),
    next:
      last && rows.length > limit
        ? writeCursor({ value: last.waitingSince.toISOString(), id: String(last.id) })
        : null,
  };
}

/** How many wait on a Page of the shop (the current one unless told). */
export async function countWaitingOnPage({
  shopId,
  pageId,
  now,
}: {
  shopId: bigint;
  pageId?: bigint;
  now: Date;
}): Promise<number> {
  const id = pageId ?? (await pageOf({ shopId }))?.id;
  if (id === undefined) return 0;
  // Who waits is counted from one index, who was claimed from another: together they would be read from the rows.
  const can = Prisma.sql`s.shop_id = ${shopId} AND s.page_id = ${id} AND NOT s.is_test AND s.expires_at > ${now}`;
  const [row] = await readByIndex<{ people: number }>(Prisma.sql`
    SELECT ((SELECT count(*) FROM subscriptions s WHERE s.status = 'waiting' AND ${can})
      + (SELECT count(*) FROM subscriptions s WHERE s.status = 'claimed' AND ${can}))::int AS people`);
  return row!.people;
}

export type ProductWaitlist = {
  /** People waiting for any of its variants. */
  waiting: number;
  lines: { variantId: string; title: string; waiting: number; oldest: Date | null; state: VariantStatus }[];
  /** Variants that have no room in `lines`. */
  more: number;
};

type Found = Omit<ProductWaitlist['lines'][number], 'variantId' | 'state'> & {
  id: bigint;
  missing: boolean;
  paused: boolean;
  restocked: boolean;
  reason: string | null;
};

const MAX_VARIANTS = 20;

/** Variants that people wait for or that are being notified, the longest line first; empty when nobody ever asked for this product here. */
export async function productWaitlist({
  shopId,
  productId,
  now,
  room = MAX_VARIANTS,
}: {
  shopId: bigint;
  productId: bigint;
  now: Date;
  room?: number;
}): Promise<ProductWaitlist> {
  const found = await queryRows<Found>({
    tx: db,
    sql: Prisma.sql`
    SELECT v.id, v.title, line.waiting, line.oldest, v.missing_since IS NOT NULL AS missing, v.paused_at IS NOT NULL AS paused,
      EXISTS (SELECT FROM restocks r WHERE r.shop_id = v.shop_id AND r.variant_id = v.id AND ${openRestock}) AS restocked,
      (SELECT l.reason FROM stock_checks l WHERE l.shop_id = v.shop_id AND l.variant_id = v.id AND NOT l.is_test
       ORDER BY l.checked_at DESC, l.id DESC LIMIT 1) AS reason
    FROM variants v, LATERAL (
      SELECT count(*)::int AS waiting, min(s.waiting_since) AS oldest FROM subscriptions s
      WHERE s.shop_id = v.shop_id AND s.variant_id = v.id AND NOT s.is_test AND ${waiting({ now })}) line
    WHERE v.shop_id = ${shopId} AND v.product_id = ${productId}
    ORDER BY line.waiting DESC, v.title, v.id`,
  });
  const shown = found.filter(({ waiting, restocked }) => waiting > 0 || restocked);
  return {
    waiting: shown.reduce((sum, { waiting }) => sum + waiting, 0),
    lines: shown.slice(0, room).map((one) => {
      const { id, title, waiting, oldest } = one;
      return { variantId: String(id), title, waiting, oldest, state: variantStatus(one) };
    }),
    more: Math.max(0, shown.length - room),
  };
}
