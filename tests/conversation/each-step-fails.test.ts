// Each step of handling fails, for each kind of event: what the person did stands, and the answer comes later or never; nothing else happens.
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { createTestLink } from '../../app/conversation/arrival.server.ts';
import { MAX_ATTEMPTS, retryFailedEvents } from '../../app/conversation/event-store.server.ts';
import { db } from '../../app/db.server.ts';
import { GET_STARTED, makePayload, type Verb } from '../../app/messenger/payloads.ts';
import { clock, enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { failEachStatement, FAULTS } from './failures.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

type Act = (chat: Chat) => unknown;
const arrive: Act = (chat) => chat.open(chat.ref());
const arriveForM: Act = (chat) => chat.open(chat.ref({ variantId: chat.soldOut[1]! }));
const accept: Act = (chat) => chat.phone.tapNotifyMe();
const write = (text: string) => (chat: Chat) => void chat.phone.write(text, chat.metaPageId);
const post = (what: object) => (chat: Chat) => chat.post({ what });
const tapped = (payload: string) => (chat: Chat) =>
  chat.post({ what: { postback: { title: 'x', payload, mid: `${payload} of ${chat.personId}` } } });
/** A button of ours about the person's first subscription, or about a variant. */
const press =
  (verb: Verb, about: 'subscription' | 'variant' = 'subscription') =>
  async (chat: Chat) => {
    const { shopId } = chat;
    const first = async () =>
      (
        await db.subscription.findFirstOrThrow({
          where: { shopper: { psid: chat.psid() } },
          orderBy: { id: 'asc' },
        })
      ).id;
    const id = about === 'variant' ? chat.soldOut[0]! : await first();
    await tapped(makePayload({ verb, shopId, id }))(chat);
  };
const startTest: Act = async (chat) =>
  chat.open(new URL((await createTestLink({ shopId: chat.shopId, now: clock() }))!).searchParams.get('ref')!);
/** The first of what they wait for has come back, and they were told. */
const notified: Act = async (chat) => {
  const [first] = await db.subscription.findMany({
    where: { shopper: { psid: chat.psid() } },
    orderBy: { id: 'asc' },
  });
  await db.subscription.updateMany({
    where: { id: first!.id },
    data: { status: 'notified', grantToken: null, endedAt: clock() },
  });
};

/** What the database says of a person. */
const NOBODY = { known: false, waits: [] as string[], stopped: false, question: null as string | null };
const KNOWN = { ...NOBODY, known: true };
type State = typeof NOBODY;
async function stateOf(chat: Chat): Promise<State> {
  const person = await db.shopper.findFirst({
    where: { psid: chat.psid() },
    include: { subscriptions: { orderBy: { id: 'asc' } } },
  });
  if (person === null) return NOBODY;
  return {
    known: true,
    waits: person.subscriptions.map(({ status: state, isTest }) => (isTest ? `test ${state}` : state)),
    stopped: person.optedOutAt !== null,
    question: (person.pendingQuestion as { kind: string } | null)?.kind ?? null,
  };
}

type Kind = {
  before: Act[];
  does: Act;
  ends: State;
  says: string[];
  /** What is said where only Shopify knows better. */
  withoutShopify?: string[];
  /** It changes what they wait for, or that they are known: it is saved whatever becomes of the answer. */
  isAct?: true;
};
const ASKED = ['Linen shirt, S', 'one_time_notif_req'];
const waiting = { ...KNOWN, waits: ['waiting'] };
const stopped = { ...KNOWN, waits: ['cancelled'] };
const stoppedAll = { ...stopped, stopped: true };
const wasTold = { ...KNOWN, waits: ['notified'] };

const KINDS: Record<string, Kind> = {
  // What a person does about their waiting.
  'a yes': {
    before: [arrive],
    does: accept,
    ends: waiting,
    says: ['once when Linen shirt, S is back in stock'],
    isAct: true,
  },
  'a yes to the merchant’s test': {
    ...{ before: [startTest], does: accept, isAct: true },
    ...{ ends: { ...KNOWN, waits: ['test waiting'] }, says: [fixedPart('test.confirm')] },
  },
  STOP: {
    before: [arrive, accept],
    does: write('stop'),
    ends: stoppedAll,
    says: [ourText('optOut.done')],
    isAct: true,
  },
  'Stop all': {
    before: [arrive, accept],
    does: press('stopall'),
    ends: stoppedAll,
    says: [ourText('optOut.done')],
    isAct: true,
  },
  'Stop under one product': {
    ...{
      before: [arrive, accept],
      does: press('stop'),
      ends: stopped,
      says: ['Linen shirt, S'],
      isAct: true,
    },
  },
  'Stop other sizes': {
    ...{ before: [arrive, accept, arriveForM, accept, notified], does: press('others'), isAct: true },
    ...{ ends: { ...KNOWN, waits: ['notified', 'cancelled'] }, says: ['Linen shirt'] },
  },
  'forget me': {
    before: [arrive, accept],
    does: write('forget me'),
    ends: NOBODY,
    says: [ourText('erase.done')],
    isAct: true,
  },
  // What a person asks.
  'a ref': { before: [], does: arrive, ends: KNOWN, says: ASKED },
  'a ref for what is for sale': {
    ...{ before: [], does: (chat) => chat.open(chat.ref({ variantId: chat.forSale })) },
    ...{ ends: KNOWN, says: [fixedPart('arrive.available')], withoutShopify: ['one_time_notif_req'] },
  },
  'Get Started without a ref': {
    ...{ before: [arrive], does: tapped(GET_STARTED), says: [fixedPart('arrive.noRef')] },
    ends: { ...KNOWN, question: 'product' },
  },
  'a name after our question': {
    ...{
      before: [arrive, tapped(GET_STARTED)],
      does: write('linen'),
      says: [fixedPart('find.option')],
      withoutShopify: [ourText('request.unavailable')],
    },
    ends: { ...KNOWN, question: 'size' },
  },
  'a link': {
    before: [arrive],
    does: (chat) => write(`https://${chat.domain}/products/linen-shirt?variant=${chat.soldOut[0]}`)(chat),
    ...{ ends: KNOWN, says: ASKED },
  },
  'a size that was tapped': { before: [arrive], does: press('want', 'variant'), ends: KNOWN, says: ASKED },
  'one more size': {
    ...{
      before: [arrive, accept],
      does: press('more', 'variant'),
      says: [fixedPart('more.which')],
      withoutShopify: [ourText('request.unavailable')],
    },
    ends: { ...waiting, question: 'size' },
  },
  'my alerts': {
    before: [arrive, accept],
    does: write('my alerts'),
    ends: waiting,
    says: [fixedPart('alerts.line'), ourText('alerts.count', { count: 1 })],
  },
  'any other text': {
    before: [arrive],
    does: write('where is my order?'),
    ends: KNOWN,
    says: [fixedPart('handoff')],
  },
  'no thanks, after a notice': {
    ...{
      before: [arrive, accept, notified],
      does: press('no'),
      ends: wasTold,
      says: [fixedPart('notification.declined')],
    },
  },
  'next time, after a notice': {
    before: [arrive, accept, notified],
    does: press('next'),
    ends: wasTold,
    says: ASKED,
  },
  'a yes to a card that we don’t know': {
    before: [arrive],
    does: (chat) => {
      const payload = makePayload({ verb: 'r', shopId: chat.shopId, id: 999_999n });
      return post({
        optin: { type: 'one_time_notif_req', payload, one_time_notif_token: `token of ${chat.personId}` },
      })(chat);
    },
    ...{ ends: KNOWN, says: [ourText('optin.unknown')], isAct: true },
  },
  // What wants no answer.
  'a reaction': {
    ...{ before: [arrive], does: post({ reaction: { mid: 'm_1', action: 'react', emoji: '❤' } }) },
    ...{ ends: KNOWN, says: [] },
  },
  'a message edited': {
    ...{ before: [arrive], does: post({ message_edit: { mid: 'm_1', text: 'x', num_edit: 1 } }) },
    ...{ ends: KNOWN, says: [] },
  },
  'a word of the Page’s people': {
    before: [arrive],
    does: ({ messenger, metaPageId, personId }) =>
      messenger.inbox(metaPageId).humanReply({ personId, text: 'How can I help?' }),
    ...{ ends: KNOWN, says: [] },
  },
  'a thread handed to another app': {
    ...{ before: [arrive], does: post({ take_thread_control: { previous_owner_app_id: '1' } }) },
    ...{ ends: KNOWN, says: [] },
  },
  'a receipt': { before: [arrive], does: post({ read: { watermark: 1 } }), ends: KNOWN, says: [] },
  'an event that nobody has heard of': {
    before: [arrive],
    does: post({ telepathy: {} }),
    ends: KNOWN,
    says: [],
  },
};
/** What is kept for the merchant to see, whether or not anything fails. */
const KEPT = ['unknown_request', 'unrecognized'];

type Somebody = Kind & { kind: string; chat: Chat };

/** One person of each kind at a Page of their own, each ready to do what they do. */
async function gather(kinds: [string, Kind][]): Promise<{ crowd: Somebody[]; anybody: Chat }> {
  const place = await openPlace();
  const crowd = kinds.map(([kind, given]) => ({ kind, ...given, chat: enter(place) }));
  const anybody = crowd[0]!.chat;
  anybody.messenger.faultOptions.webhooks.withholdDeliveries = true;
  for (let step = 0; crowd.some(({ before }) => before.length > step); step += 1) {
    pass(20);
    for (const { before, chat } of crowd) await before[step]?.(chat);
    await anybody.untilIdle();
  }
  pass(20);
  return { crowd, anybody };
}

/** Each does what they do; @returns what was said to each since. */
async function act(crowd: Somebody[]): Promise<(who: Somebody) => string[]> {
  const before = new Map(crowd.map(({ chat }) => [chat, chat.said().length]));
  for (const { does, chat } of crowd) await does(chat);
  return ({ chat }) =>
    chat
      .said()
      .slice(before.get(chat))
      .map(({ content }) => JSON.stringify(content));
}

/** Whether this was said and nothing else, each once. */
const isJust = (said: string[], says: string[]) =>
  said.length === says.length && says.every((text, at) => said[at]!.includes(text));

/** The fault is over: what was parked is taken up again, and what waits for its time has it. */
async function recover(anybody: Chat): Promise<void> {
  const { metaPageId } = anybody;
  await retryFailedEvents({ whose: { metaPageId }, now: clock() });
  for (let round = 0; round < 2; round += 1) {
    pass(600);
    await anybody.untilIdle();
  }
}

const keptAt = async ({ metaPageId }: Chat) => {
  const events = await db.webhookEvent.findMany({
    where: { metaPageId },
    select: { eventKey: true, failure: true },
  });
  const replies = await db.reply.findMany({ where: { page: { metaPageId } } });
  return [
    ...events.map(({ eventKey: key, failure: problem }) => problem ?? key),
    ...replies.map(({ id }) => id),
  ].sort();
};

for (const [what, { fault, beforeTheSave, shopifyIsSilent, never }] of Object.entries(FAULTS))
  test(`${what}: what each person did stands, the answer comes later or never, and nothing else`, async () => {
    const { crowd, anybody } = await gather(Object.entries(KINDS));
    const mend = await fault(anybody);
    const saidTo = await act(crowd);
    await anybody.untilIdle();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      pass(2 ** attempt);
      await anybody.work();
    }
    if (beforeTheSave === undefined)
      for (const { kind, ends, chat } of crowd.filter(({ isAct }) => isAct))
        expect([kind, await stateOf(chat)], 'while it lasts').toEqual([kind, ends]);
    await mend();
    await recover(anybody);
    const wrong: unknown[] = [];
    for (const who of crowd) {
      const { kind, says, ends, isAct, chat, withoutShopify } = who;
      const said = saidTo(who);
      if (shopifyIsSilent && withoutShopify !== undefined && isJust(said, withoutShopify)) continue;
      const fine = isJust(said, says) || ((isAct || never) && said.length === 0);
      const state = await stateOf(chat);
      if (!fine || !isDeepStrictEqual(state, ends)) wrong.push({ kind, said, state });
    }
    expect(wrong).toEqual([]);
    expect(await keptAt(anybody)).toEqual(KEPT);
  }, 180_000);

for (const kind of ['a yes', 'STOP', 'forget me'])
  test(`${kind}: whichever statement of its handling fails, it stands, and is answered once or never`, async () => {
    // More people than its transaction has statements: of the n-th person's the n-th fails.
    const { crowd, anybody } = await gather(Array.from({ length: 20 }, () => [kind, KINDS[kind]!]));
    const saidTo = await act(crowd);
    await anybody.messenger.untilIdle();
    const { failed, end } = failEachStatement();
    await anybody.work().finally(end);
    expect(failed, 'each was met, to the last').toContain('COMMIT');
    await recover(anybody);
    for (const who of crowd) {
      const said = saidTo(who);
      expect([said, isJust(said, who.says) || said.length === 0]).toEqual([said, true]);
      expect(await stateOf(who.chat)).toEqual(who.ends);
    }
    expect(await keptAt(anybody)).toEqual([]);
  });
