// What may be changed through the Admin API: stock, a product's few words, and the app's own metafields.
import { productNode, itemNode, locationNode, type AdminContext, type Resolvers } from './admin-context.ts';
import { gid, idOfType } from './gid.ts';
import { deleteMetafields, setMetafields, type MetafieldInput } from './metafields.ts';
import { levelKey, type ProductStatus } from './shop-state.ts';

type Change = {
  inventoryItemId: string;
  locationId: string;
  changeFromQuantity?: number | null;
  to: (available: number) => number;
};

type Problem = { field: string[]; message: string; code: string };

const STOCK_LIMIT = 1_000_000_000;

// https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states
const REASONS = new Set([
  'correction',
  'cycle_count_available',
  'damaged',
  'movement_created',
  'movement_updated',
  'movement_received',
  'movement_canceled',
  'other',
  'promotion',
  'quality_control',
  'received',
  'reservation_created',
  'reservation_deleted',
  'reservation_updated',
  'restock',
  'safety_stock',
  'shrinkage',
]);

/** One call is one action: nothing moves while anything in it is wrong. */
function moveStock({
  changes,
  name,
  reason,
  listName,
  context,
}: {
  changes: Change[];
  name: string;
  reason: string;
  listName: string;
  context: AdminContext;
}) {
  const { shop, store, now } = context;
  const userErrors: Problem[] = [];
  if (name !== 'available' && name !== 'on_hand')
    userErrors.push({
      field: ['input', 'name'],
      message: 'The quantity name is invalid.',
      code: 'INVALID_NAME',
    });
  if (!REASONS.has(reason))
    userErrors.push({
      field: ['input', 'reason'],
      message: 'The specified reason is invalid.',
      code: 'INVALID_REASON',
    });

  const planned = changes.flatMap((change, index) => {
    const problem = (field: string, message: string, code: string) => {
      userErrors.push({ field: ['input', listName, String(index), field], message, code });
      return [];
    };
    const inventoryItemId = idOfType({ text: change.inventoryItemId, type: 'InventoryItem' });
    const locationId = idOfType({ text: change.locationId, type: 'Location' });
    if (!shop.items.has(inventoryItemId))
      return problem(
        'inventoryItemId',
        'The specified inventory item could not be found.',
        'INVALID_INVENTORY_ITEM',
      );
    if (!shop.locations.has(locationId))
      return problem('locationId', 'The specified location could not be found.', 'INVALID_LOCATION');
    const level = shop.levels.get(levelKey({ inventoryItemId, locationId }));
    if (!level?.active)
      return problem(
        'locationId',
        'The specified inventory item is not stocked at the location.',
        'ITEM_NOT_STOCKED_AT_LOCATION',
      );
    if (change.changeFromQuantity != null && change.changeFromQuantity !== level.available)
      return problem(
        'changeFromQuantity',
        'The quantity has changed since it was read.',
        'CHANGE_FROM_QUANTITY_STALE',
      );
    const after = change.to(level.available);
    if (Math.abs(after) > STOCK_LIMIT) {
      const high = after > 0;
      return problem(
        'quantity',
        `The quantity can't be ${high ? 'higher' : 'lower'} than ${high ? '' : 'negative '}1,000,000,000.`,
        high ? 'INVALID_QUANTITY_TOO_HIGH' : 'INVALID_QUANTITY_TOO_LOW',
      );
    }
    return [{ inventoryItemId, locationId, delta: after - level.available, after, to: change.to }];
  });
  if (userErrors.length > 0) return { inventoryAdjustmentGroup: null, userErrors };

  store.moveLevels({ shop: shop.domain, moves: planned });
  const inventoryAdjustmentGroup = {
    id: gid('InventoryAdjustmentGroup', store.nextId('adjustment')),
    createdAt: now,
    reason,
    referenceDocumentUri: null,
    changes: planned.map(({ inventoryItemId, locationId, delta, after }) => ({
      name,
      delta,
      quantityAfterChange: after,
      item: itemNode({ shop, item: shop.items.get(inventoryItemId)! }),
      location: locationNode({ shop, location: shop.locations.get(locationId)! }),
    })),
  };
  return { inventoryAdjustmentGroup, userErrors };
}

type ProductInput = {
  id?: string;
  title?: string;
  handle?: string;
  status?: ProductStatus;
  descriptionHtml?: string;
  requiresSellingPlan?: boolean;
};

function updateProduct({ input, context }: { input: ProductInput; context: AdminContext }) {
  const { shop, store } = context;
  const { id = '', ...given } = input;
  const product = shop.products.get(idOfType({ text: id, type: 'Product' }));
  const wrong = (field: string, message: string) => ({
    product: null,
    userErrors: [{ field: [field], message }],
  });
  if (!product) return wrong('id', 'Product does not exist');
  if (given.title === '') return wrong('title', "Title can't be blank");
  const taken = [...shop.products.values()].some((each) => each !== product && each.handle === given.handle);
  if (taken) return wrong('handle', `Handle '${given.handle}' already in use. Please provide a new handle.`);
  const { title, handle, status, descriptionHtml, requiresSellingPlan } = given;
  const change = { title, handle, status, descriptionHtml, requiresSellingPlan };
  const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value != null));
  store.updateProduct({ shop: shop.domain, productId: product.id, ...said });
  return { product: productNode({ shop, product }), userErrors: [] };
}

type StockInput<Row> = { name: string; reason: string } & Row;

export const mutations: Resolvers = {
  Mutation: {
    inventorySetQuantities: (
      _,
      { input }: { input: StockInput<{ quantities: (Omit<Change, 'to'> & { quantity: number })[] }> },
      context,
    ) => {
      const negative = input.quantities.flatMap(({ quantity }, index) =>
        quantity < 0
          ? [
              {
                field: ['input', 'quantities', String(index), 'quantity'],
                message: "The quantity can't be negative.",
                code: 'INVALID_QUANTITY_NEGATIVE',
              },
            ]
          : [],
      );
      if (negative.length > 0) return { inventoryAdjustmentGroup: null, userErrors: negative };
      const changes = input.quantities.map((each) => ({ ...each, to: () => each.quantity }));
      return moveStock({ ...input, changes, listName: 'quantities', context });
    },
    inventoryAdjustQuantities: (
      _,
      { input }: { input: StockInput<{ changes: (Omit<Change, 'to'> & { delta: number })[] }> },
      context,
    ) => {
      const changes = input.changes.map((each) => ({
        ...each,
        to: (available: number) => available + each.delta,
      }));
      return moveStock({ ...input, changes, listName: 'changes', context });
    },
    productUpdate: (_, args: { product?: ProductInput; input?: ProductInput }, context) =>
      updateProduct({ input: args.product ?? args.input ?? {}, context }),
    metafieldsSet: (_, args: { metafields: MetafieldInput[] }, context) =>
      setMetafields({ inputs: args.metafields, context }),
    metafieldsDelete: (
      _,
      args: { metafields: { ownerId: string; namespace: string; key: string }[] },
      context,
    ) => deleteMetafields({ identifiers: args.metafields, context }),
  },
};
