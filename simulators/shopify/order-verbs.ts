// What happens to orders in the simulator: they are placed, paid back in part or whole, and cancelled; each is announced as Shopify does.
import { found, variantOf, type Ledger } from './ledger.ts';
import type { Order } from './shop-state.ts';

/** Shopify does not say how long it takes to trace an order; minutes, as a rule. */
const JOURNEY_MS = 60_000;

type Placed = {
  shop: string;
  variantId: bigint;
  quantity?: number;
  landingSite?: string | null;
  /** Landing pages of the visits that led to it, oldest first. */
  visits?: string[];
  journeyAfterMs?: number;
  test?: boolean;
  presentment?: Order['presentment'];
  shipping?: number;
};

export function orderVerbs(ledger: Ledger) {
  const { now, nextId } = ledger;
  const orderOf = (shop: string, orderId: bigint) =>
    found(ledger.shop(shop).orders.get(orderId), `order ${orderId}`);

  function changed({ shop, order, topics }: { shop: string; order: Order; topics: string[] }): void {
    order.updatedAt = now();
    const announce = ledger.action(shop);
    for (const topic of topics) announce(topic, { kind: 'order', orderId: order.id });
  }

  return {
    /** The checkout's end. Stock is moved by `sell`, not here. */
    placeOrder({
      shop: domain,
      variantId,
      quantity = 1,
      landingSite = null,
      visits = [],
      journeyAfterMs = JOURNEY_MS,
      test = false,
      presentment = null,
      shipping = 0,
    }: Placed): Order {
      const shop = ledger.shop(domain);
      const variant = variantOf(shop, variantId);
      const title = found(shop.products.get(variant.productId), `product ${variant.productId}`).title;
      const total = Math.round(Number(variant.price) * 100) * quantity + shipping;
      const at = now();
      const order: Order = {
        id: nextId('order'),
        number: 1_001 + shop.orders.size,
        test,
        landingSite,
        visits: visits.map((landingPage, index) => ({
          id: nextId('visit'),
          landingPage,
          occurredAt: new Date(at.getTime() - (visits.length - index) * 60_000),
        })),
        journeyReadyAt: new Date(at.getTime() + journeyAfterMs),
        lines: [{ variantId, title, quantity, price: variant.price }],
        total,
        current: total,
        refunded: 0,
        presentment,
        customer: { id: nextId('customer'), email: 'ada.personal@example.test', name: 'Ada Personal' },
        cancelledAt: null,
        createdAt: at,
        updatedAt: at,
      };
      shop.orders.set(order.id, order);
      changed({ shop: domain, order, topics: ['orders/create', 'orders/paid', 'orders/updated'] });
      return order;
    },
    /** Pays back so many hundredths; `returned`: with the lines they were paid for, which is what *current* follows. */
    refund({
      shop,
      orderId,
      amount,
      returned = true,
    }: {
      shop: string;
      orderId: bigint;
      amount: number;
      returned?: boolean;
    }): void {
      const order = orderOf(shop, orderId);
      order.refunded += amount;
      if (returned) order.current -= amount;
      changed({ shop, order, topics: ['orders/updated'] });
      const currency = ledger.shop(shop).currency;
      ledger.action(shop)('refunds/create', {
        kind: 'gone',
        body: {
          id: nextId('refund'),
          order_id: orderId,
          created_at: now(),
          refund_line_items: [],
          transactions: [
            {
              kind: 'refund',
              status: 'success',
              amount: (amount / 100).toFixed(2),
              currency,
              test: order.test,
            },
          ],
        },
      });
    },
    cancelOrder({ shop, orderId }: { shop: string; orderId: bigint }): void {
      const order = orderOf(shop, orderId);
      order.cancelledAt = now();
      changed({ shop, order, topics: ['orders/cancelled', 'orders/updated'] });
    },
    /** Something that has nothing to do with money: a tag, a note, a parcel. */
    touchOrder({ shop, orderId }: { shop: string; orderId: bigint }): void {
      changed({ shop, order: orderOf(shop, orderId), topics: ['orders/updated'] });
    },
  };
}
