// A table of rows that lead further, with paging; small cards on a phone.
import { useNavigate, useSearchParams } from '@remix-run/react';
import {
  BlockStack,
  Box,
  EmptySearchResult,
  IndexTable,
  Text,
  useBreakpoints,
  type IndexTableProps,
} from '@shopify/polaris';
import type { ReactNode } from 'react';
import { VariantName } from './variant.tsx';
import { useTranslations } from '../i18n/use-translations.tsx';

/** What a list's page shows of where it stands among the others. */
export type Paged = { next: string | null; further: boolean; loading: boolean };

type Variant = { productTitle: string; title: string; imageUrl: string | null };

export function PagedTable<Row extends Variant>({
  rows,
  singular,
  plural,
  headings,
  id,
  url,
  cells,
  card,
  nothing,
  next,
  further,
  loading,
}: Paged & {
  rows: Row[];
  singular: string;
  plural: string;
  /** A column that ends at its right edge holds numbers. */
  headings: IndexTableProps['headings'];
  id: (row: Row) => string;
  url: (row: Row) => string;
  cells: (row: Row) => ReactNode[];
  /** What a phone says below the variant's name. */
  card: (row: Row) => ReactNode;
  /** Said when there is no row; unless given, that the search and the filter leave none. */
  nothing?: { title: string; description: string };
}) {
  const { t } = useTranslations();
  const { smDown } = useBreakpoints();
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  const { title, description } = nothing ?? {
    title: t('waitlist.nothing'),
    description: t('waitlist.nothing.text'),
  };
  const cell = (content: ReactNode, column: number) => (
    <IndexTable.Cell key={column}>
      {headings[column]?.alignment === 'end' ? (
        <Text as="span" numeric alignment="end">
          {content}
        </Text>
      ) : (
        content
      )}
    </IndexTable.Cell>
  );
  return (
    <IndexTable
      condensed={smDown}
      selectable={false}
      loading={loading}
      itemCount={rows.length}
      resourceName={{ singular, plural }}
      headings={headings}
      emptyState={<EmptySearchResult title={title} description={description} withIllustration={false} />}
      pagination={{
        hasNext: next !== null,
        hasPrevious: further,
        accessibilityLabel: plural,
        onPrevious: () => navigate(-1),
        onNext: () =>
          setParams((params) => {
            params.set('after', next!);
            return params;
          }),
      }}
    >
      {rows.map((row, position) => (
        <IndexTable.Row id={id(row)} key={id(row)} position={position} onClick={() => navigate(url(row))}>
          {smDown ? (
            <Box padding="300" width="100%">
              <BlockStack gap="200">
                <VariantName {...row} url={url(row)} />
                {card(row)}
              </BlockStack>
            </Box>
          ) : (
            cells(row).map(cell)
          )}
        </IndexTable.Row>
      ))}
    </IndexTable>
  );
}
