// The merchant's choice to count orders: what it needs, what it leaves out, and the way back.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Button, Card, Text } from '@shopify/polaris';
import { useState } from 'react';
import { ORDERS_SCOPE } from '../shops/orders-scope.ts';
import { useDone } from './done.ts';
import { useWords } from './words.tsx';

export type CountingShown = {
  on: boolean;
  since: string | null;
  endedAt: string | null;
  because: string | null;
};

export function CountOrders({ counting }: { counting: CountingShown }) {
  const { say, day, code } = useWords();
  const fetcher = useFetcher<{ done?: string; problem?: string }>();
  const [asking, setAsking] = useState(false);
  const [declined, setDeclined] = useState<string>();
  useDone(fetcher.data);
  const busy = asking || fetcher.state !== 'idle';
  const post = (intent: string) => fetcher.submit({ intent }, { method: 'post', action: '/app?index' });

  async function ask() {
    setAsking(true);
    setDeclined(undefined);
    try {
      const { result } = await window.shopify.scopes.request([ORDERS_SCOPE]);
      if (result === 'granted-all') post('count-orders');
      else setDeclined('declined');
    } catch {
      setDeclined('failed');
    } finally {
      setAsking(false);
    }
  }

  const problem = busy ? undefined : (declined ?? fetcher.data?.problem);
  return (
    <Card>
      <BlockStack gap="300" inlineAlign="start">
        <Text as="h2" variant="headingMd">
          {say('count.title')}
        </Text>
        {counting.on ? (
          <Text as="p">{counting.since && say('count.since', { date: day(counting.since) })}</Text>
        ) : (
          <>
            {counting.endedAt && counting.because && (
              <Text as="p" fontWeight="medium">
                {say(counting.because === 'stopped' ? 'count.ended.stopped' : 'count.ended.revoked', {
                  date: day(counting.endedAt),
                })}
              </Text>
            )}
            <Text as="p">{say('count.offer')}</Text>
          </>
        )}
        <Text as="p" tone="subdued">
          {say('count.missed')}
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
            {say('count.stop')}
          </Button>
        ) : (
          <Button loading={busy} onClick={() => void ask()}>
            {say('count.do')}
          </Button>
        )}
      </BlockStack>
    </Card>
  );
}
