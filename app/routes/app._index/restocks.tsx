// What is back, how far its notifications are, and what the merchant may do about each.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Button, ButtonGroup, Card, Divider, InlineStack, Text } from '@shopify/polaris';
import { type RestockItem, RestockProgress, useRestockPolling } from '../../components/restock-progress.tsx';
import { useToast } from '../../components/use-toast.ts';
import { VariantName } from '../../components/variant.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';

function Row({ restock, now }: { restock: RestockItem; now: string }) {
  const { say } = useTranslations();
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
            {say(`variant.${intent}`)}
          </Button>
        ))}
      </ButtonGroup>
    </InlineStack>
  );
}

export function OpenRestocks({ restocks, now }: { restocks: RestockItem[]; now: string }) {
  const { say } = useTranslations();
  useRestockPolling({ restocks });
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
          <BlockStack gap="400">
            {restocks.map((restock, at) => (
              <BlockStack gap="400" key={restock.restockId}>
                {at > 0 && <Divider />}
                <Row restock={restock} now={now} />
              </BlockStack>
            ))}
          </BlockStack>
        )}
      </BlockStack>
    </Card>
  );
}
