// Shopify's memory in the simulator: shops with their products and stock, and the verbs that change them as a merchant would.
import { createLedger, locationOf } from './ledger.ts';
import { orderVerbs } from './order-verbs.ts';
import { productVerbs } from './product-verbs.ts';
import type { Installation, Location, Shop } from './shop-state.ts';
import { stockVerbs } from './stock-verbs.ts';

export type Store = ReturnType<typeof createStore>;

type NewShop = Partial<Omit<Shop, 'createdAt' | 'updatedAt'>> & { domain: string };

/** After `restore`, a shop, product or variant that was read before is a thing of the past: read it again by `shop(domain)`. */
export function createStore({ now }: { now: () => Date }) {
  const ledger = createLedger({ now });
  const { action, findShop, nextId, on, restore, setStale, shop, shops, snapshot } = ledger;

  return {
    now,
    shop,
    findShop,
    shops,
    nextId,
    on,
    snapshot,
    restore,
    /** From now on every change of stock leaves `availableForSale` and `sellableOnlineQuantity` as they were for this long. */
    setStale,
    ...productVerbs(ledger),
    ...stockVerbs(ledger),
    ...orderVerbs(ledger),

    addShop(given: NewShop): Shop {
      const added: Shop = {
        name: given.domain.replace('.myshopify.com', ''),
        email: `owner@${given.domain.replace('.myshopify.com', '.test')}`,
        primaryLocale: 'en',
        countryCode: 'GB',
        currency: 'GBP',
        ianaTimezone: 'Europe/London',
        installations: [],
        products: new Map(),
        variants: new Map(),
        items: new Map(),
        locations: new Map(),
        levels: new Map(),
        orders: new Map(),
        ...given,
        id: given.id ?? nextId('shop'),
        createdAt: now(),
        updatedAt: now(),
      };
      ledger.keep(added);
      return added;
    },
    updateShop({
      shop: domain,
      ...change
    }: { shop: string } & Partial<
      Pick<Shop, 'name' | 'email' | 'primaryLocale' | 'currency' | 'ianaTimezone'>
    >): void {
      Object.assign(shop(domain), change, { updatedAt: now() });
      action(domain)('shop/update', { kind: 'shop' });
    },
    addLocation({
      shop: domain,
      name,
      fulfillsOnlineOrders = true,
    }: {
      shop: string;
      name: string;
      fulfillsOnlineOrders?: boolean;
    }): Location {
      const at = now();
      const id = nextId('location');
      const location = { id, name, active: true, fulfillsOnlineOrders, createdAt: at, updatedAt: at };
      shop(domain).locations.set(id, location);
      action(domain)('locations/create', { kind: 'location', locationId: id });
      return location;
    },
    /** As a chain has them: up to 200 in life, though Shopify lets a large shop have 1,000. */
    addLocations({ shop: domain, count }: { shop: string; count: number }): Location[] {
      return Array.from({ length: count }, (_, at) =>
        this.addLocation({ shop: domain, name: `Branch ${at + 1}` }),
      );
    },
    setLocation({
      shop: domain,
      locationId,
      ...change
    }: {
      shop: string;
      locationId: bigint;
      name?: string;
      active?: boolean;
      fulfillsOnlineOrders?: boolean;
    }): void {
      const location = locationOf(shop(domain), locationId);
      const wasActive = location.active;
      Object.assign(location, change, { updatedAt: now() });
      const announce = action(domain);
      announce('locations/update', { kind: 'location', locationId });
      if (location.active === wasActive) return;
      const topic = location.active ? 'locations/activate' : 'locations/deactivate';
      announce(topic, { kind: 'location', locationId });
    },

    install({
      shop: domain,
      apiKey,
      scopes,
    }: {
      shop: string;
      apiKey: string;
      scopes: string[];
    }): Installation {
      const { installations } = shop(domain);
      const standing = installations.find((each) => each.apiKey === apiKey && !each.uninstalledAt);
      if (standing) return standing;
      const id = nextId('installation');
      const installation = {
        id,
        apiKey,
        scopes: [...scopes],
        installedAt: now(),
        uninstalledAt: null,
        metafields: [],
        webhooks: [],
      };
      installations.push(installation);
      return installation;
    },
    installationOf({ shop: domain, apiKey }: { shop: string; apiKey: string }): Installation | undefined {
      return findShop(domain)?.installations.find((each) => each.apiKey === apiKey && !each.uninstalledAt);
    },
    uninstall({ shop: domain, apiKey }: { shop: string; apiKey: string }): void {
      const { installations } = shop(domain);
      const standing = installations.find((each) => each.apiKey === apiKey && !each.uninstalledAt);
      if (!standing) return;
      standing.uninstalledAt = now();
      // App-data metafields and the app's own subscriptions belong to the installation and go with it.
      standing.metafields = [];
      standing.webhooks = [];
      action(domain)('app/uninstalled', { kind: 'shop' });
    },
    setScopes({ shop: domain, apiKey, scopes }: { shop: string; apiKey: string; scopes: string[] }): void {
      const { id, installations } = shop(domain);
      const standing = installations.find((each) => each.apiKey === apiKey && !each.uninstalledAt);
      if (!standing) throw new Error(`the app is not installed in ${domain}`);
      const previous = standing.scopes;
      standing.scopes = [...scopes];
      action(domain)('app/scopes_update', {
        kind: 'gone',
        body: {
          id: standing.id,
          shop_id: `gid://shopify/Shop/${id}`,
          previous,
          current: scopes,
          updated_at: now(),
        },
      });
    },
  };
}
