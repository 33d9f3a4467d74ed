// Why a shopper was notified, is not yet, or will not be, from the facts of one subscription.
import type { OpenCircuit, Sending } from '../messenger/page-status.ts';
import { type RestockFacts, restockStatus } from '../stock/restock-status.ts';

export type SubscriptionFacts = {
  state:
    'waiting' | 'claimed' | 'notified' | 'assumed_notified' | 'failed' | 'unknown' | 'expired' | 'cancelled';
  expiresAt: Date;
  /** The one they said yes to. */
  page: { issue: OpenCircuit | null; sending: Sending; gone: boolean };
  variant: { paused: boolean; missing: boolean };
  shopperStopped: boolean;
  notification: { state: string; reason: string | null } | null;
  /** The variant's open restock, if it is back now; `toldAlready`: this shopper in it, by an earlier subscription. */
  restock: (Omit<RestockFacts, 'reach' | 'paused'> & { alreadyNotified: boolean }) | null;
  /** The newest look's reason. */
  checkReason: string | null;
};

export type Explanation = {
  /** told · on its way · not yet · never · unknown: the headline. */
  answer: 'notified' | 'on_its_way' | 'not_yet' | 'never' | 'unknown';
  /** A code of the words `why.*`. */
  because: string;
  /** A code of the words `reason.*` or `outcome.*` that says more. */
  detail: string | null;
};

const answer = (
  answer: Explanation['answer'],
  because: string,
  detail: string | null = null,
): Explanation => ({
  answer,
  because,
  detail,
});

/** Pure: the first thing that decides is the answer. */
export function explain({ life, now }: { life: SubscriptionFacts; now: Date }): Explanation {
  const { notification: sent, restock } = life;
  if (sent?.state === 'sent') return answer('notified', 'sent');
  if (sent?.state === 'assumed_sent') return answer('notified', 'assumed_sent');
  if (sent?.state === 'failed') return answer('never', 'failed', sent.reason);
  if (sent?.state === 'unknown') return answer('unknown', 'unknown');
  if (life.state === 'notified') return answer('notified', 'sent');
  if (life.state === 'assumed_notified') return answer('notified', 'assumed_sent');
  if (life.state === 'failed') return answer('never', 'failed');
  if (life.state === 'unknown') return answer('unknown', 'unknown');
  if (life.state === 'cancelled' || life.shopperStopped) return answer('never', 'cancelled');
  if (life.state === 'expired' || life.expiresAt <= now) return answer('never', 'expired');
  if (life.page.gone) return answer('never', 'page_gone');
  if (sent !== null)
    return answer('on_its_way', sent.state === 'unexplained_error' ? 'unexplained_error' : 'under_way');
  if (life.page.sending !== 'on') return answer('not_yet', 'page_trouble', life.page.issue);
  if (life.variant.missing) return answer('not_yet', 'missing');
  if (life.variant.paused) return answer('not_yet', 'paused');
  if (restock === null)
    return life.checkReason === null
      ? answer('not_yet', 'not_looked')
      : answer('not_yet', 'not_back', life.checkReason);
  if (restock.alreadyNotified) return answer('not_yet', 'told_already');
  const { state } = restockStatus({ facts: { ...restock, reach: 'on', paused: false }, now });
  return state === 'sending' || state === 'checking'
    ? answer('on_its_way', 'next_in_line')
    : answer('not_yet', state);
}

export type VariantStatus = 'missing' | 'paused' | 'restocked' | 'unseen' | 'waiting' | 'notYet';

/** `reason`: that of the newest look; null: there was none. */
export function variantStatus({
  missing,
  paused,
  restocked,
  reason,
}: {
  missing: boolean;
  paused: boolean;
  restocked: boolean;
  reason: string | null;
}): VariantStatus {
  if (missing) return 'missing';
  if (paused) return 'paused';
  if (restocked) return 'restocked';
  if (reason === null) return 'unseen';
  return reason === 'sold_out' ? 'waiting' : 'notYet';
}
