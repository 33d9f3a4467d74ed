// What each error code of Meta's means for us: the one table of (code, subcode).
import type { PageIssue } from './page-status.ts';

type RecipientReason =
  | 'unavailable'
  | 'no_such_person'
  | 'stopped_by_person'
  | 'asked_too_often'
  | 'thread_elsewhere'
  | 'no_profile';

export type Consequence =
  /** Try again with back-off. `unknown`: the refused call may have been carried out all the same. */
  | { kind: 'retry'; fate: 'not_sent' | 'unknown' }
  /** We are too fast, for the Page or for the whole app. */
  | { kind: 'slow_down' }
  /** Nothing of this connection (or, `whole`, of this Meta Page) can be said until somebody mends it. */
  | { kind: 'page_trouble'; issue: PageIssue; whole: boolean }
  /** About this one person, for good. */
  | { kind: 'person'; reason: RecipientReason }
  /** The 24-hour window is shut. */
  | { kind: 'window' }
  /** Says nothing about whose fault it is: token, template or something else. */
  | { kind: 'doubtful' }
  /** Our message is wrong; another one might be taken. */
  | { kind: 'fix'; what: 'picture' | 'template' | 'request' };

export type ErrorRow = {
  code: number;
  /** undefined: every subcode of this code that has no row of its own. */
  subcode?: number;
  meaning: string;
  consequence: Consequence;
  /** What Meta's own `is_transient: true` makes of it. */
  whenTransient?: Consequence;
};

const maybeSent: Consequence = { kind: 'retry', fate: 'unknown' };
const notSent: Consequence = { kind: 'retry', fate: 'not_sent' };
const slowDown: Consequence = { kind: 'slow_down' };
const windowClosed: Consequence = { kind: 'window' };
const unexplained: Consequence = { kind: 'doubtful' };
const pageIssue = (name: PageIssue): Consequence => ({
  kind: 'page_trouble',
  issue: name,
  whole: name === 'restricted' || name === 'blocked',
});
const person = (reason: RecipientReason): Consequence => ({ kind: 'person', reason });
const fix = (what: 'picture' | 'template' | 'request'): Consequence => ({ kind: 'fix', what });
const unavailable = { consequence: person('unavailable'), whenTransient: notSent };

/** In the order of docs: facts about Meta, section 5.1. */
export const errorTable: readonly ErrorRow[] = [
  { code: 1, meaning: 'unknown error', consequence: maybeSent },
  { code: 1, subcode: 99, meaning: 'unknown error, perhaps a missing permission', consequence: maybeSent },
  { code: 1, subcode: 1357046, meaning: 'invalid JSON reply inside Meta', consequence: maybeSent },
  { code: 2, meaning: 'unexpected error, try again', consequence: maybeSent },
  { code: -1, meaning: 'unexpected error, try again', consequence: maybeSent },
  { code: 1200, meaning: 'temporary send failure', consequence: maybeSent },
  { code: 4, meaning: 'application request limit', consequence: slowDown },
  { code: 4, subcode: 2018022, meaning: 'too many sends to phone numbers', consequence: slowDown },
  {
    code: 4,
    subcode: 2018354,
    meaning: 'minimum delay between notifications',
    consequence: person('asked_too_often'),
  },
  { code: 9, subcode: 2018352, meaning: 'too many opt-in requests', consequence: person('asked_too_often') },
  { code: 10, meaning: 'no permission for this action', consequence: pageIssue('permission') },
  { code: 10, subcode: 2018065, meaning: 'outside of the allowed window', consequence: windowClosed },
  { code: 10, subcode: 2018278, meaning: 'outside of the allowed window', consequence: windowClosed },
  { code: 10, subcode: 2534022, meaning: 'outside of the allowed window', consequence: windowClosed },
  { code: 10, subcode: 2018108, meaning: 'cannot receive messages right now', ...unavailable },
  {
    code: 10,
    subcode: 1893015,
    meaning: 'stopped this topic',
    consequence: person('stopped_by_person'),
  },
  {
    code: 10,
    subcode: 1404170,
    meaning: 'Page may not send opt-in requests',
    consequence: pageIssue('not_granted'),
  },
  {
    code: 10,
    subcode: 1893063,
    meaning: 'Page temporarily restricted from sending',
    consequence: pageIssue('restricted'),
  },
  { code: 10, subcode: 2018336, meaning: 'thread impact in Europe', ...unavailable },
  {
    code: 10,
    subcode: 2018300,
    meaning: 'another app controls the thread',
    consequence: person('thread_elsewhere'),
  },
  { code: 17, meaning: 'call limit of the user', consequence: slowDown },
  { code: 32, meaning: 'call limit of the Page', consequence: slowDown },
  { code: 80001, meaning: 'business use case limit, Pages', consequence: slowDown },
  { code: 80006, meaning: 'business use case limit, Messenger', consequence: slowDown },
  { code: 100, meaning: 'invalid parameter, or a token that cannot be spent', consequence: unexplained },
  {
    code: 100,
    subcode: 33,
    meaning: 'no such object, or no access to it',
    consequence: pageIssue('permission'),
  },
  { code: 100, subcode: 2018001, meaning: 'no matching user', consequence: person('no_such_person') },
  {
    code: 100,
    subcode: 2018008,
    meaning: 'picture could not be fetched',
    consequence: fix('picture'),
  },
  { code: 100, subcode: 2018047, meaning: 'picture could not be uploaded', consequence: fix('picture') },
  { code: 100, subcode: 2018074, meaning: 'attachment is not ours', consequence: fix('picture') },
  { code: 100, subcode: 2018109, meaning: 'attachment too big', consequence: fix('picture') },
  { code: 100, subcode: 2018294, meaning: 'picture took too long', consequence: fix('picture') },
  { code: 100, subcode: 2018164, meaning: 'incorrect app id', consequence: pageIssue('permission') },
  { code: 100, subcode: 1893029, meaning: 'template parameters', consequence: fix('template') },
  { code: 100, subcode: 2018416, meaning: 'template fault', consequence: fix('template') },
  { code: 100, subcode: 2388051, meaning: 'template example', consequence: fix('template') },
  { code: 190, meaning: 'Page token is dead', consequence: pageIssue('reconnect') },
  ...[458, 459, 460, 463, 467, 492].map((subcode) => ({
    code: 190,
    subcode,
    meaning: 'Page token is dead',
    consequence: pageIssue('reconnect'),
  })),
  { code: 200, meaning: 'app or person lacks a permission', consequence: pageIssue('permission') },
  { code: 200, subcode: 2018021, meaning: 'app lacks a permission', consequence: pageIssue('permission') },
  { code: 200, subcode: 2018027, meaning: 'app lacks a permission', consequence: pageIssue('permission') },
  { code: 200, subcode: 2018028, meaning: 'app is not live', consequence: pageIssue('permission') },
  { code: 200, subcode: 1545041, meaning: 'person not available', ...unavailable },
  { code: 551, meaning: 'person not available', ...unavailable },
  { code: 551, subcode: 1545041, meaning: 'person not available', ...unavailable },
  { code: 551, subcode: 1893047, meaning: 'person not available', ...unavailable },
  { code: 230, meaning: 'permission needed', consequence: pageIssue('permission') },
  { code: 341, meaning: 'application limit', consequence: slowDown },
  { code: 368, meaning: 'blocked for breaking a policy', consequence: pageIssue('blocked') },
  { code: 506, meaning: 'the same was said just now', consequence: unexplained },
  { code: 613, meaning: 'rate limit', consequence: slowDown },
  {
    code: 613,
    subcode: 1893016,
    meaning: 'same opt-in request again',
    consequence: person('asked_too_often'),
  },
  { code: 613, subcode: 2018338, meaning: 'warned for abusive use', consequence: pageIssue('restricted') },
  { code: 2022, meaning: 'commerce messages switched off', consequence: pageIssue('blocked') },
  { code: 2018218, meaning: 'person has no profile', consequence: person('no_profile') },
  { code: 2018247, meaning: 'no permission for the profile', consequence: fix('request') },
  {
    code: 2018300,
    meaning: 'another app controls the thread',
    consequence: person('thread_elsewhere'),
  },
  { code: 2018321, meaning: 'thread is in an automated flow', consequence: notSent },
  { code: 10303, meaning: 'bad account linking token', consequence: fix('request') },
  { code: 2635, meaning: 'API version is no longer served', consequence: fix('request') },
  { code: 2500, meaning: 'no access token', consequence: pageIssue('reconnect') },
];

const rows = new Map(errorTable.map((row) => [`${row.code}/${row.subcode ?? ''}`, row]));

/** What Meta's error means. A code that no page of Meta's names is doubtful, or worth another try when Meta says so. */
export function classifyError({
  code,
  subcode,
  transient = false,
  status = 400,
}: {
  code: number;
  subcode?: number | undefined;
  transient?: boolean;
  status?: number;
}): Consequence {
  const row = rows.get(`${code}/${subcode ?? ''}`) ?? rows.get(`${code}/`);
  if (row) return transient && row.whenTransient ? row.whenTransient : row.consequence;
  return transient || status >= 500 ? maybeSent : unexplained;
}
