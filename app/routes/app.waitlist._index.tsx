// The waitlist: which variants people wait for, searched, filtered, sorted and paged, and as a file.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigation } from '@remix-run/react';
import { AdminPage } from '../components/admin-page.tsx';
import { askedList } from '../components/asked-list.ts';
import { useExport } from '../components/export-file.ts';
import { LineTable } from '../components/line-table.tsx';
import { LineTools } from '../components/line-tools.tsx';
import { WaitlistTabs } from '../components/waitlist-tabs.tsx';
import { useWords } from '../components/words.tsx';
import { systemClock } from '../lib/clock.ts';
import { merchantAt } from '../merchant.server.ts';
import { lineByVariant, readCursor, type LineFilter, type LineSort } from '../waitlist/line-report.server.ts';

const SORTS: readonly LineSort[] = ['waiting', 'oldest', 'title'];
const FILTERS: readonly LineFilter[] = ['all', 'restocked', 'paused', 'missing'];

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const now = systemClock();
  const { after, ...shown } = askedList({ request, sorts: SORTS, filters: FILTERS });
  const { lines, next, figures } = await lineByVariant({
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
  const { say } = useWords();
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
        <LineTools
          search={search}
          sort={sort}
          sorts={sorts.map((value) => ({ value, label: say(`waitlist.sort.${value}`) }))}
          filter={filter}
          filters={filters.map((value) => ({ value, label: say(`waitlist.filter.${value}`) }))}
        />
        <LineTable
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
