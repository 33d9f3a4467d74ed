// One variant's waitlist, shopper by shopper in their order.
import { useNavigate, useSearchParams } from '@remix-run/react';
import { BlockStack, Box, Card, DataTable, Link, Pagination, Text } from '@shopify/polaris';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Person = {
  subscriptionId: string;
  shopper: string;
  locale: string;
  waitingSince: string;
  expiresAt: string;
};

export function ShoppersTable({
  people,
  next,
  further,
}: {
  people: Person[];
  next: string | null;
  further: boolean;
}) {
  const { t, moment, day, language } = useTranslations();
  const navigate = useNavigate();
  const [, setParams] = useSearchParams();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('variant.people')}
        </Text>
        {people.length === 0 ? (
          <Text as="p" tone="subdued">
            {t('variant.people.none')}
          </Text>
        ) : (
          <DataTable
            columnContentTypes={['text', 'text', 'text', 'text']}
            headings={[t('variant.shopper'), t('variant.since'), t('variant.until'), t('variant.language')]}
            rows={people.map((person) => [
              <Link key={person.subscriptionId} url={`/app/notifications/${person.subscriptionId}`}>
                <span style={{ whiteSpace: 'nowrap' }}>…{person.shopper}</span>
              </Link>,
              moment(person.waitingSince),
              day(person.expiresAt),
              language(person.locale),
            ])}
          />
        )}
        {(next !== null || further) && (
          <Box>
            <Pagination
              accessibilityLabel={t('variant.people')}
              accessibilityLabels={{ next: t('table.next'), previous: t('table.previous') }}
              hasNext={next !== null}
              hasPrevious={further}
              onPrevious={() => navigate(-1)}
              onNext={() =>
                setParams(
                  (params) => {
                    params.set('after', next!);
                    return params;
                  },
                  { preventScrollReset: true },
                )
              }
            />
          </Box>
        )}
      </BlockStack>
    </Card>
  );
}
