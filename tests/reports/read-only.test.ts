// Reports write nothing: each is read while PostgreSQL refuses every write of this database's sessions.
import { expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { shopStatus } from '../../app/notifications/shop-status.server.ts';
import { auditConsistency } from '../../app/reports/audit.server.ts';
import {
  dailyActivity,
  funnel,
  notifiedFigures,
  recoveredRevenue,
} from '../../app/reports/home-figures.server.ts';
import { messages } from '../../app/reports/messages.server.ts';
import { restocks, stockChecks } from '../../app/reports/restocks.server.ts';
import { subscriptionDetails, testProgress } from '../../app/reports/subscription.server.ts';
import { subscriptions } from '../../app/reports/subscriptions.server.ts';
import { exportWaitlist } from '../../app/reports/waitlist-export.server.ts';
import {
  countWaitingOnPage,
  productWaitlist,
  waitingShoppers,
  waitlistByVariant,
  waitlistOfVariant,
} from '../../app/reports/waitlist.server.ts';
import { createSenderWorld } from '../notifications/sender-world.ts';

const world = await createSenderWorld();
const { shop, page, variant, restock } = await world.shopWithWaiting({ count: 3, notificationQuota: 1 });
const shopId = shop.id;
const { id: variantId, productId } = variant;
const { id: subscriptionId } = await db.subscription.findFirstOrThrow({ where: { shopId } });
const now = new Date();

await db.$executeRawUnsafe(
  `ALTER DATABASE "${new URL(process.env.DATABASE_URL!).pathname.slice(1)}" SET default_transaction_read_only = on`,
);
// Sessions that are open already keep what they were opened with.
await db.$disconnect();

test('a write is refused here', async () => {
  await expect(
    db.restock.updateMany({ where: { id: restock.id }, data: { claimedCount: 2 } }),
  ).rejects.toThrow(/read-only transaction/);
});

const { reach } = await shopStatus({ shopId });
const reports: Record<string, () => Promise<unknown>> = {
  auditConsistency: () => auditConsistency(),
  dailyActivity: () => dailyActivity({ shopId, now, days: 7, timezone: 'Europe/Paris' }),
  funnel: () => funnel({ shopId, now }),
  notifiedFigures: () => notifiedFigures({ shopId, now, days: 7 }),
  recoveredRevenue: () => recoveredRevenue({ shopId, now, days: 7 }),
  messages: () => messages({ shopId }),
  restocks: () => restocks({ shopId, reach, settings: shop, now }),
  stockChecks: () => stockChecks({ shopId, variantId }),
  subscriptionDetails: () => subscriptionDetails({ shop, subscriptionId, now }),
  testProgress: () => testProgress({ page }),
  subscriptions: () => subscriptions({ shop, now }),
  exportWaitlist: () => Array.fromAsync(exportWaitlist({ shopId, now })),
  countWaitingOnPage: () => countWaitingOnPage({ shopId, now }),
  productWaitlist: () => productWaitlist({ shopId, productId, now }),
  waitingShoppers: () => waitingShoppers({ shopId, variantId, now }),
  waitlistByVariant: () => waitlistByVariant({ shopId, now }),
  waitlistOfVariant: () => waitlistOfVariant({ shopId, variantId, now }),
};

for (const [name, read] of Object.entries(reports))
  test(`${name} only reads`, async () => {
    expect(await read()).toBeDefined();
  });
