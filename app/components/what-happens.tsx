// What the merchant needs, and what happens: said before it is found out.
import { BlockStack, Card, List, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

const POINTS = ['control', 'permission', 'review', 'reach', 'leave'] as const;

export function WhatHappens() {
  const { say } = useWords();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('need.title')}
        </Text>
        <List>
          {POINTS.map((point) => (
            <List.Item key={point}>{say(`need.${point}`)}</List.Item>
          ))}
        </List>
      </BlockStack>
    </Card>
  );
}
