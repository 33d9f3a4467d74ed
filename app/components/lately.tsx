// What happened lately: the newest restocks, and what came of each.
import { BlockStack, Card, Link, Text } from '@shopify/polaris';
import type { RestockAction, RestockState } from '../restock/restock-status.ts';
import { fullName } from './variant-name.tsx';
import { useWords } from './words.tsx';

export type RestockShown = {
  restockId: string;
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  openedAt: string;
  closedAt: string | null;
  units: number | null;
  told: number;
  waiting: number;
  held: boolean;
  /** null: it is over. */
  status: { state: RestockState; until: string | null } | null;
  minutes: number | null;
  actions: RestockAction[];
};

export function Lately({ restocks, now }: { restocks: RestockShown[]; now: string }) {
  const { say, relative, span } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('lately.title')}
        </Text>
        {restocks.length === 0 && (
          <Text as="p" tone="subdued">
            {say('lately.none')}
          </Text>
        )}
        {restocks.map((each) => (
          <Text as="p" key={each.restockId}>
            <Link url={`/app/waitlist/${each.variantId}`}>{fullName(each)}</Link>{' '}
            {each.closedAt === null
              ? say('lately.open', { when: relative({ at: each.openedAt, now }), told: each.told })
              : say('lately.closed', {
                  time: span({ from: each.openedAt, until: each.closedAt }),
                  told: each.told,
                  waiting: each.waiting,
                })}
          </Text>
        ))}
      </BlockStack>
    </Card>
  );
}
