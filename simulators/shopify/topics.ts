// Which webhook topics an app may receive: by its scopes, and only while it is installed.
import type { Announcement } from './ledger.ts';
import type { Store } from './store.ts';

/** Any one of these opens the topic; a topic that needs none is open to every app. From WebhookSubscriptionTopic of the Admin schema. */
export const TOPIC_SCOPES: Record<string, string[]> = {
  'inventory_levels/update': ['read_inventory'],
  'inventory_levels/connect': ['read_inventory'],
  'inventory_levels/disconnect': ['read_inventory'],
  'inventory_items/create': ['read_inventory', 'read_products'],
  'inventory_items/update': ['read_inventory', 'read_products'],
  'inventory_items/delete': ['read_inventory', 'read_products'],
  'products/create': ['read_products'],
  'products/update': ['read_products'],
  'products/delete': ['read_products'],
  'variants/in_stock': ['read_products'],
  'variants/out_of_stock': ['read_products'],
  'locations/create': ['read_locations'],
  'locations/update': ['read_locations'],
  'locations/activate': ['read_locations'],
  'locations/deactivate': ['read_locations'],
  'locations/delete': ['read_locations'],
  'orders/create': ['read_orders', 'read_marketplace_orders'],
  'orders/paid': ['read_orders', 'read_marketplace_orders'],
  'orders/updated': ['read_orders', 'read_marketplace_orders'],
  'orders/cancelled': ['read_orders', 'read_marketplace_orders'],
  'refunds/create': ['read_orders', 'read_marketplace_orders'],
  'app/uninstalled': [],
  'app/scopes_update': [],
  'shop/update': [],
};

export function mayHear({
  store,
  apiKey,
  announcement: { shop, topic },
}: {
  store: Store;
  apiKey: string;
  announcement: Announcement;
}): boolean {
  // It is the one thing that is told to an app that has already gone.
  if (topic === 'app/uninstalled') return true;
  const installation = store.installationOf({ shop, apiKey });
  const needed = TOPIC_SCOPES[topic];
  if (!installation || !needed) return false;
  return (
    needed.length === 0 ||
    needed.some(
      (scope) =>
        installation.scopes.includes(scope) ||
        installation.scopes.includes(scope.replace(/^read_/, 'write_')),
    )
  );
}
