// Ready-made givens for the pure tests: a truth, settings and a restock, each changed only where a test cares.
import { NO_LIMIT, type RestockSettings, type RestockState } from '../../app/stock/decide.ts';
import { availabilityOf, type StockSettings } from '../../app/stock/availability.ts';
import type { Level, VariantState } from '../../app/shopify/variant-queries.ts';

export { NO_LIMIT };

export const level = (available: number, change: Partial<Level> = {}): Level => ({
  locationId: 1n,
  available,
  active: true,
  locationActive: true,
  fulfillsOnlineOrders: true,
  ...change,
});

export const truth = (change: Partial<VariantState> = {}): VariantState => ({
  variantId: 7n,
  productId: 5n,
  inventoryItemId: 9n,
  productTitle: 'Linen shirt',
  title: 'M',
  handle: 'linen-shirt',
  url: 'https://shop.example/products/linen-shirt',
  imageUrl: null,
  price: '49.00',
  status: 'ACTIVE',
  published: true,
  availableForSale: true,
  inventoryQuantity: 5,
  tracked: true,
  policy: 'DENY',
  requiresComponents: false,
  requiresSellingPlan: false,
  componentItemIds: [],
  levels: [level(5)],
  ...change,
});

export type Settings = RestockSettings & StockSettings;

/** Shop's defaults, but for the hold-off, which most tests don't wait for. */
export const settings = (change: Partial<Settings> = {}): Settings => ({
  sendPolicy: 'batches',
  shoppersPerUnit: 10,
  batchIntervalMinutes: 15,
  minimumStock: 1,
  sendDelaySeconds: 0,
  restockCooldownMinutes: 30,
  quietHoursStart: null,
  quietHoursEnd: null,
  timezone: 'UTC',
  locationIds: [],
  notifyOnPreorder: false,
  ...change,
});

export const soldOut = () => truth({ availableForSale: false, levels: [level(0)] });
export const inStock = (units: number) => truth({ levels: [level(units)] });

export const finding = ({
  is,
  with: given = settings(),
  staleChecks = 0,
  nextCheckAt = null,
  pausedAt = null,
}: {
  is: VariantState | null;
  with?: Settings;
  staleChecks?: number;
  nextCheckAt?: Date | null;
  pausedAt?: Date | null;
}) => ({
  availability: is && availabilityOf({ truth: is, settings: given }),
  staleChecks,
  nextCheckAt,
  pausedAt,
});

export const restock = (change: Partial<RestockState> = {}): RestockState => ({
  closedAt: null,
  kind: 'in_stock',
  notificationQuota: 0,
  units: null,
  sendAfter: null,
  nextBatchAt: null,
  heldAt: null,
  ...change,
});
