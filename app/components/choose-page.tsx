// After Facebook's login: which Page shall speak for the shop, and what of the merchant's own stands in its way.
import { useFetcher } from '@remix-run/react';
import { Banner, BlockStack, Button, ButtonGroup, Card, InlineStack, List, Text } from '@shopify/polaris';
import { useDone } from './done.ts';
import { useWords } from './words.tsx';

type Props = {
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
  const { say } = useWords();
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

export function ChoosePage({ choices }: Props) {
  const { say, code } = useWords();
  const fetcher = useFetcher<Answer>();
  useDone(fetcher.data);
  const answer = fetcher.data;
  const choose = (metaPageId: string, profile?: 'replace' | 'keep') =>
    fetcher.submit(
      { intent: 'choose', metaPageId, ...(profile ? { profile } : {}) },
      { method: 'post', action: '/app/messenger' },
    );
  const asked = String(fetcher.formData?.get('metaPageId') ?? '');
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
