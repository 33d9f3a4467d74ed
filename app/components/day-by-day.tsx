// The last days on Home: told, tapped and won back, a chart for each, and the same as a table.
import { BlockStack, Card, Text } from '@shopify/polaris';
import { DayBars, dayName } from './day-bars.tsx';
import { useWords } from './words.tsx';

type Props = {
  days: { day: string; told: number; taps: number }[];
  earned: { currency: string; amounts: number[] }[];
};

export function DayByDay({ days, earned }: Props) {
  const { say, number, money, locale } = useWords();
  const names = days.map(({ day }) => day);
  const columns = [
    { what: say('days.told'), color: 'info', values: days.map(({ told }) => told), written: number },
    { what: say('days.taps'), color: 'emphasis', values: days.map(({ taps }) => taps), written: number },
    // Currencies stand side by side: nobody can add them up.
    ...earned.map(({ currency, amounts }) => ({
      what: say('days.earned', { currency }),
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
          {say('days.title')}
        </Text>
        {eventful.length === 0 ? (
          <Text as="p" tone="subdued">
            {say('days.none')}
          </Text>
        ) : (
          <>
            {columns.map((column) => (
              <DayBars key={column.what} {...column} days={names} />
            ))}
            <details>
              <summary>{say('days.table')}</summary>
              <div style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label={say('days.table')}>
                <table style={{ width: '100%', borderCollapse: 'collapse' }}>
                  <thead>
                    <tr>
                      <th scope="col" style={{ ...cell, textAlign: 'start' }}>
                        {say('days.day')}
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
                {say('days.empty')}
              </Text>
            </details>
          </>
        )}
      </BlockStack>
    </Card>
  );
}
