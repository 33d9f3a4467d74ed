// The restocks of a variant, and what came of each.
import { BlockStack, Card, Text } from '@shopify/polaris';
import type { RestockShown } from './lately.tsx';
import { useWords } from './words.tsx';

export function RestockHistory({ restocks }: { restocks: RestockShown[] }) {
  const { say, moment, span } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('variant.restocks')}
        </Text>
        {restocks.length === 0 && (
          <Text as="p" tone="subdued">
            {say('variant.restocks.none')}
          </Text>
        )}
        {restocks.map(({ restockId, openedAt, closedAt, told, waiting }, index) => (
          <Text as="p" key={restockId}>
            {closedAt === null
              ? say('variant.restock.open', { date: moment(openedAt), told, waiting })
              : say(index === 0 ? 'variant.restock.closedNow' : 'variant.restock.closed', {
                  date: moment(openedAt),
                  time: span({ from: openedAt, until: closedAt }),
                  told,
                  waiting,
                })}
          </Text>
        ))}
      </BlockStack>
    </Card>
  );
}
