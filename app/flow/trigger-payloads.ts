// The payload of each Flow trigger; the keys are those of extensions/flow-*, nothing personal is in them.

/** A variant as every event about one names it. */
export type VariantInfo = { variantId: bigint; productId: bigint; title: string };

export type TriggerEvent = { handle: string; payload: Record<string, string | number> };

const variant = ({ variantId, productId, title }: VariantInfo) => ({
  // A reference is a number: https://shopify.dev/docs/apps/build/flow/triggers/reference
  product_id: Number(productId),
  'Variant ID': `gid://shopify/ProductVariant/${variantId}`,
  'Variant title': title,
});

export const subscriptionPayload = ({
  subscriptionId,
  at,
  waiting,
  ...about
}: VariantInfo & { subscriptionId: bigint; at: Date; waiting: number }): TriggerEvent => ({
  handle: 'waitlist-joined',
  payload: {
    ...variant(about),
    Waiting: waiting,
    'Joined at': at.toISOString(),
    'Event ID': `joined-${subscriptionId}`,
  },
});

/** `subscriptionId` is the yes that made the number full. */
export const thresholdPayload = ({
  subscriptionId,
  number,
  waiting,
  ...about
}: VariantInfo & { subscriptionId: bigint; number: number; waiting: number }): TriggerEvent => ({
  handle: 'waitlist-reached',
  payload: {
    ...variant(about),
    Reached: number,
    Waiting: waiting,
    'Event ID': `reached-${number}-${subscriptionId}`,
  },
});

export const restockPayload = ({
  restockId,
  openedAt,
  people,
  waiting,
  ...about
}: VariantInfo & { restockId: bigint; openedAt: Date; people: number; waiting: number }): TriggerEvent => ({
  handle: 'restock-notified',
  payload: {
    ...variant(about),
    Notified: people,
    'Still waiting': waiting,
    'In stock since': openedAt.toISOString(),
    'Event ID': `notified-${restockId}`,
  },
});

/** A Page's trouble in the merchant's language. */
export type Explained = { happened: string; remedy: string };

export const needsAttention = ({
  pageId,
  page,
  issue,
  since,
  happened,
  remedy,
}: Explained & { pageId: bigint; page: string; issue: string; since: Date }): TriggerEvent => ({
  handle: 'messenger-needs-attention',
  payload: {
    Page: page,
    Issue: issue,
    'What happened': happened,
    'What to do': remedy,
    Since: since.toISOString(),
    'Event ID': `attention-${pageId}-${issue}-${since.getTime()}`,
  },
});

/** The largest of 5, 10, 25, 50, 100, 250, 500, 1,000 ... that `people` have reached; 0 before the first. */
export function thresholdReached(people: number): number {
  let number = people < 5 ? 0 : 5;
  for (let ten = 10; ten <= people; ten *= 10)
    for (const step of [ten, ten * 2.5, ten * 5]) if (step <= people) number = step;
  return number;
}
