// A bar for each day, drawn by hand: a chart library would weigh more than the whole page, and Shopify's own is no longer maintained.
import { BlockStack, InlineStack, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

/** A day of the calendar, whatever the zone of whoever reads it. */
export const dayName = ({ locale, day }: { locale: string; day: string }): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }).format(new Date(day));

type Props = {
  what: string;
  color: 'info' | 'emphasis' | 'success';
  days: string[];
  values: number[];
  written: (value: number) => string;
};

const HEIGHT = 40;
const STEP = 10;

/** Its sentence says what the bars show; the table below the charts says each. */
export function DayBars({ what, color, days, values, written }: Props) {
  const { say, locale } = useWords();
  const most = Math.max(...values);
  const name = (day: string) => dayName({ locale, day });
  const span = { what, from: name(days[0]!), until: name(days.at(-1)!) };
  const highest = { day: name(days[values.indexOf(most)]!), most: written(most) };
  const drawn = most === 0 ? say('days.drawn.none', span) : say('days.drawn', { ...span, ...highest });
  const height = (value: number) => (most === 0 ? 0 : Math.max(value > 0 ? 1 : 0, (HEIGHT * value) / most));
  return (
    <BlockStack gap="100">
      <InlineStack align="space-between" gap="200">
        <Text as="h3" variant="headingSm">
          {what}
        </Text>
        <Text as="span" tone="subdued" variant="bodySm">
          {most > 0 && say('days.most', highest)}
        </Text>
      </InlineStack>
      <svg
        role="img"
        aria-label={drawn}
        viewBox={`0 0 ${days.length * STEP} ${HEIGHT + 1}`}
        preserveAspectRatio="none"
        width="100%"
        height="56"
      >
        {values.map((value, at) => (
          <rect
            key={days[at]}
            x={at * STEP + 1}
            y={HEIGHT - height(value)}
            width={STEP - 2}
            height={height(value)}
            fill={`var(--p-color-icon-${color})`}
          >
            <title>{`${name(days[at]!)}: ${written(value)}`}</title>
          </rect>
        ))}
        <rect y={HEIGHT} width="100%" height="1" fill="var(--p-color-border)" />
      </svg>
      <InlineStack align="space-between">
        {[days[0]!, days.at(-1)!].map((day) => (
          <Text as="span" key={day} tone="subdued" variant="bodySm">
            {name(day)}
          </Text>
        ))}
      </InlineStack>
    </BlockStack>
  );
}
