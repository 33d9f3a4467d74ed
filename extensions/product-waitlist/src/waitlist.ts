// What the app answers about one product, and how the block reads it.

export type State = 'missing' | 'paused' | 'restocked' | 'unseen' | 'waiting' | 'notYet';
export type Line = { variantId: string; title: string; waiting: number; oldest: string | null; state: State };
/** `more`: variants that have no room in the block. */
export type Waitlist = { waiting: number; lines: Line[]; more: number };

export const TONES: Record<State, 'neutral' | 'warning' | 'caution' | 'success'> = {
  missing: 'warning',
  paused: 'caution',
  restocked: 'success',
  unseen: 'neutral',
  waiting: 'neutral',
  notYet: 'neutral',
};

/** Shopify resolves the address against the app's own and adds the session token. */
export async function readWaitlist({ productId }: { productId: string }): Promise<Waitlist> {
  const answer = await fetch(`/app/products/${productId}/waitlist`);
  if (!answer.ok) throw new Error(`The app answered ${answer.status}`);
  const waitlist = (await answer.json()) as Partial<Waitlist> | null;
  if (!Array.isArray(waitlist?.lines)) throw new Error('This is no waitlist');
  return waitlist as Waitlist;
}

/** Whole days that the first in line has waited; null when nobody waits. */
export function oldest({ since, now }: { since: string | null; now: number }): number | null {
  if (since === null) return null;
  return Math.max(0, Math.floor((now - Date.parse(since)) / 86_400_000));
}
