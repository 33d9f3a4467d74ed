// The merchant's own tests are in no figure: the one place that says so of taps and sales.
import { Prisma } from '@prisma/client';

/**
 * SQL: `notificationId` is of no test. The handful of tests is read from an index of its own; a join with all messages would be planned
 * as a reading of all of them.
 */
export const ofNoTest = ({ shopId, notificationId }: { shopId: bigint; notificationId: Prisma.Sql }) =>
  Prisma.sql`${notificationId} <> ALL(ARRAY(SELECT n."id" FROM "Notification" n WHERE n."shopId" = ${shopId} AND n."isTest"))`;
