// The waitlist shopper by shopper: who waits for what, at which place, and why they were not told yet.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigation } from '@remix-run/react';
import { Box, Text } from '@shopify/polaris';
import { AdminPage } from '../components/admin-page.tsx';
import { askedList } from '../components/asked-list.ts';
import { LineTools } from '../components/line-tools.tsx';
import { ShopperTable } from '../components/shopper-table.tsx';
import { WaitlistTabs } from '../components/waitlist-tabs.tsx';
import { useWords } from '../components/words.tsx';
import { systemClock } from '../lib/clock.ts';
import { merchantAt } from '../merchant.server.ts';
import { COUNTED_PLACES, LIFE_SHOWS, LIFE_SORTS, lives } from '../notifications/life-list.server.ts';
import { readCursor, writeCursor } from '../waitlist/line-report.server.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const now = systemClock();
  const { after, filter: show, ...asked } = askedList({ request, sorts: LIFE_SORTS, filters: LIFE_SHOWS });
  const shown = { ...asked, show };
  const { rows, next } = await lives({
    shop,
    now,
    ...shown,
    after: readCursor(after),
  });
  return json({
    now,
    ...shown,
    sorts: LIFE_SORTS,
    shows: LIFE_SHOWS,
    countedPlaces: COUNTED_PLACES,
    rows,
    next: next && writeCursor(next),
    further: after !== null,
  });
}

export default function Shoppers() {
  const { search, sort, show, sorts, shows, rows, further, ...loaded } = useLoaderData<typeof loader>();
  const { say } = useWords();
  const navigation = useNavigation();
  const nobody = rows.length === 0 && search === '' && show === 'waiting' && !further;
  return (
    <AdminPage title={say('waitlist.title')} fullWidth>
      <WaitlistTabs way="shoppers" nobody={nobody}>
        <LineTools
          search={search}
          sort={sort}
          sorts={sorts.map((value) => ({ value, label: say(`shoppers.sort.${value}`) }))}
          filter={show}
          filters={shows.map((value) => ({ value, label: say(`shoppers.filter.${value}`) }))}
        />
        <ShopperTable
          {...loaded}
          rows={rows}
          further={further}
          waiting={show === 'waiting'}
          loading={navigation.state === 'loading'}
        />
        <Box padding="300">
          <Text as="p" tone="subdued" variant="bodySm">
            {say('shoppers.note')}
          </Text>
        </Box>
      </WaitlistTabs>
    </AdminPage>
  );
}
