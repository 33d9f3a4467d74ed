// Who speaks in a thread besides us: people, another app, or an automation.
import type { Shopper } from '@prisma/client';
import { DAY, SECOND } from '../lib/clock.ts';

/** What we asked last and still wait for an answer to. */
export type Question = { kind: 'product' | 'size'; at: string; handle?: string };

type Person = Pick<
  Shopper,
  'lastActionAt' | 'spokeAt' | 'othersAt' | 'takenOverAt' | 'question' | 'deferredAt'
>;

/** So soon after the person or after us only a machine writes: instant replies, away messages, other apps' bots. */
const AUTOMATION_WITHIN_MS = 10 * SECOND;

/** Whether a word said at `at` answers what the person did at `act`. Both times are Meta's. */
export const isInstantAnswer = ({ at, act }: { at: Date; act: Date | null }): boolean =>
  act !== null && at >= act && at.getTime() - act.getTime() <= AUTOMATION_WITHIN_MS;

const askedAt = ({ question }: Person): Date | null => {
  const asked = question as Question | null;
  return asked === null ? null : new Date(asked.at);
};

/**
 * Whether somebody else's word said at `at` is an automation's, as far as its time tells. `known`: the person in every shop of the Page.
 * Our own times are our clock's, which may be ahead of Meta's.
 */
export const isAutomation = ({ at, known }: { at: Date; known: Person[] }): boolean =>
  known.some(
    (one) =>
      isInstantAnswer({ at, act: one.lastActionAt }) ||
      [one.spokeAt, askedAt(one)].some(
        (ours) => ours !== null && Math.abs(at.getTime() - ours.getTime()) <= AUTOMATION_WITHIN_MS,
      ),
  );

/** People or another app keep answering a thread for days; a week after their last word it is quiet again. */
const OTHER_RESPONDER_FOR_MS = 7 * DAY;

/** Whether others, automations among them, answer in the thread at the moment: what nobody asked us is theirs. */
export const hasOtherResponder = ({ known, now }: { known: Person[]; now: Date }): boolean =>
  known.some(
    (one) => one.othersAt !== null && now.getTime() - one.othersAt.getTime() < OTHER_RESPONDER_FOR_MS,
  );

/**
 * Our own question, while it is open: for a day, and until somebody took the thread over. `act`: when the person did what is to be answered;
 * a word right after it was an automation's that reached us first.
 */
export function pendingQuestion({
  shopper,
  known,
  act,
  now,
}: {
  shopper: Person | null;
  known: Person[];
  act: Date;
  now: Date;
}): Question | undefined {
  const asked = shopper === null ? null : askedAt(shopper);
  if (asked === null || now.getTime() - asked.getTime() > DAY) return undefined;
  const takenOver = known.some(
    ({ takenOverAt }) =>
      takenOverAt !== null && takenOverAt > asked && !isInstantAnswer({ at: takenOverAt, act }),
  );
  return takenOver ? undefined : (shopper!.question as Question);
}

/** Nothing but a sticker or emoji: nobody is asked anything by it. */
export const isWordless = ({
  text,
  sticker,
  attachments,
}: {
  text: string;
  sticker: boolean;
  attachments: string[];
}): boolean =>
  text.trim() === ''
    ? sticker
    : attachments.length === 0 &&
      /^[\p{Extended_Pictographic}\p{Emoji_Modifier}\u200d\ufe0f\s]+$/u.test(text);
