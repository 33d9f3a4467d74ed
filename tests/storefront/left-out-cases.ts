// Products that a merchant leaves out, and by which rule: one table for the button and for the conversation.
import type { NewProduct } from '../../simulators/shopify/product-verbs.ts';

/** As `app.metafields.notify.left_out` holds it; tags in lower case, collections by their handles. */
export type LeftOutRules = {
  tags?: string[];
  collections?: string[];
  gift_cards?: boolean;
  preorder?: boolean;
  free?: boolean;
};

type Case = { what: string; rules: LeftOutRules; product: Partial<NewProduct>; isLeftOut: boolean };

export const leftOutCases: Case[] = [
  { what: 'no rule', rules: {}, product: { tags: ['sale'], giftCard: true }, isLeftOut: false },
  { what: 'a tag', rules: { tags: ['no alert'] }, product: { tags: ['new', 'No Alert'] }, isLeftOut: true },
  {
    what: 'part of a tag',
    rules: { tags: ['no alert'] },
    product: { tags: ['no alert yet'] },
    isLeftOut: false,
  },
  {
    what: 'a collection',
    rules: { collections: ['archive'] },
    product: { collections: ['all', 'archive'] },
    isLeftOut: true,
  },
  {
    what: 'another collection',
    rules: { collections: ['archive'] },
    product: { collections: ['archive-2'] },
    isLeftOut: false,
  },
  { what: 'a gift card', rules: { gift_cards: true }, product: { giftCard: true }, isLeftOut: true },
  { what: 'no gift card', rules: { gift_cards: true }, product: {}, isLeftOut: false },
  { what: 'a pre-order', rules: { preorder: true }, product: { requiresSellingPlan: true }, isLeftOut: true },
  {
    what: 'a price of zero',
    rules: { free: true },
    product: { variants: [{ options: ['S'], stock: 0, price: '0.00' }] },
    isLeftOut: true,
  },
  {
    what: 'one variant with a price',
    rules: { free: true },
    product: {
      variants: [
        { options: ['S'], stock: 0, price: '0.00' },
        { options: ['M'], stock: 0, price: '9.00' },
      ],
    },
    isLeftOut: false,
  },
];
