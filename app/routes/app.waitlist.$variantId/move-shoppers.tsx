// Moves the shoppers of a deleted variant to another variant of its product, after a confirmation.
import { useFetcher } from '@remix-run/react';
import {
  BlockStack,
  Box,
  Button,
  ButtonGroup,
  Card,
  InlineError,
  InlineStack,
  Select,
  Text,
} from '@shopify/polaris';
import { useState } from 'react';
import { useToast } from '../../components/use-toast.ts';
import { fullName, variantTitle } from '../../components/variant.tsx';
import { useTranslations } from '../../i18n/use-translations.tsx';

type Props = {
  line: { variantId: string; productTitle: string; title: string; waiting: number };
  /** null: Shopify did not answer. */
  siblings: { variantId: string; title: string }[] | null;
};

export function MoveShoppers({ line, siblings }: Props) {
  const { say, code } = useTranslations();
  const [to, setTo] = useState(siblings?.[0]?.variantId ?? '');
  const [asking, setAsking] = useState(false);
  const fetcher = useFetcher<{ done?: string; wrong?: string }>();
  useToast(fetcher.data);
  const wrong = fetcher.data?.wrong;
  const chosen = siblings?.find((each) => each.variantId === to);
  const name = (title: string) => variantTitle(title) || line.productTitle;
  const move = () => {
    fetcher.submit({ intent: 'move', to }, { method: 'post' });
    setAsking(false);
  };
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {say('move.title')}
        </Text>
        <Text as="p">{say('move.text', { waiting: line.waiting })}</Text>
        {line.waiting > 0 && siblings === null && <Text as="p">{say('move.silent')}</Text>}
        {line.waiting > 0 && siblings?.length === 0 && <Text as="p">{say('move.nowhere')}</Text>}
        {line.waiting > 0 && chosen && (
          <>
            <Select
              label={say('move.to')}
              value={to}
              options={siblings!.map(({ variantId, title }) => ({ value: variantId, label: name(title) }))}
              onChange={(value) => {
                setTo(value);
                setAsking(false);
              }}
            />
            {asking ? (
              <Box background="bg-surface-secondary" padding="300" borderRadius="200">
                <BlockStack gap="200">
                  <Text as="p">
                    {say('move.ask', {
                      waiting: line.waiting,
                      from: fullName(line),
                      to: fullName({ productTitle: line.productTitle, title: chosen.title }),
                    })}
                  </Text>
                  <ButtonGroup>
                    <Button variant="primary" onClick={move}>
                      {say('move.yes', { waiting: line.waiting })}
                    </Button>
                    <Button onClick={() => setAsking(false)}>{say('move.no')}</Button>
                  </ButtonGroup>
                </BlockStack>
              </Box>
            ) : (
              <InlineStack>
                <Button loading={fetcher.state !== 'idle'} onClick={() => setAsking(true)}>
                  {say('move.do')}
                </Button>
              </InlineStack>
            )}
          </>
        )}
        {wrong && <InlineError fieldID="move" message={code('move', wrong)} />}
      </BlockStack>
    </Card>
  );
}
