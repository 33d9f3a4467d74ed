// The shop's own words in each language, with what the shopper will see beside them.
import {
  Banner,
  BlockStack,
  Button,
  Card,
  InlineGrid,
  InlineStack,
  Select,
  Text,
  TextField,
} from '@shopify/polaris';
import { useState } from 'react';
import { judge } from '../messenger/own-words.ts';
import { DraftTest } from './draft-test.tsx';
import { MessagePreview } from './message-preview.tsx';
import type { SettingsForm } from './use-settings.ts';
import { useWords, type Text as Word } from './words.tsx';

type Props = {
  form: SettingsForm;
  ours: Record<string, Record<string, string>>;
  messages: readonly { message: string; values: readonly string[]; limit: number }[];
  shopName: string;
  shopLocale: string;
};

export function MessageEditor({ form, ours, messages, shopName, shopLocale }: Props) {
  const { say, code, language } = useWords();
  const languages = Object.keys(ours);
  const [locale, setLocale] = useState(languages.find((each) => shopLocale.startsWith(each)) ?? 'en');
  const [message, setMessage] = useState('notice.back');
  const chosen = messages.find((each) => each.message === message)!;
  const own = form.values.texts[locale]?.[message];
  const text = own ?? ours[locale]![message]!;
  const { error: now, warnings } = judge({ message, text, locale });
  const error = now ?? form.errorOf(`texts.${locale}.${message}`);
  return (
    <Card>
      <BlockStack gap="400">
        <Text as="h2" variant="headingMd">
          {say('settings.texts')}
        </Text>
        <InlineGrid columns={{ xs: 1, md: 2 }} gap="400">
          <BlockStack gap="300">
            <Select
              label={say('settings.language')}
              value={locale}
              options={languages.map((each) => ({
                value: each,
                label: language(each),
              }))}
              onChange={setLocale}
            />
            <Select
              label={say('settings.message')}
              value={message}
              options={messages.map((each) => ({
                value: each.message,
                label: say(`message.${each.message}` as Word),
              }))}
              onChange={setMessage}
            />
            <TextField
              label={say('settings.text')}
              multiline={4}
              value={text}
              maxLength={2_000}
              onChange={(value) => form.setText({ locale, message, text: value })}
              error={error && code('error', error)}
              helpText={say('settings.values', {
                values: chosen.values.map((value) => `{${value}}`).join(' '),
                limit: chosen.limit,
              })}
              autoComplete="off"
            />
            {warnings.map((warning) => (
              <Banner tone="warning" title={say(`warning.${warning}`)} key={warning} />
            ))}
            {own !== undefined && (
              <InlineStack>
                <Button variant="plain" onClick={() => form.setText({ locale, message, text: '' })}>
                  {say('settings.ours')}
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
            <DraftTest text={text} message={message} locale={locale} />
          </BlockStack>
        </InlineGrid>
      </BlockStack>
    </Card>
  );
}
