// What Meta's answer makes of one message: the rules of fates known and unknown, in one pure place.
import { MINUTE } from '../lib/clock.ts';
import { retryDelay } from '../lib/retry.ts';
import type { PageIssue } from '../messenger/page-status.ts';
import type { SendAnswer } from '../messenger/send-api.server.ts';

export type Outcome =
  | { end: 'sent'; mid: string | null }
  /** Told, as far as anybody can know: Meta would not take the same call twice. */
  | { end: 'assumed_sent' }
  | { end: 'failed'; reason: string }
  /** May have been sent: the same call is made again later, and nothing else. */
  | { end: 'in_doubt' }
  /** The repeat of an uncertain call was not made after all: it is due again at once. */
  | { end: 'not_repeated' }
  /** Surely not sent: started again after `afterMs`. */
  | { end: 'again'; afterMs: number; withoutPicture: boolean }
  /** Refused without a word about whose fault it is. */
  | { end: 'unexplained_error' }
  /** Surely not sent: waits again, in place; left alone for `restMs`. */
  | { end: 'put_back'; restMs: number };

export type Classified = {
  outcome: Outcome;
  /** What the answer says of the Page. */
  issue?: { issue: PageIssue; whole: boolean };
};

export const UNEXPLAINED_RETRY_MS = MINUTE;
/** How long a fate may stay uncertain before it is named unknown. */
export const GIVE_UP_MS = 5 * MINUTE;
const MAX_ATTEMPTS = 5;
const REST_MS = 10 * MINUTE;

export type SendCircumstances = {
  answer: SendAnswer;
  /** An earlier call with this message may have been carried out. */
  uncertain: boolean;
  /** Calls made for this message, this one included. */
  attempts: number;
  /** The message bore a picture. */
  picture: boolean;
  /** It is the merchant's own test. */
  isTest: boolean;
  /** Since this message was first refused, Meta has accepted another through the same connection. */
  othersAccepted: boolean;
};

export function classifyOutcome(given: SendCircumstances): Classified {
  const { answer, uncertain, attempts } = given;
  if (answer.outcome === 'accepted') return { outcome: { end: 'sent', mid: answer.mid ?? null } };
  if (answer.outcome === 'lost')
    return answer.began || uncertain
      ? { outcome: { end: 'in_doubt' } }
      : { outcome: { end: 'again', afterMs: retryDelay({ attempt: attempts }), withoutPicture: false } };
  return uncertain ? classifyRepeat(answer) : classifyFirst({ ...given, answer });
}

type Refused = Extract<SendAnswer, { outcome: 'refused' }>;

/** The answer to a repeated call: only "this token cannot be spent" says something about the first one. */
function classifyRepeat({ consequence, code, subcode }: Refused): Classified {
  const uncertain: Outcome = { end: 'in_doubt' };
  switch (consequence.kind) {
    case 'doubtful':
      return { outcome: { end: 'assumed_sent' } };
    case 'page_trouble':
      // A bare 10 could be Meta's word for a spent token as well: it is no proof against the Page.
      return code === 10 && subcode === undefined
        ? { outcome: uncertain }
        : { outcome: uncertain, issue: consequence };
    case 'person':
    case 'window':
    case 'fix':
    case 'retry':
    case 'slow_down':
      return { outcome: uncertain };
  }
}

function classifyFirst({
  answer: { consequence },
  attempts,
  picture,
  isTest,
  othersAccepted,
}: SendCircumstances & { answer: Refused }): Classified {
  switch (consequence.kind) {
    case 'retry':
      if (consequence.fate === 'unknown') return { outcome: { end: 'in_doubt' } };
      return attempts < MAX_ATTEMPTS
        ? { outcome: { end: 'again', afterMs: retryDelay({ attempt: attempts }), withoutPicture: false } }
        : { outcome: { end: 'put_back', restMs: REST_MS } };
    case 'slow_down':
      return { outcome: { end: 'again', afterMs: 0, withoutPicture: false } };
    case 'page_trouble':
      return { outcome: { end: 'put_back', restMs: 0 }, issue: consequence };
    case 'person':
      return { outcome: { end: 'failed', reason: consequence.reason } };
    case 'fix':
    case 'window':
    case 'doubtful':
      if (picture) return { outcome: { end: 'again', afterMs: 0, withoutPicture: true } };
      if (isTest || (othersAccepted && attempts > 1))
        return { outcome: { end: 'failed', reason: 'not_accepted' } };
      return attempts >= 3
        ? { outcome: { end: 'put_back', restMs: REST_MS } }
        : { outcome: { end: 'unexplained_error' } };
  }
}
