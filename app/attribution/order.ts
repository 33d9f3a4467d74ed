// What we read from an order, from a webhook or the Admin API, and the amounts that count.
import { idNumber, type Json } from '../lib/json.ts';

export type Order = {
  orderId: bigint;
  /** Bought with a gateway's test mode: no money, no sale. */
  test: boolean;
  createdAt: Date;
  updatedAt: Date;
  currency: string;
  worth: OrderAmounts;
};

/** `amount` less `refunded` is what is left of the order. */
export type OrderAmounts = { amount: string; refunded: string };

// Ten-thousandths: exact, and as fine as the table's column.
const DIGITS = 4;
const LARGEST = 10n ** 17n;

function units(text: unknown): bigint | undefined {
  const said = typeof text === 'number' ? String(text) : text;
  if (typeof said !== 'string') return undefined;
  const [, whole, fraction = ''] = /^(\d{1,18})(?:\.(\d{1,18}))?$/.exec(said) ?? [];
  if (whole === undefined) return undefined;
  const value = BigInt(whole + fraction.slice(0, DIGITS).padEnd(DIGITS, '0'));
  return value < LARGEST ? value : undefined;
}

const written = (value: bigint): string => {
  const text = String(value).padStart(DIGITS + 1, '0');
  return `${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`;
};

const least = (a: bigint, b: bigint) => (a < b ? a : b);
const most = (a: bigint, b: bigint) => (a > b ? a : b);

/**
 * The whole order counts, with shipping and taxes, in the shop's own currency: it is the figure that stands beside the order in Shopify's
 * admin. What is left of it is Shopify's *current* total, which follows returns and edits, and never more than was not paid back: an
 * amount may be refunded without a line of the order. A cancelled order is worth nothing.
 * @returns undefined when an amount cannot be read.
 */
export function amountsOf({
  total,
  current,
  refunded = '0',
  cancelled,
}: {
  total: unknown;
  current: unknown;
  /** Money paid back so far, where the sender says it. */
  refunded?: unknown;
  cancelled: boolean;
}): OrderAmounts | undefined {
  const [all, now, back] = [units(total), units(current), units(refunded)];
  if (all === undefined || now === undefined || back === undefined) return undefined;
  const amount = most(all, now);
  const left = cancelled ? 0n : least(now, most(0n, amount - back));
  return { amount: written(amount), refunded: written(amount - left) };
}

const time = (value: unknown): Date | undefined => {
  const at = new Date(typeof value === 'string' ? value : Number.NaN);
  // What no table could hold is no time either.
  return at.getUTCFullYear() >= 2000 && at.getUTCFullYear() < 10_000 ? at : undefined;
};

const currencyOf = (value: unknown) =>
  typeof value === 'string' && /^[A-Z]{3}$/.test(value) ? value : undefined;

function order(given: { [key in keyof Order]: Order[key] | undefined }): Order | undefined {
  return Object.values(given).includes(undefined) ? undefined : (given as Order);
}

/** The order in a webhook's body; undefined when the body is none. */
export const orderInWebhook = (payload: { [key: string]: Json }): Order | undefined =>
  order({
    orderId: idNumber(payload.id),
    test: payload.test === true,
    createdAt: time(payload.created_at),
    updatedAt: time(payload.updated_at),
    currency: currencyOf(payload.currency),
    worth: amountsOf({
      total: payload.total_price,
      current: payload.current_total_price ?? payload.total_price,
      cancelled: payload.cancelled_at != null,
    }),
  });

type Money = { shopMoney: { amount: string; currencyCode: string } };
export type SyncedOrder = {
  id: string;
  test: boolean;
  createdAt: string;
  updatedAt: string;
  cancelledAt: string | null;
  totalPriceSet: Money;
  currentTotalPriceSet: Money;
  totalRefundedSet: Money;
};

/** The order in an answer of the Admin API: the truth, refunds without a line included. */
export const orderInAnswer = (read: SyncedOrder): Order | undefined =>
  order({
    orderId: idNumber(read.id),
    test: read.test,
    createdAt: time(read.createdAt),
    updatedAt: time(read.updatedAt),
    currency: currencyOf(read.totalPriceSet.shopMoney.currencyCode),
    worth: amountsOf({
      total: read.totalPriceSet.shopMoney.amount,
      current: read.currentTotalPriceSet.shopMoney.amount,
      refunded: read.totalRefundedSet.shopMoney.amount,
      cancelled: read.cancelledAt !== null,
    }),
  });
