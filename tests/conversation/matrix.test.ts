// The matrix: every kind of event from every kind of person ends in the expected reply, or in a silence that has a name.
import { beforeAll, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { enter, openPlace, pass, type Scene } from '../messenger/stage.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

type Act = (scene: Scene) => unknown;
const arrive: Act = (scene) => scene.open(scene.ref());
const accept: Act = (scene) => scene.phone.tapNotifyMe();

/** How each kind of person came to be what they are, step by step. */
const people = {
  'in a new thread': [],
  /** Known to Messenger and to us, waiting for nothing, no question open. */
  'in a known thread': [arrive],
  waiting: [arrive, accept],
  stopped: [arrive, accept, (scene) => scene.phone.write('stop')],
  /** Messenger knows them; we have never heard of them. */
  unknown: [arrive, (scene) => db.shopper.deleteMany({ where: { psid: scene.psid() } })],
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

type Row = { does: (scene: Scene) => void | Promise<void>; ends: Record<Person, End> };
/** The same end for everybody, but for those named. */
const all = (end: End, but: Partial<Record<Person, End>> = {}): Record<Person, End> =>
  Object.fromEntries(
    Object.keys(people).map((who) => [
      who,
      but[who as Person] ?? (who === 'with another app' ? LISTEN : end),
    ]),
  ) as Record<Person, End>;

const say = (text: string) => (scene: Scene) => void scene.phone.write(text, scene.metaPageId);
const tap = (payload: string) => async (scene: Scene) => {
  await post(scene, { postback: { title: 'x', payload, mid: `m_${Math.random()}` } });
};

const rows: Record<string, Row> = {
  'a ref for a sold-out size': {
    does: (scene) => scene.open(scene.ref()),
    ends: all(ASKED, { waiting: WAITING }),
  },
  'a ref for what is for sale': {
    does: (scene) => scene.open(scene.ref({ variantId: scene.forSale })),
    ends: all(says(fixedPart('arrive.available'))),
  },
  'a stale ref, of a product that is gone': {
    does: (scene) => scene.open(scene.ref({ variantId: 99999999n })),
    ends: all(says(fixedPart('arrive.gone'))),
  },
  'a damaged ref': {
    does: (scene) => scene.open(scene.ref().slice(0, -2)),
    ends: all(says(fixedPart('arrive.badRef'))),
  },
  'a ref of a shop that is not on this Page': {
    does: (scene) => scene.open(scene.ref({ shop: { ...scene.shops[0]!, shopId: 424242n } })),
    ends: all(says(fixedPart('arrive.badRef'))),
  },
  'a ref of somebody else’s campaign': {
    does: (scene) => scene.open('summer_sale'),
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
    does: (scene) => say(`https://${scene.domain}/products/linen-shirt?variant=${scene.soldOut[0]}`)(scene),
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
    does: (scene) => void scene.phone.sticker(scene.metaPageId),
    ends: all(silent('a sticker or an emoji'), {
      'with people': silent('people or another app answer here'),
    }),
  },
  'an image': {
    does: (scene) => void scene.phone.sendImage('https://cdn.example/cat.png', scene.metaPageId),
    ends: all(DEFER, { 'with people': silent('people or another app answer here') }),
  },
  'a reaction': {
    does: (scene) => post(scene, { reaction: { mid: 'm_1', action: 'react', emoji: '❤' } }),
    ends: all(silent('a reaction'), { 'with another app': silent('a reaction') }),
  },
  'a message edited': {
    does: (scene) => post(scene, { message_edit: { mid: 'm_1', text: 'x', num_edit: 1 } }),
    ends: all(silent('a message was changed'), { 'with another app': silent('a message was changed') }),
  },
  'a button of somebody else': {
    does: tap('BUY_NOW'),
    ends: all(silent('a button of somebody else'), {
      'with another app': silent('a button of somebody else'),
    }),
  },
  'our button about somebody else’s subscription': {
    does: (scene) => tap(`stop1_${scene.shopId}_999999`)(scene),
    ends: all(silent('a button about nothing of theirs')),
  },
  'an opt-in of a request that we never made': {
    does: (scene) =>
      post(scene, {
        optin: {
          type: 'one_time_notif_req',
          payload: `r1_${scene.shopId}_999999`,
          one_time_notif_token: `t${Math.random()}`,
        },
      }),
    ends: all(says(ourText('optin.unknown'))),
  },
  'an opt-in of another app': {
    does: (scene) => post(scene, { optin: { type: 'notification_messages', payload: 'x' } }),
    ends: all(silent('an opt-in of another app'), { 'with another app': silent('an opt-in of another app') }),
  },
  'a thread handed to another app': {
    does: (scene) => post(scene, { take_thread_control: { previous_owner_app_id: '1', metadata: '' } }),
    ends: all(silent('people or another app speak here'), {
      'with another app': silent('people or another app speak here'),
    }),
  },
  'an event that nobody has heard of': {
    does: (scene) => post(scene, { telepathy: { thought: 'hm' } }),
    ends: all(silent('odd')),
  },
};

/** An event in Meta's own hand, signed, through the real door. Another app's thread: it comes on standby. */
async function post(scene: Scene, what: object): Promise<void> {
  const thread = [...scene.messenger.world.threads.values()].find(
    (one) => one.pageId === scene.metaPageId && one.personId === scene.personId,
  );
  const owner = thread?.owner ?? null;
  await scene.post({ what, standby: owner !== null });
}

for (const [event, { does, ends }] of Object.entries(rows))
  test(`${event}: from everybody`, async () => {
    const crowd = (Object.keys(people) as Person[]).map((who) => ({ who, scene: enter(place) }));
    const anybody = crowd[0]!.scene;
    for (let step = 0; step < 3; step += 1) {
      pass(1);
      for (const { who, scene } of crowd) await (people[who] as Act[])[step]?.(scene);
      await anybody.settle();
    }
    pass(1);
    const before = crowd.map(({ scene }) => scene.said().length);
    for (const { scene } of crowd) {
      scene.ended().length = 0;
      await does(scene);
    }
    await anybody.settle();
    crowd.forEach(({ who, scene }, at) => {
      const said = scene
        .said()
        .slice(before[at])
        .map((message) => JSON.stringify(message.content));
      const end = ends[who];
      if ('silence' in end) {
        expect(said, who).toEqual([]);
        expect(scene.ended().at(-1)?.reason, who).toBe(end.silence);
      } else {
        expect(said, who).toHaveLength(end.says.length);
        end.says.forEach((text, each) => expect(said[each], who).toContain(text));
      }
    });
    expect(anybody.messenger.refusals()).toEqual([]);
  });
