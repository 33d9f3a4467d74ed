// What Shopify Flow is told, word for word: one payload for each trigger. The keys are those of extensions/flow-*; nothing of a person is in them.


/** A variant as every event about one names it. */
export type About = { variantId: bigint; productId: bigint; title: string };

export type Event = { handle: string; payload: Record<string, string | number> };

const variant = ({ variantId, productId, title }: About) => ({
  // A reference is a number: https://shopify.dev/docs/apps/build/flow/triggers/reference
  product_id: Number(productId),
  'Variant ID': `gid://shopify/ProductVariant/${variantId}`,
  'Variant title': title,
});

export const joined = ({
  subscriptionId,
  at,
  waiting,
  ...about
}: About & { subscriptionId: bigint; at: Date; waiting: number }): Event => ({
  handle: 'waitlist-joined',
  payload: {
    ...variant(about),
    Waiting: waiting,
    'Joined at': at.toISOString(),
    'Event ID': `joined-${subscriptionId}`,
  },
});

/** `subscriptionId` is the yes that made the number full. */
export const reached = ({
  subscriptionId,
  number,
  waiting,
  ...about
}: About & { subscriptionId: bigint; number: number; waiting: number }): Event => ({
  handle: 'waitlist-reached',
  payload: {
    ...variant(about),
    Reached: number,
    Waiting: waiting,
    'Event ID': `reached-${number}-${subscriptionId}`,
  },
});

export const told = ({
  restockId,
  openedAt,
  people,
  waiting,
  ...about
}: About & { restockId: bigint; openedAt: Date; people: number; waiting: number }): Event => ({
  handle: 'restock-told',
  payload: {
    ...variant(about),
    Told: people,
    'Still waiting': waiting,
    'Back since': openedAt.toISOString(),
    'Event ID': `told-${restockId}`,
  },
});

/** A Page's trouble in the merchant's language. */
export type Explained = { happened: string; remedy: string };

export const needsAttention = ({
  pageId,
  page,
  trouble,
  since,
  happened,
  remedy,
}: Explained & { pageId: bigint; page: string; trouble: string; since: Date }): Event => ({
  handle: 'messenger-needs-attention',
  payload: {
    Page: page,
    Trouble: trouble,
    'What happened': happened,
    'What to do': remedy,
    Since: since.toISOString(),
    'Event ID': `attention-${pageId}-${trouble}-${since.getTime()}`,
  },
});

/** The largest of 5, 10, 25, 50, 100, 250, 500, 1,000 ... that `people` have reached; 0 before the first. */
export function milestone(people: number): number {
  let number = people < 5 ? 0 : 5;
  for (let ten = 10; ten <= people; ten *= 10)
    for (const step of [ten, ten * 2.5, ten * 5]) if (step <= people) number = step;
  return number;
}
