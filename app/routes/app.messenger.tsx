// Messenger: the Page that speaks for the shop, connecting it and giving it back, and the merchant's own test.
import { json, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack } from '@shopify/polaris';
import { AdminPage } from '../components/admin-page.tsx';
import { ChoosePage } from '../components/choose-page.tsx';
import { ConnectedPage } from '../components/connected-page.tsx';
import { KeptEvents } from '../components/kept-events.tsx';
import { OwnTest } from '../components/own-test.tsx';
import { PageTrouble } from '../components/page-trouble.tsx';
import { WhatHappens } from '../components/what-happens.tsx';
import { useWords } from '../components/words.tsx';
import { systemClock } from '../lib/clock.ts';
import { byIntent, merchantAt, merchantPosting } from '../merchant.server.ts';
import { choosePage, disconnectPage, listChoices } from '../messenger/connect.server.ts';
import { beginConnect } from '../messenger/login.server.ts';
import { pageOf } from '../messenger/pages.server.ts';
import { parkedEvents, retryParked } from '../messenger/parked.server.ts';
import { shopStatus } from '../notifications/shop-status.server.ts';
import { testLink } from '../messenger/test-link.server.ts';
import { testProgress } from '../notifications/test-progress.server.ts';
import { pretend } from '../restock/pretend.server.ts';
import { whoWouldNotBeTold } from '../waitlist/never-told.server.ts';

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
