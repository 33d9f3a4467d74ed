// Connects, reconnects or disconnects the shop's Page.
import { useFetcher } from '@remix-run/react';
import {
  Badge,
  Banner,
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  InlineStack,
  List,
  Text,
} from '@shopify/polaris';
import { useEffect, useState } from 'react';
import { usePolling } from '../../components/use-polling.ts';
import { useToast } from '../../components/use-toast.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';
import type { PageStatus } from '../../messenger/page-status.ts';

type Props = {
  page: {
    name: string;
    metaPageId: string;
    connectedAt: string;
  } | null;
  status: PageStatus;
  wouldNotBeTold: number;
};

/** Facebook's login refuses to be framed: it opens beside the admin, and the page looks again when the merchant is back. */
function Connect({ label, primary }: { label: string; primary: boolean }) {
  const { say } = useTranslations();
  const fetcher = useFetcher<{ url?: string }>();
  const url = fetcher.data?.url;
  useEffect(() => {
    if (url) window.open(url, '_blank');
  }, [url]);
  usePolling({ watching: url !== undefined });
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
  const { say } = useTranslations();
  const [asking, setAsking] = useState(false);
  const fetcher = useFetcher<{ done?: string; problem?: string | null }>();
  useToast(fetcher.data);
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

export function PageConnection({ page, status, wouldNotBeTold }: Props) {
  const { say, moment } = useTranslations();
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
                {say('connect.since', { date: moment(page.connectedAt) })}
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

type ChoiceProps = {
  choices: {
    declined: { permission: string; why: string }[];
    pages: { metaPageId: string; name: string; missingTasks: string[]; current: boolean }[];
  };
};

type Answer = {
  outcome?: string;
  metaPageId?: string;
  done?: string;
  message?: string;
  missing?: string[];
  inTheWay?: { iceBreakers: string[]; otherGetStarted: boolean; menu: string[] };
  otherApps?: string[];
};

/** Nothing of the merchant's is replaced before they said so. */
function AskFirst({ answer, decide }: { answer: Answer; decide: (profile: 'replace' | 'keep') => void }) {
  const { say } = useTranslations();
  return (
    <BlockStack gap="200">
      <Text as="p">{say('choose.inTheWay')}</Text>
      <List>
        {answer.inTheWay?.iceBreakers.map((question) => (
          <List.Item key={question}>{say('choose.iceBreaker', { question })}</List.Item>
        ))}
        {answer.inTheWay?.otherGetStarted && <List.Item>{say('choose.otherGetStarted')}</List.Item>}
      </List>
      <ButtonGroup>
        <Button variant="primary" onClick={() => decide('replace')}>
          {say('choose.replace')}
        </Button>
        <Button onClick={() => decide('keep')}>{say('choose.keep')}</Button>
      </ButtonGroup>
    </BlockStack>
  );
}

export function ChoosePage({ choices }: ChoiceProps) {
  const { say, code } = useTranslations();
  const fetcher = useFetcher<Answer>();
  useToast(fetcher.data);
  const answer = fetcher.data;
  const choose = (metaPageId: string, profile?: 'replace' | 'keep') =>
    fetcher.submit(
      { intent: 'choose', metaPageId, ...(profile ? { profile } : {}) },
      { method: 'post', action: '/app/messenger' },
    );
  const asked = fetcher.formData?.get('metaPageId');
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('choose.title')}
        </Text>
        {choices.declined.length > 0 && (
          <Banner tone="warning" title={say('choose.declined')}>
            <List>
              {choices.declined.map(({ permission }) => (
                <List.Item key={permission}>{code('permission', permission)}</List.Item>
              ))}
            </List>
          </Banner>
        )}
        {choices.pages.length === 0 && <Text as="p">{say('choose.none')}</Text>}
        {answer?.outcome === 'failed' && (
          <Banner tone="critical" title={say('choose.failed')}>
            {answer.message}
          </Banner>
        )}
        {choices.pages.map((page) => (
          <BlockStack gap="200" key={page.metaPageId}>
            <InlineStack align="space-between" blockAlign="center" gap="200">
              <BlockStack>
                <Text as="span" fontWeight="medium">
                  {page.name}
                </Text>
                {page.missingTasks.length > 0 && (
                  <Text as="span" tone="critical">
                    {say('choose.missingTasks')}
                  </Text>
                )}
              </BlockStack>
              <Button
                disabled={page.missingTasks.length > 0 || choices.declined.length > 0}
                loading={fetcher.state !== 'idle' && asked === page.metaPageId}
                onClick={() => choose(page.metaPageId)}
              >
                {say(page.current ? 'choose.current' : 'choose.this')}
              </Button>
            </InlineStack>
          </BlockStack>
        ))}
        {answer?.outcome === 'ask_first' && fetcher.state === 'idle' && (
          <AskFirst answer={answer} decide={(profile) => choose(answer.metaPageId ?? '', profile)} />
        )}
      </BlockStack>
    </Card>
  );
}
