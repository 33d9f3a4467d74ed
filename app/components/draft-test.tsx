// "Send me a test" beside the message editor: what is written there, saved or not, in the merchant's own Messenger.
import { useFetcher } from '@remix-run/react';
import { BlockStack, Button, InlineError, InlineStack, Link, Text } from '@shopify/polaris';
import { useDone } from './done.ts';
import { useWords } from './words.tsx';

type Props = { message: string; locale: string; text: string };

/** Where the way out is on the Messenger page. */
const LEADS_TO_MESSENGER = ['no_page', 'page_trouble', 'no_test', 'window_closed'];

export function DraftTest({ message, locale, text }: Props) {
  const { say, code } = useWords();
  const fetcher = useFetcher<{ done?: string; wrong?: string; of?: string }>();
  useDone(fetcher.data);
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
          {say('draft.do')}
        </Button>
      </InlineStack>
      <Text as="p" tone="subdued" variant="bodySm">
        {say(message === 'request.title' ? 'draft.text.card' : 'draft.text')}
      </Text>
      {wrong && (
        <div role="alert">
          <InlineError
            fieldID="draft"
            message={code(wrong.startsWith('error.') ? 'error' : 'draft', wrong.replace('error.', ''))}
          />
          {LEADS_TO_MESSENGER.includes(wrong) && <Link url="/app/messenger">{say('trouble.open')}</Link>}
        </div>
      )}
    </BlockStack>
  );
}
