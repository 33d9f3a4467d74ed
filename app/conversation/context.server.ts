// The context of an event: shopper, shop, Page, and how to build a reply.
import type { Shopper } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import { chooseLocale, type Message, type Overrides, formatMessage, type Values } from '../i18n/shopper.ts';
import type { Clock } from '../lib/clock.ts';
import { type Page, pagesByMetaId } from '../messenger/pages.server.ts';
import { makePayload, type Verb } from '../messenger/payloads.ts';
import type { QuickReply, ReplyContent } from '../messenger/reply-body.ts';
import type { MetaEvent } from '../messenger/webhooks.ts';
import type { Shop } from '../shopify/shops.server.ts';
import type { CheckAvailability } from '../stock/check-availability.server.ts';
import type { EventFailure } from './event-store.server.ts';
import type { Reply } from './replies.server.ts';
import { isInstantAnswer, type Question } from './thread.ts';

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
  const rows = await tx.$queryRaw<Shopper[]>`
    INSERT INTO "Shopper" ("shopId", "pageId", "psid", "locale", "country", "lastActionAt", "createdAt", "question")
    VALUES (${shop.id}, ${page.id}, ${event.psid}, ${locale ?? chooseLocale({ shop: shop.locale })}, ${country ?? 'xx'},
            ${event.at}, ${context.now}, ${question ? JSON.stringify(question) : null}::jsonb)
    ON CONFLICT ("shopId", "pageId", "psid") DO UPDATE SET
      "lastActionAt" = GREATEST("Shopper"."lastActionAt", excluded."lastActionAt"),
      "locale" = ${locale ?? shopper?.locale ?? chooseLocale({ shop: shop.locale })},
      "country" = COALESCE(${country ?? null}, "Shopper"."country"),
      "question" = CASE WHEN ${question === undefined} THEN "Shopper"."question" ELSE excluded."question" END
    RETURNING *`;
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
      overrides: shop.texts as Overrides,
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
    quick: (message: Message, verb: Verb, id: bigint): QuickReply => ({
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
export const answerWith = (write: () => Reply): Effects => ({ replies: [], answer: async () => [write()] });

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
