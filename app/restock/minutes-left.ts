// How long a restock will go on telling: from those it may still tell, the pace that was seen, and the pace that the Page allows.
import { MINUTE, SECOND } from '../lib/clock.ts';

/** The pace is read off the messages begun in this time. */
export const LATELY_MS = 30 * SECOND;
/** Fewer than these say nothing about a pace. */
const TELLING = 5;

export type Telling = {
  told: number;
  waiting: number;
  /** null: everyone. */
  allowance: number | null;
  lately: number;
  perSecond: number | null;
};

/** How many of those who wait this restock may tell before its next wave. */
export const leftToTell = ({ told, waiting, allowance }: Omit<Telling, 'lately' | 'perSecond'>): number =>
  Math.max(0, Math.min(waiting, allowance === null ? waiting : allowance - told));

/**
 * Whole minutes until the last of them is told, at least one; null when there is nobody to tell, or nothing to reckon with. What later
 * waves bring depends on stock that nobody knows yet: they are not guessed at.
 */
export function minutesLeft(telling: Telling): number | null {
  const left = leftToTell(telling);
  const { lately, perSecond } = telling;
  const seen = lately >= TELLING ? (lately * SECOND) / LATELY_MS : undefined;
  // A lane that has just begun has not shown its pace yet, and none goes on faster than its Page may.
  const pace = seen === undefined ? perSecond : perSecond === null ? seen : Math.min(seen, perSecond);
  if (left === 0 || pace === null || pace <= 0) return null;
  return Math.max(1, Math.ceil((left / pace) * (SECOND / MINUTE)));
}
