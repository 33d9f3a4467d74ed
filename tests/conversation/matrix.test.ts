// The matrix: every kind of event from every kind of person ends in the expected reply, or in a silence that has a name.
import { beforeAll, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

type Act = (chat: Chat) => unknown;
const arrive: Act = (chat) => chat.open(chat.ref());
const accept: Act = (chat) => chat.phone.tapNotifyMe();

/** How each kind of person came to be what they are, step by step. */
const people = {
  'in a new thread': [],
  /** Known to Messenger and to us, waiting for nothing, no question open. */
  'in a known thread': [arrive],
  waiting: [arrive, accept],
  stopped: [arrive, accept, (chat) => chat.phone.write('stop')],
  /** Messenger knows them; we have never heard of them. */
  unknown: [arrive, (chat) => db.shopper.deleteMany({ where: { psid: chat.psid() } })],
  'with people': [
    arrive,
    ({ messenger, metaPageId, personId }) =>
      messenger.inbox(metaPageId).humanReply({ personId, text: 'How can I help?' }),
  ],
  /** Another app has taken the thread: we only listen in. */
  'with another app': [
    arrive,
    ({ messenger, metaPageId, personId }) =>
      messenger.inbox(metaPageId).takeThread({ personId, owner: '555000555' }),
  ],
} satisfies Record<string, Act[]>;
type Person = keyof typeof people;

const silent = (why: string) => ({ silence: why });
const says = (...texts: string[]) => ({ says: texts });
type End = { silence: string } | { says: string[] };

const DEFER = says(fixedPart('handoff'));
const LISTEN = silent('another app has the thread');
const ASKED = says('Linen shirt, S', 'one_time_notif_req');
const WAITING = says(fixedPart('arrive.waiting'));

type Row = { does: (chat: Chat) => void | Promise<void>; ends: Record<Person, End> };
/** The same end for everybody, but for those named. */
const all = (end: End, but: Partial<Record<Person, End>> = {}): Record<Person, End> =>
  Object.fromEntries(
    Object.keys(people).map((who) => [
      who,
      but[who as Person] ?? (who === 'with another app' ? LISTEN : end),
    ]),
  ) as Record<Person, End>;

const say = (text: string) => (chat: Chat) => void chat.phone.write(text, chat.metaPageId);
const tap = (payload: string) => async (chat: Chat) => {
  await post(chat, { postback: { title: 'x', payload, mid: `m_${Math.random()}` } });
};

const rows: Record<string, Row> = {
  'a ref for a sold-out size': {
    does: (chat) => chat.open(chat.ref()),
    ends: all(ASKED, { waiting: WAITING }),
  },
  'a ref for what is for sale': {
    does: (chat) => chat.open(chat.ref({ variantId: chat.forSale })),
    ends: all(says(fixedPart('arrive.available'))),
  },
  'a stale ref, of a product that is gone': {
    does: (chat) => chat.open(chat.ref({ variantId: 99999999n })),
    ends: all(says(fixedPart('arrive.gone'))),
  },
  'a damaged ref': {
    does: (chat) => chat.open(chat.ref().slice(0, -2)),
    ends: all(says(fixedPart('arrive.badRef'))),
  },
  'a ref of a shop that is not on this Page': {
    does: (chat) => chat.open(chat.ref({ shop: { ...chat.shops[0]!, shopId: 424242n } })),
    ends: all(says(fixedPart('arrive.badRef'))),
  },
  'a ref of somebody else’s campaign': {
    does: (chat) => chat.open('summer_sale'),
    ends: all(silent('a ref of somebody else'), { 'in a new thread': says(fixedPart('arrive.noRef')) }),
  },
  'Get Started without any ref': {
    does: tap('start1'),
    ends: all(says(fixedPart('arrive.noRef'))),
  },
  '"where is my order?"': {
    does: say('where is my order?'),
    ends: all(DEFER, { 'with people': silent('people or another app answer here') }),
  },
  'a product’s link and nothing else': {
    does: (chat) => say(`https://${chat.domain}/products/linen-shirt?variant=${chat.soldOut[0]}`)(chat),
    ends: all(ASKED, { waiting: WAITING, 'with people': silent('people or another app answer here') }),
  },
  STOP: { does: say('Stop!'), ends: all(says(ourText('optOut.done'))) },
  'my alerts': {
    does: say('my alerts'),
    ends: all(says(ourText('alerts.none')), {
      waiting: says(ourText('button.cancel'), ourText('alerts.count', { count: 1 })),
    }),
  },
  'forget me': { does: say('forget me'), ends: all(says(ourText('erase.done'))) },
  'a sticker': {
    does: (chat) => void chat.phone.sticker(chat.metaPageId),
    ends: all(silent('a sticker or an emoji'), {
      'with people': silent('people or another app answer here'),
    }),
  },
  'an image': {
    does: (chat) => void chat.phone.sendImage('https://cdn.example/cat.png', chat.metaPageId),
    ends: all(DEFER, { 'with people': silent('people or another app answer here') }),
  },
  'a reaction': {
    does: (chat) => post(chat, { reaction: { mid: 'm_1', action: 'react', emoji: '❤' } }),
    ends: all(silent('a reaction'), { 'with another app': silent('a reaction') }),
  },
  'a message edited': {
    does: (chat) => post(chat, { message_edit: { mid: 'm_1', text: 'x', num_edit: 1 } }),
    ends: all(silent('a message was changed'), { 'with another app': silent('a message was changed') }),
  },
  'a button of somebody else': {
    does: tap('BUY_NOW'),
    ends: all(silent('a button of somebody else'), {
      'with another app': silent('a button of somebody else'),
    }),
  },
  'our button about somebody else’s subscription': {
    does: (chat) => tap(`stop1_${chat.shopId}_999999`)(chat),
    ends: all(silent('a button about nothing of theirs')),
  },
  'an opt-in of a request that we never made': {
    does: (chat) =>
      post(chat, {
        optin: {
          type: 'one_time_notif_req',
          payload: `r1_${chat.shopId}_999999`,
          one_time_notif_token: `t${Math.random()}`,
        },
      }),
    ends: all(says(ourText('optin.unknown'))),
  },
  'an opt-in of another app': {
    does: (chat) => post(chat, { optin: { type: 'notification_messages', payload: 'x' } }),
    ends: all(silent('an opt-in of another app'), { 'with another app': silent('an opt-in of another app') }),
  },
  'a thread handed to another app': {
    does: (chat) => post(chat, { take_thread_control: { previous_owner_app_id: '1', metadata: '' } }),
    ends: all(silent('people or another app speak here'), {
      'with another app': silent('people or another app speak here'),
    }),
  },
  'an event that nobody has heard of': {
    does: (chat) => post(chat, { telepathy: { thought: 'hm' } }),
    ends: all(silent('odd')),
  },
};

/** An event in Meta's own hand, signed, through the real door. Another app's thread: it comes on standby. */
async function post(chat: Chat, what: object): Promise<void> {
  const thread = [...chat.messenger.world.threads.values()].find(
    (one) => one.pageId === chat.metaPageId && one.personId === chat.personId,
  );
  const owner = thread?.owner ?? null;
  await chat.post({ what, standby: owner !== null });
}

for (const [event, { does, ends }] of Object.entries(rows))
  test(`${event}: from everybody`, async () => {
    const crowd = (Object.keys(people) as Person[]).map((who) => ({ who, chat: enter(place) }));
    const anybody = crowd[0]!.chat;
    for (let step = 0; step < 3; step += 1) {
      pass(1);
      for (const { who, chat } of crowd) await (people[who] as Act[])[step]?.(chat);
      await anybody.untilIdle();
    }
    pass(1);
    const before = crowd.map(({ chat }) => chat.said().length);
    for (const { chat } of crowd) {
      chat.ended().length = 0;
      await does(chat);
    }
    await anybody.untilIdle();
    crowd.forEach(({ who, chat }, at) => {
      const said = chat
        .said()
        .slice(before[at])
        .map((message) => JSON.stringify(message.content));
      const end = ends[who];
      if ('silence' in end) {
        expect(said, who).toEqual([]);
        expect(chat.ended().at(-1)?.reason, who).toBe(end.silence);
      } else {
        expect(said, who).toHaveLength(end.says.length);
        end.says.forEach((text, each) => expect(said[each], who).toContain(text));
      }
    });
    expect(anybody.messenger.refusals()).toEqual([]);
  });
