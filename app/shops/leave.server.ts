// A shop's departure: at uninstall nothing more is sent or read; 48 hours later Shopify asks for its erasure.
import { db, type Tx } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { askShopify, ShopifyFailed } from './admin-api.server.ts';
import { INSTALLATION_QUERY } from './storefront.server.ts';

/**
 * Marks the shop as gone and deletes its sessions. An uninstall that happened before the latest install changes nothing: it came late.
 * The Page's connection is wound up by the worker, since it needs Meta.
 */
export async function uninstall({
  tx,
  domain,
  triggeredAt,
}: {
  tx: Tx;
  domain: string;
  triggeredAt: Date;
}): Promise<void> {
  const left = await tx.shop.updateMany({
    where: { domain, uninstalledAt: null, installedAt: { lte: triggeredAt } },
    data: { uninstalledAt: triggeredAt, storefrontTold: null },
  });
  if (left.count === 0) return;
  await tx.session.deleteMany({ where: { shop: domain } });
  // Shopify has taken back the optional scope, and its webhooks with it.
  await tx.shop.updateMany({
    where: { domain, counting: 'on' },
    data: { countingEndedAt: triggeredAt, countingEndedBecause: 'revoked' },
  });
  await tx.shop.updateMany({ where: { domain }, data: { counting: 'off', countingCheckAt: null } });
  log.info('a shop has uninstalled the app', { domain });
}

/**
 * Erases everything of a shop: one cascade. What stays is the record that it was asked for, and hashes of spent tokens.
 * A shop that was installed again after the request keeps its rows. Where the uninstall itself never reached us, Shopify is asked
 * whether we are out.
 * @returns false when there was nothing to erase.
 * @throws {ShopifyFailed} when Shopify has to be asked and does not answer; nothing is erased yet.
 */
export async function eraseShop({
  shopId,
  askedAt,
  clock,
}: {
  shopId: bigint;
  askedAt: Date;
  clock: Clock;
}): Promise<boolean> {
  const shop = await db.shop.findFirst({ where: { id: shopId, installedAt: { lte: askedAt } } });
  if (shop === null || (shop.uninstalledAt === null && (await letsUsIn({ shopId, clock })))) return false;
  const [erased] = await db.$transaction([
    db.shop.deleteMany({ where: { id: shopId, installedAt: { lte: askedAt } } }),
    db.session.deleteMany({ where: { shop: shop.domain } }),
  ]);
  if (erased.count > 0) log.info('a shop was erased', { shopId });
  return erased.count > 0;
}

async function letsUsIn({ shopId, clock }: { shopId: bigint; clock: Clock }): Promise<boolean> {
  try {
    await askShopify({ shopId, query: INSTALLATION_QUERY, clock });
    return true;
  } catch (error) {
    if (error instanceof ShopifyFailed && error.advice === 'unreadable') return false;
    throw error;
  }
}
