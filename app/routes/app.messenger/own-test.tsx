// The merchant's test message, from the link on their phone to the test alert.
import { useFetcher } from '@remix-run/react';
import { Badge, Banner, BlockStack, Box, Button, Card, InlineStack, Text, TextField } from '@shopify/polaris';
import type { ReactNode } from 'react';
import type { PageStatus } from '../../messenger/page-status.ts';
import { usePolling } from '../../components/use-polling.ts';
import { useToast } from '../../components/use-toast.ts';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Props = {
  test: { step: string; reason: string | null; at: string | null };
  passedAt: string | null;
  status: PageStatus;
};

function Step({
  at,
  title,
  text,
  children,
}: {
  at: number;
  title: string;
  text: string;
  children?: ReactNode;
}) {
  return (
    <BlockStack gap="150" inlineAlign="start">
      <Text as="h3" variant="headingSm">
        {at}. {title}
      </Text>
      <Text as="p" tone="subdued">
        {text}
      </Text>
      {children}
    </BlockStack>
  );
}

export function TestAlert({ test, passedAt, status }: Props) {
  const { t, moment, code } = useTranslations();
  const link = useFetcher<{ url: string | null }>();
  const back = useFetcher<{ outcome: string; done?: string }>();
  useToast(back.data);
  const url = link.data?.url;
  usePolling({
    watching: Boolean(url) || ['asked', 'accepted', 'under_way'].includes(test.step),
  });
  const post = (fetcher: typeof link | typeof back, intent: string) =>
    fetcher.submit({ intent }, { method: 'post', action: '/app/messenger' });
  const ready = test.step === 'accepted' && status.sending !== 'off';
  const passed = status.setup.test === 'done' && passedAt !== null;
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" gap="200">
          <Text as="h2" variant="headingMd">
            {t('test.title')}
          </Text>
          {passed ? (
            <Badge tone="success">{t('on.test.ok', { date: moment(passedAt) })}</Badge>
          ) : (
            <Badge tone="attention">
              {t(status.setup.test === 'attention' ? 'test.again' : 'test.notYet')}
            </Badge>
          )}
        </InlineStack>
        <Text as="p">{t('test.why')}</Text>
        <Step at={1} title={t('test.link')} text={t('test.link.text')}>
          <Button
            variant={passed || url || ready ? 'secondary' : 'primary'}
            loading={link.state !== 'idle'}
            onClick={() => post(link, 'test-link')}
          >
            {t('test.link.do')}
          </Button>
          {url && (
            <Box width="100%">
              <TextField
                label={t('test.link.label')}
                value={url}
                readOnly
                autoComplete="off"
                selectTextOnFocus
                connectedRight={
                  <Button
                    onClick={() => {
                      void navigator.clipboard
                        .writeText(url)
                        .then(() => window.shopify.toast.show(t('test.copied')));
                    }}
                  >
                    {t('test.copy')}
                  </Button>
                }
              />
            </Box>
          )}
        </Step>
        <Step
          at={2}
          title={t('test.tap')}
          text={t(
            test.step === 'none'
              ? 'test.tap.text'
              : test.step === 'asked'
                ? 'test.tap.asked'
                : 'test.tap.done',
          )}
        />
        <Step
          at={3}
          title={t('test.pretend')}
          text={t(status.sending === 'off' ? 'test.pretend.off' : 'test.pretend.text')}
        >
          <Button
            variant={ready ? 'primary' : 'secondary'}
            disabled={!ready}
            loading={back.state !== 'idle'}
            onClick={() => post(back, 'pretend')}
          >
            {t('test.pretend.do')}
          </Button>
        </Step>
        {test.step === 'under_way' && <Text as="p">{t('test.underWay')}</Text>}
        {test.step === 'sent' && test.at && <Text as="p">{t('test.sent', { date: moment(test.at) })}</Text>}
        {test.step === 'failed' && (
          <Banner tone="critical" title={t('test.refused')}>
            {test.reason ? code('outcome', test.reason) : t('test.refused.text')}
          </Banner>
        )}
      </BlockStack>
    </Card>
  );
}
