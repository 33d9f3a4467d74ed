// The 24-hour window after a person's last action, in which we may reply.
import { HOUR, later, SECOND } from '../../lib/clock.ts';
import type { Consequence } from '../error-codes.ts';
import type { PermissionKind, Recipient } from './permission.ts';

export const openWindow: PermissionKind = {
  name: 'open_window',
  ask: null,
  readGrant: () => null,
  diesAt: (at) => later(at, 24 * HOUR),
  whenLost: { may: 'say_again', waitMs: 20 * SECOND, giveUpMs: 40 * SECOND },
};

export const addressedByPsid = (psid: string): Recipient => ({ id: psid });

/** Whether we may still speak to a person whose last action was at `lastActionAt`. */
export const isOpen = ({ lastActionAt, now }: { lastActionAt: Date | null; now: Date }): boolean =>
  lastActionAt !== null && openWindow.diesAt(lastActionAt) > now;

export type ReplyPermission =
  { do: 'again'; afterMs: number } | { do: 'wait for the page' } | { do: 'give up' };

/** What a refused reply may do next: a reply costs no token, so it is only a matter of time and of whom the refusal is about. */
export function replyPermission({ consequence }: { consequence: Consequence }): ReplyPermission {
  switch (consequence.kind) {
    case 'slow_down':
      return { do: 'again', afterMs: 2 * SECOND };
    case 'retry':
      return {
        do: 'again',
        afterMs: consequence.fate === 'unknown' ? openWindow.whenLost.waitMs : 5 * SECOND,
      };
    case 'page_trouble':
      return { do: 'wait for the page' };
    case 'person':
    case 'window':
    case 'doubtful':
    case 'fix':
      return { do: 'give up' };
  }
}
