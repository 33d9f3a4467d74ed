// Says one message through a Page, at the Page's pace, and names what Meta's answer means.
import { idText } from '../lib/json.ts';
import { classifyError, type Consequence } from './error-codes.ts';
import { CALL_TIMEOUT_MS, graph } from './graph-api.server.ts';
import type { Kind, RateLimiter } from './rate-limiter.ts';

export type SendAnswer =
  | { outcome: 'accepted'; mid?: string }
  | {
      outcome: 'refused';
      code: number;
      subcode?: number;
      message: string;
      traceId?: string;
      consequence: Consequence;
    }
  /** No answer: `began` tells whether it may have arrived all the same. */
  | { outcome: 'lost'; began: boolean };

export type Sending = {
  metaPageId: string;
  token: string;
  /** The exact JSON text of the request: a repeat is the same byte for byte. */ body: string;
  kind: Kind;
  rateLimiter: RateLimiter;
  /** The caller has taken this message's turn already. */ permitTaken?: boolean;
  timeoutMs?: number;
  signal?: AbortSignal;
};

/** Waits for the Page's next turn, says it once, and lets the pace learn from the answer. */
export async function send({
  metaPageId,
  token,
  body,
  kind,
  rateLimiter,
  permitTaken = false,
  timeoutMs = CALL_TIMEOUT_MS,
  signal,
}: Sending): Promise<SendAnswer> {
  if (!permitTaken) await rateLimiter.turn({ kind, ...(signal === undefined ? {} : { signal }) });
  const startedAt = rateLimiter.now();
  const answer = await graph({
    method: 'POST',
    path: `/${encodeURIComponent(metaPageId)}/messages`,
    token,
    body,
    timeoutMs,
  });
  if (answer.outcome === 'lost') return { outcome: 'lost', began: answer.began };
  if (answer.outcome === 'ok') {
    rateLimiter.accepted({ startedAt });
    const mid = idText(
      typeof answer.data === 'object' && answer.data !== null && !Array.isArray(answer.data)
        ? answer.data.message_id
        : undefined,
    );
    return { outcome: 'accepted', ...(mid === undefined ? {} : { mid }) };
  }
  const consequence = classifyError(answer);
  // The limit per second (613) is open again within one: the minutes that a header names are those of the hourly limits.
  if (consequence.kind === 'slow_down')
    rateLimiter.refused({ startedAt, regainMs: answer.code === 613 ? 0 : (answer.usage?.regainMs ?? 0) });
  return {
    outcome: 'refused',
    code: answer.code,
    ...(answer.subcode === undefined ? {} : { subcode: answer.subcode }),
    message: answer.message,
    ...(answer.traceId === undefined ? {} : { traceId: answer.traceId }),
    consequence,
  };
}
