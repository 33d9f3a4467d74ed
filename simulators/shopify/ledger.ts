// What every verb of the simulator's store stands on: the shops themselves, fresh ids, and the announcements that changes make.
import { randomUUID } from 'node:crypto';
import type { Location, Product, Shop, Variant } from './shop-state.ts';
import { freeze, thaw } from './snapshot.ts';

/** What a webhook will be about. Its body is written when it is sent: Shopify's payloads tell the state of that moment, not of the change. */
export type Subject =
  | { kind: 'shop' }
  | { kind: 'product'; productId: bigint }
  | { kind: 'variant'; variantId: bigint }
  | { kind: 'item'; inventoryItemId: bigint }
  | { kind: 'level'; inventoryItemId: bigint; locationId: bigint }
  | { kind: 'location'; locationId: bigint }
  | { kind: 'order'; orderId: bigint }
  /** The body is fixed, because what it tells of is no longer there to be read. */
  | { kind: 'gone'; body: Record<string, unknown> };

export type Announcement = {
  shop: string;
  topic: string;
  subject: Subject;
  /** Shared by everything that one action of the merchant sets off. */
  eventId: string;
  triggeredAt: Date;
};

export type Announce = (topic: string, subject: Subject) => void;

export type Ledger = ReturnType<typeof createLedger>;

type Memory = { lastIds: Record<string, bigint>; staleMs: number; shops: Map<string, Shop> };

// Near where Shopify's own counters stand today, so that ids have the length that they have in life.
const FIRST_IDS: Record<string, bigint> = {
  shop: 61_904_388_132n,
  product: 8_412_667_281_457n,
  option: 10_633_251_946_545n,
  variant: 45_218_377_105_457n,
  item: 47_331_529_580_593n,
  location: 75_596_366_001n,
  level: 110_012_006_577n,
  installation: 480_351_617_201n,
  metafield: 31_254_890_316_849n,
  order: 5_641_297_330_225n,
  customer: 7_203_118_727_217n,
  webhook: 1_268_400_095_281n,
};

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what} in the simulator`);
  return value;
}

export const productOf = (shop: Shop, id: bigint): Product => found(shop.products.get(id), `product ${id}`);
export const variantOf = (shop: Shop, id: bigint): Variant => found(shop.variants.get(id), `variant ${id}`);
export const locationOf = (shop: Shop, id: bigint): Location =>
  found(shop.locations.get(id), `location ${id}`);

export function createLedger({ now }: { now: () => Date }) {
  let memory: Memory = { lastIds: { ...FIRST_IDS }, staleMs: 0, shops: new Map() };
  const listeners = new Set<(announcement: Announcement) => void>();
  return {
    now,
    nextId(kind: string): bigint {
      const id = (memory.lastIds[kind] ?? 1n) + 32_768n;
      memory.lastIds[kind] = id;
      return id;
    },
    findShop: (domain: string): Shop | undefined => memory.shops.get(domain),
    shop: (domain: string): Shop => found(memory.shops.get(domain), `shop ${domain}`),
    shops: (): Shop[] => [...memory.shops.values()],
    keep(shop: Shop): void {
      memory.shops.set(shop.domain, shop);
    },
    on(listener: (announcement: Announcement) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    /** One action of the merchant: all that it announces shares one event id. */
    action(shop: string): Announce {
      const eventId = randomUUID();
      return (topic, subject) => {
        const announcement = { shop, topic, subject, eventId, triggeredAt: now() };
        for (const listener of listeners) listener(announcement);
      };
    },
    staleMs: () => memory.staleMs,
    setStale(ms: number): void {
      memory.staleMs = ms;
    },
    snapshot: (): string => freeze(memory),
    restore(text: string): void {
      memory = thaw<Memory>(text);
      // A memory from before there were orders.
      for (const shop of memory.shops.values()) {
        shop.orders ??= new Map();
        for (const installation of shop.installations) installation.webhooks ??= [];
      }
    },
  };
}
