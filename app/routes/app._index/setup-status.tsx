// The three things that make the button appear, each with its state and the next step.
import { useFetcher } from '@remix-run/react';
import { Badge, BlockStack, Box, Button, Card, Icon, InlineStack, Text } from '@shopify/polaris';
import { AlertTriangleIcon, CheckCircleIcon } from '@shopify/polaris-icons';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslations, type Text as Word } from '../../i18n/use-translations.tsx';
import type { PageStatus, Step as StepState } from '../../messenger/page-status.ts';

type Props = {
  page: { name: string; testPassedAt: string | null } | null;
  status: PageStatus;
  /** The first-run guide was not put away yet. */
  guided: boolean;
  domain: string;
  apiKey: string;
  /** The merchant hides it in Settings. */
  hidden: boolean;
};

const BLOCK_TEXT: Record<BlockStatus, Word> = {
  reading: 'on.block.unknown',
  active: 'on.block.ok',
  available: 'on.block.missing',
  unavailable: 'on.block.unavailable',
  unknown: 'on.block.missing',
};

/** A ring the size of the icon that will take its place. */
const OPEN = { width: 16, height: 16, margin: 2, borderRadius: '50%', border: '2px dashed #8a8a8a' } as const;

const MARKS: Record<StepState, ReactNode> = {
  missing: <div style={OPEN} />,
  attention: <Icon source={AlertTriangleIcon} tone="caution" />,
  done: <Icon source={CheckCircleIcon} tone="success" />,
};

function Step({
  state,
  title,
  text,
  action,
}: {
  state: StepState;
  title: string;
  text: string;
  action?: ReactNode;
}) {
  return (
    <InlineStack gap="300" wrap={false} blockAlign="start">
      <Box>{MARKS[state]}</Box>
      <BlockStack gap="150" inlineAlign="start">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        <Text as="p" tone="subdued">
          {text}
        </Text>
        {action}
      </BlockStack>
    </InlineStack>
  );
}

/** Shopify is asked after the page stands; until it has answered, or when it does not, that is what is said. */
function SoldOutNow() {
  const { t } = useTranslations();
  const { load, data, state } = useFetcher<{ soldOut: { count: number; more: boolean } | null }>();
  useEffect(() => load('/app/sold-out'), [load]);
  const soldOut = data?.soldOut;
  const text =
    data === undefined || state !== 'idle'
      ? t('on.soldOut.reading')
      : soldOut
        ? t(soldOut.more ? 'on.soldOut.more' : 'on.soldOut.now', { count: soldOut.count })
        : t('on.soldOut.unknown');
  return <Step state={soldOut != null ? 'done' : 'missing'} title={t('on.soldOut')} text={text} />;
}

export function SetupStatus({ page, status, guided, domain, apiKey, hidden }: Props) {
  const { t, code, moment } = useTranslations();
  const block = useBlockStatus();
  const put = useFetcher();
  const placed = block === 'active';
  const { setup, issue, buttonShown } = status;
  const steps = [setup.page === 'done', setup.test === 'done', placed && !hidden];
  const done = steps.filter(Boolean).length;
  const next = steps.indexOf(false);
  // What needs attention was set up once: that is no first run.
  const unfinished = !placed || Object.values(setup).includes('missing');
  const guiding = guided && unfinished && put.state === 'idle';
  const on = done === steps.length;
  const placedText = hidden ? 'on.block.hiddenByYou' : buttonShown ? 'on.block.ok' : 'on.block.hidden';
  const whatToDo = code('trouble', `${issue}.do`);
  const button = (index: number) => (next === index ? { variant: 'primary' as const } : {});
  return (
    <Card>
      <BlockStack gap="400">
        <InlineStack align="space-between" blockAlign="center" gap="200">
          <Text as="h2" variant="headingMd">
            {t(guiding ? 'guide.title' : 'on.title')}
          </Text>
          {guiding ? (
            <InlineStack gap="200" blockAlign="center">
              <Badge>{t('guide.done', { done, all: steps.length })}</Badge>
              <Button
                variant="plain"
                onClick={() =>
                  void put.submit({ intent: 'dismiss' }, { method: 'post', action: '/app?index' })
                }
              >
                {t('guide.dismiss')}
              </Button>
            </InlineStack>
          ) : (
            block !== 'reading' && (
              <Badge tone={on ? 'success' : 'critical'}>{t(on ? 'on.yes' : 'on.no')}</Badge>
            )
          )}
        </InlineStack>
        {guiding && (
          <Text as="p" tone="subdued">
            {t('guide.text')}
          </Text>
        )}
        <Step
          state={setup.page}
          title={t('on.page')}
          text={
            page === null
              ? t('on.page.missing')
              : setup.page === 'attention'
                ? whatToDo
                : t('on.page.ok', { name: page.name })
          }
          action={
            setup.page !== 'done' && (
              <Button url="/app/messenger" {...button(0)}>
                {t(page === null ? 'on.page.do' : 'trouble.open')}
              </Button>
            )
          }
        />
        <Step
          state={setup.test}
          title={t('on.test')}
          text={
            setup.test === 'attention'
              ? whatToDo
              : page?.testPassedAt
                ? t('on.test.ok', { date: moment(page.testPassedAt) })
                : t('on.test.missing')
          }
          action={
            page !== null &&
            setup.test !== 'done' && (
              <Button url="/app/messenger" {...button(1)}>
                {t('on.test.do')}
              </Button>
            )
          }
        />
        <Step
          state={!placed ? 'missing' : hidden ? 'attention' : 'done'}
          title={t('on.block')}
          text={t(placed ? placedText : BLOCK_TEXT[block])}
          action={
            placed
              ? hidden && <Button url="/app/settings">{t('on.block.hiddenByYou.do')}</Button>
              : block !== 'reading' && (
                  <Button url={addToThemeUrl({ domain, apiKey, block })} target="_blank" {...button(2)}>
                    {t('on.block.do')}
                  </Button>
                )
          }
        />
        {on && <SoldOutNow />}
      </BlockStack>
    </Card>
  );
}

export type BlockStatus = 'reading' | 'active' | 'available' | 'unavailable' | 'unknown';

type Activation = { handle?: string; status?: string; activations?: unknown[] };

type Extension = { type?: string; activations?: Activation[] };

/** The best of what the extension's blocks report: one that is placed is enough. */
export function blockStatus(extensions: unknown): BlockStatus {
  const blocks = (Array.isArray(extensions) ? (extensions as Extension[]) : [])
    .filter((extension) => extension.type === 'theme_app_extension')
    .flatMap((extension) => extension.activations ?? []);
  const best = (['active', 'available', 'unavailable'] as const).find((status) =>
    blocks.some((block) => block.status === status),
  );
  return best ?? 'unknown';
}

export function useBlockStatus(): BlockStatus {
  const [status, setStatus] = useState<BlockStatus>('reading');
  useEffect(() => {
    let alive = true;
    const read = () => {
      void Promise.resolve(window.shopify.app.extensions()).then(
        (extensions) => alive && setStatus(blockStatus(extensions)),
        () => alive && setStatus('unknown'),
      );
    };
    read();
    // The theme editor is open in another tab: whoever comes back from it sees the change.
    window.addEventListener('focus', read);
    return () => {
      alive = false;
      window.removeEventListener('focus', read);
    };
  }, []);
  return status;
}

/**
 * Opens the theme editor on a product page: with our block already added beside the buy buttons, or, where the theme takes no block, with
 * the app embed switched on.
 */
export const addToThemeUrl = ({
  domain,
  apiKey,
  block,
}: {
  domain: string;
  apiKey: string;
  block: BlockStatus;
}): string => {
  const what =
    block === 'unavailable'
      ? `context=apps&activateAppId=${apiKey}/notify-me-embed`
      : `addAppBlockId=${apiKey}/notify-me&target=mainSection`;
  return `https://${domain}/admin/themes/current/editor?template=product&${what}`;
};
