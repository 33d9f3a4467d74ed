// The merchant's actions on a restock: check now, notify now, hold, pause, move.
import { db, type Tx } from '../db.server.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { type Clock, later } from '../lib/clock.ts';
import { sendingThrough } from '../messenger/page-status.ts';
import { ShopifyApiError } from '../shopify/admin-api.server.ts';
import { readVariants } from '../shopify/read-variants.server.ts';
import { moveSubscriptions } from '../waitlist/move-subscriptions.server.ts';
import { whereWaiting } from '../waitlist/waiting.server.ts';
import { requestStockCheck } from './check-requests.server.ts';
import type { RestockState, RestockStatus } from './restock-status.ts';
import { CHECK_VALID_MS, whereOpenRestock } from './restocks.server.ts';
import { saveVariant, setVariantPaused } from './variants.server.ts';

type Of = { shopId: bigint; variantId: bigint; now: Date };

/** Asks for a stock check at once. */
export async function checkInventoryNow({
  shopId,
  variantId,
  now,
}: Of): Promise<{ outcome: 'looking' | 'unknown' }> {
  const marked = await db.$transaction((tx) =>
    requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now }),
  );
  return { outcome: marked === 1 ? 'looking' : 'unknown' };
}

/**
 * Ends hold, send delay and batch interval of the open restock. Nobody is notified on the old stock check: a new one decides, by stock,
 * minimum and quiet hours as ever. Where that would let nobody be notified, nothing is changed and the state says why.
 */
export async function notifyNow({
  shopId,
  variantId,
  readOpenRestock,
  now,
}: Of & {
  /** Reads the variant's open restock in this transaction. */
  readOpenRestock: (tx: Tx) => Promise<{ restockId: string; status: RestockStatus | null } | undefined>;
}): Promise<{ outcome: 'looking' | 'not_open' | RestockState }> {
  return db.$transaction(async (tx) => {
    // The variant before its restock, as a stock check locks them: what is read below holds until it was changed.
    await tx.$queryRaw`SELECT 1 FROM variants WHERE shop_id = ${shopId} AND id = ${variantId} FOR NO KEY UPDATE`;
    const open = await readOpenRestock(tx);
    if (!open?.status) return { outcome: 'not_open' };
    const { state, mayNotifyNow } = open.status;
    // A hold could be ended; what would go on standing in the way is the quiet hours.
    if (!mayNotifyNow) return { outcome: state === 'held' ? 'quiet_hours' : state };
    await requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now });
    await tx.restock.updateMany({
      where: { shopId, id: BigInt(open.restockId), closedAt: null },
      // Twice, since the page sender's clock may be behind ours.
      data: {
        heldAt: null,
        sendAfter: null,
        nextBatchAt: null,
        confirmedAvailableAt: later(now, -2 * CHECK_VALID_MS),
      },
    });
    return { outcome: 'looking' };
  });
}

/** Holds the open restock back: from the next claim on nobody is notified, until it is released. */
export async function pauseRestock({
  shopId,
  variantId,
  now,
}: Of): Promise<{ outcome: 'held' | 'not_open' }> {
  const open = { shopId, variantId, ...whereOpenRestock };
  const { count } = await db.restock.updateMany({ where: { ...open, heldAt: null }, data: { heldAt: now } });
  return { outcome: count === 1 || (await db.restock.count({ where: open })) === 1 ? 'held' : 'not_open' };
}

/** Ends a hold; a fresh stock check decides how it goes on. `paused`: the variant is, so that nobody is notified all the same. */
export async function resumeRestock({
  shopId,
  variantId,
  now,
}: Of): Promise<{ outcome: 'looking' | 'paused' | 'not_held' | 'not_open' }> {
  return db.$transaction(async (tx) => {
    const variant = await tx.variant.findUnique({ where: { shopId_id: { shopId, id: variantId } } });
    await requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now });
    const open = { shopId, variantId, ...whereOpenRestock };
    const { count } = await tx.restock.updateMany({
      where: { ...open, heldAt: { not: null } },
      data: { heldAt: null },
    });
    if (count === 0)
      return { outcome: (await tx.restock.count({ where: open })) === 1 ? 'not_held' : 'not_open' };
    return { outcome: variant?.pausedAt ? 'paused' : 'looking' };
  });
}

/** Pauses a variant (nobody is notified, whatever its stock) or resumes it with a fresh stock check. */
export async function pauseVariant({
  shopId,
  variantId,
  paused,
  now,
}: Of & { paused: boolean }): Promise<{ outcome: 'paused' | 'looking' | 'unknown' }> {
  return db.$transaction(async (tx) => {
    if (!(await setVariantPaused({ tx, shopId, variantId, pausedAt: paused ? now : null })))
      return { outcome: 'unknown' };
    if (paused) return { outcome: 'paused' };
    await requestStockCheck({ tx, shopId, variantIds: [variantId], news: true, now });
    return { outcome: 'looking' };
  });
}

export type Moved =
  | { outcome: 'moved'; moved: number; merged: number }
  /** The variant still exists in Shopify: nobody is moved from it. */
  | { outcome: 'not_missing' }
  | { outcome: 'other_product' }
  | { outcome: 'unknown' }
  | { outcome: 'no_answer'; advice: ShopifyApiError['advice'] };

/** Moves the waiting shoppers of a variant that Shopify no longer knows to a variant of the same product, as Shopify knows it now. */
export async function moveShoppers({
  shopId,
  from,
  to,
  clock,
}: {
  shopId: bigint;
  from: bigint;
  to: bigint;
  clock: Clock;
}): Promise<Moved> {
  const known = await db.variant.findUnique({ where: { shopId_id: { shopId, id: from } } });
  if (known === null || from === to) return { outcome: 'unknown' };
  let truths: Awaited<ReturnType<typeof readVariants>>;
  try {
    truths = await readVariants({ shopId, variantIds: [from, to], clock });
  } catch (error) {
    if (error instanceof ShopifyApiError) return { outcome: 'no_answer', advice: error.advice };
    throw error;
  }
  const target = truths.get(to);
  if (truths.has(from)) return { outcome: 'not_missing' };
  if (target === undefined) return { outcome: 'unknown' };
  if (target.productId !== known.productId) return { outcome: 'other_product' };
  return db.$transaction(async (tx) => {
    await saveVariant({ tx, shopId, variantId: to, truth: target });
    const done = await moveSubscriptions({ tx, shopId, from, to, now: clock() });
    await requestStockCheck({ tx, shopId, variantIds: [to], news: true, now: clock() });
    return { outcome: 'moved' as const, ...done };
  });
}

/** Opens a test restock that may tell one; an earlier test of the shop is over. */
export async function simulateRestock({
  shopId,
  pageId,
  subscriptionId,
  now,
}: {
  shopId: bigint;
  pageId: bigint;
  subscriptionId: bigint;
  now: Date;
}): Promise<{ outcome: 'pretended'; restockId: bigint } | { outcome: 'nobody_to_tell' | 'page_off' }> {
  return db.$transaction(async (tx) => {
    const subscription = await tx.subscription.findFirst({
      where: { shopId, id: subscriptionId, pageId, isTest: true, ...whereWaiting({ now }) },
      select: { variantId: true, page: true },
    });
    if (subscription === null) return { outcome: 'nobody_to_tell' };
    // An issue that may pass stops everybody else: the merchant's test tries whether it has.
    if (sendingThrough({ ...subscription.page, circuit: null }) === 'off') return { outcome: 'page_off' };
    const { variantId } = subscription;
    await tx.restock.updateMany({ where: { shopId, isTest: true, closedAt: null }, data: { closedAt: now } });
    await tx.stockCheck.create({
      data: {
        shopId,
        variantId,
        checkedAt: now,
        available: true,
        decision: 'open',
        reason: 'test',
        isTest: true,
      },
    });
    const { id } = await tx.restock.create({
      data: {
        shopId,
        variantId,
        openedAt: now,
        confirmedAvailableAt: now,
        isTest: true,
        notificationQuota: 1,
      },
    });
    await notify(tx, 'pageSender', subscription.page.metaPageId);
    return { outcome: 'pretended', restockId: id };
  });
}
