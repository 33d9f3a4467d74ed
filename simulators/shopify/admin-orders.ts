// The Admin API's answers about orders: what they cost, what became of them, and how their shoppers came.
import type { Resolvers } from './admin-context.ts';
import { gid, idOfType } from './gid.ts';
import { financialStatus, moneyBag } from './order-body.ts';
import { page, type PageArgs } from './paging.ts';
import type { Order, Shop, Visit } from './shop-state.ts';

type OrderSource = { shop: Shop; order: Order };
type VisitSource = { shop: Shop; visit: Visit };

export const orderNode = (source: OrderSource) => ({ __typename: 'Order', ...source });

const set =
  (amountOf: (order: Order) => number) =>
  ({ shop, order }: OrderSource) => {
    const bag = moneyBag({ shop, order, amount: amountOf(order) });
    return {
      shopMoney: { amount: bag.shop.amount, currencyCode: bag.shop.currency },
      presentmentMoney: { amount: bag.presentment.amount, currencyCode: bag.presentment.currency },
    };
  };

const visitNode = ({ shop, visit }: VisitSource) => ({ __typename: 'CustomerVisit', shop, visit });

const marksOf = ({ visit: { landingPage } }: VisitSource) => {
  const { searchParams } = new URL(landingPage, 'https://shop.test');
  const of = (name: string) => searchParams.get(`utm_${name}`);
  const marks = {
    source: of('source'),
    medium: of('medium'),
    campaign: of('campaign'),
    content: of('content'),
    term: of('term'),
  };
  return Object.values(marks).some((each) => each !== null) ? marks : null;
};

const isReady = ({ order }: OrderSource, now: Date) => order.journeyReadyAt <= now;
/** Before it is ready Shopify shows no visit at all. */
const visitsOf = (source: OrderSource, now: Date) => (isReady(source, now) ? source.order.visits : []);

export const orders: Resolvers = {
  QueryRoot: {
    order: (_, { id }: { id: string }, { shop }) => {
      const order = shop.orders.get(idOfType({ text: id, type: 'Order' }));
      return order ? orderNode({ shop, order }) : null;
    },
    orders: (_, args: PageArgs, { shop }) =>
      page({
        rows: [...shop.orders.values()],
        args,
        idOf: ({ id }) => id,
        node: (order) => orderNode({ shop, order }),
      }),
    ordersCount: (_, __, { shop }) => ({ count: shop.orders.size, precision: 'EXACT' }),
  },

  Order: {
    id: ({ order }: OrderSource) => gid('Order', order.id),
    legacyResourceId: ({ order }: OrderSource) => String(order.id),
    name: ({ order }: OrderSource) => `#${order.number}`,
    test: ({ order }: OrderSource) => order.test,
    createdAt: ({ order }: OrderSource) => order.createdAt,
    updatedAt: ({ order }: OrderSource) => order.updatedAt,
    cancelledAt: ({ order }: OrderSource) => order.cancelledAt,
    currencyCode: ({ shop }: OrderSource) => shop.currency,
    presentmentCurrencyCode: ({ shop, order }: OrderSource) => order.presentment?.currency ?? shop.currency,
    displayFinancialStatus: ({ order }: OrderSource) => financialStatus(order).toUpperCase(),
    totalPriceSet: set(({ total }) => total),
    currentTotalPriceSet: set(({ current }) => current),
    totalRefundedSet: set(({ refunded }) => refunded),
    customerJourneySummary: (source: OrderSource) => ({ __typename: 'CustomerJourneySummary', ...source }),
  },

  CustomerJourneySummary: {
    ready: (source: OrderSource, _, { now }) => isReady(source, now),
    firstVisit: (source: OrderSource, _, { now }) => {
      const visit = visitsOf(source, now)[0];
      return visit ? visitNode({ shop: source.shop, visit }) : null;
    },
    lastVisit: (source: OrderSource, _, { now }) => {
      const visit = visitsOf(source, now).at(-1);
      return visit ? visitNode({ shop: source.shop, visit }) : null;
    },
    momentsCount: (source: OrderSource, _, { now }) => ({
      count: visitsOf(source, now).length,
      precision: 'EXACT',
    }),
    moments: (source: OrderSource, args: PageArgs, { now }) =>
      page({
        rows: visitsOf(source, now),
        args,
        idOf: ({ id }) => id,
        node: (visit) => visitNode({ shop: source.shop, visit }),
      }),
  },

  CustomerVisit: {
    id: ({ visit }: VisitSource) => gid('CustomerVisit', visit.id),
    landingPage: ({ shop, visit }: VisitSource) => new URL(visit.landingPage, `https://${shop.domain}`).href,
    occurredAt: ({ visit }: VisitSource) => visit.occurredAt,
    referrerUrl: () => null,
    source: (source: VisitSource) => marksOf(source)?.source ?? 'direct',
    utmParameters: marksOf,
  },
};
