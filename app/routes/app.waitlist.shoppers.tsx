// The waitlist by shopper: who is waiting for what, at which place, and why not notified yet.
import { json, type LoaderFunctionArgs, type SerializeFrom } from '@remix-run/node';
import { useLoaderData, useNavigation } from '@remix-run/react';
import { Badge, Box, InlineStack, Text } from '@shopify/polaris';
import { authenticateMerchant } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { ListFilters, listQuery, WaitlistTabs } from '../components/list-filters.tsx';
import { OUTCOME_TONES } from '../components/notification-status.tsx';
import { type Paged, PagedTable } from '../components/paged-table.tsx';
import { VariantName } from '../components/variant.tsx';
import { useTranslations } from '../i18n/use-translations.tsx';
import { systemClock } from '../lib/clock.ts';
import { readCursor, writeCursor } from '../reports/cursor.ts';
import {
  COUNTED_POSITIONS,
  SUBSCRIPTION_FILTERS,
  SUBSCRIPTION_SORTS,
  subscriptions,
} from '../reports/subscriptions.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const {
    after,
    filter: show,
    ...asked
  } = listQuery({ request, sorts: SUBSCRIPTION_SORTS, filters: SUBSCRIPTION_FILTERS });
  const shown = { ...asked, show };
  const { rows, next } = await subscriptions({
    shop,
    now,
    ...shown,
    after: readCursor(after),
  });
  return json({
    now,
    ...shown,
    sorts: SUBSCRIPTION_SORTS,
    shows: SUBSCRIPTION_FILTERS,
    countedPlaces: COUNTED_POSITIONS,
    rows,
    next: next && writeCursor(next),
    further: after !== null,
  });
}

export default function Shoppers() {
  const { search, sort, show, sorts, shows, rows, further, ...loaded } = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  const navigation = useNavigation();
  const nobody = rows.length === 0 && search === '' && show === 'waiting' && !further;
  return (
    <AdminPage title={t('waitlist.title')} fullWidth>
      <WaitlistTabs way="shoppers" nobody={nobody}>
        <ListFilters
          search={search}
          sort={sort}
          sorts={sorts.map((value) => ({ value, label: t(`shoppers.sort.${value}`) }))}
          filter={show}
          filters={shows.map((value) => ({ value, label: t(`shoppers.filter.${value}`) }))}
        />
        <ShoppersTable
          {...loaded}
          rows={rows}
          further={further}
          waiting={show === 'waiting'}
          loading={navigation.state === 'loading'}
        />
        <Box padding="300">
          <Text as="p" tone="subdued" variant="bodySm">
            {t('shoppers.note')}
          </Text>
        </Box>
      </WaitlistTabs>
    </AdminPage>
  );
}

type Row = SerializeFrom<typeof loader>['rows'][number];

type Props = Paged & { rows: Row[]; now: string; countedPlaces: number; waiting: boolean };

export function ShoppersTable({ rows, now, countedPlaces, waiting, ...paged }: Props) {
  const { t, code, relative, number, language } = useTranslations();
  /** What decided it, in a line: the detail says more than the headline where there is one. */
  const because = ({ why }: Row) =>
    why.detail === null
      ? code('why', why.because)
      : code(
          why.because === 'failed' ? 'outcome' : why.because === 'page_trouble' ? 'trouble' : 'reason',
          why.detail,
        );
  const place = (row: Row) =>
    row.place === null
      ? waiting
        ? t('shoppers.further', { positions: countedPlaces })
        : '–'
      : number(row.place);
  const answer = (row: Row) => (
    <Badge tone={OUTCOME_TONES[row.why.answer]}>{code('answer', row.why.answer)}</Badge>
  );
  const url = (row: Row) => `/app/notifications/${row.subscriptionId}`;
  return (
    <PagedTable
      {...paged}
      rows={rows}
      singular={t('variant.shopper')}
      plural={t('waitlist.by.shoppers')}
      headings={[
        { title: t('variant.shopper') },
        { title: t('waitlist.product') },
        { title: t('variant.since') },
        { title: t('shoppers.place'), alignment: 'end' },
        { title: t('variant.language') },
        { title: t('shoppers.why') },
      ]}
      id={(row) => row.subscriptionId}
      url={url}
      cells={(row) => [
        `…${row.shopper}`,
        <VariantName {...row} url={url(row)} />,
        relative({ at: row.waitingSince, now }),
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
              {relative({ at: row.waitingSince, now })}
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
