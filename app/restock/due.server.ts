// Which variants of a shop are looked at first: those of which something was said, in the order in which it was said.
import { db } from '../db.server.ts';
import type { Wanted } from '../shops/read-plan.ts';
import { keepAppointments } from '../waitlist/wanted.server.ts';

/** A variant for which a look is due; `wanted` is what the look has to note first. */
export type DueVariant = Wanted & { wanted: bigint };

/**
 * Up to `limit` variants for which a look is due: those with news, oldest first; then those that are due because all were marked, of
 * which an open restock goes first, since it holds up a lane until it is read again.
 */
export async function dueFirst({
  shopId,
  now,
  limit,
}: {
  shopId: bigint;
  now: Date;
  limit: number;
}): Promise<DueVariant[]> {
  await keepAppointments({ shopId, now });
  return db.$queryRaw<DueVariant[]>`
    SELECT v."id", v."wanted", v."levels", v."newsMark" > v."looked" AS "news" FROM "Variant" v
    LEFT JOIN "Restock" r ON r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest"
    WHERE v."shopId" = ${shopId} AND v."wanted" > v."looked"
    ORDER BY v."newsMark" > v."looked" DESC, v."newsMark" <= v."looked" AND r."id" IS NULL, v."dueSince", v."id" LIMIT ${limit}`;
}

/** When time itself gives the next hint of this shop. */
export async function nextAppointment({ shopId }: { shopId: bigint }): Promise<Date | null> {
  const next = await db.variant.aggregate({
    where: { shopId, lookAt: { not: null } },
    _min: { lookAt: true },
  });
  return next._min.lookAt;
}
