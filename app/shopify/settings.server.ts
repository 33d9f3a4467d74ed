// Keeps the merchant's settings, and knows the places that may be chosen.
import { db, type Tx } from '../db.server.ts';
import type { GivenSettings } from './settings-form.ts';

/** Writes them; `then` runs in the same transaction, for what follows from a change. */
export async function saveSettings({
  shopId,
  settings,
  then,
}: {
  shopId: bigint;
  settings: GivenSettings;
  then: (tx: Tx) => Promise<unknown>;
}): Promise<void> {
  const { quiet, quietFrom, quietUntil, locationIds, perSecond: _ofThePage, ...rest } = settings;
  await db.$transaction(async (tx) => {
    await tx.shop.update({
      where: { id: shopId },
      data: {
        ...rest,
        quietFrom: quiet ? quietFrom : null,
        quietUntil: quiet ? quietUntil : null,
        locationIds: locationIds.map(BigInt),
      },
    });
    await then(tx);
  });
}

/** Stays put away; the checklist "is it on?" remains. */
export const dismissSetupGuide = ({ shopId, now }: { shopId: bigint; now: Date }) =>
  db.shop.updateMany({ where: { id: shopId, guideDismissedAt: null }, data: { guideDismissedAt: now } });
