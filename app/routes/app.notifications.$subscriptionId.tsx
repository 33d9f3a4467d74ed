// One yes and what became of it: its whole life, why told or not, and the consent as proof.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, Box, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { merchantAt } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { WhyCard } from '../components/notification-status.tsx';
import { VariantName } from '../components/variant.tsx';
import { useWords } from '../i18n/use-translations.tsx';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { life } from '../reports/subscription.server.ts';

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop } = await merchantAt(request);
  const subscriptionId = idNumber(params.subscriptionId);
  const found =
    subscriptionId === undefined ? null : await life({ shop, subscriptionId, now: systemClock() });
  if (found === null) throw new Response('Not found', { status: 404 });
  return json(found);
}

export default function OneLife() {
  const found = useLoaderData<typeof loader>();
  const { say } = useWords();
  return (
    <AdminPage
      title={say('life.title', { shopper: found.shopper })}
      back={{ content: say('nav.notifications'), url: '/app/notifications' }}
    >
      <BlockStack gap="400">
        <WhyCard life={found} />
        <Card>
          <BlockStack gap="300">
            <InlineStack>
              <VariantName {...found.variant} url={`/app/waitlist/${found.variant.variantId}`} />
            </InlineStack>
            <Text as="h2" variant="headingMd">
              {say('life.steps')}
            </Text>
            <LifeSteps steps={found.steps} state={found.state} />
          </BlockStack>
        </Card>
        <Consent consent={found.consent} shopper={found.shopper} />
      </BlockStack>
    </AdminPage>
  );
}

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
