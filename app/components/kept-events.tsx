// What Meta told us and we could not act on: kept for the merchant to see, each with what it means and what there is to do.
import { BlockStack, Card, Text } from '@shopify/polaris';
import { keptKind } from './kept-kind.ts';
import { useWords } from './words.tsx';

type Kept = { id: string; at: string; problem: string };

export function KeptEvents({ kept }: { kept: Kept[] }) {
  const { say, code, moment } = useWords();
  if (kept.length === 0) return null;
  const kinds = [...new Set(kept.map((each) => keptKind(each.problem)))];
  return (
    <Card>
      <BlockStack gap="400">
        <BlockStack gap="100">
          <Text as="h2" variant="headingMd">
            {say('kept.title', { kept: kept.length })}
          </Text>
          <Text as="p" tone="subdued">
            {say('kept.text')}
          </Text>
        </BlockStack>
        {kinds.map((kind) => {
          const these = kept.filter((each) => keptKind(each.problem) === kind);
          return (
            <BlockStack gap="100" key={kind}>
              <Text as="h3" variant="headingSm">
                {code('kept', kind)}
              </Text>
              <Text as="p">{code('kept', `${kind}.do`)}</Text>
              {(kind === 'policy' || kind === 'odd') &&
                [...new Set(these.map((each) => each.problem))].slice(0, 3).map((problem) => (
                  <Text as="p" tone="subdued" breakWord key={problem}>
                    {problem}
                  </Text>
                ))}
              <Text as="p" tone="subdued" variant="bodySm">
                {say('kept.times', { times: these.length, date: moment(these[0]!.at) })}
              </Text>
            </BlockStack>
          );
        })}
      </BlockStack>
    </Card>
  );
}
