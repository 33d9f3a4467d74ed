// How a line stands, wherever the merchant meets it: the gravest first.
export type LineState = 'missing' | 'paused' | 'restocked' | 'unseen' | 'waiting' | 'notYet';

/** `reason`: that of the newest look; null: there was none. */
export function lineState({
  missing,
  paused,
  restocked,
  reason,
}: {
  missing: boolean;
  paused: boolean;
  restocked: boolean;
  reason: string | null;
}): LineState {
  if (missing) return 'missing';
  if (paused) return 'paused';
  if (restocked) return 'restocked';
  if (reason === null) return 'unseen';
  return reason === 'sold_out' ? 'waiting' : 'notYet';
}
