// Notifications: each message, and how it ended.
import { json, type LoaderFunctionArgs, type SerializeFrom } from '@remix-run/node';
import { useLoaderData, useNavigation, useSearchParams } from '@remix-run/react';
import { Badge, BlockStack, Box, Card, InlineStack, Select, Text } from '@shopify/polaris';
import { authenticateMerchant } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { type Paged, PagedTable } from '../components/paged-table.tsx';
import { VariantName } from '../components/variant.tsx';
import { useTranslations } from '../i18n/use-translations.tsx';
import { systemClock } from '../lib/clock.ts';
import { readCursor, writeCursor } from '../reports/cursor.ts';
import { messages, OUTCOMES } from '../reports/messages.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const asked = new URL(request.url).searchParams;
  const outcome = OUTCOMES.find((each) => each === asked.get('outcome')) ?? 'all';
  const { rows, next } = await messages({ shopId: shop.id, outcome, after: readCursor(asked.get('after')) });
  return json({
    now: systemClock(),
    outcomes: OUTCOMES,
    outcome,
    rows,
    next: next && writeCursor(next),
    further: asked.has('after'),
  });
}

export default function Notifications() {
  const loaded = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  const navigation = useNavigation();
  return (
    <AdminPage title={t('nav.notifications')} fullWidth>
      <Card padding="0">
        <BlockStack>
          <AlertsTable {...loaded} loading={navigation.state === 'loading'} />
        </BlockStack>
      </Card>
    </AdminPage>
  );
}

type Row = SerializeFrom<typeof loader>['rows'][number];

type Props = Paged & { rows: Row[]; now: string; outcomes: readonly string[]; outcome: string };

const TONES: Record<string, 'success' | 'warning' | 'attention' | 'info'> = {
  sent: 'success',
  assumed_sent: 'success',
  failed: 'warning',
  unknown: 'attention',
};

export function AlertStatus({ state }: { state: string }) {
  const { code } = useTranslations();
  const shown = TONES[state] ? state : 'under_way';
  return <Badge tone={TONES[state] ?? 'info'}>{code('sent', shown)}</Badge>;
}

export function AlertsTable({ rows, now, outcomes, outcome, ...paged }: Props) {
  const { t, code, relative } = useTranslations();
  const [, setParams] = useSearchParams();
  const show = (value: string) =>
    setParams((params) => {
      if (value === 'all') params.delete('outcome');
      else params.set('outcome', value);
      params.delete('after');
      return params;
    });
  const url = (row: Row) => `/app/notifications/${row.subscriptionId}`;
  const when = (row: Row) => relative({ at: row.finishedAt ?? row.claimedAt, now });
  /** The furthest that is known; what Meta did not say is left out. */
  const came = (row: Row) =>
    row.bought
      ? t('life.bought')
      : row.tapped
        ? t('life.tapped')
        : row.readAt
          ? t('life.read')
          : row.deliveredAt
            ? t('life.delivered')
            : row.failureReason
              ? code('outcome', row.failureReason)
              : '–';
  return (
    <>
      <Box padding="300">
        <Select
          label={t('waitlist.filter')}
          labelInline
          value={outcome}
          options={outcomes.map((value) => ({ value, label: code('sent', value) }))}
          onChange={show}
        />
      </Box>
      <PagedTable
        {...paged}
        rows={rows}
        singular={t('nav.notifications')}
        plural={t('nav.notifications')}
        headings={[
          { title: t('waitlist.product') },
          { title: t('variant.shopper') },
          { title: t('sent.when') },
          { title: t('waitlist.state') },
          { title: t('sent.came') },
        ]}
        id={(row) => row.notificationId}
        url={url}
        cells={(row) => [
          <VariantName {...row} url={url(row)} />,
          `…${row.shopper}`,
          when(row),
          <AlertStatus state={row.state} />,
          came(row),
        ]}
        card={(row) => (
          <InlineStack gap="200" blockAlign="center">
            <AlertStatus state={row.state} />
            <Text as="span">{when(row)}</Text>
          </InlineStack>
        )}
        nothing={outcome === 'all' ? { title: t('sent.none'), description: t('sent.none.text') } : undefined}
      />
    </>
  );
}
