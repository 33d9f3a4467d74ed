// The waitlist's table shopper by shopper: who, for what, since when, and why not told yet.
import { useNavigate, useSearchParams } from '@remix-run/react';
import {
  Badge,
  BlockStack,
  Box,
  EmptySearchResult,
  IndexTable,
  InlineStack,
  Text,
  useBreakpoints,
} from '@shopify/polaris';
import { VariantName } from './variant-name.tsx';
import { ANSWER_TONES, type Answer } from './why-card.tsx';
import { useWords } from './words.tsx';

type Row = {
  subscriptionId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  shopper: string;
  locale: string;
  since: string;
  place: number | null;
  why: { answer: Answer; because: string; detail: string | null };
};

type Props = {
  rows: Row[];
  now: string;
  countedPlaces: number;
  waiting: boolean;
  next: string | null;
  further: boolean;
  loading: boolean;
};

export function ShopperTable({ rows, now, countedPlaces, waiting, next, further, loading }: Props) {
  const { say, code, relative, number, language } = useWords();
  const { smDown } = useBreakpoints();
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  /** What decided it, in a line: the detail says more than the headline where there is one. */
  const because = ({ why }: Row) =>
    why.detail === null
      ? code('why', why.because)
      : code(
          why.because === 'refused' ? 'outcome' : why.because === 'page_trouble' ? 'trouble' : 'reason',
          why.detail,
        );
  const place = (row: Row) =>
    row.place === null
      ? waiting
        ? say('shoppers.further', { places: countedPlaces })
        : '–'
      : number(row.place);
  const answer = (row: Row) => (
    <Badge tone={ANSWER_TONES[row.why.answer]}>{code('answer', row.why.answer)}</Badge>
  );
  const url = (row: Row) => `/app/notifications/${row.subscriptionId}`;

  return (
    <IndexTable
      condensed={smDown}
      selectable={false}
      loading={loading}
      itemCount={rows.length}
      resourceName={{ singular: say('variant.shopper'), plural: say('waitlist.by.shoppers') }}
      headings={[
        { title: say('variant.shopper') },
        { title: say('waitlist.product') },
        { title: say('variant.since') },
        { title: say('shoppers.place'), alignment: 'end' },
        { title: say('variant.language') },
        { title: say('shoppers.why') },
      ]}
      emptyState={
        <EmptySearchResult
          title={say('waitlist.nothing')}
          description={say('waitlist.nothing.text')}
          withIllustration={false}
        />
      }
      pagination={{
        hasNext: next !== null,
        hasPrevious: further,
        accessibilityLabel: say('waitlist.by.shoppers'),
        onPrevious: () => navigate(-1),
        onNext: () =>
          setParams((params) => {
            params.set('after', next!);
            return params;
          }),
      }}
    >
      {rows.map((row, position) => (
        <IndexTable.Row
          id={row.subscriptionId}
          key={row.subscriptionId}
          position={position}
          onClick={() => navigate(url(row))}
        >
          {smDown ? (
            <Box padding="300" width="100%">
              <BlockStack gap="200">
                <VariantName {...row} url={url(row)} />
                <InlineStack gap="200" blockAlign="center">
                  {answer(row)}
                  <Text as="span">…{row.shopper}</Text>
                  <Text as="span" tone="subdued">
                    {relative({ at: row.since, now })}
                  </Text>
                </InlineStack>
                <Text as="span" tone="subdued" breakWord>
                  {because(row)}
                </Text>
              </BlockStack>
            </Box>
          ) : (
            <>
              <IndexTable.Cell>…{row.shopper}</IndexTable.Cell>
              <IndexTable.Cell>
                <VariantName {...row} url={url(row)} />
              </IndexTable.Cell>
              <IndexTable.Cell>{relative({ at: row.since, now })}</IndexTable.Cell>
              <IndexTable.Cell>
                <Text as="span" numeric alignment="end">
                  {place(row)}
                </Text>
              </IndexTable.Cell>
              <IndexTable.Cell>{language(row.locale)}</IndexTable.Cell>
              <IndexTable.Cell>
                <div style={{ minWidth: 220, maxWidth: 420, whiteSpace: 'normal' }}>
                  <InlineStack gap="200" blockAlign="start" wrap={false}>
                    <span style={{ flexShrink: 0 }}>{answer(row)}</span>
                    <Text as="span" tone="subdued">
                      {because(row)}
                    </Text>
                  </InlineStack>
                </div>
              </IndexTable.Cell>
            </>
          )}
        </IndexTable.Row>
      ))}
    </IndexTable>
  );
}
