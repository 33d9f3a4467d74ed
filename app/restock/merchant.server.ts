// The merchant's own hand on a restock: look now, tell now, hold, pause, move; all through the same look and the same guards.
import { db } from '../db.server.ts';
import { later, type Clock } from '../lib/clock.ts';
import { ShopifyFailed } from '../shops/admin-api.server.ts';
import { readVariants } from '../shops/read-variants.server.ts';
import { moveLine, pauseLine } from '../waitlist/move.server.ts';
import { markWanted } from '../waitlist/wanted.server.ts';
import { FRESH_MS } from './claimable.server.ts';

type Of = { shopId: bigint; variantId: bigint; now: Date };

/** Asks for a look at once. */
export async function lookNow({ shopId, variantId, now }: Of): Promise<{ outcome: 'looking' | 'unknown' }> {
  const marked = await db.$transaction((tx) => markWanted({ tx, shopId, variantIds: [variantId], news: true, now }));
  return { outcome: marked === 1 ? 'looking' : 'unknown' };
}

/**
 * Ends hold-off and hold of the open restock. Nobody is told on the old reading: a fresh look decides, by stock, minimum, waves and quiet
 * hours as ever.
 */
export async function tellNow({ shopId, variantId, now }: Of): Promise<{ outcome: 'looking' | 'not_open' }> {
  return db.$transaction(async (tx) => {
    // The variant before its restock, as a look locks them.
    await markWanted({ tx, shopId, variantIds: [variantId], news: true, now });
    const { count } = await tx.restock.updateMany({
      where: { shopId, variantId, closedAt: null, isTest: false },
      data: { holdUntil: now, heldAt: null, sellableAt: later(now, -FRESH_MS) },
    });
    return { outcome: count === 1 ? 'looking' : 'not_open' };
  });
}

/** Holds the open restock back: from the next claim on nobody is told, until it is released. */
export async function hold({ shopId, variantId, now }: Of): Promise<{ outcome: 'held' | 'not_open' }> {
  const { count } = await db.restock.updateMany({
    where: { shopId, variantId, closedAt: null, isTest: false },
    data: { heldAt: now },
  });
  return { outcome: count === 1 ? 'held' : 'not_open' };
}

/** Ends a hold; a fresh look decides how it goes on. */
export async function release({ shopId, variantId, now }: Of): Promise<{ outcome: 'looking' | 'not_open' }> {
  return db.$transaction(async (tx) => {
    await markWanted({ tx, shopId, variantIds: [variantId], news: true, now });
    const { count } = await tx.restock.updateMany({
      where: { shopId, variantId, closedAt: null, isTest: false },
      data: { heldAt: null },
    });
    return { outcome: count === 1 ? 'looking' : 'not_open' };
  });
}

/** Pauses a variant (nobody is told, whatever its stock) or resumes it with a fresh look. */
export async function pauseVariant({
  shopId,
  variantId,
  paused,
  now,
}: Of & { paused: boolean }): Promise<{ outcome: 'paused' | 'looking' | 'unknown' }> {
  return db.$transaction(async (tx) => {
    if (!(await pauseLine({ tx, shopId, variantId, pausedAt: paused ? now : null })))
      return { outcome: 'unknown' };
    if (paused) return { outcome: 'paused' };
    await markWanted({ tx, shopId, variantIds: [variantId], news: true, now });
    return { outcome: 'looking' };
  });
}

export type Moved =
  | { outcome: 'moved'; moved: number; merged: number }
  /** The variant still exists in Shopify: nobody is moved from it. */
  | { outcome: 'not_missing' }
  | { outcome: 'other_product' }
  | { outcome: 'unknown' }
  | { outcome: 'no_answer'; advice: ShopifyFailed['advice'] };

/** Moves the waiters of a variant that Shopify no longer knows to a variant of the same product, as Shopify knows it now. */
export async function moveWaiters({
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
    if (error instanceof ShopifyFailed) return { outcome: 'no_answer', advice: error.advice };
    throw error;
  }
  const target = truths.get(to);
  if (truths.has(from)) return { outcome: 'not_missing' };
  if (target === undefined) return { outcome: 'unknown' };
  if (target.productId !== known.productId) return { outcome: 'other_product' };
  return db.$transaction(async (tx) => {
    const done = await moveLine({ tx, shopId, from, to: target, now: clock() });
    await markWanted({ tx, shopId, variantIds: [to], news: true, now: clock() });
    return { outcome: 'moved' as const, ...done };
  });
}
