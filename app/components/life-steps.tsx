// The steps of one yes in their order. What Meta did not say is unknown, not no.
import { BlockStack, InlineStack, Text } from '@shopify/polaris';
import { useWords } from './words.tsx';

const STEPS = [
  'asked',
  'accepted',
  'back',
  'begun',
  'settled',
  'delivered',
  'read',
  'tapped',
  'bought',
] as const;
/** Meta may stay silent about these even when they happened; orders we may not be allowed to see. */
const MAY_BE_UNSAID = new Set<string>(['delivered', 'read', 'bought']);

export function LifeSteps({
  steps,
  state,
}: {
  steps: Record<(typeof STEPS)[number], string | null>;
  state: string;
}) {
  const { say, moment } = useWords();
  const told = state === 'told' || state === 'presumed';
  const missing = (step: string) => {
    if (!told) return '–';
    return MAY_BE_UNSAID.has(step) ? say('life.unknown') : say('life.no');
  };
  return (
    <BlockStack gap="150">
      {STEPS.map((step) => {
        const at = steps[step];
        return (
          <InlineStack key={step} align="space-between" gap="200">
            <Text as="span">{say(`life.${step}`)}</Text>
            <Text as="span" tone={at ? undefined : 'subdued'}>
              {at ? moment(at) : missing(step)}
            </Text>
          </InlineStack>
        );
      })}
    </BlockStack>
  );
}
