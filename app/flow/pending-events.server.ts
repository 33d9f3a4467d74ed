// What happened in a shop since Shopify Flow was last told, read from the tables.
import { Prisma } from '@prisma/client';
import { setTimeout as wait } from 'node:timers/promises';
import { db } from '../db.server.ts';
import { currentPage } from '../messenger/pages.server.ts';
import { waiting } from '../waitlist/waiting.server.ts';
import type { VariantInfo } from './trigger-payloads.ts';

export type Cursor = { shopId: bigint; since: Date; joined: bigint; restock: bigint };

type Tops = { joined: bigint; restock: bigint };

/** null for a shop that uses no trigger, or is not there to be told. */
export async function cursorOf({
  shopId,
}: {
  shopId: bigint;
}): Promise<(Cursor & { locale: string }) | null> {
  const [cursor] = await db.$queryRaw<(Cursor & { locale: string })[]>`
    SELECT c.*, s."locale" FROM "FlowCursor" c JOIN "Shop" s ON s."id" = c."shopId" AND s."uninstalledAt" IS NULL
    WHERE c."shopId" = ${shopId}`;
  return cursor ?? null;
}

/**
 * A shop's rows are found by the pair of shop and id, and by nothing else: asked for a small shop's newest rows by id alone, the database would
 * read its way through those of a large one.
 */
const newest = ({ table, shopId }: { table: Prisma.Sql; shopId: bigint }) => Prisma.sql`
  COALESCE((SELECT CASE WHEN t."shopId" = ${shopId} THEN t."id" END FROM ${table} t
    WHERE (t."shopId", t."id") <= (${shopId}, 9223372036854775807) ORDER BY t."shopId" DESC, t."id" DESC LIMIT 1), 0)::bigint`;

const SETTLE_STEP_MS = 25;

const SETTLE_STEPS = 40;

/**
 * Up to where a shop's rows may be read by id without missing one: ids are given before rows are committed, so whatever was being
 * written when the newest ids were read is waited for. Null when somebody writes for longer than a second.
 */
export async function committedUpTo({ shopId }: { shopId: bigint }): Promise<Tops | null> {
  const [seen] = await db.$queryRaw<(Tops & { next: string })[]>`
    SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next,
      ${newest({ table: Prisma.sql`"Subscription"`, shopId })} AS joined, ${newest({ table: Prisma.sql`"Restock"`, shopId })} AS restock`;
  const { next, joined, restock } = seen!;
  for (let step = 0; step < SETTLE_STEPS; step += 1) {
    const [now] = await db.$queryRaw<{ settled: boolean }[]>`
      SELECT pg_snapshot_xmin(pg_current_snapshot()) >= ${next}::xid8 AS settled`;
    if (now!.settled) return { joined, restock };
    await wait(SETTLE_STEP_MS);
  }
  return null;
}

const waitingFor = (variant: Prisma.Sql, { now }: { now: Date }) => Prisma.sql`
  FROM "Subscription" s WHERE s."shopId" = ${variant}."shopId" AND s."variantId" = ${variant}."variantId"
    AND NOT s."isTest" AND ${waiting({ now })}`;

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
  db.$queryRaw<NewSubscription[]>`
    WITH next AS MATERIALIZED (
      SELECT s."id", s."shopId", s."variantId", s."state", s."grantedAt", s."expiresAt" FROM "Subscription" s
      WHERE (s."shopId", s."id") > (${shopId}, ${after}) AND (s."shopId", s."id") <= (${shopId}, ${upTo}) AND NOT s."isTest"
      ORDER BY s."shopId", s."id" LIMIT ${limit}),
    line AS MATERIALIZED (
      SELECT n."variantId", (SELECT count(*) ${waitingFor(Prisma.sql`n`, { now })} AND s."id" <= (SELECT max("id") FROM next)) AS people
      FROM (SELECT DISTINCT "shopId", "variantId" FROM next) n)
    SELECT one."id" AS "subscriptionId", one."grantedAt" AS at, v."id" AS "variantId", v."productId", v."title",
      (line."people" - (SELECT count(*) FROM next s WHERE s."variantId" = one."variantId" AND s."id" > one."id" AND ${waiting({ now })}))::int AS waiting,
      (SELECT t."reached" FROM "FlowTold" t WHERE t."shopId" = one."shopId" AND t."fact" = 'line ' || one."variantId") AS mark
    FROM next one JOIN line ON line."variantId" = one."variantId"
    JOIN "Variant" v ON v."shopId" = one."shopId" AND v."id" = one."variantId"
    ORDER BY one."id"`;

/**
 * A restock is told once its line is empty, or it is over; nobody of it is on the way any more. The order matters: while a long line is
 * being told, only the first row of that line is read.
 */
const isNotified = ({ now }: { now: Date }) => Prisma.sql`
  NOT r."isTest" AND r."told" > 0
  AND NOT EXISTS (SELECT FROM "FlowTold" t WHERE t."shopId" = r."shopId" AND t."fact" = 'restock ' || r."id")
  AND CASE WHEN r."closedAt" IS NOT NULL OR (SELECT s."id" ${waitingFor(Prisma.sql`r`, { now })} ORDER BY s."since" LIMIT 1) IS NULL
    THEN NOT EXISTS (SELECT FROM "Notification" n WHERE n."restockId" = r."id" AND n."settledAt" IS NULL)
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
  db.$queryRaw<NotifiedRestock[]>`
    SELECT r."id" AS "restockId", r."openedAt", v."id" AS "variantId", v."productId", v."title",
      (SELECT count(*)::int FROM "Notification" n WHERE n."restockId" = r."id" AND n."state" IN ('sent', 'presumed')) AS people,
      (SELECT count(*)::int ${waitingFor(Prisma.sql`r`, { now })}) AS waiting
    FROM "Restock" r JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE r."shopId" = ${shopId} AND r."id" > ${after} AND ${isNotified({ now })}
    ORDER BY r."id" LIMIT ${limit}`;

/** The trouble of the Page that speaks for the shop. */
const hasIssue = Prisma.sql`
  pg."trouble" IS NOT NULL AND pg."troubleSince" >= c."since" AND ${currentPage}
  AND NOT EXISTS (SELECT FROM "FlowTold" t WHERE t."shopId" = pg."shopId"
    AND t."fact" = 'trouble ' || pg."id" || ' ' || pg."trouble" || ' ' || (extract(epoch FROM pg."troubleSince") * 1000)::bigint)`;

export type PageIssueEvent = { pageId: bigint; page: string; trouble: string; since: Date };

export async function pageIssues({ shopId }: { shopId: bigint }): Promise<PageIssueEvent | null> {
  const [found] = await db.$queryRaw<PageIssueEvent[]>`
    SELECT pg."id" AS "pageId", pg."name" AS page, pg."trouble"::text AS trouble, pg."troubleSince" AS since
    FROM "Page" pg JOIN "FlowCursor" c ON c."shopId" = pg."shopId"
    WHERE pg."shopId" = ${shopId} AND ${hasIssue} LIMIT 1`;
  return found ?? null;
}

/** The shops of which Flow has not heard everything: a few probes of an index for each shop that uses a trigger, none for the others. */
export async function shopsWithPendingFlowEvents({ now }: { now: Date }): Promise<bigint[]> {
  const rows = await db.$queryRaw<{ shopId: bigint }[]>`
    SELECT c."shopId" FROM "FlowCursor" c
    JOIN "Shop" s ON s."id" = c."shopId" AND s."uninstalledAt" IS NULL AND s."accessUnknownSince" IS NULL AND s."unreadableSince" IS NULL
    WHERE (SELECT j."shopId" FROM "Subscription" j WHERE (j."shopId", j."id") > (c."shopId", c."joined") ORDER BY j."shopId", j."id" LIMIT 1) = c."shopId"
       OR EXISTS (SELECT FROM "Page" pg WHERE pg."shopId" = c."shopId" AND ${hasIssue})
       OR (SELECT r."id" FROM "Restock" r
          WHERE (r."shopId", r."id") > (c."shopId", c."restock") AND r."shopId" = c."shopId" AND ${isNotified({ now })} LIMIT 1) IS NOT NULL`;
  return rows.map(({ shopId }) => shopId);
}

type Of = { shopId: bigint };

/** Only forward, and only while the shop still uses a trigger. */
export async function saveCursor({ shopId, joined }: Of & { joined: bigint }): Promise<void> {
  await db.$executeRaw`
    UPDATE "FlowCursor" SET "joined" = ${joined} WHERE "shopId" = ${shopId} AND "joined" < ${joined}`;
}

async function keep({
  shopId,
  fact,
  reached = 1,
  now,
}: Of & { fact: string; reached?: number; now: Date }): Promise<void> {
  await db.$executeRaw`
    INSERT INTO "FlowTold" ("shopId", "fact", "reached", "at")
    SELECT "shopId", ${fact}, ${reached}, ${now} FROM "FlowCursor" WHERE "shopId" = ${shopId}
    ON CONFLICT ("shopId", "fact") DO UPDATE SET "reached" = excluded."reached", "at" = excluded."at"`;
}

export const saveThreshold = ({
  shopId,
  variantId,
  number,
  now,
}: Of & { variantId: bigint; number: number; now: Date }): Promise<void> =>
  keep({ shopId, fact: `line ${variantId}`, reached: number, now });

/** A restock was told: its line begins anew, and each number may be reached again. */
export async function saveRestockDelivery({
  shopId,
  restockId,
  variantId,
  now,
}: Of & { restockId: bigint; variantId: bigint; now: Date }): Promise<void> {
  await keep({ shopId, fact: `restock ${restockId}`, now });
  await db.$executeRaw`DELETE FROM "FlowTold" WHERE "shopId" = ${shopId} AND "fact" = ${`line ${variantId}`}`;
}

/** A Page has one trouble at a time, so its last one is enough to remember. */
export async function saveIssueDelivery({
  shopId,
  trouble: { pageId, trouble, since },
  now,
}: Of & { trouble: PageIssueEvent; now: Date }): Promise<void> {
  await db.$executeRaw`DELETE FROM "FlowTold" WHERE "shopId" = ${shopId} AND "fact" LIKE ${`trouble ${pageId} %`}`;
  await keep({ shopId, fact: `trouble ${pageId} ${trouble} ${since.getTime()}`, now });
}

/** Moves the place of the restocks up to the first that is not done with; what is told below it needs no row any more. */
export async function finishRestocks({ shopId, upTo }: Of & { upTo: bigint }): Promise<void> {
  await db.$executeRaw`
    UPDATE "FlowCursor" c SET "restock" = GREATEST(c."restock", COALESCE((
      SELECT min(r."id") - 1 FROM "Restock" r
      WHERE r."shopId" = c."shopId" AND r."id" > c."restock" AND r."id" <= ${upTo} AND NOT r."isTest"
        AND NOT (r."closedAt" IS NOT NULL AND r."told" = 0)
        AND NOT EXISTS (SELECT FROM "FlowTold" t WHERE t."shopId" = r."shopId" AND t."fact" = 'restock ' || r."id")), ${upTo}))
    WHERE c."shopId" = ${shopId}`;
  await db.$executeRaw`
    DELETE FROM "FlowTold" t USING "FlowCursor" c
    WHERE t."shopId" = ${shopId} AND c."shopId" = t."shopId" AND t."fact" LIKE 'restock %'
      AND CASE WHEN t."fact" LIKE 'restock %' THEN substr(t."fact", 9)::bigint END <= c."restock"`;
}
