// The stock checks and restocks of a variant.
import { Badge, BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import type { RestockItem } from '../../components/restock-progress.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';

type StockCheck = {
  stockCheckId: string;
  checkedAt: string;
  units: number | null;
  decision: string;
  reason: string;
};

export function StockChecks({ checks }: { checks: StockCheck[] }) {
  const { t, code, moment } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('variant.looks')}
        </Text>
        {checks.length === 0 && (
          <Text as="p" tone="subdued">
            {t('variant.looks.none')}
          </Text>
        )}
        {checks.map((check) => (
          <BlockStack gap="050" key={check.stockCheckId}>
            <InlineStack gap="200" blockAlign="center">
              <Text as="span" tone="subdued">
                {moment(check.checkedAt)}
              </Text>
              <Badge>{code('verdict', check.decision)}</Badge>
              {check.units !== null && <Text as="span">{t('restock.units', { units: check.units })}</Text>}
            </InlineStack>
            <Text as="p">{code('reason', check.reason)}</Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  );
}

export function RestockHistory({ restocks }: { restocks: RestockItem[] }) {
  const { t, moment, span } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('variant.restocks')}
        </Text>
        {restocks.length === 0 && (
          <Text as="p" tone="subdued">
            {t('variant.restocks.none')}
          </Text>
        )}
        {restocks.map(({ restockId, openedAt, closedAt, claimedCount: notified, waiting }, index) => (
          <Text as="p" key={restockId}>
            {closedAt === null
              ? t('variant.restock.open', { date: moment(openedAt), notified, waiting })
              : t(index === 0 ? 'variant.restock.closedNow' : 'variant.restock.closed', {
                  date: moment(openedAt),
                  time: span({ from: openedAt, until: closedAt }),
                  notified,
                  waiting,
                })}
          </Text>
        ))}
      </BlockStack>
    </Card>
  );
}
