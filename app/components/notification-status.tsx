// Why a shopper was notified, is not yet, or will not be: the answer first, then the reasons.
import { Badge, BlockStack, Card, InlineStack, Text } from '@shopify/polaris';
import { useTranslations } from '../i18n/use-translations.tsx';

type Answer = 'notified' | 'on_its_way' | 'not_yet' | 'never' | 'unknown';

type Props = {
  life: {
    ahead: number | null;
    isTest: boolean;
    why: {
      answer: Answer;
      because: string;
      detail: string | null;
    };
  };
};

export const OUTCOME_TONES = {
  notified: 'success',
  on_its_way: 'info',
  not_yet: undefined,
  never: 'warning',
  unknown: 'attention',
} as const;

export function NotificationStatus({ life: { why, ahead, isTest } }: Props) {
  const { t, code } = useTranslations();
  const detail = why.detail;
  const prefix = why.because === 'failed' ? 'outcome' : why.because === 'page_trouble' ? 'trouble' : 'reason';
  return (
    <Card>
      <BlockStack gap="200">
        <InlineStack gap="200" blockAlign="center">
          <Text as="h2" variant="headingMd">
            {t('life.why')}
          </Text>
          <Badge tone={OUTCOME_TONES[why.answer]}>{code('answer', why.answer)}</Badge>
          {isTest && <Badge>{t('life.test')}</Badge>}
        </InlineStack>
        <Text as="p">{code('why', why.because)}</Text>
        {detail && <Text as="p">{code(prefix, detail)}</Text>}
        {ahead !== null && why.answer !== 'never' && <Text as="p">{t('life.ahead', { ahead })}</Text>}
      </BlockStack>
    </Card>
  );
}
