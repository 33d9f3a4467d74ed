// What a lane must find true of a restock before it may claim from it.
import { Prisma } from '@prisma/client';
import { later, SECOND } from '../lib/clock.ts';

/** No claim without a look of its variant younger than this. */
export const FRESH_MS = 30 * SECOND;

/** SQL over `r` = "Restock" and `v` = its "Variant". The merchant's own test stands outside stock, hold and pause. */
export const claimable = ({ now }: { now: Date }): Prisma.Sql => Prisma.sql`(
  r."closedAt" IS NULL AND r."told" < r."allowance" AND r."sellableAt" > ${later(now, -FRESH_MS)}
  AND (r."isTest" OR (r."heldAt" IS NULL AND (r."holdUntil" IS NULL OR r."holdUntil" <= ${now}) AND v."pausedAt" IS NULL)))`;
