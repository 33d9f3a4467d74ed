// How far the notifications of a restock are, and how long they will take.
import { BlockStack, Card, Link, ProgressBar, Text } from '@shopify/polaris';
import { useTranslations, type Text as Word } from '../i18n/use-translations.tsx';
import type { RestockAction, RestockState } from '../stock/restock-status.ts';
import { usePolling } from './use-polling.ts';
import { fullName } from './variant.tsx';

/** From so many people on a bar says more than a sentence. */
const WORTH_A_BAR = 50;

const EVERY_MS = 10_000;

/** States that pass by themselves, and soon. */
const PASSING: RestockState[] = ['send_delay', 'sending', 'checking'];

/** Keeps the page's figures going while somebody is being notified. */
export function useRestockPolling({ restocks }: { restocks: RestockItem[] }): void {
  const watching = restocks.some(({ status }) => status !== null && PASSING.includes(status.state));
  usePolling({ watching, everyMs: EVERY_MS });
}

const STATE: Record<RestockState, Word | null> = {
  nobody: null,
  page_off: 'soon.pageOff',
  page_probing: 'soon.pageProbing',
  paused: 'soon.paused',
  held: 'soon.held',
  quiet_hours: 'soon.quietHours',
  send_delay: 'soon.holdOff',
  sending: 'soon.sending',
  checking: 'soon.checking',
  next_batch: 'soon.wave',
  short: 'soon.short',
};

export function RestockProgress({ restock, now }: { restock: RestockItem; now: string }) {
  const { t, relative } = useTranslations();
  const { restockId, claimedCount: notified, waiting, status, minutes } = restock;
  const all = notified + waiting;
  const word = status && STATE[status.state];
  const when = status?.until ? relative({ at: status.until, now }) : '';
  const soon = minutes !== null ? t('soon.minutes', { minutes }) : word && t(word, { when });
  const units =
    restock.units === null ? t('restock.untracked') : t('restock.units', { units: restock.units });
  const id = `telling-${restockId}`;
  return (
    <BlockStack gap="150">
      <Text as="p" tone="subdued" id={id}>
        {[all === 0 ? t('soon.nobody') : t('soon.toldOf', { notified, all }), units, soon]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {all >= WORTH_A_BAR && (
        <ProgressBar
          progress={Math.floor((100 * notified) / all)}
          size="small"
          tone="primary"
          animated={false}
          ariaLabelledBy={id}
        />
      )}
    </BlockStack>
  );
}

export type RestockItem = {
  restockId: string;
  variantId: string;
  productTitle: string;
  title: string;
  imageUrl: string | null;
  openedAt: string;
  closedAt: string | null;
  units: number | null;
  claimedCount: number;
  waiting: number;
  held: boolean;
  /** null: it is over. */
  status: { state: RestockState; until: string | null } | null;
  minutes: number | null;
  actions: RestockAction[];
};

export function RecentRestocks({ restocks, now }: { restocks: RestockItem[]; now: string }) {
  const { t, relative, span } = useTranslations();
  return (
    <Card>
      <BlockStack gap="300">
        <Text as="h2" variant="headingMd">
          {t('lately.title')}
        </Text>
        {restocks.length === 0 && (
          <Text as="p" tone="subdued">
            {t('lately.none')}
          </Text>
        )}
        {restocks.map((each) => (
          <Text as="p" key={each.restockId}>
            <Link url={`/app/waitlist/${each.variantId}`}>{fullName(each)}</Link>{' '}
            {each.closedAt === null
              ? t('lately.open', {
                  when: relative({ at: each.openedAt, now }),
                  notified: each.claimedCount,
                })
              : t('lately.closed', {
                  time: span({ from: each.openedAt, until: each.closedAt }),
                  notified: each.claimedCount,
                  waiting: each.waiting,
                })}
          </Text>
        ))}
      </BlockStack>
    </Card>
  );
}
