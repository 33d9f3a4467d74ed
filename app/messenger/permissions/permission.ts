// What each kind of permission declares; a new kind is a file beside this one and rows in one table.
import type { Json } from '../../lib/json.ts';

/** How a message is paid for, as Meta's `recipient`. */
export type Recipient = { one_time_notif_token: string } | { id: string };

type Grant = { token: string; payload: string };

export type PermissionKind = {
  name: 'one_time_token' | 'open_window';
  /** What to ask with, as Meta's `message`; null: there is nothing to ask, the person's own act opens it. */
  ask: ((given: { title: string; payload: string }) => object) | null;
  /** What the event says that grants it; null when this event does not. */
  readGrant: (event: { [key: string]: Json }) => Grant | null;
  /** When permission that began at `at` dies. */
  diesAt: (at: Date) => Date;
  /**
   * What may be done when the reply to a call was lost. `same_call`: Meta itself refuses the second, so the same bytes are sent again
   * after `waitMs`. `say_again`: after `waitMs` without an echo it is said once more; a doubled question is a nuisance, a lost one is a lost sale.
   */
  whenLost: { may: 'same_call' | 'say_again'; waitMs: number; giveUpMs: number };
};
