// Home: setup, open restocks with their actions, who is waiting, and what it brought.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useFetcher, useLoaderData } from '@remix-run/react';
import {
  BlockStack,
  Button,
  ButtonGroup,
  Card,
  Divider,
  InlineGrid,
  InlineStack,
  Text,
} from '@shopify/polaris';
import { authenticateMerchant, byIntent, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage, PageIssue } from '../../components/admin-page.tsx';
import {
  RecentRestocks,
  type RestockItem,
  RestockProgress,
  useRestockPolling,
} from '../../components/restock-progress.tsx';
import { useToast } from '../../components/use-toast.ts';
import { VariantName } from '../../components/variant.tsx';
import { env } from '../../env.server.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import {
  dailyActivity,
  funnel,
  notifiedFigures,
  recoveredRevenue,
} from '../../reports/home-figures.server.ts';
import { restocks } from '../../reports/restocks.server.ts';
import { waitlistByVariant } from '../../reports/waitlist.server.ts';
import { ShopifyApiError } from '../../shopify/admin-api.server.ts';
import {
  orderAttributionOf,
  turnOffAttribution,
  turnOnAttribution,
} from '../../shopify/order-attribution.server.ts';
import { dismissSetupGuide } from '../../shopify/settings.server.ts';
import { DailyCharts } from './daily-charts.tsx';
import { MostRequested, OptInFunnel } from './demand.tsx';
import { Figures, SalesAttribution } from './figures.tsx';
import { SetupStatus } from './setup-status.tsx';

const DAYS = 30;

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const of = { shopId: shop.id, now };
  const { page, status, reach } = await shopStatus(of);
  const [notified, brought, byDay, steps, most, open, lately] = await Promise.all([
    notifiedFigures({ ...of, days: DAYS }),
    recoveredRevenue({ ...of, days: DAYS }),
    dailyActivity({ ...of, days: DAYS, timezone: shop.timezone }),
    funnel(of),
    waitlistByVariant({ ...of, limit: 5 }),
    restocks({ ...of, reach, settings: shop, open: true, limit: 5 }),
    restocks({ ...of, reach, settings: shop, limit: 5 }),
  ]);
  return json({
    now,
    domain: shop.domain,
    apiKey: env.SHOPIFY_API_KEY,
    hidden: shop.buttonHidden,
    page: page && { name: page.name, testPassedAt: page.testPassedAt },
    status,
    guided: shop.setupGuideDismissedAt === null,
    days: DAYS,
    waiting: most.figures,
    notified,
    brought,
    byDay,
    counting: orderAttributionOf(shop),
    steps,
    most: most.lines,
    open,
    lately,
  });
}

type Answer = { done?: string; problem?: string };

type Asking = { shopId: bigint; now: Date };

async function count({ shopId }: Asking): Promise<Answer> {
  try {
    const outcome = await turnOnAttribution({ shopId, clock: systemClock });
    return outcome === 'counting' ? { done: outcome } : { problem: outcome };
  } catch (error) {
    if (error instanceof ShopifyApiError) return { problem: 'failed' };
    throw error;
  }
}

async function stop({ shopId }: Asking): Promise<Answer> {
  await turnOffAttribution({ shopId, clock: systemClock });
  return { done: 'stopped' };
}

const dismiss = (confirming: Asking): Promise<Answer> => dismissSetupGuide(confirming).then(() => ({}));

const INTENTS = {
  dismiss,
  'count-orders': count,
  'stop-counting': stop,
};

export async function action({ request }: ActionFunctionArgs) {
  const { shop, form } = await merchantPosting(request);
  return json(await byIntent(form, INTENTS)({ shopId: shop.id, now: systemClock() }));
}

export default function Home() {
  const { now, page, status, ...data } = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  return (
    <AdminPage title={t('home.title')}>
      <BlockStack gap="400">
        {status.issue && <PageIssue issue={status.issue} />}
        <SetupStatus
          page={page}
          status={status}
          guided={data.guided}
          domain={data.domain}
          apiKey={data.apiKey}
          hidden={data.hidden}
        />
        <Figures
          days={data.days}
          waiting={data.waiting}
          sending={status.sending}
          notified={data.notified}
          brought={data.brought}
          counting={data.counting}
        />
        <OpenRestocks restocks={data.open} now={now} />
        <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
          <DailyCharts {...data.byDay} />
          <SalesAttribution counting={data.counting} />
        </InlineGrid>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400" alignItems="start">
          <MostRequested lines={data.most} />
          <BlockStack gap="400">
            <OptInFunnel steps={data.steps} />
            <RecentRestocks restocks={data.lately} now={now} />
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </AdminPage>
  );
}

function OpenRestock({ restock, now }: { restock: RestockItem; now: string }) {
  const { t } = useTranslations();
  const fetcher = useFetcher<{ done?: string }>();
  useToast(fetcher.data);
  const post = (intent: string) =>
    fetcher.submit({ intent }, { method: 'post', action: `/app/waitlist/${restock.variantId}` });
  const busy = fetcher.state !== 'idle';
  return (
    <InlineStack align="space-between" blockAlign="center" gap="300">
      <div style={{ flex: '1 1 320px' }}>
        <BlockStack gap="150">
          <VariantName {...restock} url={`/app/waitlist/${restock.variantId}`} />
          <RestockProgress restock={restock} now={now} />
        </BlockStack>
      </div>
      <ButtonGroup>
        {restock.actions.map((intent) => (
          <Button key={intent} disabled={busy} onClick={() => post(intent)}>
            {t(`variant.${intent}`)}
          </Button>
        ))}
      </ButtonGroup>
    </InlineStack>
  );
}

function OpenRestocks({ restocks, now }: { restocks: RestockItem[]; now: string }) {
  const { t } = useTranslations();
  useRestockPolling({ restocks });
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('soon.title')}
        </Text>
        {restocks.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('soon.none')}
          </Text>
        ) : (
          <BlockStack gap="400">
            {restocks.map((restock, at) => (
              <BlockStack gap="400" key={restock.restockId}>
                {at > 0 && <Divider />}
                <OpenRestock restock={restock} now={now} />
              </BlockStack>
            ))}
          </BlockStack>
        )}
      </BlockStack>
    </Card>
  );
}
