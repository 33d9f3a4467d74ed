// Which products a merchant leaves out: no button on the storefront, no offer in the conversation.
import { z } from 'zod';

/**
 * As the storefront reads them in `app.metafields.notify.left_out` (extensions/notify-me/snippets/notify-me-left-out.liquid follows the same
 * rules): `tags` in lower case, `collections` by their handles; `preorder`: sold with a selling plan only; `free`: every price is zero.
 */
export const leftOutRules = z
  .object({
    tags: z.array(z.string()),
    collections: z.array(z.string()),
    gift_cards: z.boolean(),
    preorder: z.boolean(),
    free: z.boolean(),
  })
  .partial();

export type LeftOutRules = z.infer<typeof leftOutRules>;

export const hasRules = (rules: LeftOutRules): boolean =>
  Object.values(rules).some((rule) => (Array.isArray(rule) ? rule.length > 0 : rule));

export type LeftOutFacts = {
  tags: string[];
  /** Handles. */
  collections: string[];
  isGiftCard: boolean;
  requiresSellingPlan: boolean;
  /** The highest of its variants' prices, in the shop's currency. */
  maxPrice: number;
};

export const isLeftOut = ({ product, rules }: { product: LeftOutFacts; rules: LeftOutRules }): boolean =>
  (rules.gift_cards === true && product.isGiftCard) ||
  (rules.preorder === true && product.requiresSellingPlan) ||
  (rules.free === true && product.maxPrice === 0) ||
  product.tags.some((tag) => rules.tags?.includes(tag.toLowerCase())) ||
  product.collections.some((handle) => rules.collections?.includes(handle));
