// A shop's departure: at uninstall nothing more is sent or read; 48 hours later Shopify asks for its erasure.
import { db, type Tx } from '../db.server.ts';
import { log } from '../lib/log.server.ts';

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
  log.info('a shop has uninstalled the app', { domain });
}

/**
 * Erases everything of a shop: one cascade. What stays is the record that it was asked for, and hashes of spent tokens.
 * A shop that was installed again after the request keeps its rows.
 * @returns false when there was nothing to erase.
 */
export async function eraseShop({ shopId, askedAt }: { shopId: bigint; askedAt: Date }): Promise<boolean> {
  const erased = await db.shop.deleteMany({
    where: { id: shopId, uninstalledAt: { not: null }, installedAt: { lte: askedAt } },
  });
  if (erased.count > 0) log.info('a shop was erased', { shopId });
  return erased.count > 0;
}
