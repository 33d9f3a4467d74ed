// Connected Pages: which one is the shop's, its token, its issue.
import { type Page, Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { decrypt, encrypt } from '../lib/encryption.server.ts';
import type { LeftOutRules } from '../shopify/settings-form.ts';
import { activeShop } from '../shopify/shops.server.ts';
import { lesserIssues, OFF, type PageIssue, PROBING } from './page-status.ts';

export type { Page };

/** SQL over `pg` = `pages`: it speaks for its shop now. */
export const currentPage = Prisma.sql`(pg.replaced_at IS NULL AND pg.disconnected_at IS NULL)`;

/** The same for Prisma. */
const whereCurrentPage = { replacedAt: null, disconnectedAt: null };

/** The Page that speaks for a shop now. */
export const pageOf = ({ shopId, tx }: { shopId: bigint; tx?: Tx }): Promise<Page | null> =>
  (tx ?? db).page.findFirst({ where: { shopId, ...whereCurrentPage } });

const anyOf = (issues: PageIssue[]) =>
  Prisma.raw(`ARRAY[${issues.map((issue) => `'${issue}'`).join(', ')}]::text[]`);

/** SQL over `pg`: nothing leaves through it until the merchant connects it again. Twin of `sendingThrough`, as the next one. */
export const isOff = Prisma.sql`(pg.disconnected_at IS NOT NULL OR COALESCE(pg.issue = ANY(${anyOf(OFF)}), false))`;

/** SQL over `pg`: an issue of its own stops it, and one message tries now and then. */
export const isProbing = Prisma.sql`COALESCE(pg.issue = ANY(${anyOf(PROBING)}), false)`;

/** SQL over `pg`: the storefront shows the button. Twin of `pageStatus`. */
const showsButton = Prisma.sql`COALESCE(pg.test_passed_at IS NOT NULL AND pg.issue IS NULL, false)`;

/** Every shop's connection to one Meta Page that still has access, also those switched away from; the first to connect comes first. */
export const pagesByMetaId = ({ metaPageId, tx }: { metaPageId: string; tx?: Tx }): Promise<Page[]> =>
  (tx ?? db).page.findMany({
    where: { metaPageId, disconnectedAt: null },
    orderBy: [{ connectedAt: 'asc' }, { id: 'asc' }],
  });

const binding = (shopId: bigint) => ({ shopId, purpose: 'page token' });

export const encryptPageToken = ({ shopId, token }: { shopId: bigint; token: string }) =>
  encrypt(token, binding(shopId));

/** The Page's access token. @throws when the Page is disconnected. */
export function pageToken(page: Pick<Page, 'shopId' | 'accessToken' | 'metaPageId'>): string {
  if (page.accessToken === null)
    throw new Error(`Page ${page.metaPageId} of shop ${page.shopId} is disconnected: it has no token.`);
  return decrypt(page.accessToken, binding(page.shopId));
}

type Which = { pageId: bigint } | { metaPageId: string };

const where = (which: Which) =>
  'pageId' in which ? { id: which.pageId } : { metaPageId: which.metaPageId, disconnectedAt: null };

/** Remembers what is wrong with a Page (one shop's connection, or all of a Meta Page's) until it is mended. */
export async function setIssue({
  issue,
  now,
  tx,
  ...which
}: { issue: PageIssue; now: Date; tx?: Tx } & Which): Promise<void> {
  await (tx ?? db).page.updateMany({
    where: { ...where(which), OR: [{ issue: null }, { issue: { in: lesserIssues(issue) } }] },
    data: { issue, issueSince: now },
  });
}

/** The trouble is over: whoever waits is served. `only` clears one kind and leaves the others. */
export async function clearIssue({
  only,
  tx,
  ...which
}: { only?: PageIssue[]; tx?: Tx } & Which): Promise<void> {
  const clear = async (within: Tx) => {
    const found = { ...where(which), issue: only === undefined ? { not: null } : { in: only } };
    const recovered = await within.page.findMany({ where: found, select: { metaPageId: true } });
    if (recovered.length === 0) return;
    await within.page.updateMany({ where: found, data: { issue: null, issueSince: null } });
    for (const metaPageId of new Set(recovered.map((page) => page.metaPageId)))
      await notify(within, 'pageSender', metaPageId);
  };
  await (tx === undefined ? db.$transaction(clear) : clear(tx));
}

/**
 * The merchant's own test went through: Meta accepted a paid notification from this Page. `picture`: whether that notification bore one.
 * From here on the storefront may offer the button.
 */
export async function recordTestPassed({
  pageId,
  picture,
  now,
  tx,
}: {
  pageId: bigint;
  picture: boolean | null;
  now: Date;
  tx?: Tx;
}): Promise<void> {
  await (tx ?? db).page.updateMany({
    where: { id: pageId, disconnectedAt: null },
    data: { testPassedAt: now, ...(picture === null ? {} : { imagesAccepted: picture }) },
  });
  await clearIssue({
    pageId,
    only: ['not_granted', 'unexplained_errors'],
    ...(tx === undefined ? {} : { tx }),
  });
}

/** Up to 300 a second; a shop without a Page has nothing to pace. */
export const setRateLimit = ({
  shopId,
  perSecond,
  tx = db,
}: {
  shopId: bigint;
  perSecond: number;
  tx?: Tx;
}) =>
  tx.page.updateMany({
    where: { shopId, ...whereCurrentPage },
    data: { messagesPerSecond: perSecond },
  });

/** Messages a second that a Page may say at most: the most cautious choice among the shops that share it. */
export async function rateLimitOf({ metaPageId }: { metaPageId: string }): Promise<number> {
  const chosen = await db.page.aggregate({
    where: { metaPageId, disconnectedAt: null },
    _min: { messagesPerSecond: true },
  });
  return chosen._min.messagesPerSecond ?? 30;
}

/** Shops that have uninstalled the app and still hold a Page: it has to be given back. */
export async function uninstalledShopsWithPages(): Promise<bigint[]> {
  const pages = await db.page.findMany({
    where: { disconnectedAt: null, shop: { uninstalledAt: { not: null } } },
    distinct: ['shopId'],
    select: { shopId: true },
  });
  return pages.map((page) => page.shopId);
}

export type StorefrontDue = {
  shopId: bigint;
  available: boolean;
  /** The button shows itself: the Page is well and tested, and the merchant has not hidden the button. */
  ready: boolean;
  metaPageId: string | null;
  leftOut: LeftOutRules;
};

/** Shops whose published storefront state is not what is true now; `within` one shop, or all of them. */
export const storefrontsDue = ({ within = null }: { within?: bigint | null } = {}): Promise<
  StorefrontDue[]
> =>
  queryRows<StorefrontDue>({
    tx: db,
    sql: Prisma.sql`
    SELECT truth.* FROM (
      SELECT sh.id AS shop_id, pg.issue IS NULL AS available,
             ${showsButton} AND NOT sh.button_hidden AS ready, pg.meta_page_id, sh.left_out,
             sh.published_storefront_state AS published
      FROM shops sh LEFT JOIN pages pg ON pg.shop_id = sh.id AND ${currentPage}
      WHERE ${activeShop} AND sh.reauthorization_required_since IS NULL
        AND (${within}::bigint IS NULL OR sh.id = ${within}::bigint)
    ) truth
    WHERE published IS NULL
       OR published::jsonb IS DISTINCT FROM jsonb_build_object('available', available, 'ready', ready, 'metaPageId', meta_page_id, 'leftOut', left_out)`,
  });

/** Safe to run again. */
export async function eraseShopPages({ shopId }: { shopId: bigint }): Promise<void> {
  await db.oauthState.deleteMany({ where: { shopId } });
}
