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
  row: { variantId: string; productTitle: string; title: string; waiting: number };
  /** null: Shopify did not answer. */
  siblings: { variantId: string; title: string }[] | null;
};

export function MoveShoppers({ row, siblings }: Props) {
  const { t, code } = useTranslations();
  const [to, setTo] = useState(siblings?.[0]?.variantId ?? '');
  const [confirming, setConfirming] = useState(false);
  const fetcher = useFetcher<{ done?: string; wrong?: string }>();
  useToast(fetcher.data);
  const wrong = fetcher.data?.wrong;
  const chosen = siblings?.find((each) => each.variantId === to);
  const name = (title: string) => variantTitle(title) || row.productTitle;
  const move = () => {
    fetcher.submit({ intent: 'move', to }, { method: 'post' });
    setConfirming(false);
  };
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('move.title')}
        </Text>
        <Text as="p">{t('move.text', { waiting: row.waiting })}</Text>
        {row.waiting > 0 && siblings === null && <Text as="p">{t('move.silent')}</Text>}
        {row.waiting > 0 && siblings?.length === 0 && <Text as="p">{t('move.nowhere')}</Text>}
        {row.waiting > 0 && chosen && (
          <>
            <Select
              label={t('move.to')}
              value={to}
              options={siblings!.map(({ variantId, title }) => ({ value: variantId, label: name(title) }))}
              onChange={(value) => {
                setTo(value);
                setConfirming(false);
              }}
            />
            {confirming ? (
              <Box background="bg-surface-secondary" padding="300" borderRadius="200">
                <BlockStack gap="200">
                  <Text as="p">
                    {t('move.ask', {
                      waiting: row.waiting,
                      from: fullName(row),
                      to: fullName({ productTitle: row.productTitle, title: chosen.title }),
                    })}
                  </Text>
                  <ButtonGroup>
                    <Button variant="primary" onClick={move}>
                      {t('move.yes', { waiting: row.waiting })}
                    </Button>
                    <Button onClick={() => setConfirming(false)}>{t('move.no')}</Button>
                  </ButtonGroup>
                </BlockStack>
              </Box>
            ) : (
              <InlineStack>
                <Button loading={fetcher.state !== 'idle'} onClick={() => setConfirming(true)}>
                  {t('move.do')}
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
