// The stock checks and restocks of a variant.
import { Badge, BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import type { RestockItem } from '../../components/restock-progress.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Look = { lookId: string; checkedAt: string; units: number | null; decision: string; reason: string };

export function StockChecks({ looks }: { looks: Look[] }) {
  const { say, code, moment } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('variant.looks')}
        </Text>
        {looks.length === 0 && (
          <Text as="p" tone="subdued">
            {say('variant.looks.none')}
          </Text>
        )}
        {looks.map((look) => (
          <BlockStack gap="050" key={look.lookId}>
            <InlineStack gap="200" blockAlign="center">
              <Text as="span" tone="subdued">
                {moment(look.checkedAt)}
              </Text>
              <Badge>{code('verdict', look.decision)}</Badge>
              {look.units !== null && <Text as="span">{say('restock.units', { units: look.units })}</Text>}
            </InlineStack>
            <Text as="p">{code('reason', look.reason)}</Text>
          </BlockStack>
        ))}
      </BlockStack>
    </Card>
  );
}

export function RestockHistory({ restocks }: { restocks: RestockItem[] }) {
  const { say, moment, span } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('variant.restocks')}
        </Text>
        {restocks.length === 0 && (
          <Text as="p" tone="subdued">
            {say('variant.restocks.none')}
          </Text>
        )}
        {restocks.map(({ restockId, openedAt, closedAt, claimedCount: told, waiting }, index) => (
          <Text as="p" key={restockId}>
            {closedAt === null
              ? say('variant.restock.open', { date: moment(openedAt), notified: told, waiting })
              : say(index === 0 ? 'variant.restock.closedNow' : 'variant.restock.closed', {
                  date: moment(openedAt),
                  time: span({ from: openedAt, until: closedAt }),
                  notified: told,
                  waiting,
                })}
          </Text>
        ))}
      </BlockStack>
    </Card>
  );
}
