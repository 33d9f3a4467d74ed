// Messenger: the Page that speaks for the shop, connecting it and giving it back, and the merchant's own test.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, Card, List, Text } from '@shopify/polaris';
import { byIntent, merchantAt, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage } from '../../components/admin-page.tsx';
import { PageTrouble } from '../../components/page-issue.tsx';
import { testLink } from '../../conversation/arrival.server.ts';
import { parkedEvents, retryParked } from '../../conversation/failed-events.server.ts';
import { useWords } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { choosePage, disconnectPage, listChoices } from '../../messenger/connect-page.server.ts';
import { beginConnect } from '../../messenger/facebook-login.server.ts';
import { pageOf } from '../../messenger/pages.server.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import { testProgress } from '../../reports/subscription.server.ts';
import { whoWouldNotBeTold } from '../../reports/waitlist.server.ts';
import { pretend } from '../../stock/merchant-actions.server.ts';
import { KeptEvents } from './failed-events.tsx';
import { OwnTest } from './own-test.tsx';
import { ChoosePage, ConnectedPage } from './page-connection.tsx';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const now = systemClock();
  const [{ page, status }, choices, wouldNotBeTold, kept] = await Promise.all([
    shopStatus({ shopId: shop.id }),
    listChoices({ shopId: shop.id, now }),
    whoWouldNotBeTold({ shopId: shop.id, now }),
    parkedEvents({ shopId: shop.id }),
  ]);
  return json({
    page: page && {
      name: page.name,
      metaPageId: page.metaPageId,
      connectedAt: page.connectedAt,
      testPassedAt: page.testPassedAt,
      perSecond: page.perSecond,
    },
    status,
    test: page && (await testProgress({ page })),
    choices,
    wouldNotBeTold,
    kept: kept.map(({ id, ...told }) => ({ ...told, id: String(id) })),
  });
}

type Of = { shopId: bigint; now: Date; form: URLSearchParams };

async function choose({ form, ...of }: Of) {
  const answer = form.get('profile');
  const profile = answer === 'replace' || answer === 'keep' ? answer : undefined;
  const metaPageId = form.get('metaPageId') ?? '';
  const chosen = await choosePage({ ...of, metaPageId, profile });
  if (chosen.outcome !== 'connected') return { ...chosen, metaPageId };
  await retryParked({ whose: { metaPageId }, now: of.now });
  return { outcome: chosen.outcome, otherApps: chosen.otherApps, done: 'connected' };
}

async function pretendItIsBack({ shopId, now }: Of) {
  const page = await pageOf({ shopId });
  const test = page && (await testProgress({ page }));
  const { outcome } = test?.subscriptionId
    ? await pretend({ shopId, pageId: page!.id, subscriptionId: BigInt(test.subscriptionId), now })
    : { outcome: 'nobody_to_tell' as const };
  // That the message is on its way is said by the steps themselves.
  return outcome === 'pretended' ? { outcome } : { outcome, done: `pretend.${outcome}` };
}

const INTENTS = {
  connect: ({ shopId, now, form }: Of) => beginConnect({ shopId, now, again: form.has('again') }),
  choose,
  disconnect: async ({ shopId, now }: Of) => {
    const given = await disconnectPage({ shopId, now });
    return { ...given, done: given.outcome };
  },
  'test-link': async ({ shopId, now }: Of) => ({ url: await testLink({ shopId, now }) }),
  pretend: pretendItIsBack,
  retry: async ({ shopId, now }: Of) => {
    const taken = await retryParked({ whose: { shopId }, now });
    return { done: taken > 0 ? 'retried' : 'retried.none' };
  },
};

export async function action({ request }: ActionFunctionArgs) {
  const { shop, form } = await merchantPosting(request);
  return json(await byIntent(form, INTENTS)({ shopId: shop.id, now: systemClock(), form }));
}

export default function Messenger() {
  const { page, status, test, choices, wouldNotBeTold, kept } = useLoaderData<typeof loader>();
  const { say } = useWords();
  return (
    <AdminPage title={say('nav.messenger')}>
      <BlockStack gap="400">
        {status.issue && <PageTrouble issue={status.issue} link={false} />}
        {choices && <ChoosePage choices={choices} />}
        <ConnectedPage page={page} status={status} wouldNotBeTold={wouldNotBeTold} />
        {page && test && <OwnTest test={test} passedAt={page.testPassedAt} status={status} />}
        <KeptEvents kept={kept} />
        <WhatHappens />
      </BlockStack>
    </AdminPage>
  );
}

const POINTS = ['control', 'permission', 'review', 'reach', 'leave'] as const;

export function WhatHappens() {
  const { say } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('need.title')}
        </Text>
        <List>
          {POINTS.map((point) => (
            <List.Item key={point}>{say(`need.${point}`)}</List.Item>
          ))}
        </List>
      </BlockStack>
    </Card>
  );
}
