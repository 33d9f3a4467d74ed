// Which variants of a shop are looked at first: those of which something was said, in the order in which it was said.
import { db } from '../db.server.ts';
import type { Due } from '../shops/read-variants.server.ts';
import { keepAppointments } from '../waitlist/wanted.server.ts';

/** More are not thought about at once. */
const AT_ONCE = 1_000;

/**
 * The variants for which a look is due, with the mark that the look has to note: those with news, oldest first; then those that are due
 * because all were marked, of which an open restock goes first, since it holds up a lane until it is read again.
 */
export async function dueFirst({ shopId, now }: { shopId: bigint; now: Date }): Promise<Due[]> {
  await keepAppointments({ shopId, now });
  return db.$queryRaw<Due[]>`
    SELECT v."id", v."wanted" AS "mark", v."levels", v."newsMark" > v."looked" AS "news", v."seenForSale", v."seenQuantity"
    FROM "Variant" v
    LEFT JOIN "Restock" r ON r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest"
    WHERE v."shopId" = ${shopId} AND v."wanted" > v."looked"
    ORDER BY v."newsMark" > v."looked" DESC, v."newsMark" <= v."looked" AND r."id" IS NULL, v."dueSince", v."id" LIMIT ${AT_ONCE}`;
}

/** When time itself gives the next hint of this shop. */
export async function nextAppointment({ shopId }: { shopId: bigint }): Promise<Date | null> {
  const next = await db.variant.aggregate({
    where: { shopId, lookAt: { not: null } },
    _min: { lookAt: true },
  });
  return next._min.lookAt;
}
