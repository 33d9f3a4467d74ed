// The table of messages: for whom, about what, how it ended, and what came of it.
import { useNavigate, useSearchParams } from '@remix-run/react';
import {
  Badge,
  BlockStack,
  Box,
  EmptySearchResult,
  IndexTable,
  InlineStack,
  Select,
  Text,
  useBreakpoints,
} from '@shopify/polaris';
import { VariantName } from './variant-name.tsx';
import { useWords } from './words.tsx';

type Row = {
  notificationId: string;
  subscriptionId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  shopper: string;
  state: string;
  reason: string | null;
  claimedAt: string;
  settledAt: string | null;
  deliveredAt: string | null;
  readAt: string | null;
  tapped: boolean;
  bought: boolean;
};

type Props = {
  rows: Row[];
  now: string;
  outcomes: readonly string[];
  outcome: string;
  next: string | null;
  further: boolean;
  loading: boolean;
};

const TONES: Record<string, 'success' | 'warning' | 'attention' | 'info'> = {
  sent: 'success',
  presumed: 'success',
  refused: 'warning',
  unknown: 'attention',
};

export function MessageState({ state }: { state: string }) {
  const { code } = useWords();
  const shown = TONES[state] ? state : 'under_way';
  return <Badge tone={TONES[state] ?? 'info'}>{code('sent', shown)}</Badge>;
}

export function MessageTable({ rows, now, outcomes, outcome, next, further, loading }: Props) {
  const { say, code, relative } = useWords();
  const { smDown } = useBreakpoints();
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  const ask = (changes: Record<string, string | null>) =>
    setParams((params) => {
      for (const [name, value] of Object.entries(changes))
        if (value === null) params.delete(name);
        else params.set(name, value);
      return params;
    });
  /** The furthest that is known; what Meta did not say is left out. */
  const came = (row: Row) =>
    row.bought
      ? say('life.bought')
      : row.tapped
        ? say('life.tapped')
        : row.readAt
          ? say('life.read')
          : row.deliveredAt
            ? say('life.delivered')
            : row.reason
              ? code('outcome', row.reason)
              : '–';
  return (
    <>
      <Box padding="300">
        <Select
          label={say('waitlist.filter')}
          labelInline
          value={outcome}
          options={outcomes.map((value) => ({ value, label: code('sent', value) }))}
          onChange={(value) => ask({ outcome: value === 'all' ? null : value, after: null })}
        />
      </Box>
      <IndexTable
        condensed={smDown}
        selectable={false}
        loading={loading}
        itemCount={rows.length}
        resourceName={{ singular: say('nav.notifications'), plural: say('nav.notifications') }}
        headings={[
          { title: say('waitlist.product') },
          { title: say('variant.shopper') },
          { title: say('sent.when') },
          { title: say('waitlist.state') },
          { title: say('sent.came') },
        ]}
        emptyState={
          <EmptySearchResult
            title={say(outcome === 'all' ? 'sent.none' : 'waitlist.nothing')}
            description={say(outcome === 'all' ? 'sent.none.text' : 'waitlist.nothing.text')}
            withIllustration={false}
          />
        }
        pagination={{
          hasNext: next !== null,
          hasPrevious: further,
          accessibilityLabel: say('nav.notifications'),
          onPrevious: () => navigate(-1),
          onNext: () => ask({ after: next }),
        }}
      >
        {rows.map((row, position) => (
          <IndexTable.Row
            id={row.notificationId}
            key={row.notificationId}
            position={position}
            onClick={() => navigate(`/app/notifications/${row.subscriptionId}`)}
          >
            {smDown ? (
              <Box padding="300" width="100%">
                <BlockStack gap="200">
                  <VariantName {...row} url={`/app/notifications/${row.subscriptionId}`} />
                  <InlineStack gap="200" blockAlign="center">
                    <MessageState state={row.state} />
                    <Text as="span">{relative({ at: row.settledAt ?? row.claimedAt, now })}</Text>
                  </InlineStack>
                </BlockStack>
              </Box>
            ) : (
              <>
                <IndexTable.Cell>
                  <VariantName {...row} url={`/app/notifications/${row.subscriptionId}`} />
                </IndexTable.Cell>
                <IndexTable.Cell>…{row.shopper}</IndexTable.Cell>
                <IndexTable.Cell>{relative({ at: row.settledAt ?? row.claimedAt, now })}</IndexTable.Cell>
                <IndexTable.Cell>
                  <MessageState state={row.state} />
                </IndexTable.Cell>
                <IndexTable.Cell>{came(row)}</IndexTable.Cell>
              </>
            )}
          </IndexTable.Row>
        ))}
      </IndexTable>
    </>
  );
}
