// What moves stock in the simulator: the merchant's counts, sales, and where an item is stocked at all.
import { found, locationOf, variantOf, type Announce, type Ledger } from './ledger.ts';
import { isForSale, levelKey, shownFigures, type Shop } from './shop-state.ts';

type Place = { shop: string; variantId: bigint; locationId: bigint };

export function stockVerbs(ledger: Ledger) {
  const { now } = ledger;

  /** Makes a change, announces who came in or out of stock by it, and keeps the old figures up while Shopify's are stale. */
  function change({
    shop,
    inventoryItemId,
    announce,
    apply,
  }: {
    shop: Shop;
    inventoryItemId: bigint;
    announce: Announce;
    apply: () => void;
  }): void {
    const ids = new Set(found(shop.items.get(inventoryItemId), `item ${inventoryItemId}`).variantIds);
    for (const variant of shop.variants.values()) {
      if (variant.components.some((part) => ids.has(part.variantId))) ids.add(variant.id);
    }
    const touched = [...ids].map((id) => {
      const variant = variantOf(shop, id);
      const shown = shownFigures({ shop, variant, now: now() });
      return { variant, shown, before: isForSale({ shop, variant }) };
    });
    apply();
    for (const { variant, shown, before } of touched) {
      if (ledger.staleMs() > 0)
        variant.stale = { ...shown, until: new Date(now().getTime() + ledger.staleMs()) };
      const after = isForSale({ shop, variant });
      if (after === before) continue;
      announce(after ? 'variants/in_stock' : 'variants/out_of_stock', {
        kind: 'variant',
        variantId: variant.id,
      });
    }
  }

  function move({
    shop,
    inventoryItemId,
    locationId,
    announce,
    to,
  }: {
    shop: Shop;
    inventoryItemId: bigint;
    locationId: bigint;
    announce: Announce;
    to: (available: number) => number;
  }): void {
    const level = found(
      shop.levels.get(levelKey({ inventoryItemId, locationId })),
      `level of item ${inventoryItemId} at location ${locationId}`,
    );
    change({
      shop,
      inventoryItemId,
      announce,
      apply: () => {
        level.available = to(level.available);
        level.updatedAt = now();
      },
    });
    announce('inventory_levels/update', { kind: 'level', inventoryItemId, locationId });
  }

  function moveVariant({ to, ...place }: Place & { to: (available: number) => number }): void {
    const shop = ledger.shop(place.shop);
    const { inventoryItemId } = variantOf(shop, place.variantId);
    move({ shop, inventoryItemId, locationId: place.locationId, announce: ledger.action(place.shop), to });
  }

  return {
    setStock({ available, ...place }: Place & { available: number }): void {
      moveVariant({ ...place, to: () => available });
    },
    adjustStock({ by, ...place }: Place & { by: number }): void {
      moveVariant({ ...place, to: (available) => available + by });
    },
    /** Many levels in one action of the merchant, so that all their webhooks share one event. */
    moveLevels({
      shop: domain,
      moves,
    }: {
      shop: string;
      moves: { inventoryItemId: bigint; locationId: bigint; to: (available: number) => number }[];
    }): void {
      const announce = ledger.action(domain);
      for (const each of moves) move({ shop: ledger.shop(domain), announce, ...each });
    },
    /** Somebody buys: stock leaves a location that serves online orders, the fullest one unless it is named. */
    sell({
      shop: domain,
      variantId,
      quantity = 1,
      locationId,
    }: Omit<Place, 'locationId'> & { quantity?: number; locationId?: bigint }): void {
      const shop = ledger.shop(domain);
      const { inventoryItemId, productId } = variantOf(shop, variantId);
      const fullest = [...shop.locations.values()]
        .filter((location) => location.active && location.fulfillsOnlineOrders)
        .flatMap(({ id }) => shop.levels.get(levelKey({ inventoryItemId, locationId: id })) ?? [])
        .filter((level) => level.active)
        .toSorted((a, b) => b.available - a.available)[0];
      const announce = ledger.action(domain);
      move({
        shop,
        inventoryItemId,
        locationId: locationId ?? found(fullest?.locationId, `location that can sell variant ${variantId}`),
        announce,
        to: (available) => available - quantity,
      });
      announce('products/update', { kind: 'product', productId });
    },
    setTracked({ shop: domain, variantId, tracked }: Omit<Place, 'locationId'> & { tracked: boolean }): void {
      const shop = ledger.shop(domain);
      const { inventoryItemId } = variantOf(shop, variantId);
      const announce = ledger.action(domain);
      const item = found(shop.items.get(inventoryItemId), `item ${inventoryItemId}`);
      change({
        shop,
        inventoryItemId,
        announce,
        apply: () => Object.assign(item, { tracked, updatedAt: now() }),
      });
      announce('inventory_items/update', { kind: 'item', inventoryItemId });
    },
    /** Stocks an item at a location, or stops stocking it there. */
    setStocked({ shop: domain, variantId, locationId, stocked }: Place & { stocked: boolean }): void {
      const shop = ledger.shop(domain);
      const { inventoryItemId } = variantOf(shop, variantId);
      locationOf(shop, locationId);
      const key = levelKey({ inventoryItemId, locationId });
      const announce = ledger.action(domain);
      change({
        shop,
        inventoryItemId,
        announce,
        apply: () => {
          const level = shop.levels.get(key) ?? {
            id: ledger.nextId('level'),
            inventoryItemId,
            locationId,
            available: 0,
          };
          shop.levels.set(key, { ...level, active: stocked, updatedAt: now() });
        },
      });
      if (stocked) announce('inventory_levels/connect', { kind: 'level', inventoryItemId, locationId });
      else {
        const body = { inventory_item_id: inventoryItemId, location_id: locationId };
        announce('inventory_levels/disconnect', { kind: 'gone', body });
      }
    },
  };
}
