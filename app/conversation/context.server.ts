// The context of an event: shopper, shop, Page, who else speaks in the thread, and how to build a reply.
import { type Shopper, Prisma } from '@prisma/client';
import { db, queryRows, type Tx } from '../db.server.ts';
import type { Overrides } from '../i18n/custom-messages.ts';
import { chooseLocale, formatMessage, type Message, type Values } from '../i18n/shopper.ts';
import { type Clock, DAY, SECOND } from '../lib/clock.ts';
import { type Page, pagesByMetaId } from '../messenger/pages.server.ts';
import { makePayload, type Verb } from '../messenger/payloads.ts';
import type { QuickReply, ReplyContent } from '../messenger/reply-body.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import type { Shop } from '../shopify/shops.server.ts';
import type { CheckAvailability } from '../stock/variants.server.ts';
import type { EventFailure } from './event-store.server.ts';
import type { Reply } from './replies.server.ts';

/** One event of a person with everything that its answer depends on. */
export type ConversationContext = {
  event: MetaEvent & { psid: string };
  shop: Shop;
  page: Page;
  /** The person in this shop, when known. */
  shopper: Shopper | null;
  /** The person in every shop of this Page. */
  known: Shopper[];
  /** Every shop's connection to this Page. */
  pages: Page[];
  now: Date;
};

/**
 * Finds the shop an event is about: the one it names, if that shop speaks through this Page; else where the person was last active; else
 * the first to connect. undefined: no installed shop has this Page any more.
 */
export async function loadContext({
  event,
  names,
  now,
}: {
  event: MetaEvent & { psid: string };
  names: bigint | null;
  now: Date;
}): Promise<ConversationContext | undefined> {
  const connected = await pagesByMetaId({ metaPageId: event.metaPageId });
  const shops = await db.shop.findMany({
    where: { id: { in: connected.map((page) => page.shopId) }, uninstalledAt: null },
  });
  const pages = connected.filter((page) => shops.some((shop) => shop.id === page.shopId));
  const known = await db.shopper.findMany({
    where: { psid: event.psid, pageId: { in: pages.map((page) => page.id) } },
    orderBy: [{ lastActionAt: { sort: 'desc', nulls: 'last' } }, { id: 'asc' }],
  });
  const page =
    pages.find((one) => one.shopId === names) ??
    pages.find((one) => one.id === known[0]?.pageId) ??
    pages.find((one) => one.replacedAt === null) ??
    pages[0];
  if (page === undefined) return undefined;
  const shop = shops.find((one) => one.id === page.shopId)!;
  return {
    event,
    shop,
    page,
    shopper: known.find((one) => one.pageId === page.id) ?? null,
    known,
    pages,
    now,
  };
}

/** The person's row in this shop, made at the first meeting. */
export async function upsertShopper({
  tx,
  context,
  locale,
  country,
  question,
}: {
  tx: Tx;
  context: ConversationContext;
  locale?: string;
  country?: string;
  question?: Question | null;
}): Promise<Shopper> {
  const { shop, page, event, shopper, known } = context;
  const early = known.filter((one) => isInstantAnswer({ at: one.takenOverAt ?? new Date(0), act: event.at }));
  if (early.length > 0)
    await tx.shopper.updateMany({
      where: { id: { in: early.map((one) => one.id) } },
      data: { takenOverAt: null },
    });
  const rows = await queryRows<Shopper>({
    tx,
    sql: Prisma.sql`
    INSERT INTO shoppers (shop_id, page_id, psid, locale, country, last_action_at, created_at, pending_question)
    VALUES (${shop.id}, ${page.id}, ${event.psid}, ${locale ?? chooseLocale({ shop: shop.locale })}, ${country ?? 'xx'},
            ${event.at}, ${context.now}, ${question ? JSON.stringify(question) : null}::jsonb)
    ON CONFLICT (shop_id, page_id, psid) DO UPDATE SET
      last_action_at = GREATEST(shoppers.last_action_at, excluded.last_action_at),
      locale = ${locale ?? shopper?.locale ?? chooseLocale({ shop: shop.locale })},
      country = COALESCE(${country ?? null}, shoppers.country),
      pending_question = CASE WHEN ${question === undefined} THEN shoppers.pending_question ELSE excluded.pending_question END
    RETURNING *`,
  });
  return rows[0]!;
}

/** Writes replies in the person's language, with the merchant's wording and the shop's time zone. */
export function replyBuilder({ context, locale }: { context: ConversationContext; locale?: string }) {
  const { shop, page, event, shopper } = context;
  const spokenIn = locale ?? shopper?.locale ?? chooseLocale({ shop: shop.locale });
  const t = (message: Message, values: Values = {}): string =>
    formatMessage({
      locale: spokenIn,
      message,
      values: { shop: shop.name, ...values },
      overrides: shop.customMessages as Overrides,
      timeZone: shop.timezone,
    });
  const payload = (verb: Verb, id: bigint) => makePayload({ verb, shopId: shop.id, id });
  return {
    locale: spokenIn,
    t,
    payload,
    reply: (content: ReplyContent, optInRequestId?: bigint): Reply => ({
      shopId: shop.id,
      pageId: page.id,
      psid: event.psid,
      content,
      optInRequestId,
    }),
    unordered: (message: Message, verb: Verb, id: bigint): QuickReply => ({
      title: t(message),
      payload: payload(verb, id),
    }),
    button: (message: Message, verb: Verb, id: bigint) => ({
      type: 'postback' as const,
      title: t(message),
      payload: payload(verb, id),
    }),
  };
}

export type ReplyBuilder = ReturnType<typeof replyBuilder>;

export const noReply = (why: string): Effects => ({ replies: [], reason: why });

/** What an act of the person's is answered with, once it is saved. */
export const answerWith = (write: () => Reply): Effects => ({
  replies: [],
  answer: () => Promise.try(() => [write()]),
});

/** What the steps of `prepare` work with. */
export type PrepareInput = {
  context: ConversationContext;
  checkAvailability: CheckAvailability;
  clock: Clock;
};

export type Ignore = { step: 'ignore'; why: string };

export type NoteAction = { step: 'note_action'; context: ConversationContext; why: string };

export type AskWhichProduct = { step: 'ask_which_product'; context: ConversationContext; message: Message };

/** Nothing is said and nothing is noted. */
export const ignore = (why: string): Ignore => ({ step: 'ignore', why });

/** Nothing is said, and the person's action is remembered: it opened the window. */
export const noteActionOnly = (context: ConversationContext, why: string): NoteAction => ({
  step: 'note_action',
  context,
  why,
});

export async function noteAction({ tx, context, why }: { tx: Tx } & NoteAction): Promise<Effects> {
  if (context.shopper !== null) await upsertShopper({ tx, context });
  return noReply(why);
}

/** We don't know what for: we ask, and keep the question open for a day. */
export async function askWhichProduct({
  tx,
  context,
  message,
}: { tx: Tx } & Omit<AskWhichProduct, 'step'>): Promise<Effects> {
  await upsertShopper({ tx, context, question: { kind: 'product', at: context.now.toISOString() } });
  return replyWithText({ context, message });
}

/** One text in the person's language. */
export function replyWithText({
  context,
  message,
  values,
}: {
  context: ConversationContext;
  message: Message;
  values?: Values;
}): Effects {
  const builder = replyBuilder({ context });
  return { replies: [builder.reply({ kind: 'text', text: builder.t(message, values) })] };
}

/** What an event brought about: replies, or the reason why there is none, and the problem for which it is kept and shown. */
export type Effects = {
  replies: Reply[];
  /** For an event that is an act of the person's: the act is saved by now, and stands although this may fail. */
  answer?: (() => Promise<Reply[]>) | undefined;
  reason?: string;
  problem?: EventFailure;
};

/** How an event is handled: first what reads or needs the network, then, in the transaction that takes the event out, what writes. */
export type EventHandler<Prepared> = {
  prepare: (event: MetaEvent) => Promise<Prepared>;
  apply: (tx: Tx, prepared: Prepared) => Promise<Effects>;
};

/** What we asked last and still wait for an answer to. */
export type Question = { kind: 'product' | 'size'; at: string; handle?: string };

type Person = Pick<
  Shopper,
  'lastActionAt' | 'repliedAt' | 'otherResponderAt' | 'takenOverAt' | 'pendingQuestion' | 'handoffMessageAt'
>;

/** So soon after the person or after us only a machine writes: instant replies, away messages, other apps' bots. */
const AUTOMATION_WITHIN_MS = 10 * SECOND;

/** Whether a word said at `at` answers what the person did at `act`. Both times are Meta's. */
const isInstantAnswer = ({ at, act }: { at: Date; act: Date | null }): boolean =>
  act !== null && at >= act && at.getTime() - act.getTime() <= AUTOMATION_WITHIN_MS;

const askedAt = ({ pendingQuestion: question }: Person): Date | null => {
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
      [one.repliedAt, askedAt(one)].some(
        (ours) => ours !== null && Math.abs(at.getTime() - ours.getTime()) <= AUTOMATION_WITHIN_MS,
      ),
  );

/** People or another app keep answering a thread for days; a week after their last word it is quiet again. */
const OTHER_RESPONDER_FOR_MS = 7 * DAY;

/** Whether others, automations among them, answer in the thread at the moment: what nobody asked us is theirs. */
export const hasOtherResponder = ({ known, now }: { known: Person[]; now: Date }): boolean =>
  known.some(
    (one) =>
      one.otherResponderAt !== null &&
      now.getTime() - one.otherResponderAt.getTime() < OTHER_RESPONDER_FOR_MS,
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
  return takenOver ? undefined : (shopper!.pendingQuestion as Question);
}

/** Nothing but a sticker, emoji or a smiley of signs: nobody is asked anything by it. */
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
    : attachments.length === 0 && !/[\p{L}\p{N}?？؟]/u.test(text.replaceAll(KEYCAP, ''));

/** A digit in a box: an emoji that is made of a digit. */
const KEYCAP = /[0-9#*]\ufe0f?\u20e3/gu;
