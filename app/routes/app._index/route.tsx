// Home: is it on, what is about to be told, who waits, and what it brought.
import { type ActionFunctionArgs, json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, InlineGrid } from '@shopify/polaris';
import { byIntent, merchantAt, merchantPosting } from '../../authenticate.server.ts';
import { AdminPage } from '../../components/admin-page.tsx';
import { PageTrouble } from '../../components/page-issue.tsx';
import { Lately } from '../../components/restock-progress.tsx';
import { env } from '../../env.server.ts';
import { useWords } from '../../i18n/use-translations.tsx';
import { systemClock } from '../../lib/clock.ts';
import { shopStatus } from '../../notifications/shop-status.server.ts';
import { daysReport, earned, funnel, toldFigures } from '../../reports/home-figures.server.ts';
import { restocks } from '../../reports/restocks.server.ts';
import { lineByVariant } from '../../reports/waitlist.server.ts';
import { ShopifyFailed } from '../../shopify/admin-api.server.ts';
import { beginCounting, countingOf, stopCounting } from '../../shopify/order-attribution.server.ts';
import { dismissGuide } from '../../shopify/settings.server.ts';
import { DayByDay } from './daily-charts.tsx';
import { FunnelCard, MostWaited } from './demand.tsx';
import { CountOrders, Figures } from './figures.tsx';
import { BackNow } from './restocks.tsx';
import { IsItOn } from './setup-status.tsx';

const DAYS = 30;

export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const now = systemClock();
  const of = { shopId: shop.id, now };
  const { page, status, reach } = await shopStatus(of);
  const [told, brought, byDay, steps, most, open, lately] = await Promise.all([
    toldFigures({ ...of, days: DAYS }),
    earned({ ...of, days: DAYS }),
    daysReport({ ...of, days: DAYS, timezone: shop.timezone }),
    funnel(of),
    lineByVariant({ ...of, limit: 5 }),
    restocks({ ...of, reach, settings: shop, open: true, limit: 5 }),
    restocks({ ...of, reach, settings: shop, limit: 5 }),
  ]);
  return json({
    now,
    domain: shop.domain,
    apiKey: env.SHOPIFY_API_KEY,
    page: page && { name: page.name, testPassedAt: page.testPassedAt },
    status,
    guided: shop.guideDismissedAt === null,
    days: DAYS,
    waiting: most.figures,
    told,
    brought,
    byDay,
    counting: countingOf(shop),
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
    const outcome = await beginCounting({ shopId, clock: systemClock });
    return outcome === 'counting' ? { done: outcome } : { problem: outcome };
  } catch (error) {
    if (error instanceof ShopifyFailed) return { problem: 'failed' };
    throw error;
  }
}

async function stop({ shopId }: Asking): Promise<Answer> {
  await stopCounting({ shopId, clock: systemClock });
  return { done: 'stopped' };
}

const dismiss = (asking: Asking): Promise<Answer> => dismissGuide(asking).then(() => ({}));

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
  const { say } = useWords();
  return (
    <AdminPage title={say('home.title')}>
      <BlockStack gap="400">
        {status.issue && <PageTrouble issue={status.issue} />}
        <IsItOn page={page} status={status} guided={data.guided} domain={data.domain} apiKey={data.apiKey} />
        <Figures
          days={data.days}
          waiting={data.waiting}
          sending={status.sending}
          told={data.told}
          brought={data.brought}
          counting={data.counting}
        />
        <BackNow restocks={data.open} now={now} />
        <InlineGrid columns={{ xs: 1, md: ['twoThirds', 'oneThird'] }} gap="400" alignItems="start">
          <DayByDay {...data.byDay} />
          <CountOrders counting={data.counting} />
        </InlineGrid>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400" alignItems="start">
          <MostWaited lines={data.most} />
          <BlockStack gap="400">
            <FunnelCard steps={data.steps} />
            <Lately restocks={data.lately} now={now} />
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </AdminPage>
  );
}
