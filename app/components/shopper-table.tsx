// The waitlist's table shopper by shopper: who, for what, since when, and why not told yet.
import { Badge, InlineStack, Text } from '@shopify/polaris';
import { PagedTable, type Paged } from './paged-table.tsx';
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

type Props = Paged & { rows: Row[]; now: string; countedPlaces: number; waiting: boolean };

export function ShopperTable({ rows, now, countedPlaces, waiting, ...paged }: Props) {
  const { say, code, relative, number, language } = useWords();
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
    <PagedTable
      {...paged}
      rows={rows}
      singular={say('variant.shopper')}
      plural={say('waitlist.by.shoppers')}
      headings={[
        { title: say('variant.shopper') },
        { title: say('waitlist.product') },
        { title: say('variant.since') },
        { title: say('shoppers.place'), alignment: 'end' },
        { title: say('variant.language') },
        { title: say('shoppers.why') },
      ]}
      id={(row) => row.subscriptionId}
      url={url}
      cells={(row) => [
        `…${row.shopper}`,
        <VariantName {...row} url={url(row)} />,
        relative({ at: row.since, now }),
        place(row),
        language(row.locale),
        <div style={{ minWidth: 220, maxWidth: 420, whiteSpace: 'normal' }}>
          <InlineStack gap="200" blockAlign="start" wrap={false}>
            <span style={{ flexShrink: 0 }}>{answer(row)}</span>
            <Text as="span" tone="subdued">
              {because(row)}
            </Text>
          </InlineStack>
        </div>,
      ]}
      card={(row) => (
        <>
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
        </>
      )}
    />
  );
}
