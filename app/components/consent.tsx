// The consent as proof: what the card said and when it was tapped, in one line to copy.
import { BlockStack, Box, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

type Props = {
  consent: { title: string; locale: string; at: string; until: string; page: string; mid: string | null };
  shopper: string;
};

export function Consent({ consent, shopper }: Props) {
  const { say, moment, day, timezone } = useWords();
  const line = say('consent.line', {
    title: consent.title,
    at: `${moment(consent.at)} (${timezone})`,
    page: consent.page,
    shopper,
    until: day(consent.until),
    mid: consent.mid ?? '–',
  });
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {say('consent.title')}
          </Text>
          <Button
            onClick={() => {
              void navigator.clipboard
                .writeText(line)
                .then(() => window.shopify.toast.show(say('test.copied')));
            }}
          >
            {say('test.copy')}
          </Button>
        </InlineStack>
        <Box background="bg-surface-secondary" padding="300" borderRadius="200">
          <Text as="p" breakWord>
            {line}
          </Text>
        </Box>
      </BlockStack>
    </Card>
  );
}
