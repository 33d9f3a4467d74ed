// Tabs of the waitlist, by variant and by shopper; plain buttons, since Polaris's tabs weigh too much.
import { useNavigate } from '@remix-run/react';
import { BlockStack, Box, Button, ButtonGroup, Card, EmptyState } from '@shopify/polaris';
import type { ReactNode } from 'react';
import { useTranslations } from '../i18n/use-translations.tsx';

const WAYS = [
  { id: 'variants', url: '/app/waitlist' },
  { id: 'shoppers', url: '/app/waitlist/shoppers' },
] as const;

export function WaitlistTabs({
  way,
  nobody,
  children,
}: {
  way: (typeof WAYS)[number]['id'];
  nobody: boolean;
  children: ReactNode;
}) {
  const { say } = useTranslations();
  const navigate = useNavigate();
  return (
    <BlockStack gap="300">
      <Box paddingInline={{ xs: '400', sm: '0' }}>
        <ButtonGroup variant="segmented">
          {WAYS.map(({ id, url }) => (
            <Button key={id} pressed={id === way} onClick={() => navigate(url)}>
              {say(`waitlist.by.${id}`)}
            </Button>
          ))}
        </ButtonGroup>
      </Box>
      {nobody ? (
        <Card>
          <EmptyState heading={say('waitlist.empty')} image="">
            <p>{say('waitlist.empty.text')}</p>
          </EmptyState>
        </Card>
      ) : (
        <Card padding="0">
          <BlockStack>{children}</BlockStack>
        </Card>
      )}
    </BlockStack>
  );
}
