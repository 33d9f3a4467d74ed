// The state of a shop's Page, and what follows for the button, for sending and for the merchant.
import type { Page } from '@prisma/client';

export type PageIssue = NonNullable<Page['issue']>;

/** `on`; `probing`: stopped, and one message now and then tries whether it is over; `off`: until the merchant connects the Page. */
export type Sending = 'on' | 'probing' | 'off';

/** What the merchant does about an issue; `wait`: Meta lifts it, and says in the Page's Support Home what it asks for. */
type Remedy = 'reconnect' | 'test' | 'wait';

type Consequence = { severity: number; sending: Sending; remedy: Remedy };

/** What follows from each issue. The graver one is shown: whoever clears it sees the next. Any of them hides the button. */
export const ISSUES: Record<PageIssue, Consequence> = {
  // We don't hear who asks, and can still notify.
  not_subscribed: { severity: 1, sending: 'on', remedy: 'reconnect' },
  unexplained_errors: { severity: 2, sending: 'probing', remedy: 'test' },
  restricted: { severity: 3, sending: 'probing', remedy: 'wait' },
  blocked: { severity: 4, sending: 'probing', remedy: 'wait' },
  // Meta takes no opt-in request any more; grants given before it said so are tried.
  not_granted: { severity: 5, sending: 'on', remedy: 'test' },
  permission: { severity: 6, sending: 'probing', remedy: 'reconnect' },
  reconnect: { severity: 7, sending: 'off', remedy: 'reconnect' },
};

const issuesThat = (holds: (consequence: Consequence) => boolean): PageIssue[] =>
  (Object.keys(ISSUES) as PageIssue[]).filter((issue) => holds(ISSUES[issue]));

export const PROBING = issuesThat(({ sending }) => sending === 'probing');
export const OFF = issuesThat(({ sending }) => sending === 'off');
export const lesserIssues = (than: PageIssue): PageIssue[] =>
  issuesThat(({ severity }) => severity < ISSUES[than].severity);

/** Why nothing leaves through a Meta Page although a shop's own connection is well: Meta is silent, or refuses all who share the Page. */
export type OpenCircuit = 'silence' | PageIssue;

/** What is stored of a Page. */
export type PageFacts = {
  issue: PageIssue | null;
  testPassedAt: Date | null;
  disconnectedAt: Date | null;
  circuit: OpenCircuit | null;
};

/** Whether notifications leave through one Page. */
export function sendingThrough({ issue, disconnectedAt, circuit }: Omit<PageFacts, 'testPassedAt'>): Sending {
  if (disconnectedAt !== null) return 'off';
  const sending = issue === null ? 'on' : ISSUES[issue].sending;
  return sending === 'on' && circuit !== null ? 'probing' : sending;
}

/** How far a step of the setup is: `attention`: it was done, and no longer holds. */
export type Step = 'missing' | 'attention' | 'done';

export type PageStatus = {
  issue: OpenCircuit | null;
  /** Connecting the Page, and the merchant's own test. */
  setup: { page: Step; test: Step };
  /** Shoppers see it wherever it is placed and a variant is sold out. */
  buttonShown: boolean;
  sending: Sending;
};

/** `page`: the one that speaks for the shop; null: none is connected. */
export function pageStatus(page: PageFacts | null): PageStatus {
  if (page === null || page.disconnectedAt !== null)
    return { issue: null, setup: { page: 'missing', test: 'missing' }, buttonShown: false, sending: 'off' };
  const { issue, testPassedAt, circuit } = page;
  const remedy = issue === null ? null : ISSUES[issue].remedy;
  const tested = testPassedAt !== null;
  return {
    issue: issue ?? circuit,
    setup: {
      page: remedy === null || remedy === 'test' ? 'done' : 'attention',
      test: !tested ? 'missing' : remedy === 'test' ? 'attention' : 'done',
    },
    buttonShown: tested && issue === null,
    sending: sendingThrough(page),
  };
}
