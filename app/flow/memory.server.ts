// What Flow was told: one place for facts that come in order, one row for each fact that does not.
import { db } from '../db.server.ts';
import type { Trouble } from './facts.server.ts';

type Of = { shopId: bigint };

/** Only forward, and only while the shop still uses a trigger. */
export async function toldUpTo({ shopId, joined }: Of & { joined: bigint }): Promise<void> {
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

export const toldNumber = ({
  shopId,
  variantId,
  number,
  now,
}: Of & { variantId: bigint; number: number; now: Date }): Promise<void> =>
  keep({ shopId, fact: `line ${variantId}`, reached: number, now });

/** A restock was told: its line begins anew, and each number may be reached again. */
export async function toldRestock({
  shopId,
  restockId,
  variantId,
  now,
}: Of & { restockId: bigint; variantId: bigint; now: Date }): Promise<void> {
  await keep({ shopId, fact: `restock ${restockId}`, now });
  await db.$executeRaw`DELETE FROM "FlowTold" WHERE "shopId" = ${shopId} AND "fact" = ${`line ${variantId}`}`;
}

/** A Page has one trouble at a time, so its last one is enough to remember. */
export async function toldTrouble({
  shopId,
  trouble: { pageId, trouble, since },
  now,
}: Of & { trouble: Trouble; now: Date }): Promise<void> {
  await db.$executeRaw`DELETE FROM "FlowTold" WHERE "shopId" = ${shopId} AND "fact" LIKE ${`trouble ${pageId} %`}`;
  await keep({ shopId, fact: `trouble ${pageId} ${trouble} ${since.getTime()}`, now });
}

/** Moves the place of the restocks up to the first that is not done with; what is told below it needs no row any more. */
export async function doneWithRestocks({ shopId, upTo }: Of & { upTo: bigint }): Promise<void> {
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
