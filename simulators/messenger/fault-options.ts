// What the caller may turn to make Meta difficult: lost replies, refusals, bad webhooks, and the answers Meta never printed.
import { faults, plausiblePermissionFaults, plausibleTokenFaults, type GraphFault } from './graph-answer.ts';
import type { MessageContent } from './message-shape.ts';

/** Thrown by `handle` when the caller must see its connection die instead of an answer: the host destroys the socket. */
export class ConnectionLost extends Error {
  override name = 'ConnectionLost';
}

export type FaultOptions = {
  /** Answers Meta is silent about, each to be turned to every plausible form. */
  tokenFaults: { unknown: GraphFault; used: GraphFault; expired: GraphFault };
  otnPermissionFault: GraphFault;
  /** What Meta has against a message for a part of it: a picture that it can't fetch, a link that it blocks. */
  partFault: (content: MessageContent) => GraphFault | null;
  notifyMeOpensWindow: boolean;
  omitRecipientId: boolean;
  successAsString: boolean;
  userProfileAccess: boolean;
  /** Accepted sends per Page in a rolling second; what the next one hears; whether the usage headers tell it beforehand. */
  rate: { perSecond: number; fault: GraphFault; headers: boolean };
  profileLimit: { calls: number; withinMs: number } | null;
  /** Off for long benchmarks: the ledger keeps its lines, but neither bodies nor chat bubbles. */
  keepMessages: boolean;
  webhooks: {
    hold: boolean;
    copies: number;
    batch: number;
    shuffle: boolean;
    delayMs: number;
    /** Share of webhooks that Meta never sends, 0 to 1. */
    lose: number;
    loseFields: string[];
    wrongSignature: boolean;
    numberIds: boolean;
    extraFields: boolean;
    withholdEchoes: boolean;
    withholdDeliveries: boolean;
    /** A postback older than `postback.mid`, as some are still delivered. */
    omitPostbackMid: boolean;
    concurrency: number;
    immediateRetries: number;
    retryAfterMs: number[];
    timeoutMs: number;
  };
};

export function defaultFaultOptions(): FaultOptions {
  return {
    tokenFaults: {
      unknown: plausibleTokenFaults.bare100,
      used: plausibleTokenFaults.bare100,
      expired: plausibleTokenFaults.bare100,
    },
    otnPermissionFault: plausiblePermissionFaults.permission,
    partFault: () => null,
    notifyMeOpensWindow: false,
    omitRecipientId: false,
    successAsString: false,
    userProfileAccess: false,
    rate: { perSecond: 300, fault: faults.rate, headers: true },
    profileLimit: { calls: 10, withinMs: 10 * 60_000 },
    keepMessages: true,
    webhooks: {
      hold: false,
      copies: 1,
      batch: 1,
      shuffle: false,
      delayMs: 0,
      lose: 0,
      loseFields: [],
      wrongSignature: false,
      numberIds: false,
      extraFields: false,
      withholdEchoes: false,
      withholdDeliveries: false,
      omitPostbackMid: false,
      concurrency: 16,
      immediateRetries: 3,
      retryAfterMs: [10_000, 30_000, 60_000, 300_000, 900_000, 1_800_000, 3_600_000],
      timeoutMs: 20_000,
    },
  };
}

export type Disturbance =
  /** Everything happened, a token is spent, and the caller never hears of it. */
  (
    | { kind: 'lose_reply' }
    | { kind: 'fail_after'; status?: number }
    /** Nothing happened: the call never reached Meta. */
    | { kind: 'drop_request' }
    | { kind: 'refuse'; fault: GraphFault }
    | { kind: 'slow'; ms: number; after?: boolean }
  ) & {
    /** How many calls it meets; 1 unless told. */
    times?: number;
    /** Share of matching calls it meets, 0 to 1. */
    chance?: number;
    only?: { pageId?: string; psid?: string; paidBy?: 'token' | 'window'; metadata?: string };
  };

/** What is known of a send when a disturbance has to decide whether it is meant. */
export type SendInSight = { pageId: string; psid?: string; paidBy: 'token' | 'window'; metadata?: string };

export function createDisturbances({ random }: { random: () => number }) {
  type Live = { what: Disturbance; left: number };
  let live: Live[] = [];
  return {
    /** Returns the switch that ends it. */
    add(what: Disturbance): () => void {
      const one: Live = { what, left: what.times ?? 1 };
      live.push(one);
      return () => {
        live = live.filter((other) => other !== one);
      };
    },
    clear() {
      live = [];
    },
    any: () => live.length > 0,
    /** All that meet this send; each is counted down. */
    meet(send: SendInSight): Disturbance[] {
      const met = live.filter(
        ({ what, left }) => left > 0 && isMeant({ only: what.only, send }) && (what.chance ?? 1) > random(),
      );
      for (const one of met) one.left -= 1;
      live = live.filter((one) => one.left > 0);
      return met.map((one) => one.what);
    },
  };
}

function isMeant({ only, send }: { only: Disturbance['only']; send: SendInSight }): boolean {
  if (!only) return true;
  return (
    (only.pageId === undefined || only.pageId === send.pageId) &&
    (only.psid === undefined || only.psid === send.psid) &&
    (only.paidBy === undefined || only.paidBy === send.paidBy) &&
    (only.metadata === undefined || only.metadata === send.metadata)
  );
}
