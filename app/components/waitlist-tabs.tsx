// The two ways to see who waits: variant by variant, or shopper by shopper.
import { useNavigate } from '@remix-run/react';
import { Tabs } from '@shopify/polaris';
import type { ReactNode } from 'react';
import { useWords } from './words.tsx';

const WAYS = [
  { id: 'variants', url: '/app/waitlist' },
  { id: 'shoppers', url: '/app/waitlist/shoppers' },
] as const;

export function WaitlistTabs({ way, children }: { way: (typeof WAYS)[number]['id']; children: ReactNode }) {
  const { say } = useWords();
  const navigate = useNavigate();
  return (
    <Tabs
      tabs={WAYS.map(({ id }) => ({ id, content: say(`waitlist.by.${id}`), panelID: `${id}-panel` }))}
      selected={WAYS.findIndex(({ id }) => id === way)}
      onSelect={(at) => navigate(WAYS[at]!.url)}
      disclosureText={say('waitlist.title')}
    >
      {children}
    </Tabs>
  );
}
