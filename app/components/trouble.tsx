// Stands where a page could not be shown: says so plainly, and leads on.
import { BlockStack, Button, Card, InlineStack, Text } from '@shopify/polaris';
import { AdminPage } from './admin-page.tsx';
import { useWords } from './words.tsx';

export function Trouble({ missing }: { missing: boolean }) {
  const { say } = useWords();
  const title = say(missing ? 'page.missing' : 'page.broken');
  return (
    <AdminPage title={title}>
      <Card>
        <BlockStack gap="300">
          <Text as="h2" variant="headingMd">
            {title}
          </Text>
          <Text as="p">{say(missing ? 'page.missing.text' : 'page.broken.text')}</Text>
          <InlineStack gap="200">
            {missing ? (
              <Button url="/app">{say('page.home')}</Button>
            ) : (
              <Button onClick={() => window.location.reload()}>{say('page.again')}</Button>
            )}
          </InlineStack>
        </BlockStack>
      </Card>
    </AdminPage>
  );
}
