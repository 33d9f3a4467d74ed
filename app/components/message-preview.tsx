// What the shopper will see in Messenger, as far as a page can show it.
import { BlockStack, Box, Text } from '@shopify/polaris';
import { compile } from '../messenger/message-format.ts';
import { useWords } from './words.tsx';

type Props = { text: string; message: string; locale: string; shopName: string; limit: number };

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

export function MessagePreview({ text, message, locale, shopName, limit }: Props) {
  const { say } = useWords();
  const shown = said({ text, locale, shopName, until: new Date('2027-11-22T00:00:00Z') });
  const buttons =
    message === 'request.title'
      ? ['Notify Me']
      : message.startsWith('notice.')
        ? [say('preview.buy'), say('preview.no'), say('preview.next')]
        : [];
  return (
    <BlockStack gap="200">
      <Text as="h3" variant="headingSm">
        {say('settings.preview')}
      </Text>
      <Box background="bg-surface-secondary" padding="400" borderRadius="200">
        <BlockStack gap="100">
          {shown === null ? (
            <Text as="p" tone="critical">
              {say('error.not_a_message')}
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
        {say('settings.preview.text')}
      </Text>
    </BlockStack>
  );
}
