// The last days on Home: a chart for each figure, and the same as a table.
import { BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Props = {
  days: { day: string; notified: number; clicks: number }[];
  earned: { currency: string; amounts: number[] }[];
};

export function DailyCharts({ days, earned }: Props) {
  const { t, number, money, locale } = useTranslations();
  const names = days.map(({ day }) => day);
  const columns = [
    { what: t('days.told'), color: 'info', values: days.map(({ notified }) => notified), written: number },
    { what: t('days.taps'), color: 'emphasis', values: days.map(({ clicks }) => clicks), written: number },
    // Currencies stand side by side: nobody can add them up.
    ...earned.map(({ currency, amounts }) => ({
      what: t('days.earned', { currency }),
      color: 'success' as const,
      values: amounts,
      written: (value: number) => money({ amount: String(value), currency }),
    })),
  ] as const;
  const eventful = names
    .map((day, at) => ({ day, values: columns.map(({ values }) => values[at]!) }))
    .filter(({ values }) => values.some((value) => value !== 0))
    .toReversed();
  const cell = { padding: 'var(--p-space-100) var(--p-space-200)', textAlign: 'end' } as const;
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t('days.title')}
        </Text>
        {eventful.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('days.none')}
          </Text>
        ) : (
          <>
            {columns.map((column) => (
              <BarChart key={column.what} {...column} days={names} />
            ))}
            <details>
              <summary>{t('days.table')}</summary>
              <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={t('days.table')}>
                <table style={{ width: '100%', borderCollapse: 'collapse' }}>
                  <thead>
                    <tr>
                      <th scope="col" style={{ ...cell, textAlign: 'start' }}>
                        {t('days.day')}
                      </th>
                      {columns.map(({ what }) => (
                        <th key={what} scope="col" style={cell}>
                          {what}
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {eventful.map(({ day, values }) => (
                      <tr key={day}>
                        <th scope="row" style={{ ...cell, textAlign: 'start', fontWeight: 'inherit' }}>
                          {dayName({ locale, day })}
                        </th>
                        {values.map((value, at) => (
                          <td key={columns[at]!.what} style={cell}>
                            {columns[at]!.written(value)}
                          </td>
                        ))}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <Text as="p" tone="subdued" variant="bodySm">
                {t('days.empty')}
              </Text>
            </details>
          </>
        )}
      </BlockStack>
    </Card>
  );
}

/** A day of the calendar, whatever the zone of whoever reads it. */
export const dayName = ({ locale, day }: { locale: string; day: string }): string =>
  new Intl.DateTimeFormat(locale, { timeZone: 'UTC', day: 'numeric', month: 'short' }).format(new Date(day));

type BarsProps = {
  what: string;
  color: 'info' | 'emphasis' | 'success';
  days: string[];
  values: number[];
  written: (value: number) => string;
};

const HEIGHT = 40;

const STEP = 10;

/** Its sentence says what the bars show; the table below the charts says each. */
export function BarChart({ what, color, days, values, written }: BarsProps) {
  const { t, locale } = useTranslations();
  const most = Math.max(...values);
  const name = (day: string) => dayName({ locale, day });
  const span = { what, from: name(days[0]!), until: name(days.at(-1)!) };
  const highest = { day: name(days[values.indexOf(most)]!), most: written(most) };
  const drawn = most === 0 ? t('days.drawn.none', span) : t('days.drawn', { ...span, ...highest });
  const height = (value: number) => (most === 0 ? 0 : Math.max(value > 0 ? 1 : 0, (HEIGHT * value) / most));
  return (
    <BlockStack gap="100">
      <InlineStack align="space-between" gap="200">
        <Text as="h3" variant="headingSm">
          {what}
        </Text>
        <Text as="span" tone="subdued" variant="bodySm">
          {most > 0 && t('days.most', highest)}
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
