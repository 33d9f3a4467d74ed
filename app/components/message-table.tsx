// The table of messages: for whom, about what, how it ended, and what came of it.
import { useSearchParams } from '@remix-run/react';
import { Badge, Box, InlineStack, Select, Text } from '@shopify/polaris';
import { PagedTable, type Paged } from './paged-table.tsx';
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

type Props = Paged & { rows: Row[]; now: string; outcomes: readonly string[]; outcome: string };

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

export function MessageTable({ rows, now, outcomes, outcome, ...paged }: Props) {
  const { say, code, relative } = useWords();
  const [, setParams] = useSearchParams();
  const show = (value: string) =>
    setParams((params) => {
      if (value === 'all') params.delete('outcome');
      else params.set('outcome', value);
      params.delete('after');
      return params;
    });
  const url = (row: Row) => `/app/notifications/${row.subscriptionId}`;
  const when = (row: Row) => relative({ at: row.settledAt ?? row.claimedAt, now });
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
          onChange={show}
        />
      </Box>
      <PagedTable
        {...paged}
        rows={rows}
        singular={say('nav.notifications')}
        plural={say('nav.notifications')}
        headings={[
          { title: say('waitlist.product') },
          { title: say('variant.shopper') },
          { title: say('sent.when') },
          { title: say('waitlist.state') },
          { title: say('sent.came') },
        ]}
        id={(row) => row.notificationId}
        url={url}
        cells={(row) => [
          <VariantName {...row} url={url(row)} />,
          `…${row.shopper}`,
          when(row),
          <MessageState state={row.state} />,
          came(row),
        ]}
        card={(row) => (
          <InlineStack gap="200" blockAlign="center">
            <MessageState state={row.state} />
            <Text as="span">{when(row)}</Text>
          </InlineStack>
        )}
        nothing={
          outcome === 'all' ? { title: say('sent.none'), description: say('sent.none.text') } : undefined
        }
      />
    </>
  );
}
