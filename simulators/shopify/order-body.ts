// An order as Shopify's webhooks tell it: the whole of it, customer included, unless the subscription asks for less.
import type { Order, Shop } from './shop-state.ts';
import { shopTime } from './shop-time.ts';

const money = (hundredths: number) => (hundredths / 100).toFixed(2);

/** An amount in the shop's currency and in the one that the shopper saw. */
export function moneyBag({ shop, order, amount }: { shop: Shop; order: Order; amount: number }) {
  const { currency, rate } = order.presentment ?? { currency: shop.currency, rate: 1 };
  return {
    shop: { amount: money(amount), currency: shop.currency },
    presentment: { amount: money(Math.round(amount * rate)), currency },
  };
}

function moneySet(given: { shop: Shop; order: Order; amount: number }) {
  const { shop, presentment } = moneyBag(given);
  return {
    shop_money: { amount: shop.amount, currency_code: shop.currency },
    presentment_money: { amount: presentment.amount, currency_code: presentment.currency },
  };
}

export function financialStatus({ total, refunded }: Order): 'paid' | 'partially_refunded' | 'refunded' {
  if (refunded === 0) return 'paid';
  return refunded < total ? 'partially_refunded' : 'refunded';
}

export function orderBody({ shop, order }: { shop: Shop; order: Order }): Record<string, unknown> {
  const { customer, total, current } = order;
  const [first_name, last_name] = customer.name.split(' ');
  return {
    id: order.id,
    admin_graphql_api_id: `gid://shopify/Order/${order.id}`,
    app_id: 580_111,
    cancel_reason: order.cancelledAt ? 'customer' : null,
    cancelled_at: order.cancelledAt && shopTime({ date: order.cancelledAt, shop }),
    cart_token: null,
    checkout_token: null,
    closed_at: null,
    confirmed: true,
    contact_email: customer.email,
    created_at: shopTime({ date: order.createdAt, shop }),
    currency: shop.currency,
    current_total_price: money(current),
    current_total_price_set: moneySet({ shop, order, amount: current }),
    email: customer.email,
    financial_status: financialStatus(order),
    landing_site: order.landingSite,
    landing_site_ref: null,
    name: `#${order.number}`,
    note: null,
    note_attributes: [],
    number: order.number - 1_000,
    order_number: order.number,
    phone: null,
    presentment_currency: order.presentment?.currency ?? shop.currency,
    processed_at: shopTime({ date: order.createdAt, shop }),
    referring_site: null,
    source_name: 'web',
    tags: '',
    test: order.test,
    total_price: money(total),
    total_price_set: moneySet({ shop, order, amount: total }),
    updated_at: shopTime({ date: order.updatedAt, shop }),
    customer: { id: customer.id, email: customer.email, first_name, last_name },
    billing_address: { name: customer.name, address1: '1 Flax Street', city: 'London', zip: 'E1 6AN' },
    line_items: order.lines.map((line, index) => ({
      id: order.id * 10n + BigInt(index),
      variant_id: line.variantId,
      title: line.title,
      quantity: line.quantity,
      price: line.price,
    })),
    refunds: [],
  };
}
