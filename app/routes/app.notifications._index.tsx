// Notifications: each message, and how it ended.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData, useNavigation } from '@remix-run/react';
import { BlockStack, Card } from '@shopify/polaris';
import { AdminPage } from '../components/admin-page.tsx';
import { MessageTable } from '../components/message-table.tsx';
import { useWords } from '../components/words.tsx';
import { merchantAt } from '../merchant.server.ts';
import { messages, OUTCOMES } from '../notifications/history.server.ts';
import { readCursor, writeCursor } from '../waitlist/line-report.server.ts';
import { systemClock } from '../lib/clock.ts';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
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
  const { say } = useWords();
  const navigation = useNavigation();
  return (
    <AdminPage title={say('nav.notifications')} fullWidth>
      <Card padding="0">
        <BlockStack>
          <MessageTable {...loaded} loading={navigation.state === 'loading'} />
        </BlockStack>
      </Card>
    </AdminPage>
  );
}
