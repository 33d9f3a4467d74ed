// The day's figures on Home. What is not measured is said to be not measured: never a zero.
import { BlockStack, Box, Card, InlineGrid, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

type Props = {
  days: number;
  waiting: { waiting: number; variants: number };
  told: { told: number; refused: number; unknown: number };
  brought: { taps: number; sales: { currency: string; amount: string; orders: number }[] };
};

function Figure({ title, value, text }: { title: string; value: string; text: string }) {
  return (
    <Card>
      <BlockStack gap="100">
        <Text as="h3" variant="headingSm" tone="subdued">
          {title}
        </Text>
        <Text as="p" variant="headingXl">
          {value}
        </Text>
        <Text as="p" tone="subdued" variant="bodySm">
          {text}
        </Text>
      </BlockStack>
    </Card>
  );
}

export function Figures({ days, waiting, told, brought }: Props) {
  const { say, number, money } = useWords();
  const orders = brought.sales.reduce((sum, sale) => sum + sale.orders, 0);
  return (
    <BlockStack gap="200">
      <Box paddingInline={{ xs: '400', sm: '0' }}>
        <Text as="h2" variant="headingMd">
          {say('figures.title', { days })}
        </Text>
      </Box>
      <InlineGrid columns={{ xs: 2, lg: 4 }} gap={{ xs: '200', md: '400' }}>
        <Figure
          title={say('figures.waiting')}
          value={number(waiting.waiting)}
          text={say('figures.waiting.text', { variants: waiting.variants })}
        />
        <Figure
          title={say('figures.told')}
          value={number(told.told)}
          text={say('figures.told.text', { refused: told.refused, unknown: told.unknown })}
        />
        <Figure title={say('figures.taps')} value={number(brought.taps)} text={say('figures.taps.text')} />
        {orders > 0 ? (
          <Figure
            title={say('figures.earned')}
            value={brought.sales.map(money).join(' + ')}
            text={say('figures.earned.text', { orders })}
          />
        ) : (
          <Figure
            title={say('figures.earned')}
            value={say('figures.earned.off')}
            text={say('figures.earned.off.text')}
          />
        )}
      </InlineGrid>
    </BlockStack>
  );
}
