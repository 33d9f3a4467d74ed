// The merchant's orders in the admin simulator: how each came, and the buttons that pay back and cancel.
import type { Store } from '../shopify/store.ts';
import { escape, page } from './page.ts';

const money = (hundredths: number, currency: string) => `${currency} ${(hundredths / 100).toFixed(2)}`;

export function ordersPage({ store, domain, nav }: { store: Store; domain: string; nav: string }): string {
  const shop = store.shop(domain);
  const rows = [...shop.orders.values()].toReversed().map((order) => {
    const state = order.cancelledAt
      ? 'Cancelled'
      : order.refunded > 0
        ? `Paid back ${money(order.refunded, shop.currency)}`
        : order.test
          ? 'Test'
          : 'Paid';
    const button = (what: string, text: string) =>
      `<form method="post"><input type="hidden" name="order" value="${order.id}"><button name="what" value="${what}" aria-label="${text} order #${order.number}">${text}</button></form>`;
    const may = order.cancelledAt === null && order.current > 0;
    return `<tr><th scope="row">#${order.number}<small>${escape(order.lines.map(({ title }) => title).join(', '))}</small></th>
      <td>${money(order.total, shop.currency)}</td><td>${state}</td><td><small>${escape(order.landingSite ?? 'not known')}</small></td>
      <td>${may ? button('refund', 'Refund') + button('cancel', 'Cancel') : ''}</td></tr>`;
  });
  return page({
    title: 'Orders',
    body: `${nav}<h1>Orders <small>${escape(shop.name)}</small></h1>${
      rows.length === 0
        ? '<p class="quiet">Nobody has ordered yet. Check out on the storefront.</p>'
        : `<table><thead><tr><th>Order</th><th>Total</th><th>State</th><th>Landing page</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>`
    }`,
  });
}

/** What the merchant has pressed. */
export function changeOrder({ store, domain, form }: { store: Store; domain: string; form: FormData }): void {
  const orderId = BigInt(String(form.get('order')));
  const order = store.shop(domain).orders.get(orderId);
  if (!order) return;
  if (form.get('what') === 'cancel') store.cancelOrder({ shop: domain, orderId });
  else store.refund({ shop: domain, orderId, amount: order.current });
}
