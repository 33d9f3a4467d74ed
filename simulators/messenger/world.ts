// What the Messenger simulator remembers: apps, merchants, Pages, people, threads, tokens, messages, and every delivered or refused call.
import type { MessageContent } from './message-shape.ts';

export type App = {
  id: string;
  name: string;
  secret: string;
  verifyToken: string;
  callbackUrl: string;
  requireProof: boolean;
  /** An app that is not live only hears from, and speaks to, its testers. */
  live: boolean;
  testers: string[];
  /** Empty means that any address is taken back to from the login dialog. */
  redirectUris: string[];
  loginConfigs: Record<string, string[]>;
  deauthorizeUrl: string | null;
  dataDeletionUrl: string | null;
};

/** A merchant: somebody who has roles on Pages and lends them to apps. */
export type User = { id: string; name: string; pages: { pageId: string; tasks: string[] }[] };

export type Profile = {
  get_started?: { payload: string };
  greeting?: { locale: string; text: string }[];
  ice_breakers?: { locale?: string; call_to_actions: { question: string; payload: string }[] }[];
  persistent_menu?: { locale: string; composer_input_disabled?: boolean; call_to_actions?: MenuItem[] }[];
  whitelisted_domains?: string[];
};
export type MenuItem = { type: string; title: string; payload?: string; url?: string };

export type Page = {
  id: string;
  name: string;
  username: string | null;
  /** The Page token of the app it was added for, so that a test can speak as that app without the login dialog. */
  token: string;
  otnEnabled: boolean;
  subscriptions: Record<string, string[]>;
  profile: Profile;
  restricted: boolean;
  acceptsPictureInNotice: boolean;
  failingSince: Record<string, number>;
};

export type Person = { id: string; name: string; at: string | null };

export type Thread = {
  psid: string;
  pageId: string;
  personId: string;
  exists: boolean;
  windowUntil: number;
  /** Who answers: null = every subscribed app, "people" = the Page's inbox, otherwise an app's id. */
  owner: string | null;
  blocked: boolean;
  pendingRef: string | null;
  readUpTo: number;
  messages: string[];
};

export type Message = {
  mid: string;
  psid: string;
  from: 'person' | 'page';
  appId: string | null;
  at: number;
  content: MessageContent;
  paidBy: 'token' | 'window' | null;
  /** The one-time token that a tap on Notify Me made of this request. */
  granted: string | null;
  tapped: string[];
  reaction: string | null;
};

export type AccessToken = {
  token: string;
  kind: 'user' | 'page';
  appId: string;
  userId: string | null;
  pageId: string | null;
  longLived: boolean;
  scopes: string[];
  pages: string[];
  issuedAt: number;
  expiresAt: number | null;
  invalid: { subcode: number | null; message: string } | null;
};

export type LoginCode = {
  code: string;
  appId: string;
  userId: string;
  redirectUri: string;
  scopes: string[];
  declined: string[];
  pages: string[];
  issuedAt: number;
  usedAt: number | null;
};

export type OneTimeToken = {
  token: string;
  pageId: string;
  psid: string;
  payload: string;
  createdAt: number;
  usedAt: number | null;
};

export type LedgerLine = {
  mid: string;
  pageId: string;
  psid: string;
  personId: string;
  at: number;
  paidBy: 'token' | 'window';
  token?: string;
  metadata?: string;
  body: string;
  text: string;
};

export type Refusal = {
  at: number;
  route: string;
  pageId: string | null;
  code: number;
  subcode: number | null;
  message: string;
  why: string;
  body: string;
};

export type World = {
  apps: Map<string, App>;
  users: Map<string, User>;
  pages: Map<string, Page>;
  people: Map<string, Person>;
  threads: Map<string, Thread>;
  messages: Map<string, Message>;
  accessTokens: Map<string, AccessToken>;
  codes: Map<string, LoginCode>;
  oneTimeTokens: Map<string, OneTimeToken>;
  declined: Map<string, { id: string; permissions: string[] }>;
  ledger: LedgerLine[];
  refusals: Refusal[];
  /** Second way to a thread, rebuilt on restore: `${pageId}:${personId}`. */
  threadOf: Map<string, Thread>;
};

export function emptyWorld(): World {
  return {
    apps: new Map(),
    users: new Map(),
    pages: new Map(),
    people: new Map(),
    threads: new Map(),
    messages: new Map(),
    accessTokens: new Map(),
    codes: new Map(),
    oneTimeTokens: new Map(),
    declined: new Map(),
    ledger: [],
    refusals: [],
    threadOf: new Map(),
  };
}

export type WorldSnapshot = {
  apps: App[];
  users: User[];
  pages: Page[];
  people: Person[];
  threads: Thread[];
  messages: Message[];
  accessTokens: AccessToken[];
  codes: LoginCode[];
  oneTimeTokens: OneTimeToken[];
  declined: { id: string; permissions: string[] }[];
  ledger: LedgerLine[];
  refusals: Refusal[];
};

/** A copy that shares nothing with the living world, ready for JSON. */
export function snapshotOf(world: World): WorldSnapshot {
  return structuredClone({
    apps: [...world.apps.values()],
    users: [...world.users.values()],
    pages: [...world.pages.values()],
    people: [...world.people.values()],
    threads: [...world.threads.values()],
    messages: [...world.messages.values()],
    accessTokens: [...world.accessTokens.values()],
    codes: [...world.codes.values()],
    oneTimeTokens: [...world.oneTimeTokens.values()],
    declined: [...world.declined.values()],
    ledger: world.ledger,
    refusals: world.refusals,
  });
}

/** Puts a snapshot back into the same world object, which everybody else holds on to. */
export function restoreInto({ world, snapshot }: { world: World; snapshot: WorldSnapshot }): void {
  const kept = structuredClone(snapshot);
  const refill = <T>(map: Map<string, T>, values: T[], key: (value: T) => string) => {
    map.clear();
    for (const value of values) map.set(key(value), value);
  };
  refill(world.apps, kept.apps, (app) => app.id);
  refill(world.users, kept.users, (user) => user.id);
  refill(world.pages, kept.pages, (page) => page.id);
  refill(world.people, kept.people, (person) => person.id);
  refill(world.threads, kept.threads, (thread) => thread.psid);
  refill(world.threadOf, kept.threads, (thread) => threadKey(thread));
  // Both maps must hold the same thread object, or a window opened in one would stay shut in the other.
  for (const thread of world.threads.values()) world.threadOf.set(threadKey(thread), thread);
  refill(world.messages, kept.messages, (message) => message.mid);
  refill(world.accessTokens, kept.accessTokens, (token) => token.token);
  refill(world.codes, kept.codes, (code) => code.code);
  refill(world.oneTimeTokens, kept.oneTimeTokens, (token) => token.token);
  refill(world.declined, kept.declined, (user) => user.id);
  world.ledger.splice(0, world.ledger.length, ...kept.ledger);
  world.refusals.splice(0, world.refusals.length, ...kept.refusals);
}

export function threadKey({ pageId, personId }: { pageId: string; personId: string }): string {
  return `${pageId}:${personId}`;
}
