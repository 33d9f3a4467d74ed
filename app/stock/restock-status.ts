// What an open restock is doing now, and whether "Notify now" would change anything.
import type { Sending } from '../messenger/page-status.ts';

export type RestockFacts = {
  /** How far they can be reached who wait and were not notified in it; `nobody`: there are none. */
  reach: Sending | 'nobody';
  /** The variant is paused. */
  paused: boolean;
  held: boolean;
  /** When the shop's quiet hours end, while they last. */
  quietUntil: Date | null;
  sendAfter: Date | null;
  nextBatchAt: Date | null;
  claimedCount: number;
  /** null: everyone. */
  notificationQuota: number | null;
  /** The newest stock check found fewer units than the merchant's minimum. */
  belowMinimum: boolean;
  /** A stock check was requested and not made yet. */
  checkDue: boolean;
  /** The newest stock check is young enough to notify on. */
  fresh: boolean;
};

export type RestockState =
  | 'nobody'
  /** Whoever waits does so on a Page that has to be connected. */
  | 'page_off'
  | 'page_probing'
  | 'paused'
  | 'held'
  | 'quiet_hours'
  | 'send_delay'
  | 'sending'
  | 'checking'
  | 'next_batch'
  /** It waits for more units. */
  | 'short';

export type RestockStatus = {
  state: RestockState;
  /** When time itself ends this state. */
  until: Date | null;
  /** Ending send delay, hold and batch interval would let somebody be notified, if a new stock check agrees. */
  mayNotifyNow: boolean;
};

export type RestockAction = 'tell' | 'hold' | 'release';

/** What the merchant is offered while a restock is open: what would do nothing is not. */
export const restockActions = ({
  held,
  status,
}: {
  held: boolean;
  status: RestockStatus;
}): RestockAction[] => [...(status.mayNotifyNow ? (['tell'] as const) : []), held ? 'release' : 'hold'];

export type VariantAction = 'look' | RestockAction | 'pause' | 'resume';

/** The same for a variant; `restock`: the open one. */
export const variantActions = ({
  paused,
  restock,
}: {
  paused: boolean;
  restock: { actions: RestockAction[] } | undefined;
}): VariantAction[] => ['look', ...(restock?.actions ?? []), paused ? 'resume' : 'pause'];

/** Pure: the first thing that stands in the way is the state. */
export function restockStatus({ facts, now }: { facts: RestockFacts; now: Date }): RestockStatus {
  const {
    reach,
    held,
    quietUntil,
    sendAfter,
    nextBatchAt,
    claimedCount: told,
    notificationQuota: quota,
  } = facts;
  const stands = (state: RestockState): RestockStatus => ({ state, until: null, mayNotifyNow: false });
  if (reach === 'nobody') return stands('nobody');
  if (reach !== 'on') return stands(reach === 'off' ? 'page_off' : 'page_probing');
  if (facts.paused) return stands('paused');
  // Nothing but their end, or other settings, ends quiet hours.
  const mayNotifyNow = quietUntil === null;
  if (held) return { state: 'held', until: null, mayNotifyNow };
  if (quietUntil !== null) return { state: 'quiet_hours', until: quietUntil, mayNotifyNow };
  if (sendAfter !== null && sendAfter > now) return { state: 'send_delay', until: sendAfter, mayNotifyNow };
  if (quota === null || told < quota) return stands(facts.fresh ? 'sending' : 'checking');
  if (nextBatchAt !== null && nextBatchAt > now && !facts.belowMinimum)
    return { state: 'next_batch', until: nextBatchAt, mayNotifyNow };
  return stands(facts.checkDue ? 'checking' : 'short');
}
