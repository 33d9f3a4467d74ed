// What a lane must find true of a restock before it may claim from it, and once more before it begins what was claimed.
import { Prisma } from '@prisma/client';
import { later, SECOND } from '../lib/clock.ts';

/** Nobody is told without a look of their variant younger than this. */
export const FRESH_MS = 30 * SECOND;

/** SQL over `r` = "Restock" and `v` = its "Variant": it may be told of now. The merchant's own test stands outside hold and pause. */
export const tellable = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`(
  r."closedAt" IS NULL AND r."sellableAt" > ${later(now, -FRESH_MS)}
  AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL)))`;

/** SQL over the same: it may be told of, and to more than were claimed already. */
export const claimable = ({ now }: { now: Date }): Prisma.Sql =>
  Prisma.sql`(r."told" < r."allowance" AND ${tellable({ now })})`;
