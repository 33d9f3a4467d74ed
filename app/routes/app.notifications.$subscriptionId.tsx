// One subscription: its timeline, why notified or not, and the consent as proof.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, Box, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { authenticateMerchant } from '../authenticate.server.ts';
import { AdminPage } from '../components/admin-page.tsx';
import { NotificationStatus } from '../components/notification-status.tsx';
import { VariantName } from '../components/variant.tsx';
import { useTranslations } from '../i18n/use-translations.tsx';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { subscriptionDetails } from '../reports/subscription.server.ts';

export async function loader({ request, params }: LoaderFunctionArgs) {
  const { shop } = await authenticateMerchant(request);
  const subscriptionId = idNumber(params.subscriptionId);
  const found =
    subscriptionId === undefined
      ? null
      : await subscriptionDetails({ shop, subscriptionId, now: systemClock() });
  if (found === null) throw new Response('Not found', { status: 404 });
  return json(found);
}

export default function SubscriptionPage() {
  const found = useLoaderData<typeof loader>();
  const { t } = useTranslations();
  return (
    <AdminPage
      title={t('life.title', { shopper: found.shopper })}
      back={{ content: t('nav.notifications'), url: '/app/notifications' }}
    >
      <BlockStack gap="400">
        <NotificationStatus life={found} />
        <Card>
          <BlockStack gap="300">
            <InlineStack>
              <VariantName {...found.variant} url={`/app/waitlist/${found.variant.variantId}`} />
            </InlineStack>
            <Text as="h2" variant="headingMd">
              {t('life.steps')}
            </Text>
            <Timeline steps={found.steps} state={found.state} />
          </BlockStack>
        </Card>
        <ConsentRecord consent={found.consent} shopper={found.shopper} />
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
const OPTIONAL_STEPS = new Set<string>(['delivered', 'read', 'bought']);

export function Timeline({
  steps,
  state,
}: {
  steps: Record<(typeof STEPS)[number], string | null>;
  state: string;
}) {
  const { t, moment } = useTranslations();
  const notified = state === 'notified' || state === 'assumed_notified';
  const missing = (step: string) => {
    if (!notified) return '–';
    return OPTIONAL_STEPS.has(step) ? t('life.unknown') : t('life.no');
  };
  return (
    <BlockStack gap="150">
      {STEPS.map((step) => {
        const at = steps[step];
        return (
          <InlineStack key={step} align="space-between" gap="200">
            <Text as="span">{t(`life.${step}`)}</Text>
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

export function ConsentRecord({ consent, shopper }: Props) {
  const { t, moment, day, timezone } = useTranslations();
  const row = t('consent.line', {
    title: consent.title,
    at: `${moment(consent.at)} (${timezone})`,
    page: consent.page,
    shopper,
    until: day(consent.until),
    messageId: consent.mid ?? '–',
  });
  return (
    <Card>
      <BlockStack gap="300">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t('consent.title')}
          </Text>
          <Button
            onClick={() => {
              void navigator.clipboard.writeText(row).then(() => window.shopify.toast.show(t('test.copied')));
            }}
          >
            {t('test.copy')}
          </Button>
        </InlineStack>
        <Box background="bg-surface-secondary" padding="300" borderRadius="200">
          <Text as="p" breakWord>
            {row}
          </Text>
        </Box>
      </BlockStack>
    </Card>
  );
}
