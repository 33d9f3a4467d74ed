// The variants that most people wait for.
import { Link as Go } from '@remix-run/react';
import { BlockStack, Button, Card, InlineStack, ProgressBar, Text } from '@shopify/polaris';
import { VariantName } from '../../components/variant.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Line = {
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  waiting: number;
};

export function MostRequested({ lines }: { lines: Line[] }) {
  const { t } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('most.title')}
        </Text>
        {lines.length === 0 && (
          <Text as="p" tone="subdued">
            {t('most.none')}
          </Text>
        )}
        {lines.map((row) => (
          <Go
            key={row.variantId}
            to={`/app/waitlist/${row.variantId}`}
            style={{ color: 'inherit', textDecoration: 'none' }}
          >
            <InlineStack align="space-between" blockAlign="center" gap="200" wrap={false}>
              <VariantName {...row} />
              <Text as="span" numeric>
                {t('waitlist.people', { waiting: row.waiting })}
              </Text>
            </InlineStack>
          </Go>
        ))}
        {lines.length > 0 && (
          <InlineStack>
            <Button url="/app/waitlist" variant="plain">
              {t('most.all')}
            </Button>
          </InlineStack>
        )}
      </BlockStack>
    </Card>
  );
}

type Steps = { arrived: number; asked: number; accepted: number };

/** Where most are lost, if that is worth a word. */
export function weakest({ arrived, asked, accepted }: Steps): 'asked' | 'accepted' | undefined {
  if (arrived === 0) return undefined;
  if (asked < arrived * 0.9) return 'asked';
  return asked > 0 && accepted < asked * 0.5 ? 'accepted' : undefined;
}

export function OptInFunnel({ steps }: { steps: Steps }) {
  const { t, number } = useTranslations();
  const weak = weakest(steps);
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('funnel.title')}
        </Text>
        {steps.arrived === 0 ? (
          <Text as="p" tone="subdued">
            {t('funnel.none')}
          </Text>
        ) : (
          <>
            {(['arrived', 'asked', 'accepted'] as const).map((step) => (
              <BlockStack gap="100" key={step}>
                <InlineStack align="space-between" gap="200">
                  <Text as="span" id={`funnel-${step}`}>
                    {t(`funnel.${step}`)}
                  </Text>
                  <Text as="span" fontWeight="medium">
                    {number(steps[step])}
                  </Text>
                </InlineStack>
                <ProgressBar
                  progress={Math.round((100 * steps[step]) / steps.arrived)}
                  size="small"
                  tone="primary"
                  animated={false}
                  ariaLabelledBy={`funnel-${step}`}
                />
              </BlockStack>
            ))}
            {weak && <Text as="p">{t(`funnel.weak.${weak}`)}</Text>}
            <Text as="p" tone="subdued" variant="bodySm">
              {t('funnel.note')}
            </Text>
          </>
        )}
      </BlockStack>
    </Card>
  );
}
