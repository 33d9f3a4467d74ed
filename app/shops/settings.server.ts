// Keeps the merchant's settings, and knows the places that may be chosen.
import { db, type Tx } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { askShopify } from './admin-api.server.ts';
import type { GivenSettings } from './settings.ts';

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
    locations(first: 100, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { id name fulfillsOnlineOrders isActive }
    }
  }`;

type Sheet = {
  locations: {
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
    nodes: { id: string; name: string; fulfillsOnlineOrders: boolean; isActive: boolean }[];
  };
};

export type ShopLocation = { locationId: string; name: string; online: boolean };

/** Every active location of the shop. @throws {ShopifyFailed} with advice. */
export async function locationsOf({
  shopId,
  clock,
}: {
  shopId: bigint;
  clock: Clock;
}): Promise<ShopLocation[]> {
  const found: ShopLocation[] = [];
  let after: string | null = null;
  // Shopify allows a shop at most 1,000 locations.
  for (let sheet = 0; sheet < 10; sheet += 1) {
    const { data }: { data: Sheet } = await askShopify<Sheet>({
      shopId,
      query: LOCATIONS_QUERY,
      variables: { after },
      clock,
    });
    for (const node of data.locations.nodes)
      if (node.isActive)
        found.push({
          locationId: String(idNumber(node.id)),
          name: node.name,
          online: node.fulfillsOnlineOrders,
        });
    if (!data.locations.pageInfo.hasNextPage) break;
    after = data.locations.pageInfo.endCursor;
  }
  return found;
}
