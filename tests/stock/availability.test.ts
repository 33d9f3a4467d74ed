// Every row of the rule by which a variant counts as for sale.
import { expect, test } from 'vitest';
import { availabilityOf } from '../../app/stock/availability.ts';
import { level, settings, truth } from './decision-inputs.ts';

const elsewhere = level(9, { locationId: 2n, fulfillsOnlineOrders: false });
const rows: [string, Parameters<typeof truth>[0], Parameters<typeof settings>[0], object][] = [
  ['units at an online location', {}, {}, { available: true, units: 5, kind: 'in_stock', why: 'in_stock' }],
  [
    'units at several locations are summed',
    { levels: [level(2), level(3, { locationId: 2n })] },
    {},
    { available: true, units: 5 },
  ],
  [
    'an oversold location lowers the sum',
    { levels: [level(5), level(-5, { locationId: 2n })] },
    {},
    { available: false, units: 0 },
  ],
  [
    'a shop counter does not count',
    { levels: [level(0), elsewhere] },
    {},
    { available: false, units: 0, why: 'stock_elsewhere' },
  ],
  [
    'a chosen location counts alone',
    { levels: [level(5), elsewhere] },
    { locationIds: [2n] },
    { available: true, units: 9 },
  ],
  [
    'a location that was not chosen does not',
    { levels: [level(5)] },
    { locationIds: [2n] },
    { available: false, why: 'stock_elsewhere' },
  ],
  [
    'a level that was switched off does not',
    { levels: [level(5, { active: false })] },
    {},
    { available: false, units: 0, why: 'sold_out' },
  ],
  [
    'a closed location does not',
    { levels: [level(5, { locationActive: false })] },
    {},
    { available: false, units: 0 },
  ],
  [
    'no level at all',
    { levels: [], availableForSale: false },
    {},
    { available: false, units: 0, why: 'sold_out' },
  ],
  ['unlisted is for sale by its link', { status: 'UNLISTED' }, {}, { available: true }],
  ['a draft is not', { status: 'DRAFT' }, {}, { available: false, why: 'not_active' }],
  ['an archived product is not', { status: 'ARCHIVED' }, {}, { available: false, why: 'not_active' }],
  [
    'an unpublished product is not',
    { published: false },
    {},
    { available: false, why: 'not_published', stale: false },
  ],
  [
    'units, but not for sale: doubt',
    { availableForSale: false },
    {},
    { available: false, stale: true, why: 'stale' },
  ],
  [
    'no units, yet for sale: not believed',
    { levels: [level(0)] },
    {},
    { available: false, stale: false, why: 'sold_out' },
  ],
  [
    'not tracked and for sale',
    { tracked: false, levels: [] },
    {},
    { available: true, units: null, kind: 'in_stock' },
  ],
  [
    'not tracked and not for sale',
    { tracked: false, availableForSale: false },
    {},
    { available: false, stale: false },
  ],
  [
    'continue selling without units tells nobody',
    { policy: 'CONTINUE', levels: [level(0)] },
    {},
    { available: false, why: 'order_only' },
  ],
  [
    'unless chosen, and then as an order',
    { policy: 'CONTINUE', levels: [level(-3)] },
    { notifyOnPreorder: true },
    { available: true, units: null, kind: 'orderable' },
  ],
  [
    'continue selling with units is back in stock',
    { policy: 'CONTINUE' },
    {},
    { available: true, units: 5, kind: 'in_stock' },
  ],
  ['a plan only tells nobody', { requiresSellingPlan: true }, {}, { available: false, why: 'order_only' }],
  [
    'a plan only, chosen, is an order',
    { requiresSellingPlan: true },
    { notifyOnPreorder: true },
    { available: true, kind: 'orderable' },
  ],
  [
    'a bundle goes by Shopify’s answer',
    { requiresComponents: true, levels: [level(0)] },
    {},
    { available: true, units: null, kind: 'in_stock' },
  ],
  [
    'a bundle’s computed units bound its waves',
    { requiresComponents: true, levels: [level(3)] },
    {},
    { available: true, units: 3 },
  ],
  [
    'a bundle’s own units prove nothing',
    { requiresComponents: true, availableForSale: false, levels: [level(3)] },
    {},
    { available: false, stale: false, why: 'sold_out' },
  ],
  [
    'absurd figures stay within a column',
    { levels: [level(999_999_999), level(999_999_999, { locationId: 2n })] },
    {},
    { available: true, units: 1_000_000_000 },
  ],
];

test.each(rows)('%s', (_promise, change, chosen, expected) => {
  expect(availabilityOf({ truth: truth(change), settings: settings(chosen) })).toMatchObject(expected);
});
