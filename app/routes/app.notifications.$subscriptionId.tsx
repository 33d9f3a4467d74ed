// One yes and what became of it: its whole life, why told or not, and the consent as proof.
import { json, type LoaderFunctionArgs } from '@remix-run/node';
import { useLoaderData } from '@remix-run/react';
import { BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import { AdminPage } from '../components/admin-page.tsx';
import { Consent } from '../components/consent.tsx';
import { LifeSteps } from '../components/life-steps.tsx';
import { VariantName } from '../components/variant-name.tsx';
import { useWords } from '../components/words.tsx';
import { WhyCard } from '../components/why-card.tsx';
import { systemClock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { merchantAt } from '../merchant.server.ts';
import { life } from '../notifications/life.server.ts';

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
