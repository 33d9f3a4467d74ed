// The waitlist: which variants people wait for, searched, filtered, sorted and paged, and as a file.
import { json, type LoaderFunctionArgs, type SerializeFrom } from '@remix-run/node';
import { useLoaderData, useNavigation } from '@remix-run/react';
import { InlineStack, Text } from '@shopify/polaris';
import { useState } from 'react';
import { authenticateMerchant } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { ListFilters, listQuery, WaitlistTabs } from '../components/list-filters.tsx';
import { type Paged, PagedTable } from '../components/paged-table.tsx';
import { fullName, VariantName, VariantStatus } from '../components/variant.tsx';
import { useTranslations } from '../i18n/use-translations.tsx';
import { systemClock } from '../lib/clock.ts';
import { readCursor } from '../reports/cursor.ts';
import { waitlistByVariant, type WaitlistFilter, type WaitlistSort } from '../reports/waitlist.server.ts';

const SORTS: readonly WaitlistSort[] = ['waiting', 'oldest', 'title'];

const FILTERS: readonly WaitlistFilter[] = ['all', 'restocked', 'paused', 'missing'];

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const { after, ...shown } = listQuery({ request, sorts: SORTS, filters: FILTERS });
  const { lines, next, figures } = await waitlistByVariant({
    shopId: shop.id,
    now,
    ...shown,
    after: readCursor(after),
  });
  return json({
    now,
    ...shown,
    sorts: SORTS,
    filters: FILTERS,
    further: after !== null,
    figures,
    lines,
    next,
  });
}

export default function Waitlist() {
  const { now, figures, lines, next, further, sorts, filters, search, sort, filter } =
    useLoaderData<typeof loader>();
  const { t } = useTranslations();
  const navigation = useNavigation();
  const file = useExport('/app/waitlist/export', 'waitlist.csv');
  return (
    <AdminPage
      title={t('waitlist.title')}
      fullWidth
      secondaryActions={
        figures.waiting === 0
          ? []
          : [
              {
                content: file.busy ? t('waitlist.exporting', { rows: file.rows }) : t('waitlist.export'),
                onAction: file.start,
                disabled: file.busy,
              },
            ]
      }
    >
      <WaitlistTabs way="variants" nobody={figures.waiting === 0 && !search}>
        <ListFilters
          search={search}
          sort={sort}
          sorts={sorts.map((value) => ({ value, label: t(`waitlist.sort.${value}`) }))}
          filter={filter}
          filters={filters.map((value) => ({ value, label: t(`waitlist.filter.${value}`) }))}
        />
        <WaitlistTable
          lines={lines}
          now={now}
          next={next}
          further={further}
          loading={navigation.state === 'loading'}
        />
      </WaitlistTabs>
    </AdminPage>
  );
}

type VariantRow = SerializeFrom<typeof loader>['lines'][number];

export function WaitlistTable({ lines, now, ...paged }: Paged & { lines: VariantRow[]; now: string }) {
  const { t, relative, number } = useTranslations();
  const nextCheck = (row: VariantRow) =>
    row.checkDue
      ? t('waitlist.lookDue')
      : row.nextCheckAt === null
        ? t('waitlist.onChange')
        : relative({ at: row.nextCheckAt, now });
  const url = (row: VariantRow) => `/app/waitlist/${row.variantId}`;
  return (
    <PagedTable
      {...paged}
      rows={lines}
      singular={fullName(lines[0] ?? { productTitle: '', title: '' })}
      plural={t('waitlist.title')}
      headings={[
        { title: t('waitlist.product') },
        { title: t('waitlist.waiting'), alignment: 'end' },
        { title: t('waitlist.oldest') },
        { title: t('waitlist.units'), alignment: 'end' },
        { title: t('waitlist.state') },
        { title: t('waitlist.nextLook') },
      ]}
      id={(row) => row.variantId}
      url={url}
      cells={(row) => [
        <VariantName {...row} url={url(row)} />,
        number(row.waiting),
        relative({ at: row.oldest, now }),
        row.units === null ? '–' : number(row.units),
        <VariantStatus row={row} />,
        nextCheck(row),
      ]}
      card={(row) => (
        <InlineStack gap="200" blockAlign="center">
          <VariantStatus row={row} />
          <Text as="span">{t('waitlist.people', { waiting: row.waiting })}</Text>
        </InlineStack>
      )}
    />
  );
}

export function useExport(address: string, name: string) {
  const [rows, setRows] = useState<number | null>(null);
  const { t } = useTranslations();
  async function start() {
    setRows(0);
    try {
      const response = await fetch(address);
      if (!response.ok || response.body === null) throw new Error(String(response.status));
      const pieces: Uint8Array<ArrayBuffer>[] = [];
      let lines = -1;
      for (const reader = response.body.getReader(); ;) {
        const { done, value } = await reader.read();
        if (done) break;
        pieces.push(value);
        for (const byte of value) if (byte === 10) lines += 1;
        setRows(Math.max(0, lines));
      }
      const url = URL.createObjectURL(new Blob(pieces, { type: 'text/csv' }));
      const link = document.createElement('a');
      link.href = url;
      link.download = name;
      link.click();
      URL.revokeObjectURL(url);
      window.shopify.toast.show(t('waitlist.exported', { rows: Math.max(0, lines) }));
    } catch {
      window.shopify.toast.show(t('done.failed'), { isError: true });
    } finally {
      setRows(null);
    }
  }
  return { start: () => void start(), busy: rows !== null, rows: rows ?? 0 };
}
