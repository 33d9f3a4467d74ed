// The Admin API's answers about inventory items, levels and locations.
import { GraphQLError } from 'graphql';
import {
  itemNode,
  levelNode,
  locationNode,
  variantNode,
  type ItemSource,
  type LevelSource,
  type LocationSource,
  type Resolvers,
} from './admin-context.ts';
import { gid, idOfType, readGid } from './gid.ts';
import { page, type PageArgs } from './paging.ts';
import { levelKey, levelsOf, type Level, type Shop } from './shop-state.ts';

const QUANTITY_NAMES = [
  'available',
  'on_hand',
  'committed',
  'incoming',
  'reserved',
  'damaged',
  'safety_stock',
  'quality_control',
];

/** The number is the level's own and never the location's; the item is told only by the parameter. */
export const levelGid = (level: Level): string =>
  `${gid('InventoryLevel', level.id)}?inventory_item_id=${level.inventoryItemId}`;

export function levelByGid({ shop, text }: { shop: Shop; text: string }): Level | undefined {
  const { id, parameters } = readGid(text);
  const item = parameters.get('inventory_item_id');
  return [...shop.levels.values()].find((level) => level.id === id && String(level.inventoryItemId) === item);
}

function levelPage({
  shop,
  rows,
  args,
}: {
  shop: Shop;
  rows: Level[];
  args: PageArgs & { includeInactive?: boolean };
}) {
  const shown = rows.filter((level) => level.active || args.includeInactive);
  return page({ rows: shown, args, idOf: ({ id }) => id, node: (level) => levelNode({ shop, level }) });
}

function quantity({ level, name }: { level: Level; name: string }) {
  if (!QUANTITY_NAMES.includes(name)) {
    throw new GraphQLError(`Invalid quantity name: ${name}`, { extensions: { code: 'BAD_REQUEST' } });
  }
  return {
    id: `${gid('InventoryQuantity', level.id)}?inventory_item_id=${level.inventoryItemId}&name=${name}`,
    name,
    quantity: name === 'available' || name === 'on_hand' ? level.available : 0,
    updatedAt: level.updatedAt,
  };
}

function levelAt({
  shop,
  inventoryItemId,
  locationId,
  args,
}: {
  shop: Shop;
  inventoryItemId: bigint;
  locationId: bigint;
  args: { includeInactive?: boolean };
}) {
  const level = shop.levels.get(levelKey({ inventoryItemId, locationId }));
  return level && (level.active || args.includeInactive) ? levelNode({ shop, level }) : null;
}

export const inventory: Resolvers = {
  QueryRoot: {
    inventoryItem: (_, args: { id: string }, { shop }) => {
      const item = shop.items.get(idOfType({ text: args.id, type: 'InventoryItem' }));
      return item ? itemNode({ shop, item }) : null;
    },
    inventoryItems: (_, args, { shop }) =>
      page({
        rows: [...shop.items.values()].toSorted((a, b) => Number(a.id - b.id)),
        args,
        idOf: ({ id }) => id,
        node: (item) => itemNode({ shop, item }),
      }),
    inventoryLevel: (_, args: { id: string }, { shop }) => {
      const level = levelByGid({ shop, text: args.id });
      return level ? levelNode({ shop, level }) : null;
    },
    location: (_, args: { id?: string }, { shop }) => {
      const id = args.id && idOfType({ text: args.id, type: 'Location' });
      const location = id ? shop.locations.get(id) : [...shop.locations.values()][0];
      return location ? locationNode({ shop, location }) : null;
    },
    locations: (_, args: PageArgs & { includeInactive?: boolean; sortKey?: string }, { shop }) =>
      page({
        rows: [...shop.locations.values()]
          .filter((location) => location.active || args.includeInactive)
          .toSorted((a, b) => (args.sortKey === 'NAME' ? a.name.localeCompare(b.name) : Number(a.id - b.id))),
        args,
        idOf: ({ id }) => id,
        node: (location) => locationNode({ shop, location }),
      }),
    locationsCount: (_, __, { shop }) => ({ count: shop.locations.size, precision: 'EXACT' }),
  },

  InventoryItem: {
    id: ({ item }: ItemSource) => gid('InventoryItem', item.id),
    legacyResourceId: ({ item }: ItemSource) => String(item.id),
    sku: ({ item }: ItemSource) => item.sku,
    tracked: ({ item }: ItemSource) => item.tracked,
    requiresShipping: () => true,
    createdAt: ({ item }: ItemSource) => item.createdAt,
    updatedAt: ({ item }: ItemSource) => item.updatedAt,
    locationsCount: ({ shop, item }: ItemSource) => ({
      count: levelsOf({ shop, inventoryItemId: item.id }).filter((level) => level.active).length,
      precision: 'EXACT',
    }),
    variant: ({ shop, item }: ItemSource) => {
      const variant = item.variantIds[0] === undefined ? undefined : shop.variants.get(item.variantIds[0]);
      return variant ? variantNode({ shop, variant }) : null;
    },
    variants: ({ shop, item }: ItemSource, args) =>
      page({
        rows: item.variantIds.flatMap((id) => shop.variants.get(id) ?? []),
        args,
        idOf: ({ id }) => id,
        node: (variant) => variantNode({ shop, variant }),
      }),
    inventoryLevels: ({ shop, item }: ItemSource, args) =>
      levelPage({ shop, rows: levelsOf({ shop, inventoryItemId: item.id }), args }),
    inventoryLevel: ({ shop, item }: ItemSource, args: { locationId: string; includeInactive?: boolean }) =>
      levelAt({
        shop,
        inventoryItemId: item.id,
        locationId: idOfType({ text: args.locationId, type: 'Location' }),
        args,
      }),
  },

  InventoryLevel: {
    id: ({ level }: LevelSource) => levelGid(level),
    isActive: ({ level }: LevelSource) => level.active,
    canDeactivate: () => true,
    updatedAt: ({ level }: LevelSource) => level.updatedAt,
    item: ({ shop, level }: LevelSource) => itemNode({ shop, item: shop.items.get(level.inventoryItemId)! }),
    location: ({ shop, level }: LevelSource) =>
      locationNode({ shop, location: shop.locations.get(level.locationId)! }),
    quantities: ({ level }: LevelSource, args: { names: string[] }) =>
      args.names.map((name) => quantity({ level, name })),
  },

  Location: {
    id: ({ location }: LocationSource) => gid('Location', location.id),
    legacyResourceId: ({ location }: LocationSource) => String(location.id),
    name: ({ location }: LocationSource) => location.name,
    isActive: ({ location }: LocationSource) => location.active,
    fulfillsOnlineOrders: ({ location }: LocationSource) => location.fulfillsOnlineOrders,
    shipsInventory: ({ location }: LocationSource) => location.fulfillsOnlineOrders,
    createdAt: ({ location }: LocationSource) => location.createdAt,
    updatedAt: ({ location }: LocationSource) => location.updatedAt,
    hasActiveInventory: ({ shop, location }: LocationSource) =>
      [...shop.levels.values()].some((level) => level.locationId === location.id && level.available > 0),
    inventoryLevels: ({ shop, location }: LocationSource, args) =>
      levelPage({
        shop,
        rows: [...shop.levels.values()].filter((level) => level.locationId === location.id),
        args,
      }),
    inventoryLevel: (
      { shop, location }: LocationSource,
      args: { inventoryItemId: string; includeInactive?: boolean },
    ) =>
      levelAt({
        shop,
        inventoryItemId: idOfType({ text: args.inventoryItemId, type: 'InventoryItem' }),
        locationId: location.id,
        args,
      }),
  },
};
