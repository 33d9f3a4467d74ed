// Messenger: the connected Page, the merchant's test message, and events that could not be handled.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import { BlockStack, Button, Card, InlineStack, List, Text } from '@shopify/polaris';
import { authenticateMerchant, byIntent, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage, PageIssue } from '../../components/admin-page.tsx';
import { useToast } from '../../components/use-toast.ts';
import { createTestLink } from '../../conversation/arrival.server.ts';
import { failedEvents, type FailureKind, retryFailedEvents } from '../../conversation/event-store.server.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { choosePage, disconnectPage, listChoices } from '../../messenger/connect-page.server.ts';
import { startLogin } from '../../messenger/facebook-login.server.ts';
import { pageOf } from '../../messenger/pages.server.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import { testProgress } from '../../reports/subscription.server.ts';
import { countWaitingOnPage } from '../../reports/waitlist.server.ts';
import { simulateRestock } from '../../stock/merchant-actions.server.ts';
import { TestAlert } from './own-test.tsx';
import { ChoosePage, PageConnection } from './page-connection.tsx';

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const [{ page, status }, choices, waitingOnPage, kept] = await Promise.all([
    shopStatus({ shopId: shop.id }),
    listChoices({ shopId: shop.id, now }),
    countWaitingOnPage({ shopId: shop.id, now }),
    failedEvents({ shopId: shop.id }),
  ]);
  return json({
    page: page && {
      name: page.name,
      metaPageId: page.metaPageId,
      connectedAt: page.connectedAt,
      testPassedAt: page.testPassedAt,
    },
    status,
    test: page && (await testProgress({ page })),
    choices,
    waitingOnPage,
    kept: kept.map(({ id, ...notified }) => ({ ...notified, id: String(id) })),
  });
}

type Of = { shopId: bigint; now: Date; form: URLSearchParams };

async function choose({ form, ...of }: Of) {
  const answer = form.get('profile');
  const profile = answer === 'replace' || answer === 'keep' ? answer : undefined;
  const metaPageId = form.get('metaPageId') ?? '';
  const chosen = await choosePage({ ...of, metaPageId, profile });
  if (chosen.outcome !== 'connected') return { ...chosen, metaPageId };
  await retryFailedEvents({ whose: { metaPageId }, now: of.now });
  return { outcome: chosen.outcome, otherApps: chosen.otherApps, done: 'connected' };
}

async function sendTestAlert({ shopId, now }: Of) {
  const page = await pageOf({ shopId });
  const test = page && (await testProgress({ page }));
  const { outcome } = test?.subscriptionId
    ? await simulateRestock({ shopId, pageId: page!.id, subscriptionId: BigInt(test.subscriptionId), now })
    : { outcome: 'nobody_to_tell' as const };
  // That the message is on its way is said by the steps themselves.
  return outcome === 'pretended' ? { outcome } : { outcome, done: `pretend.${outcome}` };
}

const INTENTS = {
  connect: ({ shopId, now, form }: Of) => startLogin({ shopId, now, again: form.has('again') }),
  choose,
  disconnect: async ({ shopId, now }: Of) => {
    const given = await disconnectPage({ shopId, now });
    return { ...given, done: given.outcome };
  },
  'test-link': async ({ shopId, now }: Of) => ({ url: await createTestLink({ shopId, now }) }),
  pretend: sendTestAlert,
  retry: async ({ shopId, now }: Of) => {
    const taken = await retryFailedEvents({ whose: { shopId }, now });
    return { done: taken > 0 ? 'retried' : 'retried.none' };
  },
};

export async function action({ request }: ActionFunctionArgs) {
  const { shop, form } = await merchantPosting(request);
  return json(await byIntent(form, INTENTS)({ shopId: shop.id, now: systemClock(), form }));
}

export default function Messenger() {
  const { page, status, test, choices, waitingOnPage, kept } = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  return (
    <AdminPage title={t('nav.messenger')}>
      <BlockStack gap="400">
        {status.issue && <PageIssue issue={status.issue} link={false} />}
        {choices && <ChoosePage choices={choices} />}
        <PageConnection page={page} status={status} waitingOnPage={waitingOnPage} />
        {page && test && <TestAlert test={test} passedAt={page.testPassedAt} status={status} />}
        <FailedEvents kept={kept} />
        <Requirements />
      </BlockStack>
    </AdminPage>
  );
}

const POINTS = ['control', 'permission', 'review', 'reach', 'leave'] as const;

export function Requirements() {
  const { t } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('need.title')}
        </Text>
        <List>
          {POINTS.map((point) => (
            <List.Item key={point}>{t(`need.${point}`)}</List.Item>
          ))}
        </List>
      </BlockStack>
    </Card>
  );
}

type Kept = { id: string; at: string; kind: FailureKind; detail: string };

function FailedEvents({ kept }: { kept: Kept[] }) {
  const { t, code, moment } = useTranslations();
  const fetcher = useFetcher<{ done?: string }>();
  useToast(fetcher.data);
  if (kept.length === 0) return null;
  const kinds = [...new Set(kept.map((each) => each.kind))];
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {t('kept.title', { count: kept.length })}
          </Text>
          <Text as="p" tone="subdued">
            {t('kept.text')}
          </Text>
        </BlockStack>
        {kinds.map((kind) => {
          const these = kept.filter((each) => each.kind === kind);
          return (
            <BlockStack gap="100" key={kind}>
              <Text as="h3" variant="headingSm">
                {code('kept', kind)}
              </Text>
              <Text as="p">{code('kept', `${kind}.do`)}</Text>
              {kind === 'not_handled' && (
                <InlineStack>
                  <Button
                    loading={fetcher.state !== 'idle'}
                    onClick={() =>
                      fetcher.submit({ intent: 'retry' }, { method: 'post', action: '/app/messenger' })
                    }
                  >
                    {t('kept.retry')}
                  </Button>
                </InlineStack>
              )}
              {[...new Set(these.map((each) => each.detail).filter(Boolean))].slice(0, 3).map((detail) => (
                <Text as="p" tone="subdued" breakWord key={detail}>
                  {detail}
                </Text>
              ))}
              <Text as="p" tone="subdued" variant="bodySm">
                {t('kept.times', { times: these.length, date: moment(these[0]!.at) })}
              </Text>
            </BlockStack>
          );
        })}
      </BlockStack>
    </Card>
  );
}
