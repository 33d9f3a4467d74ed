// Decides from a stock check: open, extend or close a restock, wait, or nothing, and why.
import { later, MINUTE, SECOND } from '../lib/clock.ts';
import type { Kind, Reason, Availability } from './availability.ts';
import { quietEnd, type QuietSettings, quietStart } from './quiet-hours.ts';

type DecisionKind = 'open' | 'raise_quota' | 'wait' | 'close' | 'none';

export type RestockSettings = QuietSettings & {
  sendPolicy: 'batches' | 'all_at_once';
  shoppersPerUnit: number;
  batchIntervalMinutes: number;
  minimumStock: number;
  sendDelaySeconds: number;
  restockCooldownMinutes: number;
};

/** What one reading found; `availability` is null when Shopify no longer knows the variant. */
type StockCheckResult = {
  availability: Availability | null;
  staleChecks: number;
  /** When a check is due by itself; null: no such time is set. */
  nextCheckAt: Date | null;
  pausedAt: Date | null;
};

export type RestockState = {
  closedAt: Date | null;
  kind: Kind;
  notificationQuota: number;
  /** Units when the quota was last raised. */
  units: number | null;
  sendAfter: Date | null;
  nextBatchAt: Date | null;
  heldAt: Date | null;
};

export type Decision = {
  decision: DecisionKind;
  reason: Reason;
  /** The restock's row as it shall be: a new one, or the one given. null: no row. */
  restock: (RestockState & { row: 'new' | 'same' }) | null;
  /** When the variant is checked again by itself. */
  nextCheckAt: Date | null;
  staleChecks: number;
};

/** A quota without a bound: the largest number its column holds. */
export const NO_LIMIT = 2_147_483_647;
/** More than any waitlist is long, and far enough below the column's bound to be added to. */
const MOST = 1_000_000_000;

/** Shopify's "not for sale" is doubted three times: https://community.shopify.dev/t/32191 saw it lag by many minutes. */
const STALE_STEPS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE];

type Given = {
  check: StockCheckResult;
  /** The newest restock of the variant, open or closed. */
  restock: RestockState | null;
  settings: RestockSettings;
  /** How many wait and were not told in this restock (of a new one: how many wait); counting may stop at the quota + 1. */
  waiting: number;
  /** How many were claimed in this restock so far. */
  claimedCount: number;
  now: Date;
};

/** Whether a restock that opened now would be the same as `restock`: it is open, or its gap at zero is shorter than the guard. */
export const isSame = ({ restock, settings, now }: Pick<Given, 'restock' | 'settings' | 'now'>): boolean =>
  restock !== null &&
  (restock.closedAt === null ||
    now.getTime() - restock.closedAt.getTime() < settings.restockCooldownMinutes * MINUTE);

/** How many may be notified at once on these units; Infinity: all. */
export function remainingQuota({
  availability,
  settings,
}: {
  availability: Availability;
  settings: RestockSettings;
}): number {
  const { units } = availability;
  if (units !== null && units < Math.max(1, settings.minimumStock)) return 0;
  if (units === null || settings.sendPolicy === 'all_at_once') return Infinity;
  return Math.min(units * settings.shoppersPerUnit, MOST);
}

/** Pure: the same check twice gives the same quota. */
export function decide(given: Given): Decision {
  const { check, restock, settings, waiting, now } = given;
  const { availability } = check;
  const open = restock !== null && restock.closedAt === null ? restock : null;

  if (availability === null || !availability.available) {
    const reason = availability?.why ?? 'deleted';
    const again = staleWait({ check, now });
    if (open === null) return { decision: 'none', reason, restock: null, ...again };
    return { decision: 'close', reason, restock: { ...open, row: 'same', closedAt: now }, ...again };
  }

  const calm = { nextCheckAt: null, staleChecks: 0 };
  if (open !== null)
    return quotaDecision({
      ...given,
      availability,
      restock: { ...open, row: 'same', kind: availability.kind },
    });

  const nothing = (reason: Reason): Decision => ({ decision: 'none', reason, restock: null, ...calm });
  if (check.pausedAt !== null) return nothing('paused');
  if (remainingQuota({ availability, settings }) === 0) return nothing('below_minimum');
  const same = isSame({ restock, settings, now }) ? restock : null;
  if (same === null && waiting === 0) return nothing('nobody_waiting');

  const fresh = { notificationQuota: 0, units: null, nextBatchAt: null, heldAt: null };
  const opened = quotaDecision({
    ...given,
    availability,
    claimedCount: same === null ? 0 : given.claimedCount,
    restock: {
      ...(same ?? fresh),
      row: same === null ? 'new' : 'same',
      closedAt: null,
      kind: availability.kind,
      // Also a restock that comes back waits for its second reading: a flicker must burn no tokens.
      sendAfter: later(now, settings.sendDelaySeconds * SECOND),
    },
  });
  return { ...opened, decision: 'open' };
}

/** Looks again while Shopify's figures contradict each other, each time a little later, three times. */
function staleWait({
  check,
  now,
}: {
  check: StockCheckResult;
  now: Date;
}): Pick<Decision, 'nextCheckAt' | 'staleChecks'> {
  if (!check.availability?.stale) return { nextCheckAt: null, staleChecks: 0 };
  // Five webhooks of one restock are one doubt, not five.
  if (check.staleChecks > 0 && check.nextCheckAt !== null)
    return { nextCheckAt: null, staleChecks: check.staleChecks };
  const step = STALE_STEPS[check.staleChecks];
  if (step === undefined) return { nextCheckAt: null, staleChecks: check.staleChecks };
  return { nextCheckAt: later(now, step), staleChecks: check.staleChecks + 1 };
}

type QuotaInput = Given & { availability: Availability; restock: RestockState & { row: 'new' | 'same' } };

/** In an open restock: may anybody be notified now, and how many in all? */
function quotaDecision(given: QuotaInput): Decision {
  const { check, restock, settings, waiting, now } = given;
  const calm = { restock, nextCheckAt: null, staleChecks: 0 };
  if (check.pausedAt !== null) return { ...calm, decision: 'wait', reason: 'paused' };
  if (restock.heldAt !== null) return { ...calm, decision: 'wait', reason: 'held' };

  const { sendAfter } = restock;
  // Later than a whole hold-off from now: that was for quiet hours which the merchant has since changed.
  const holdOff =
    sendAfter !== null && sendAfter > now && sendAfter <= later(now, settings.sendDelaySeconds * SECOND)
      ? sendAfter
      : null;
  const quiet = quietEnd({ now, settings });
  if (quiet !== undefined) {
    const until = holdOff !== null && holdOff > quiet ? holdOff : quiet;
    return {
      ...calm,
      restock: { ...restock, sendAfter: until },
      nextCheckAt: until,
      decision: 'wait',
      reason: 'quiet_hours',
    };
  }
  if (holdOff !== null) return { ...calm, nextCheckAt: holdOff, decision: 'wait', reason: 'send_delay' };

  const granted = raiseQuota(given);
  const next = { ...restock, ...granted, sendAfter: null };
  const left = next.notificationQuota - given.claimedCount;
  const beyond = waiting > left;
  const start = waiting > 0 && left > 0 ? quietStart({ now, settings }) : undefined;
  const batch = beyond && next.nextBatchAt !== null ? next.nextBatchAt : undefined;
  return {
    restock: next,
    staleChecks: 0,
    nextCheckAt:
      [batch, start].filter((at) => at !== undefined).sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
    ...outcome({ ...given, left, raised: next.notificationQuota > restock.notificationQuota, beyond }),
  };
}

function outcome({
  availability,
  settings,
  waiting,
  left,
  raised,
  beyond,
}: QuotaInput & { left: number; raised: boolean; beyond: boolean }): Pick<Decision, 'decision' | 'reason'> {
  if (waiting === 0) return { decision: 'none', reason: 'nobody_waiting' };
  if (raised) return { decision: 'raise_quota', reason: beyond ? 'batch' : 'all_allowed' };
  if (remainingQuota({ availability, settings }) === 0) return { decision: 'wait', reason: 'below_minimum' };
  return left > 0 ? { decision: 'none', reason: 'sending' } : { decision: 'wait', reason: 'next_batch' };
}

/**
 * The allowance, cumulative. All who wait at once when they fit the stock, else a wave now and the next one after a while. Never more
 * outstanding than the newest units bear: what the Page could not send yet must not be sent on units that are gone.
 */
function raiseQuota({
  restock,
  availability,
  settings,
  waiting,
  claimedCount: told,
  now,
}: QuotaInput): Pick<RestockState, 'notificationQuota' | 'units' | 'nextBatchAt'> {
  const { units } = availability;
  const bears = remainingQuota({ availability, settings });
  if (bears === Infinity) return { notificationQuota: NO_LIMIT, units, nextBatchAt: null };
  if (restock.nextBatchAt !== null && restock.nextBatchAt > now) {
    const grown = Math.max(0, units! - (restock.units ?? 0)) * settings.shoppersPerUnit;
    return {
      notificationQuota: Math.max(told, Math.min(restock.notificationQuota + grown, told + bears)),
      units: Math.max(units!, restock.units ?? 0),
      nextBatchAt: restock.nextBatchAt,
    };
  }
  if (waiting <= bears) return { notificationQuota: told + waiting, units, nextBatchAt: null };
  const nextBatchAt = bears === 0 ? null : later(now, settings.batchIntervalMinutes * MINUTE);
  return { notificationQuota: told + bears, units, nextBatchAt };
}
