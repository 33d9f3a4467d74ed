// The messages that are not settled yet, found by what they hold: each keeps its subscription claimed until it ends.
import { Prisma, type NotificationState } from '@prisma/client';

/**
 * SQL: FROM clause of a Page's unsettled notifications as `n`, with their subscription `s`. One probe for each, whatever the statistics say;
 * and no index over what changes when a message is settled, so that settling writes to none.
 */
export const unsettledOf = ({ metaPageId }: { metaPageId: string }): Prisma.Sql => Prisma.sql`
  "Page" c JOIN "Subscription" s ON c."metaPageId" = ${metaPageId} AND s."pageId" = c."id" AND s."state" = 'claimed'
  CROSS JOIN LATERAL (SELECT * FROM "Notification" n WHERE n."shopId" = s."shopId" AND n."subscriptionId" = s."id" AND n."settledAt" IS NULL LIMIT 1) n`;

/**
 * SQL: the state of `n` is one of these. Said so that no statistics are asked: those know a table in which nearly all are sent, and plan to
 * read all of it for the few that are looked for by their ids.
 */
export const among = ({ states }: { states: NotificationState[] }): Prisma.Sql =>
  Prisma.sql`COALESCE(n."state" = ANY(${states}::"NotificationState"[]), false)`;
