// What happened in a shop since Shopify Flow was last told, read from the tables.
import { type FlowDelivery, Prisma } from '@prisma/client';
import { setTimeout as wait } from 'node:timers/promises';
import { db, queryRows } from '../db.server.ts';
import { currentPage } from '../messenger/pages.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { VariantInfo } from './trigger-payloads.ts';

export type Cursor = { shopId: bigint; startedAt: Date; lastSubscriptionId: bigint; lastRestockId: bigint };

type Tops = { joined: bigint; restock: bigint };

/** null for a shop that uses no trigger, or is not there to be notified. */
export async function cursorOf({
  shopId,
}: {
  shopId: bigint;
}): Promise<(Cursor & { locale: string }) | null> {
  const [cursor] = await queryRows<Cursor & { locale: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT c.*, s.locale FROM flow_cursors c JOIN shops s ON s.id = c.shop_id AND s.uninstalled_at IS NULL
    WHERE c.shop_id = ${shopId}`,
  });
  return cursor ?? null;
}

/**
 * A shop's rows are found by the pair of shop and id, and by nothing else: asked for a small shop's newest rows by id alone, the database would
 * read its way through those of a large one.
 */
const newest = ({ table, shopId }: { table: Prisma.Sql; shopId: bigint }) => Prisma.sql`
  COALESCE((SELECT CASE WHEN t.shop_id = ${shopId} THEN t.id END FROM ${table} t
    WHERE (t.shop_id, t.id) <= (${shopId}, 9223372036854775807) ORDER BY t.shop_id DESC, t.id DESC LIMIT 1), 0)::bigint`;

const SETTLE_STEP_MS = 25;

const SETTLE_STEPS = 40;

/**
 * Up to where a shop's rows may be read by id without missing one: ids are given before rows are committed, so whatever was being
 * written when the newest ids were read is waited for. Null when somebody writes for longer than a second.
 */
export async function committedUpTo({ shopId }: { shopId: bigint }): Promise<Tops | null> {
  const [seen] = await queryRows<Tops & { next: string }>({
    tx: db,
    sql: Prisma.sql`
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next,
      ${newest({ table: Prisma.sql`subscriptions`, shopId })} AS joined, ${newest({ table: Prisma.sql`restocks`, shopId })} AS restock`,
  });
  const { next, joined, restock } = seen!;
  for (let step = 0; step < SETTLE_STEPS; step += 1) {
    const [now] = await queryRows<{ settled: boolean }>({
      tx: db,
      sql: Prisma.sql`
      SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${next}::xid8 AS settled`,
    });
    if (now!.settled) return { joined, restock };
    await wait(SETTLE_STEP_MS);
  }
  return null;
}

const waitingFor = (variant: Prisma.Sql, { now }: { now: Date }) => Prisma.sql`
  FROM subscriptions s WHERE s.shop_id = ${variant}.shop_id AND s.variant_id = ${variant}.variant_id
    AND NOT s.is_test AND ${waiting({ now })}`;

export type NewSubscription = VariantInfo & {
  subscriptionId: bigint;
  at: Date;
  waiting: number;
  mark: number | null;
};

/** The next who joined, in order; each line is counted once, whoever of it is among them. `waiting`: how many waited with the last of them included; `mark`: the number told of that line last. */
export const newSubscriptions = ({
  shopId,
  after,
  upTo,
  now,
  limit,
}: {
  shopId: bigint;
  after: bigint;
  upTo: bigint;
  now: Date;
  limit: number;
}): Promise<NewSubscription[]> =>
  queryRows<NewSubscription>({
    tx: db,
    sql: Prisma.sql`
    WITH next AS MATERIALIZED (
      SELECT s.id, s.shop_id, s.variant_id, s.status, s.granted_at, s.expires_at FROM subscriptions s
      WHERE (s.shop_id, s.id) > (${shopId}, ${after}) AND (s.shop_id, s.id) <= (${shopId}, ${upTo}) AND NOT s.is_test
      ORDER BY s.shop_id, s.id LIMIT ${limit}),
    line AS MATERIALIZED (
      SELECT n.variant_id, (SELECT count(*) ${waitingFor(Prisma.sql`n`, { now })} AND s.id <= (SELECT max(id) FROM next)) AS people
      FROM (SELECT DISTINCT shop_id, variant_id FROM next) n)
    SELECT one.id AS subscription_id, one.granted_at AS at, v.id AS variant_id, v.product_id, v.title,
      (line.people - (SELECT count(*) FROM next s WHERE s.variant_id = one.variant_id AND s.id > one.id AND ${waiting({ now })}))::int AS waiting,
      (SELECT t.threshold FROM flow_deliveries t WHERE t.shop_id = one.shop_id AND t.kind = 'waitlist' AND t.subject_id = one.variant_id) AS mark
    FROM next one JOIN line ON line.variant_id = one.variant_id
    JOIN variants v ON v.shop_id = one.shop_id AND v.id = one.variant_id
    ORDER BY one.id`,
  });

/**
 * A restock is notified once its line is empty, or it is over; nobody of it is on the way any more. The order matters: while a long line is
 * being notified, only the first row of that line is read.
 */
const isNotified = ({ now }: { now: Date }) => Prisma.sql`
  NOT r.is_test AND r.claimed_count > 0
  AND NOT EXISTS (SELECT FROM flow_deliveries t WHERE t.shop_id = r.shop_id AND t.kind = 'restock' AND t.subject_id = r.id)
  AND CASE WHEN r.closed_at IS NOT NULL OR (SELECT s.id ${waitingFor(Prisma.sql`r`, { now })} ORDER BY s.waiting_since LIMIT 1) IS NULL
    THEN NOT EXISTS (SELECT FROM notifications n WHERE n.restock_id = r.id AND n.finished_at IS NULL)
    ELSE false END`;

export type NotifiedRestock = VariantInfo & {
  restockId: bigint;
  openedAt: Date;
  people: number;
  waiting: number;
};

export const notifiedRestocks = ({
  shopId,
  after,
  now,
  limit,
}: {
  shopId: bigint;
  after: bigint;
  now: Date;
  limit: number;
}): Promise<NotifiedRestock[]> =>
  queryRows<NotifiedRestock>({
    tx: db,
    sql: Prisma.sql`
    SELECT r.id AS restock_id, r.opened_at, v.id AS variant_id, v.product_id, v.title,
      (SELECT count(*)::int FROM notifications n WHERE n.restock_id = r.id AND n.status IN ('sent', 'assumed_sent')) AS people,
      (SELECT count(*)::int ${waitingFor(Prisma.sql`r`, { now })}) AS waiting
    FROM restocks r JOIN variants v ON v.shop_id = r.shop_id AND v.id = r.variant_id
    WHERE r.shop_id = ${shopId} AND r.id > ${after} AND ${isNotified({ now })}
    ORDER BY r.id LIMIT ${limit}`,
  });

/** The trouble of the Page that speaks for the shop. */
const hasIssue = Prisma.sql`
  pg.issue IS NOT NULL AND pg.issue_since >= c.started_at AND ${currentPage}
  AND NOT EXISTS (SELECT FROM flow_deliveries t WHERE t.shop_id = pg.shop_id AND t.kind = 'page_issue' AND t.subject_id = pg.id
    AND t.issue = pg.issue AND t.issue_since = pg.issue_since)`;

export type PageIssueEvent = { pageId: bigint; page: string; issue: string; since: Date };

export async function pageIssues({ shopId }: { shopId: bigint }): Promise<PageIssueEvent | null> {
  const [found] = await queryRows<PageIssueEvent>({
    tx: db,
    sql: Prisma.sql`
    SELECT pg.id AS page_id, pg.name AS page, pg.issue AS issue, pg.issue_since AS since
    FROM pages pg JOIN flow_cursors c ON c.shop_id = pg.shop_id
    WHERE pg.shop_id = ${shopId} AND ${hasIssue} LIMIT 1`,
  });
  return found ?? null;
}

/** The shops of which Flow has not heard everything: a few probes of an index for each shop that uses a trigger, none for the others. */
export async function shopsWithPendingFlowEvents({ now }: { now: Date }): Promise<bigint[]> {
  const rows = await queryRows<{ shopId: bigint }>({
    tx: db,
    sql: Prisma.sql`
    SELECT c.shop_id FROM flow_cursors c
    JOIN shops s ON s.id = c.shop_id AND s.uninstalled_at IS NULL AND s.access_unknown_since IS NULL AND s.reauthorization_required_since IS NULL
    WHERE (SELECT j.shop_id FROM subscriptions j WHERE (j.shop_id, j.id) > (c.shop_id, c.last_subscription_id) ORDER BY j.shop_id, j.id LIMIT 1) = c.shop_id
       OR EXISTS (SELECT FROM pages pg WHERE pg.shop_id = c.shop_id AND ${hasIssue})
       OR (SELECT r.id FROM restocks r
          WHERE (r.shop_id, r.id) > (c.shop_id, c.last_restock_id) AND r.shop_id = c.shop_id AND ${isNotified({ now })} LIMIT 1) IS NOT NULL`,
  });
  return rows.map(({ shopId }) => shopId);
}

type Of = { shopId: bigint };

/** Only forward, and only while the shop still uses a trigger. */
export async function saveCursor({ shopId, joined }: Of & { joined: bigint }): Promise<void> {
  await db.$executeRaw`
    UPDATE flow_cursors SET last_subscription_id = ${joined} WHERE shop_id = ${shopId} AND last_subscription_id < ${joined}`;
}

async function keep({
  shopId,
  kind,
  subjectId,
  threshold = null,
  issue = null,
  now,
}: Of & {
  kind: FlowDelivery['kind'];
  subjectId: bigint;
  threshold?: number | null;
  issue?: { name: string; since: Date } | null;
  now: Date;
}): Promise<void> {
  await db.$executeRaw`
    INSERT INTO flow_deliveries (shop_id, kind, subject_id, threshold, issue, issue_since, delivered_at)
    SELECT shop_id, ${kind}, ${subjectId}, ${threshold}::int, ${issue?.name ?? null}, ${issue?.since ?? null}::timestamptz, ${now}
    FROM flow_cursors WHERE shop_id = ${shopId}
    ON CONFLICT (shop_id, kind, subject_id) DO UPDATE SET threshold = excluded.threshold, issue = excluded.issue,
      issue_since = excluded.issue_since, delivered_at = excluded.delivered_at`;
}

export const saveThreshold = ({
  shopId,
  variantId,
  number,
  now,
}: Of & { variantId: bigint; number: number; now: Date }): Promise<void> =>
  keep({ shopId, kind: 'waitlist', subjectId: variantId, threshold: number, now });

/** A restock was notified: its line begins anew, and each number may be reached again. */
export async function saveRestockDelivery({
  shopId,
  restockId,
  variantId,
  now,
}: Of & { restockId: bigint; variantId: bigint; now: Date }): Promise<void> {
  await keep({ shopId, kind: 'restock', subjectId: restockId, now });
  await db.flowDelivery.deleteMany({ where: { shopId, kind: 'waitlist', subjectId: variantId } });
}

/** A Page has one trouble at a time, so its last one is enough to remember. */
export async function saveIssueDelivery({
  shopId,
  issue: { pageId, issue, since },
  now,
}: Of & { issue: PageIssueEvent; now: Date }): Promise<void> {
  await keep({ shopId, kind: 'page_issue', subjectId: pageId, issue: { name: issue, since }, now });
}

/** Moves the place of the restocks up to the first that is not done with; what is notified below it needs no row any more. */
export async function finishRestocks({ shopId, upTo }: Of & { upTo: bigint }): Promise<void> {
  await db.$executeRaw`
    UPDATE flow_cursors c SET last_restock_id = GREATEST(c.last_restock_id, COALESCE((
      SELECT min(r.id) - 1 FROM restocks r
      WHERE r.shop_id = c.shop_id AND r.id > c.last_restock_id AND r.id <= ${upTo} AND NOT r.is_test
        AND NOT (r.closed_at IS NOT NULL AND r.claimed_count = 0)
        AND NOT EXISTS (SELECT FROM flow_deliveries t WHERE t.shop_id = r.shop_id AND t.kind = 'restock' AND t.subject_id = r.id)), ${upTo}))
    WHERE c.shop_id = ${shopId}`;
  await db.$executeRaw`
    DELETE FROM flow_deliveries t USING flow_cursors c
    WHERE t.shop_id = ${shopId} AND c.shop_id = t.shop_id AND t.kind = 'restock' AND t.subject_id <= c.last_restock_id`;
}
