// What each storefront should be told of its Page, wherever it was last told something else.
import { db } from '../db.server.ts';
import { isCurrent, showsButton } from './pages.server.ts';

export type StorefrontDue = { shopId: bigint; available: boolean; ready: boolean; metaPageId: string | null };

/** Shops whose block was told something else than what is true now; `within` one shop, or all of them. */
export const storefrontsDue = ({ within = null }: { within?: bigint | null } = {}): Promise<
  StorefrontDue[]
> =>
  db.$queryRaw<StorefrontDue[]>`
    SELECT truth.* FROM (
      SELECT s."id" AS "shopId", p."trouble" IS NULL AS "available",
             ${showsButton} AS "ready", p."metaPageId", s."storefrontTold" AS told
      FROM "Shop" s LEFT JOIN "Page" p ON p."shopId" = s."id" AND ${isCurrent}
      WHERE s."uninstalledAt" IS NULL AND s."accessUnknownSince" IS NULL AND s."unreadableSince" IS NULL
        AND (${within}::bigint IS NULL OR s."id" = ${within}::bigint)
    ) truth
    WHERE told IS NULL
       OR told::jsonb IS DISTINCT FROM jsonb_build_object('available', "available", 'ready', "ready", 'metaPageId', "metaPageId")`;
