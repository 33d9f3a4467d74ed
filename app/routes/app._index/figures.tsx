// The day's figures on Home. What is not measured is said to be not measured: never a zero.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Box, Button, Card, InlineGrid, Text } from '@shopify/polaris';
import { useState } from 'react';
import { useToast } from '../../components/use-toast.ts';
import { type Translator, useTranslations } from '../../i18n/use-translations.tsx';
import type { Sending } from '../../messenger/page-status.ts';
import { ORDERS_SCOPE } from '../../shopify/scopes.ts';

type Props = {
  days: number;
  waiting: { waiting: number; variants: number };
  sending: Sending;
  notified: { notified: number; refused: number; unknown: number };
  brought: { clicks: number; revenue: { currency: string; amount: string; orders: number }[] };
  counting: AttributionShown;
};

function Figure({ title, value, text }: { title: string; value: string; text: string }) {
  return (
    <Card>
      <BlockStack gap="100">
        <Text as="h3" variant="headingSm" tone="subdued">
          {title}
        </Text>
        <Text as="p" variant="headingXl">
          {value}
        </Text>
        <Text as="p" tone="subdued" variant="bodySm">
          {text}
        </Text>
      </BlockStack>
    </Card>
  );
}

/** Each currency by itself. Before anything was measured there is no figure, and nothing measured is not yet a loss. */
function earnedFigure({
  translator: { t, money, day },
  revenue,
  counting,
}: {
  translator: Translator;
  revenue: Props['brought']['revenue'];
  counting: AttributionShown;
}) {
  const title = t('figures.earned');
  const orders = revenue.reduce((sum, total) => sum + total.orders, 0);
  const value = revenue
    .filter((total) => total.orders > 0)
    .map(money)
    .join(' · ');
  if (counting.on && counting.since)
    return {
      title,
      value: orders > 0 ? value : t('figures.earned.none'),
      text: t('figures.earned.text', { orders, date: day(counting.since) }),
    };
  if (orders > 0 && counting.endedAt)
    return { title, value, text: t('figures.earned.ended.text', { orders, date: day(counting.endedAt) }) };
  return { title, value: t('figures.earned.off'), text: t('figures.earned.off.text') };
}

export function Figures({ days, waiting, sending, notified, brought, counting }: Props) {
  const translator = useTranslations();
  const { t, number } = translator;
  return (
    <BlockStack gap="200">
      <Box paddingInline={{ xs: '400', sm: '0' }}>
        <Text as="h2" variant="headingMd">
          {t('figures.title', { days })}
        </Text>
      </Box>
      <InlineGrid columns={{ xs: 2, lg: 4 }} gap={{ xs: '200', md: '400' }}>
        <Figure
          title={t('figures.waiting')}
          value={number(waiting.waiting)}
          text={t(sending === 'off' && waiting.waiting > 0 ? 'figures.waiting.off' : 'figures.waiting.text', {
            variants: waiting.variants,
          })}
        />
        <Figure
          title={t('figures.told')}
          value={number(notified.notified)}
          text={t('figures.told.text', { failed: notified.refused, unknown: notified.unknown })}
        />
        <Figure title={t('figures.taps')} value={number(brought.clicks)} text={t('figures.taps.text')} />
        <Figure {...earnedFigure({ translator, revenue: brought.revenue, counting })} />
      </InlineGrid>
    </BlockStack>
  );
}

export type AttributionShown = {
  on: boolean;
  since: string | null;
  endedAt: string | null;
  because: string | null;
};

export function SalesAttribution({ counting }: { counting: AttributionShown }) {
  const { t, day, code } = useTranslations();
  const fetcher = useFetcher<{ done?: string; problem?: string }>();
  const [confirming, setConfirming] = useState(false);
  const [declined, setDeclined] = useState<string>();
  useToast(fetcher.data);
  const busy = confirming || fetcher.state !== 'idle';
  const post = (intent: string) => fetcher.submit({ intent }, { method: 'post', action: '/app?index' });

  async function ask() {
    setConfirming(true);
    setDeclined(undefined);
    try {
      const { result } = await window.shopify.scopes.request([ORDERS_SCOPE]);
      if (result === 'granted-all') post('count-orders');
      else setDeclined('declined');
    } catch {
      setDeclined('failed');
    } finally {
      setConfirming(false);
    }
  }

  const problem = busy ? undefined : (declined ?? fetcher.data?.problem);
  return (
    <Card>
      <BlockStack gap="300" inlineAlign="start">
        <Text as="h2" variant="headingMd">
          {t('count.title')}
        </Text>
        {counting.on ? (
          <Text as="p">{counting.since && t('count.since', { date: day(counting.since) })}</Text>
        ) : (
          <>
            {counting.endedAt && counting.because && (
              <Text as="p" fontWeight="medium">
                {t(counting.because === 'stopped' ? 'count.ended.stopped' : 'count.ended.revoked', {
                  date: day(counting.endedAt),
                })}
              </Text>
            )}
            <Text as="p">{t('count.offer')}</Text>
          </>
        )}
        <Text as="p" tone="subdued">
          {t('count.missed')}
        </Text>
        {problem && (
          <div role="alert">
            <Text as="p" tone="critical">
              {code('count.problem', problem)}
            </Text>
          </div>
        )}
        {counting.on ? (
          <Button loading={busy} onClick={() => post('stop-counting')}>
            {t('count.stop')}
          </Button>
        ) : (
          <Button loading={busy} onClick={() => void ask()}>
            {t('count.do')}
          </Button>
        )}
      </BlockStack>
    </Card>
  );
}
