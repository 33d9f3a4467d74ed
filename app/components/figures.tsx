// The day's figures on Home. What is not measured is said to be not measured: never a zero.
import { BlockStack, Box, Card, InlineGrid, Text } from '@shopify/polaris';
import type { Sending } from '../messenger/page-status.ts';
import type { CountingShown } from './count-orders.tsx';
import { useWords, type Speaker } from './words.tsx';

type Props = {
  days: number;
  waiting: { waiting: number; variants: number };
  sending: Sending;
  told: { told: number; refused: number; unknown: number };
  brought: { taps: number; sales: { currency: string; amount: string; orders: number }[] };
  counting: CountingShown;
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

/** Each currency by itself. Before anything was measured there is no figure, and nothing measured is not yet a loss. */
function earnedFigure({
  speaker: { say, money, day },
  sales,
  counting,
}: {
  speaker: Speaker;
  sales: Props['brought']['sales'];
  counting: CountingShown;
}) {
  const title = say('figures.earned');
  const orders = sales.reduce((sum, sale) => sum + sale.orders, 0);
  const value = sales
    .filter((sale) => sale.orders > 0)
    .map(money)
    .join(' · ');
  if (counting.on && counting.since)
    return {
      title,
      value: orders > 0 ? value : say('figures.earned.none'),
      text: say('figures.earned.text', { orders, date: day(counting.since) }),
    };
  if (orders > 0 && counting.endedAt)
    return { title, value, text: say('figures.earned.ended.text', { orders, date: day(counting.endedAt) }) };
  return { title, value: say('figures.earned.off'), text: say('figures.earned.off.text') };
}

export function Figures({ days, waiting, sending, told, brought, counting }: Props) {
  const speaker = useWords();
  const { say, number } = speaker;
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
          text={say(
            sending === 'off' && waiting.waiting > 0 ? 'figures.waiting.off' : 'figures.waiting.text',
            {
              variants: waiting.variants,
            },
          )}
        />
        <Figure
          title={say('figures.told')}
          value={number(told.told)}
          text={say('figures.told.text', { refused: told.refused, unknown: told.unknown })}
        />
        <Figure title={say('figures.taps')} value={number(brought.taps)} text={say('figures.taps.text')} />
        <Figure {...earnedFigure({ speaker, sales: brought.sales, counting })} />
      </InlineGrid>
    </BlockStack>
  );
}
