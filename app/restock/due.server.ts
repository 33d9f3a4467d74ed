// Which variants of a shop are looked at first: those whose restock is open hold up a lane until they are read again.
import { db } from '../db.server.ts';
import { dueVariants, type DueVariant } from '../waitlist/wanted.server.ts';

/** Up to `limit` variants for which a look is due, open restocks first. */
export async function dueFirst({
  shopId,
  now,
  limit,
}: {
  shopId: bigint;
  now: Date;
  limit: number;
}): Promise<DueVariant[]> {
  const due = await dueVariants({ shopId, now, limit });
  if (due.length < limit) return due;
  return db.$queryRaw<DueVariant[]>`
    SELECT v."id", v."wanted" FROM "Variant" v
    LEFT JOIN "Restock" r ON r."shopId" = v."shopId" AND r."variantId" = v."id" AND r."closedAt" IS NULL AND NOT r."isTest"
    WHERE v."shopId" = ${shopId} AND v."wanted" > v."looked"
    ORDER BY r."id" IS NULL, r."sellableAt", v."id" LIMIT ${limit}`;
}

/** When time itself gives the next hint of this shop. */
export async function nextAppointment({ shopId }: { shopId: bigint }): Promise<Date | null> {
  const next = await db.variant.aggregate({
    where: { shopId, lookAt: { not: null } },
    _min: { lookAt: true },
  });
  return next._min.lookAt;
}
