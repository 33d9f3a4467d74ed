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
  waitingOnPage: number;
};

/** Facebook's login refuses to be framed: it opens beside the admin, and the page looks again when the merchant is back. */
function Connect({ label, primary }: { label: string; primary: boolean }) {
  const { t } = useTranslations();
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
          {t('connect.elsewhere')}{' '}
          <a href={url} target="_blank" rel="noreferrer">
            {t('connect.open')}
          </a>
        </Text>
      )}
    </BlockStack>
  );
}

function Disconnect({ waitingOnPage }: { waitingOnPage: number }) {
  const { t } = useTranslations();
  const [confirming, setConfirming] = useState(false);
  const fetcher = useFetcher<{ done?: string; problem?: string | null }>();
  useToast(fetcher.data);
  if (!confirming)
    return (
      <InlineStack align="start">
        <Button tone="critical" variant="plain" onClick={() => setConfirming(true)}>
          {t('disconnect')}
        </Button>
      </InlineStack>
    );
  return (
    <Box background="bg-surface-secondary" padding="300" borderRadius="200">
      <BlockStack gap="200">
        <Text as="p">{t('disconnect.ask', { waiting: waitingOnPage })}</Text>
        <ButtonGroup>
          <Button
            tone="critical"
            loading={fetcher.state !== 'idle'}
            onClick={() =>
              fetcher.submit({ intent: 'disconnect' }, { method: 'post', action: '/app/messenger' })
            }
          >
            {t('disconnect.yes')}
          </Button>
          <Button onClick={() => setConfirming(false)}>{t('disconnect.no')}</Button>
        </ButtonGroup>
      </BlockStack>
    </Box>
  );
}

export function PageConnection({ page, status, waitingOnPage }: Props) {
  const { t, moment } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" gap="200">
          <Text as="h2" variant="headingMd">
            {t('connect.title')}
          </Text>
          {page &&
            (status.issue === null ? (
              <Badge tone="success">{t('connect.well')}</Badge>
            ) : (
              <Badge tone="critical">{t('connect.trouble')}</Badge>
            ))}
        </InlineStack>
        {page === null ? (
          <>
            <Text as="p">{t('connect.none')}</Text>
            <Connect label={t('on.page.do')} primary />
          </>
        ) : (
          <>
            <BlockStack gap="050">
              <Text as="p" fontWeight="medium">
                {page.name}
              </Text>
              <Text as="p" tone="subdued">
                {t('connect.since', { date: moment(page.connectedAt) })}
              </Text>
            </BlockStack>
            <Connect label={t('connect.again')} primary={status.setup.page === 'attention'} />
            <Disconnect waitingOnPage={waitingOnPage} />
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
  const { t } = useTranslations();
  return (
    <BlockStack gap="200">
      <Text as="p">{t('choose.inTheWay')}</Text>
      <List>
        {answer.inTheWay?.iceBreakers.map((question) => (
          <List.Item key={question}>{t('choose.iceBreaker', { question })}</List.Item>
        ))}
        {answer.inTheWay?.otherGetStarted && <List.Item>{t('choose.otherGetStarted')}</List.Item>}
      </List>
      <ButtonGroup>
        <Button variant="primary" onClick={() => decide('replace')}>
          {t('choose.replace')}
        </Button>
        <Button onClick={() => decide('keep')}>{t('choose.keep')}</Button>
      </ButtonGroup>
    </BlockStack>
  );
}

export function ChoosePage({ choices }: ChoiceProps) {
  const { t, code } = useTranslations();
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
          {t('choose.title')}
        </Text>
        {choices.declined.length > 0 && (
          <Banner tone="warning" title={t('choose.declined')}>
            <List>
              {choices.declined.map(({ permission }) => (
                <List.Item key={permission}>{code('permission', permission)}</List.Item>
              ))}
            </List>
          </Banner>
        )}
        {choices.pages.length === 0 && <Text as="p">{t('choose.none')}</Text>}
        {answer?.outcome === 'failed' && (
          <Banner tone="critical" title={t('choose.failed')}>
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
                    {t('choose.missingTasks')}
                  </Text>
                )}
              </BlockStack>
              <Button
                disabled={page.missingTasks.length > 0 || choices.declined.length > 0}
                loading={fetcher.state !== 'idle' && asked === page.metaPageId}
                onClick={() => choose(page.metaPageId)}
              >
                {t(page.current ? 'choose.current' : 'choose.this')}
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
