// Keeps the merchant's settings, and knows the places that may be chosen.
import { db, type Tx } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { readAllPages } from './all-pages.server.ts';
import type { GivenSettings } from './settings.ts';
import type { Page } from './variant-queries.ts';

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

export const LOCATIONS_QUERY = `#graphql
  query Locations($after: String) {
    locations(first: 250, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id name fulfillsOnlineOrders isActive }
    }
  }`;

type Row = { id: string; name: string; fulfillsOnlineOrders: boolean; isActive: boolean };

export type ShopLocation = { locationId: string; name: string; online: boolean };

/** Every active location of the shop. @throws {ShopifyFailed} with advice. */
export async function locationsOf({
  shopId,
  clock,
}: {
  shopId: bigint;
  clock: Clock;
}): Promise<ShopLocation[]> {
  const rows = await readAllPages<{ locations: Page<Row> }, Row>({
    shopId,
    query: LOCATIONS_QUERY,
    pageOf: ({ locations }) => locations,
    clock,
  });
  return rows
    .filter(({ isActive }) => isActive)
    .map(({ id, name, fulfillsOnlineOrders }) => ({
      locationId: String(idNumber(id)),
      name,
      online: fulfillsOnlineOrders,
    }));
}
