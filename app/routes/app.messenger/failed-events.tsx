// Events of Meta's that could not be handled, what each means, and what to do.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { useToast } from '../../components/use-toast.ts';
import type { FailureKind } from '../../conversation/event-store.server.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Kept = { id: string; at: string; kind: FailureKind; detail: string };

export function FailedEvents({ kept }: { kept: Kept[] }) {
  const { say, code, moment } = useTranslations();
  const fetcher = useFetcher<{ done?: string }>();
  useToast(fetcher.data);
  if (kept.length === 0) return null;
  const kinds = [...new Set(kept.map((each) => each.kind))];
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {say('kept.title', { kept: kept.length })}
          </Text>
          <Text as="p" tone="subdued">
            {say('kept.text')}
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
                    {say('kept.retry')}
                  </Button>
                </InlineStack>
              )}
              {[...new Set(these.map((each) => each.detail).filter(Boolean))].slice(0, 3).map((detail) => (
                <Text as="p" tone="subdued" breakWord key={detail}>
                  {detail}
                </Text>
              ))}
              <Text as="p" tone="subdued" variant="bodySm">
                {say('kept.times', { times: these.length, date: moment(these[0]!.at) })}
              </Text>
            </BlockStack>
          );
        })}
      </BlockStack>
    </Card>
  );
}
