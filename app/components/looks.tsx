// The history of looks at a variant: what Shopify said, what was decided, and why.
import { Badge, BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

type Look = { lookId: string; at: string; units: number | null; verdict: string; reason: string };

export function Looks({ looks }: { looks: Look[] }) {
  const { say, code, moment } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('variant.looks')}
        </Text>
        {looks.length === 0 && (
          <Text as="p" tone="subdued">
            {say('variant.looks.none')}
          </Text>
        )}
        {looks.map((look) => (
          <BlockStack gap="050" key={look.lookId}>
            <InlineStack gap="200" blockAlign="center">
              <Text as="span" tone="subdued">
                {moment(look.at)}
              </Text>
              <Badge>{code('verdict', look.verdict)}</Badge>
              {look.units !== null && <Text as="span">{say('look.units', { units: look.units })}</Text>}
            </InlineStack>
            <Text as="p">{code('reason', look.reason)}</Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  );
}
