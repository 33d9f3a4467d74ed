// Home: is it on, what is about to be told, who waits, and what it brought.
import { json, type ActionFunctionArgs, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, InlineGrid } from '@shopify/polaris';
import { daysReport } from '../attribution/days-report.server.ts';
import { earned } from '../attribution/earned-report.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { BackNow } from '../components/back-now.tsx';
import { CountOrders } from '../components/count-orders.tsx';
import { DayByDay } from '../components/day-by-day.tsx';
import { Figures } from '../components/figures.tsx';
import { FunnelCard } from '../components/funnel-card.tsx';
import { IsItOn } from '../components/is-it-on.tsx';
import { Lately } from '../components/lately.tsx';
import { MostWaited } from '../components/most-waited.tsx';
import { PageTrouble } from '../components/page-trouble.tsx';
import { useWords } from '../components/words.tsx';
import { env } from '../env.server.ts';
import { systemClock } from '../lib/clock.ts';
import { byIntent, merchantAt, merchantPosting } from '../merchant.server.ts';
import { shopStatus } from '../notifications/shop-status.server.ts';
import { toldFigures } from '../notifications/told-report.server.ts';
import { restocks } from '../restock/restock-report.server.ts';
import { ShopifyFailed } from '../shops/admin-api.server.ts';
import { beginCounting, countingOf, stopCounting } from '../shops/counting.server.ts';
import { dismissGuide } from '../shops/guide.server.ts';
import { funnel, lineByVariant } from '../waitlist/line-report.server.ts';

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
