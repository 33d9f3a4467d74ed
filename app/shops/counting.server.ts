// Whether a shop's orders are counted: begun and stopped by the merchant, and kept true to what Shopify lets us read.
import { db, type Tx } from '../db.server.ts';
import { HOUR, later, MINUTE, type Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { ShopifyFailed } from './admin-api.server.ts';
import {
  giveBackOrders,
  hearOrders,
  OrdersRefused,
  readOrderAccess,
  unhearOrders,
} from './order-access.server.ts';
import type { Shop } from './shop.server.ts';

export type Counting = {
  on: boolean;
  since: Date | null;
  endedAt: Date | null;
  /** "stopped" by the merchant; "revoked": Shopify lets us no longer. */
  because: string | null;
};

type Of = { shopId: bigint; clock: Clock };

const CHECK_EVERY_MS = 6 * HOUR;
const AGAIN_MS = MINUTE;

export const countingOf = (shop: Shop): Counting => ({
  on: shop.counting === 'on',
  since: shop.counting === 'on' ? shop.countingSince : null,
  endedAt: shop.counting === 'on' ? null : shop.countingEndedAt,
  because: shop.counting === 'on' ? null : shop.countingEndedBecause,
});

async function begin({ shopId, now }: { shopId: bigint; now: Date }): Promise<void> {
  const begun = await db.shop.updateMany({
    where: { id: shopId, counting: { not: 'on' }, uninstalledAt: null },
    data: { counting: 'on', countingSince: now, countingEndedAt: null, countingEndedBecause: null },
  });
  // A check that is due by now has been hinted at meanwhile, and stays due.
  await db.shop.updateMany({
    where: { id: shopId, counting: 'on', OR: [{ countingCheckAt: null }, { countingCheckAt: { gt: now } }] },
    data: { countingCheckAt: later(now, CHECK_EVERY_MS) },
  });
  if (begun.count > 0) log.info('orders are counted', { shopId });
}

/** The merchant has said yes to Shopify, who is asked whether it is so. @throws {ShopifyFailed} */
export async function beginCounting({
  shopId,
  clock,
}: Of): Promise<'counting' | 'not_granted' | 'not_approved'> {
  const access = await readOrderAccess({ shopId, clock });
  if (!access.granted) return 'not_granted';
  try {
    await hearOrders({ shopId, clock, access });
  } catch (error) {
    if (!(error instanceof OrdersRefused)) throw error;
    log.warn('Shopify does not send us orders', { shopId, error });
    return 'not_approved';
  }
  await begin({ shopId, now: clock() });
  return 'counting';
}

/** From this moment no order is taken; that Shopify hears of it too is tried at once, and again until it has. */
export async function stopCounting({ shopId, clock }: Of): Promise<void> {
  const now = clock();
  await db.shop.updateMany({
    where: { id: shopId, counting: 'on' },
    data: {
      counting: 'ending',
      countingEndedAt: now,
      countingEndedBecause: 'stopped',
      countingCheckAt: later(now, AGAIN_MS),
    },
  });
  await settleCounting({ shopId, clock }).catch((error: unknown) => {
    if (!(error instanceof ShopifyFailed)) throw error;
    log.warn('Shopify was not told yet that orders are no longer counted', { shopId, error });
  });
}

/** What we may read seems to have changed: a hint, and no more. */
export async function hintScopes({
  tx = db,
  shop,
  now,
}: {
  tx?: Tx;
  shop: { domain: string } | { id: bigint };
  now: Date;
}): Promise<void> {
  await tx.shop.updateMany({ where: { ...shop, uninstalledAt: null }, data: { countingCheckAt: now } });
}

/** Shops whose counting is to be compared with the truth, or `within` one; an unreadable one waits for its merchant. */
export const countingsDue = async ({ now, within }: { now: Date; within?: bigint }): Promise<bigint[]> => {
  const due = await db.shop.findMany({
    where: {
      id: within,
      countingCheckAt: { lte: now },
      uninstalledAt: null,
      accessUnknownSince: null,
      unreadableSince: null,
    },
    select: { id: true },
  });
  return due.map(({ id }) => id);
};

/**
 * Makes our side and Shopify's the same. The scope is asked for by nothing but the merchant's *Count orders*: where it is granted, they
 * want it, also when their browser was closed before it could tell us.
 * @throws {ShopifyFailed} the check stays due.
 */
export async function settleCounting({ shopId, clock }: Of): Promise<void> {
  // Whatever becomes of this attempt, the next one is not before a minute has passed.
  const countingCheckAt = later(clock(), AGAIN_MS);
  const { counting } = await db.shop.update({ where: { id: shopId }, data: { countingCheckAt } });
  const access = await readOrderAccess({ shopId, clock });
  // A hint that came in between has moved the check: then nothing is settled, and it is done anew.
  const done = (data: object) =>
    db.shop.updateMany({
      where: { id: shopId, counting, countingCheckAt },
      data: { countingCheckAt: null, ...data },
    });

  if (counting === 'ending') {
    await unhearOrders({ shopId, clock, access });
    if (access.granted) await giveBackOrders({ shopId, clock });
    await done({ counting: 'off' });
  } else if (access.granted) {
    try {
      await hearOrders({ shopId, clock, access });
      await begin({ shopId, now: clock() });
    } catch (error) {
      if (!(error instanceof OrdersRefused)) throw error;
      log.warn('Shopify does not send us orders', { shopId, error });
      await done({ countingCheckAt: counting === 'on' ? later(clock(), CHECK_EVERY_MS) : null });
    }
  } else if (counting === 'on') {
    log.info('orders are no longer counted: the scope was revoked', { shopId });
    await done({ counting: 'off', countingEndedAt: clock(), countingEndedBecause: 'revoked' });
  } else await done({});
}
