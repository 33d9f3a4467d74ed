// The Page that speaks for the shop: connect it, connect it again, or give it back.
import { useFetcher } from '@remix-run/react';
import { Badge, BlockStack, Box, Button, ButtonGroup, Card, InlineStack, Text } from '@shopify/polaris';
import { useEffect, useState } from 'react';
import type { PageStatus } from '../messenger/page-status.ts';
import { useDone } from './done.ts';
import { useComeBack } from './come-back.ts';
import { useWords } from './words.tsx';

type Props = {
  page: {
    name: string;
    metaPageId: string;
    connectedAt: string;
    perSecond: number;
  } | null;
  status: PageStatus;
  wouldNotBeTold: number;
};

/** Facebook's login refuses to be framed: it opens beside the admin, and the page looks again when the merchant is back. */
function Connect({ label, primary }: { label: string; primary: boolean }) {
  const { say } = useWords();
  const fetcher = useFetcher<{ url?: string }>();
  const url = fetcher.data?.url;
  useEffect(() => {
    if (url) window.open(url, '_blank');
  }, [url]);
  useComeBack({ watching: url !== undefined });
  return (
    <BlockStack gap="200" inlineAlign="start">
      <Button
        variant={primary ? 'primary' : 'secondary'}
        loading={fetcher.state !== 'idle'}
        onClick={() => fetcher.submit({ intent: 'connect' }, { method: 'post', action: '/app/messenger' })}
      >
        {label}
      </Button>
      {url && (
        <Text as="p" tone="subdued">
          {say('connect.elsewhere')}{' '}
          <a href={url} target="_blank" rel="noreferrer">
            {say('connect.open')}
          </a>
        </Text>
      )}
    </BlockStack>
  );
}

function Disconnect({ wouldNotBeTold }: { wouldNotBeTold: number }) {
  const { say } = useWords();
  const [asking, setAsking] = useState(false);
  const fetcher = useFetcher<{ done?: string; problem?: string | null }>();
  useDone(fetcher.data);
  if (!asking)
    return (
      <InlineStack align="start">
        <Button tone="critical" variant="plain" onClick={() => setAsking(true)}>
          {say('disconnect')}
        </Button>
      </InlineStack>
    );
  return (
    <Box background="bg-surface-secondary" padding="300" borderRadius="200">
      <BlockStack gap="200">
        <Text as="p">{say('disconnect.ask', { waiting: wouldNotBeTold })}</Text>
        <ButtonGroup>
          <Button
            tone="critical"
            loading={fetcher.state !== 'idle'}
            onClick={() =>
              fetcher.submit({ intent: 'disconnect' }, { method: 'post', action: '/app/messenger' })
            }
          >
            {say('disconnect.yes')}
          </Button>
          <Button onClick={() => setAsking(false)}>{say('disconnect.no')}</Button>
        </ButtonGroup>
      </BlockStack>
    </Box>
  );
}

export function ConnectedPage({ page, status, wouldNotBeTold }: Props) {
  const { say, moment } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" gap="200">
          <Text as="h2" variant="headingMd">
            {say('connect.title')}
          </Text>
          {page &&
            (status.issue === null ? (
              <Badge tone="success">{say('connect.well')}</Badge>
            ) : (
              <Badge tone="critical">{say('connect.trouble')}</Badge>
            ))}
        </InlineStack>
        {page === null ? (
          <>
            <Text as="p">{say('connect.none')}</Text>
            <Connect label={say('on.page.do')} primary />
          </>
        ) : (
          <>
            <BlockStack gap="050">
              <Text as="p" fontWeight="medium">
                {page.name}
              </Text>
              <Text as="p" tone="subdued">
                {say('connect.since', { date: moment(page.connectedAt), perSecond: page.perSecond })}
              </Text>
            </BlockStack>
            <Connect label={say('connect.again')} primary={status.setup.page === 'attention'} />
            <Disconnect wouldNotBeTold={wouldNotBeTold} />
          </>
        )}
      </BlockStack>
    </Card>
  );
}
