// The shop's own words in each language, with what the shopper will see beside them.
import { useFetcher } from '@remix-run/react';
import {
  Banner,
  BlockStack,
  Box,
  Button,
  Card,
  InlineError,
  InlineGrid,
  InlineStack,
  Link,
  Select,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';
import { useToast } from '../../components/use-toast.ts';
import { checkMessage } from '../../i18n/custom-messages.ts';
import { compile } from '../../i18n/format.ts';
import { useTranslations, type Text as Word } from '../../i18n/use-translations.tsx';
import type { SettingsForm } from './use-settings-form.ts';

type Props = {
  form: SettingsForm;
  ours: Record<string, Record<string, string>>;
  messages: readonly { message: string; values: readonly string[]; limit: number }[];
  shopName: string;
  shopLocale: string;
};

export function MessageEditor({ form, ours, messages, shopName, shopLocale }: Props) {
  const { t, code, language } = useTranslations();
  const languages = Object.keys(ours);
  const [locale, setLocale] = useState(languages.find((each) => shopLocale.startsWith(each)) ?? 'en');
  const [message, setMessage] = useState('notification.backInStock');
  const chosen = messages.find((each) => each.message === message)!;
  const own = form.values.customMessages[locale]?.[message];
  const text = own ?? ours[locale]![message]!;
  const { error: now, warnings } = checkMessage({ message, text, locale });
  const error = now ?? form.errorOf(`customMessages.${locale}.${message}`);
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {t('settings.texts')}
        </Text>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
          <BlockStack gap="300">
            <Select
              label={t('settings.language')}
              value={locale}
              options={languages.map((each) => ({
                value: each,
                label: language(each),
              }))}
              onChange={setLocale}
            />
            <Select
              label={t('settings.message')}
              value={message}
              options={messages.map((each) => ({
                value: each.message,
                label: t(`message.${each.message}` as Word),
              }))}
              onChange={setMessage}
            />
            <TextField
              label={t('settings.text')}
              multiline={4}
              value={text}
              maxLength={2_000}
              onChange={(value) => form.setText({ locale, message, text: value })}
              error={error && code('error', error)}
              helpText={t('settings.values', {
                values: chosen.values.map((value) => `{${value}}`).join(' '),
                limit: chosen.limit,
              })}
              autoComplete="off"
            />
            {warnings.map((warning) => (
              <Banner tone="warning" title={t(`warning.${warning}`)} key={warning} />
            ))}
            {own !== undefined && (
              <InlineStack>
                <Button variant="plain" onClick={() => form.setText({ locale, message, text: '' })}>
                  {t('settings.ours')}
                </Button>
              </InlineStack>
            )}
          </BlockStack>
          <BlockStack gap="400">
            <MessagePreview
              text={text}
              message={message}
              locale={locale}
              shopName={shopName}
              limit={chosen.limit}
            />
            <TestMessage text={text} message={message} locale={locale} />
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Card>
  );
}

type PreviewProps = { text: string; message: string; locale: string; shopName: string; limit: number };

const example = { product: 'Linen shirt, M', price: '49.00' };

/** The text with example values; null while it cannot be read as a message. */
function said({
  text,
  locale,
  shopName,
  until,
}: {
  text: string;
  locale: string;
  shopName: string;
  until: Date;
}) {
  try {
    return String(compile({ text, locale }).format({ ...example, shop: shopName, until }));
  } catch {
    return null;
  }
}

const bubble = {
  background: '#f0f0f0',
  color: '#050505',
  borderRadius: 18,
  padding: '8px 12px',
  maxWidth: '18rem',
  whiteSpace: 'pre-wrap',
  overflowWrap: 'anywhere',
} as const;

const press = {
  background: '#e4e6eb',
  borderRadius: 8,
  padding: '8px 12px',
  textAlign: 'center',
  fontWeight: 600,
  maxWidth: '18rem',
} as const;

export function MessagePreview({ text, message, locale, shopName, limit }: PreviewProps) {
  const { t } = useTranslations();
  const shown = said({ text, locale, shopName, until: new Date('2027-11-22T00:00:00Z') });
  const buttons =
    message === 'request.title'
      ? ['Notify Me']
      : message.startsWith('notification.')
        ? [t('preview.buy'), t('preview.no'), t('preview.next')]
        : [];
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {t('settings.preview')}
      </Text>
      <Box background="bg-surface-secondary" padding="400" borderRadius="200">
        <BlockStack gap="100">
          {shown === null ? (
            <Text as="p" tone="critical">
              {t('error.not_a_message')}
            </Text>
          ) : (
            <div style={bubble} aria-live="polite">
              {shown.length > limit ? `${shown.slice(0, limit - 1)}…` : shown}
            </div>
          )}
          {buttons.map((label) => (
            <div key={label} style={press}>
              {label}
            </div>
          ))}
        </BlockStack>
      </Box>
      <Text as="p" tone="subdued" variant="bodySm">
        {t('settings.preview.text')}
      </Text>
    </BlockStack>
  );
}

type DraftProps = { message: string; locale: string; text: string };

/** Where the way out is on the Messenger page. */
const LEADS_TO_MESSENGER = ['no_page', 'page_trouble', 'no_test', 'window_closed'];

export function TestMessage({ message, locale, text }: DraftProps) {
  const { t, code } = useTranslations();
  const fetcher = useFetcher<{ done?: string; wrong?: string; of?: string }>();
  useToast(fetcher.data);
  const of = `${locale} ${message} ${text}`;
  // What was said of another draft says nothing of this one.
  const wrong = fetcher.data?.of === of ? fetcher.data.wrong : undefined;
  return (
    <BlockStack gap="150">
      <InlineStack>
        <Button
          loading={fetcher.state !== 'idle'}
          onClick={() =>
            fetcher.submit(
              { intent: 'send-test', message, locale, text, of },
              { method: 'post', action: '/app/settings' },
            )
          }
        >
          {t('draft.do')}
        </Button>
      </InlineStack>
      <Text as="p" tone="subdued" variant="bodySm">
        {t(message === 'request.title' ? 'draft.text.card' : 'draft.text')}
      </Text>
      {wrong && (
        <div role="alert">
          <InlineError
            fieldID="draft"
            message={code(wrong.startsWith('error.') ? 'error' : 'draft', wrong.replace('error.', ''))}
          />
          {LEADS_TO_MESSENGER.includes(wrong) && <Link url="/app/messenger">{t('trouble.open')}</Link>}
        </div>
      )}
    </BlockStack>
  );
}
