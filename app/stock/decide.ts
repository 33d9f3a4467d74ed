// Decides from a stock check: open, extend or close a restock, wait, or nothing, and why.
import { later, MINUTE, SECOND } from '../lib/clock.ts';
import type { Kind, Reason, Availability } from './availability.ts';
import { quietEnd, type QuietSettings, quietStart } from './quiet-hours.ts';

type DecisionKind = 'open' | 'allow' | 'wait' | 'close' | 'nothing';

export type RestockSettings = QuietSettings & {
  policy: 'fair' | 'everyone';
  unitsFactor: number;
  waveMinutes: number;
  minimumUnits: number;
  holdOffSeconds: number;
  flapGuardMinutes: number;
};

/** What one reading found; `standing` is null when Shopify no longer knows the variant. */
type StockCheckResult = {
  standing: Availability | null;
  staleLooks: number;
  /** An appointment for a look that is still to come. */
  lookAt: Date | null;
  pausedAt: Date | null;
};

export type RestockState = {
  closedAt: Date | null;
  kind: Kind;
  allowance: number;
  /** Units when the allowance was last raised. */
  units: number | null;
  holdUntil: Date | null;
  waveAt: Date | null;
  heldAt: Date | null;
};

export type Decision = {
  verdict: DecisionKind;
  reason: Reason;
  /** The restock's row as it shall be: a new one, or the one given. null: no row. */
  restock: (RestockState & { row: 'new' | 'same' }) | null;
  /** When time itself gives the next hint. */
  lookAt: Date | null;
  staleLooks: number;
};

/** An allowance without a bound: the largest number its column holds. */
export const NO_LIMIT = 2_147_483_647;
/** More than any line is long, and far enough below the column's bound to be added to. */
const MOST = 1_000_000_000;

/** Shopify's "not for sale" is doubted three times: https://community.shopify.dev/t/32191 saw it lag by many minutes. */
const STALE_STEPS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE];

type Given = {
  look: StockCheckResult;
  /** The newest restock of the variant, open or closed. */
  restock: RestockState | null;
  settings: RestockSettings;
  /** How many wait and were not told in this restock (of a new one: how many wait); counting may stop at `room` + 1. */
  waiting: number;
  /** How many were claimed in this restock so far. */
  told: number;
  now: Date;
};

/** Whether a restock that opened now would be the same as `restock`: it is open, or its gap at zero is shorter than the guard. */
export const isSame = ({ restock, settings, now }: Pick<Given, 'restock' | 'settings' | 'now'>): boolean =>
  restock !== null &&
  (restock.closedAt === null ||
    now.getTime() - restock.closedAt.getTime() < settings.flapGuardMinutes * MINUTE);

/** How many may be told at once on these units; Infinity: all. */
export function remainingQuota({
  standing,
  settings,
}: {
  standing: Availability;
  settings: RestockSettings;
}): number {
  const { units } = standing;
  if (units !== null && units < Math.max(1, settings.minimumUnits)) return 0;
  if (units === null || settings.policy === 'everyone') return Infinity;
  return Math.min(units * settings.unitsFactor, MOST);
}

/** Pure: the same look twice comes to the same allowance. */
export function decide(given: Given): Decision {
  const { look, restock, settings, waiting, now } = given;
  const { standing } = look;
  const open = restock !== null && restock.closedAt === null ? restock : null;

  if (standing === null || !standing.sellable) {
    const reason = standing?.why ?? 'gone';
    const again = staleWait({ look, now });
    if (open === null) return { verdict: 'nothing', reason, restock: null, ...again };
    return { verdict: 'close', reason, restock: { ...open, row: 'same', closedAt: now }, ...again };
  }

  const calm = { lookAt: null, staleLooks: 0 };
  if (open !== null)
    return quotaDecision({ ...given, standing, restock: { ...open, row: 'same', kind: standing.kind } });

  const nothing = (reason: Reason): Decision => ({ verdict: 'nothing', reason, restock: null, ...calm });
  if (look.pausedAt !== null) return nothing('paused');
  if (remainingQuota({ standing, settings }) === 0) return nothing('below_minimum');
  const same = isSame({ restock, settings, now }) ? restock : null;
  if (same === null && waiting === 0) return nothing('nobody_waits');

  const fresh = { allowance: 0, units: null, waveAt: null, heldAt: null };
  const opened = quotaDecision({
    ...given,
    standing,
    told: same === null ? 0 : given.told,
    restock: {
      ...(same ?? fresh),
      row: same === null ? 'new' : 'same',
      closedAt: null,
      kind: standing.kind,
      // Also a restock that comes back waits for its second reading: a flicker must burn no tokens.
      holdUntil: later(now, settings.holdOffSeconds * SECOND),
    },
  });
  return { ...opened, verdict: 'open' };
}

/** Looks again while Shopify's figures contradict each other, each time a little later, three times. */
function staleWait({
  look,
  now,
}: {
  look: StockCheckResult;
  now: Date;
}): Pick<Decision, 'lookAt' | 'staleLooks'> {
  if (!look.standing?.stale) return { lookAt: null, staleLooks: 0 };
  // Five webhooks of one restock are one doubt, not five.
  if (look.staleLooks > 0 && look.lookAt !== null) return { lookAt: null, staleLooks: look.staleLooks };
  const step = STALE_STEPS[look.staleLooks];
  if (step === undefined) return { lookAt: null, staleLooks: look.staleLooks };
  return { lookAt: later(now, step), staleLooks: look.staleLooks + 1 };
}

type QuotaInput = Given & { standing: Availability; restock: RestockState & { row: 'new' | 'same' } };

/** In an open restock: may anybody be told now, and how many in all? */
function quotaDecision(given: QuotaInput): Decision {
  const { look, restock, settings, waiting, now } = given;
  const calm = { restock, lookAt: null, staleLooks: 0 };
  if (look.pausedAt !== null) return { ...calm, verdict: 'wait', reason: 'paused' };
  if (restock.heldAt !== null) return { ...calm, verdict: 'wait', reason: 'held' };

  const { holdUntil } = restock;
  // Later than a whole hold-off from now: that was for quiet hours which the merchant has since changed.
  const holdOff =
    holdUntil !== null && holdUntil > now && holdUntil <= later(now, settings.holdOffSeconds * SECOND)
      ? holdUntil
      : null;
  const quiet = quietEnd({ now, settings });
  if (quiet !== undefined) {
    const until = holdOff !== null && holdOff > quiet ? holdOff : quiet;
    return {
      ...calm,
      restock: { ...restock, holdUntil: until },
      lookAt: until,
      verdict: 'wait',
      reason: 'quiet_hours',
    };
  }
  if (holdOff !== null) return { ...calm, lookAt: holdOff, verdict: 'wait', reason: 'hold_off' };

  const granted = raiseQuota(given);
  const next = { ...restock, ...granted, holdUntil: null };
  const left = next.allowance - given.told;
  const beyond = waiting > left;
  const start = waiting > 0 && left > 0 ? quietStart({ now, settings }) : undefined;
  const wave = beyond && next.waveAt !== null ? next.waveAt : undefined;
  return {
    restock: next,
    staleLooks: 0,
    lookAt:
      [wave, start].filter((at) => at !== undefined).sort((a, b) => a.getTime() - b.getTime())[0] ?? null,
    ...outcome({ ...given, left, raised: next.allowance > restock.allowance, beyond }),
  };
}

function outcome({
  standing,
  settings,
  waiting,
  left,
  raised,
  beyond,
}: QuotaInput & { left: number; raised: boolean; beyond: boolean }): Pick<Decision, 'verdict' | 'reason'> {
  if (waiting === 0) return { verdict: 'nothing', reason: 'nobody_waits' };
  if (raised) return { verdict: 'allow', reason: beyond ? 'wave' : 'everyone_allowed' };
  if (remainingQuota({ standing, settings }) === 0) return { verdict: 'wait', reason: 'below_minimum' };
  return left > 0
    ? { verdict: 'nothing', reason: 'still_telling' }
    : { verdict: 'wait', reason: 'next_wave' };
}

/**
 * The allowance, cumulative. All who wait at once when they fit the stock, else a wave now and the next one after a while. Never more
 * outstanding than the newest units bear: what the Page could not send yet must not be sent on units that are gone.
 */
function raiseQuota({
  restock,
  standing,
  settings,
  waiting,
  told,
  now,
}: QuotaInput): Pick<RestockState, 'allowance' | 'units' | 'waveAt'> {
  const { units } = standing;
  const bears = remainingQuota({ standing, settings });
  if (bears === Infinity) return { allowance: NO_LIMIT, units, waveAt: null };
  if (restock.waveAt !== null && restock.waveAt > now) {
    const grown = Math.max(0, units! - (restock.units ?? 0)) * settings.unitsFactor;
    return {
      allowance: Math.max(told, Math.min(restock.allowance + grown, told + bears)),
      units: Math.max(units!, restock.units ?? 0),
      waveAt: restock.waveAt,
    };
  }
  if (waiting <= bears) return { allowance: told + waiting, units, waveAt: null };
  const waveAt = bears === 0 ? null : later(now, settings.waveMinutes * MINUTE);
  return { allowance: told + bears, units, waveAt };
}
