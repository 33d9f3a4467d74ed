// Home: setup, open restocks, who is waiting, and what it brought.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, InlineGrid } from '@shopify/polaris';
import { byIntent, authenticateMerchant, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage } from '../../components/admin-page.tsx';
import { PageIssue } from '../../components/page-issue.tsx';
import { RecentRestocks } from '../../components/restock-progress.tsx';
import { env } from '../../env.server.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import {
  dailyActivity,
  recoveredRevenue,
  funnel,
  notifiedFigures,
} from '../../reports/home-figures.server.ts';
import { restocks } from '../../reports/restocks.server.ts';
import { waitlistByVariant } from '../../reports/waitlist.server.ts';
import { ShopifyApiError } from '../../shopify/admin-api.server.ts';
import {
  turnOnAttribution,
  orderAttributionOf,
  turnOffAttribution,
} from '../../shopify/order-attribution.server.ts';
import { dismissSetupGuide } from '../../shopify/settings.server.ts';
import { DailyCharts } from './daily-charts.tsx';
import { OptInFunnel, MostRequested } from './demand.tsx';
import { SalesAttribution, Figures } from './figures.tsx';
import { OpenRestocks } from './restocks.tsx';
import { SetupStatus } from './setup-status.tsx';

const DAYS = 30;

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const now = systemClock();
  const of = { shopId: shop.id, now };
  const { page, status, reach } = await shopStatus(of);
  const [told, brought, byDay, steps, most, open, lately] = await Promise.all([
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
    guided: shop.guideDismissedAt === null,
    days: DAYS,
    waiting: most.figures,
    told,
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

const dismiss = (asking: Asking): Promise<Answer> => dismissSetupGuide(asking).then(() => ({}));

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
  const { say } = useTranslations();
  return (
    <AdminPage title={say('home.title')}>
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
          told={data.told}
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
