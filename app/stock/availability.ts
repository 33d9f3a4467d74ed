// What Shopify's figures mean: can the variant be bought now, and how many units are there.
import type { VariantState } from '../shopify/variant-queries.ts';

export type Kind = 'in_stock' | 'orderable';

export type StockSettings = {
  /** Empty: every active location that fulfils online orders. */
  locationIds: bigint[];
  /** Whether what can only be ordered (continue selling, pre-order plan) is worth telling. */
  notifyOnPreorder: boolean;
};

export type Availability = {
  available: boolean;
  /** Units at the locations that count; null: not tracked, or a number would say nothing. */
  units: number | null;
  kind: Kind;
  /** There are units although Shopify says "not for sale": its figure may lag behind, so it is worth another look. */
  stale: boolean;
  why: Reason;
};

const no = ({
  why,
  units,
  stale = false,
}: {
  why: Reason;
  units: number | null;
  stale?: boolean;
}): Availability => ({
  available: false,
  units,
  kind: 'in_stock',
  stale,
  why,
});

/** Shopify's own bound for one location; a sum beyond it says no more. */
const MOST_UNITS = 1_000_000_000;

/** Units at the locations that count for this shop; null when stock is not tracked. */
function unitsOf({ truth, settings }: { truth: VariantState; settings: StockSettings }): number | null {
  if (!truth.tracked) return null;
  const chosen = new Set(settings.locationIds);
  return truth.levels
    .filter((level) => level.active && level.locationActive)
    .filter((level) => (chosen.size > 0 ? chosen.has(level.locationId) : level.fulfillsOnlineOrders))
    .reduce((sum, level) => Math.max(-MOST_UNITS, Math.min(MOST_UNITS, sum + level.available)), 0);
}

/** Why there is nothing to sell: nothing anywhere, or only where it does not count. */
const none = ({ truth, units }: { truth: VariantState; units: number | null }): Reason =>
  units !== null && units <= 0 && truth.levels.some((level) => level.active && level.available > 0)
    ? 'stock_elsewhere'
    : 'sold_out';

/** Whether the variant can be bought online; an answer that its own units contradict may be stale, and is no yes. */
export function availabilityOf({
  truth,
  settings,
}: {
  truth: VariantState;
  settings: StockSettings;
}): Availability {
  const units = unitsOf({ truth, settings });
  if (truth.status !== 'ACTIVE' && truth.status !== 'UNLISTED') return no({ why: 'not_active', units });
  if (!truth.published) return no({ why: 'not_published', units });

  if (!truth.availableForSale) {
    // A bundle's own units are computed from its components and prove nothing against Shopify's answer.
    const stale = units !== null && units > 0 && !truth.requiresComponents;
    return no({ why: stale ? 'stale' : none({ truth, units }), units, stale });
  }

  const without = units !== null && units <= 0;
  if (truth.requiresSellingPlan || (without && truth.policy === 'CONTINUE')) {
    if (!settings.notifyOnPreorder) return no({ why: 'order_only', units });
    return { available: true, units: null, kind: 'orderable', stale: false, why: 'orderable' };
  }
  if (truth.requiresComponents)
    return {
      available: true,
      units: without ? null : units,
      kind: 'in_stock',
      stale: false,
      why: 'in_stock',
    };
  if (without) return no({ why: none({ truth, units }), units });
  return { available: true, units, kind: 'in_stock', stale: false, why: 'in_stock' };
}

export type Reason =
  | 'in_stock'
  | 'orderable'
  | 'not_active'
  | 'not_published'
  | 'sold_out'
  | 'stale'
  | 'order_only'
  | 'stock_elsewhere'
  | 'deleted'
  | 'unreadable'
  | 'below_minimum'
  | 'nobody_waiting'
  | 'paused'
  | 'held'
  | 'send_delay'
  | 'quiet_hours'
  | 'all_allowed'
  | 'batch'
  | 'next_batch'
  | 'sending'
  | 'test';
