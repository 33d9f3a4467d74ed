// Why somebody was told, is not told yet, or will not be told at all: read from the facts of their one subscription.
export type Life = {
  state: 'waiting' | 'claimed' | 'told' | 'presumed' | 'refused' | 'unknown' | 'expired' | 'stopped';
  expiresAt: Date;
  page: { trouble: string | null; gone: boolean };
  variant: { paused: boolean; missing: boolean };
  shopperStopped: boolean;
  notification: { state: string; reason: string | null } | null;
  /** The variant's open restock, if it is back now. */
  restock: {
    held: boolean;
    holdUntil: Date | null;
    allowance: number;
    told: number;
    /** This shopper was told in it already, by an earlier subscription. */
    toldAlready: boolean;
  } | null;
  /** The newest look's reason. */
  lookReason: string | null;
};

export type Why = {
  /** told · on its way · not yet · never · unknown: the headline. */
  answer: 'told' | 'on_its_way' | 'not_yet' | 'never' | 'unknown';
  /** A code of the words `why.*`. */
  because: string;
  /** A code of the words `reason.*` or `outcome.*` that says more. */
  detail: string | null;
};

const answer = (verdict: Why['answer'], because: string, detail: string | null = null): Why => ({
  answer: verdict,
  because,
  detail,
});

/** Pure: the first thing that decides is the answer. */
export function why({ life, now }: { life: Life; now: Date }): Why {
  const { notification: sent, restock } = life;
  if (sent?.state === 'sent') return answer('told', 'sent');
  if (sent?.state === 'presumed') return answer('told', 'presumed');
  if (sent?.state === 'refused') return answer('never', 'refused', sent.reason);
  if (sent?.state === 'unknown') return answer('unknown', 'unknown');
  if (life.state === 'told') return answer('told', 'sent');
  if (life.state === 'presumed') return answer('told', 'presumed');
  if (life.state === 'refused') return answer('never', 'refused');
  if (life.state === 'unknown') return answer('unknown', 'unknown');
  if (life.state === 'stopped' || life.shopperStopped) return answer('never', 'stopped');
  if (life.state === 'expired' || life.expiresAt <= now) return answer('never', 'expired');
  if (life.page.gone) return answer('never', 'page_gone');
  if (sent !== null) return answer('on_its_way', sent.state === 'doubtful' ? 'doubtful' : 'under_way');
  if (life.page.trouble !== null) return answer('not_yet', 'page_trouble', life.page.trouble);
  if (life.variant.missing) return answer('not_yet', 'missing');
  if (life.variant.paused) return answer('not_yet', 'paused');
  if (restock === null)
    return life.lookReason === null
      ? answer('not_yet', 'not_looked')
      : answer('not_yet', 'not_back', life.lookReason);
  if (restock.toldAlready) return answer('not_yet', 'told_already');
  if (restock.held) return answer('not_yet', 'held');
  if (restock.holdUntil !== null && restock.holdUntil > now)
    return answer('not_yet', life.lookReason === 'quiet_hours' ? 'quiet_hours' : 'hold_off');
  if (restock.told >= restock.allowance) return answer('not_yet', 'next_wave');
  return answer('on_its_way', 'next_in_line');
}
