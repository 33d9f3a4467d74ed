// What is back and about to be told: the merchant may tell at once, or hold it.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Button, ButtonGroup, Card, InlineStack, Text } from '@shopify/polaris';
import type { RestockShown } from './lately.tsx';
import { VariantName } from './variant-name.tsx';
import { useDone } from './done.ts';
import { useWords } from './words.tsx';

function Standing({ restock, now }: { restock: RestockShown; now: string }) {
  const { say, relative } = useWords();
  const { holdUntil, waveAt, held } = restock;
  const soon = held
    ? say('soon.held')
    : holdUntil !== null && holdUntil > now
      ? say('soon.holdOff', { when: relative({ at: holdUntil, now }) })
      : waveAt !== null && waveAt > now && restock.waiting > 0
        ? say('soon.wave', { when: relative({ at: waveAt, now }) })
        : undefined;
  const units = restock.units === null ? say('soon.untracked') : say('soon.units', { units: restock.units });
  return (
    <Text as="p" tone="subdued">
      {[say('soon.told', { told: restock.told, waiting: restock.waiting }), units, soon]
        .filter(Boolean)
        .join(' · ')}
    </Text>
  );
}

function Row({ restock, now }: { restock: RestockShown; now: string }) {
  const { say } = useWords();
  const fetcher = useFetcher<{ done?: string }>();
  useDone(fetcher.data);
  const post = (intent: string) =>
    fetcher.submit({ intent }, { method: 'post', action: `/app/waitlist/${restock.variantId}` });
  const busy = fetcher.state !== 'idle';
  return (
    <InlineStack align="space-between" blockAlign="center" gap="300">
      <BlockStack gap="100">
        <VariantName {...restock} />
        <Standing restock={restock} now={now} />
      </BlockStack>
      <ButtonGroup>
        {restock.waiting > 0 && (
          <Button disabled={busy} onClick={() => post('tell')}>
            {say('soon.tellNow')}
          </Button>
        )}
        <Button disabled={busy} onClick={() => post(restock.held ? 'release' : 'hold')}>
          {say(restock.held ? 'soon.release' : 'soon.hold')}
        </Button>
      </ButtonGroup>
    </InlineStack>
  );
}

export function BackNow({ restocks, now }: { restocks: RestockShown[]; now: string }) {
  const { say } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('soon.title')}
        </Text>
        {restocks.length === 0 ? (
          <Text as="p" tone="subdued">
            {say('soon.none')}
          </Text>
        ) : (
          restocks.map((restock) => <Row key={restock.restockId} restock={restock} now={now} />)
        )}
      </BlockStack>
    </Card>
  );
}
