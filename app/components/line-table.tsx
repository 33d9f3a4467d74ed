// The waitlist's table: a line for each variant.
import { useNavigate, useSearchParams } from '@remix-run/react';
import {
  BlockStack,
  Box,
  EmptySearchResult,
  IndexTable,
  InlineStack,
  Text,
  useBreakpoints,
} from '@shopify/polaris';
import { LineState } from './line-state.tsx';
import { fullName, VariantName } from './variant-name.tsx';
import { useWords } from './words.tsx';

export type LineShown = {
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  waiting: number;
  oldest: string;
  units: number | null;
  lookedAt: string | null;
  reason: string | null;
  lookAt: string | null;
  lookDue: boolean;
  paused: boolean;
  missing: boolean;
  restocked: boolean;
};

type Props = { lines: LineShown[]; now: string; next: string | null; further: boolean; loading: boolean };

export function LineTable({ lines, now, next, further, loading }: Props) {
  const { say, relative, number } = useWords();
  const { smDown } = useBreakpoints();
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  const look = (line: LineShown) =>
    line.lookDue
      ? say('waitlist.lookDue')
      : line.lookAt === null
        ? say('waitlist.onChange')
        : relative({ at: line.lookAt, now });

  const rows = lines.map((line, position) => (
    <IndexTable.Row
      id={line.variantId}
      key={line.variantId}
      position={position}
      onClick={() => navigate(`/app/waitlist/${line.variantId}`)}
    >
      {smDown ? (
        <Box padding="300" width="100%">
          <BlockStack gap="200">
            <VariantName {...line} url={`/app/waitlist/${line.variantId}`} />
            <InlineStack gap="200" blockAlign="center">
              <LineState line={line} />
              <Text as="span">{say('waitlist.people', { waiting: line.waiting })}</Text>
            </InlineStack>
          </BlockStack>
        </Box>
      ) : (
        <>
          <IndexTable.Cell>
            <VariantName {...line} url={`/app/waitlist/${line.variantId}`} />
          </IndexTable.Cell>
          <IndexTable.Cell>
            <Text as="span" numeric alignment="end">
              {number(line.waiting)}
            </Text>
          </IndexTable.Cell>
          <IndexTable.Cell>{relative({ at: line.oldest, now })}</IndexTable.Cell>
          <IndexTable.Cell>
            <Text as="span" numeric alignment="end">
              {line.units === null ? '–' : number(line.units)}
            </Text>
          </IndexTable.Cell>
          <IndexTable.Cell>
            <LineState line={line} />
          </IndexTable.Cell>
          <IndexTable.Cell>{look(line)}</IndexTable.Cell>
        </>
      )}
    </IndexTable.Row>
  ));
  return (
    <IndexTable
      condensed={smDown}
      selectable={false}
      loading={loading}
      itemCount={lines.length}
      resourceName={{
        singular: fullName(lines[0] ?? { productTitle: '', title: '' }),
        plural: say('waitlist.title'),
      }}
      headings={[
        { title: say('waitlist.product') },
        { title: say('waitlist.waiting'), alignment: 'end' },
        { title: say('waitlist.oldest') },
        { title: say('waitlist.units'), alignment: 'end' },
        { title: say('waitlist.state') },
        { title: say('waitlist.nextLook') },
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
        accessibilityLabel: say('waitlist.title'),
        onPrevious: () => navigate(-1),
        onNext: () =>
          setParams((params) => {
            params.set('after', next!);
            return params;
          }),
      }}
    >
      {rows}
    </IndexTable>
  );
}
