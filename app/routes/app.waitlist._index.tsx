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
  const { say } = useTranslations();
  const navigation = useNavigation();
  const file = useExport('/app/waitlist/export', 'waitlist.csv');
  return (
    <AdminPage
      title={say('waitlist.title')}
      fullWidth
      secondaryActions={
        figures.waiting === 0
          ? []
          : [
              {
                content: file.busy ? say('waitlist.exporting', { rows: file.rows }) : say('waitlist.export'),
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
          sorts={sorts.map((value) => ({ value, label: say(`waitlist.sort.${value}`) }))}
          filter={filter}
          filters={filters.map((value) => ({ value, label: say(`waitlist.filter.${value}`) }))}
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
  const { say, relative, number } = useTranslations();
  const look = (line: VariantRow) =>
    line.lookDue
      ? say('waitlist.lookDue')
      : line.nextCheckAt === null
        ? say('waitlist.onChange')
        : relative({ at: line.nextCheckAt, now });
  const url = (line: VariantRow) => `/app/waitlist/${line.variantId}`;
  return (
    <PagedTable
      {...paged}
      rows={lines}
      singular={fullName(lines[0] ?? { productTitle: '', title: '' })}
      plural={say('waitlist.title')}
      headings={[
        { title: say('waitlist.product') },
        { title: say('waitlist.waiting'), alignment: 'end' },
        { title: say('waitlist.oldest') },
        { title: say('waitlist.units'), alignment: 'end' },
        { title: say('waitlist.state') },
        { title: say('waitlist.nextLook') },
      ]}
      id={(line) => line.variantId}
      url={url}
      cells={(line) => [
        <VariantName {...line} url={url(line)} />,
        number(line.waiting),
        relative({ at: line.oldest, now }),
        line.units === null ? '–' : number(line.units),
        <VariantStatus line={line} />,
        look(line),
      ]}
      card={(line) => (
        <InlineStack gap="200" blockAlign="center">
          <VariantStatus line={line} />
          <Text as="span">{say('waitlist.people', { waiting: line.waiting })}</Text>
        </InlineStack>
      )}
    />
  );
}

export function useExport(address: string, name: string) {
  const [rows, setRows] = useState<number | null>(null);
  const { say } = useTranslations();
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
      window.shopify.toast.show(say('waitlist.exported', { rows: Math.max(0, lines) }));
    } catch {
      window.shopify.toast.show(say('done.failed'), { isError: true });
    } finally {
      setRows(null);
    }
  }
  return { start: () => void start(), busy: rows !== null, rows: rows ?? 0 };
}
