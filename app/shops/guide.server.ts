// The first-run guide can be put away for good.
import { db } from '../db.server.ts';

/** Stays put away; the checklist "is it on?" remains. */
export const dismissGuide = ({ shopId, now }: { shopId: bigint; now: Date }) =>
  db.shop.updateMany({ where: { id: shopId, guideDismissedAt: null }, data: { guideDismissedAt: now } });
