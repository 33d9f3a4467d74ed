// The variants that most people wait for.
import { Link as Go } from '@remix-run/react';
import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { VariantName } from './variant-name.tsx';
import { useWords } from './words.tsx';

type Line = {
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  waiting: number;
};

export function MostWaited({ lines }: { lines: Line[] }) {
  const { say } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('most.title')}
        </Text>
        {lines.length === 0 && (
          <Text as="p" tone="subdued">
            {say('most.none')}
          </Text>
        )}
        {lines.map((line) => (
          <Go
            key={line.variantId}
            to={`/app/waitlist/${line.variantId}`}
            style={{ color: 'inherit', textDecoration: 'none' }}
          >
            <InlineStack align="space-between" blockAlign="center" gap="200" wrap={false}>
              <VariantName {...line} />
              <Text as="span" numeric>
                {say('waitlist.people', { waiting: line.waiting })}
              </Text>
            </InlineStack>
          </Go>
        ))}
        {lines.length > 0 && (
          <InlineStack>
            <Button url="/app/waitlist" variant="plain">
              {say('most.all')}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}
