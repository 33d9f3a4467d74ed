// Other voices in a thread: an automation takes nothing over, people do, a hand-over does until the thread comes back; each to an open question.
import { beforeAll, expect, test } from 'vitest';
import { isAutomation } from '../../app/conversation/context.server.ts';
import { clock, enter, openPlace, pass, type Scene } from '../messenger/stage.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

const OUR_APP = process.env.META_APP_ID!;
const BOT = '555000555';
const PAGE_INBOX = '26390203743090';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

type Step = (scene: Scene) => unknown;
/** Somebody else's words in the thread, so long after what we said last. */
const echo =
  ({ afterMs, app }: { afterMs: number; app: string | null }): Step =>
  (scene) => {
    const said = scene.said().at(-1)!.at;
    return scene.post({
      what: {
        sender: { id: scene.metaPageId },
        recipient: { id: scene.psid() },
        timestamp: said + afterMs,
        message: {
          ...{ is_echo: true, mid: `m_other_${Math.random()}`, text: 'Thanks, we will be with you shortly!' },
          ...(app === null ? {} : { app_id: app }),
        },
      },
    });
  };
const arrivesWithoutRef: Step = (scene) => {
  scene.phone.openLink(`https://m.me/${scene.metaPageId}`);
  scene.phone.tapGetStarted();
};
const writes =
  (text: string): Step =>
  (scene) =>
    scene.phone.write(text, scene.metaPageId);
const waits =
  (seconds: number): Step =>
  () =>
    pass(seconds);
const handOver =
  (what: object): Step =>
  (scene) =>
    scene.post({ what });
const inbox = (scene: Scene) => scene.messenger.inbox(scene.metaPageId);

/** What happens between our question and the person's answer, and whether that answer is heard. */
const between: Record<string, { steps: Step[]; heard: boolean }> = {
  nothing: { steps: [], heard: true },
  'another app’s instant reply 0.2 s after our question': {
    steps: [echo({ afterMs: 200, app: BOT })],
    heard: true,
  },
  'an away message of the Page’s own inbox, 3 s after': {
    steps: [echo({ afterMs: 3_000, app: PAGE_INBOX })],
    heard: true,
  },
  'an automation that Meta names no app for': {
    steps: [echo({ afterMs: 900, app: null })],
    heard: true,
  },
  'an automation that spoke just before us, for the same act of the person': {
    steps: [echo({ afterMs: -300, app: BOT })],
    heard: true,
  },
  'two apps, each at once': {
    steps: [echo({ afterMs: 150, app: BOT }), echo({ afterMs: 1_100, app: '777000777' })],
    heard: true,
  },
  'a bot that answers each word': {
    steps: [
      echo({ afterMs: 200, app: BOT }),
      waits(60),
      writes('umbrella'),
      // Its answer comes a moment after ours.
      echo({ afterMs: 400, app: BOT }),
    ],
    heard: true,
  },
  'a reaction to our question': {
    steps: [
      (scene) => scene.post({ what: { reaction: { mid: scene.said().at(-1)!.mid, action: 'react' } } }),
    ],
    heard: true,
  },
  'a thread that is asked for, and stays ours': {
    steps: [handOver({ request_thread_control: { requested_owner_app_id: BOT } })],
    heard: true,
  },
  'a thread that is passed to us': {
    steps: [handOver({ pass_thread_control: { new_owner_app_id: OUR_APP, previous_owner_app_id: null } })],
    heard: true,
  },
  'a thread that another app takes, and passes back': {
    steps: [
      (scene) => inbox(scene).takeThread({ personId: scene.personId, owner: BOT }),
      waits(30),
      (scene) => inbox(scene).passThread({ personId: scene.personId, owner: OUR_APP }),
    ],
    heard: true,
  },
  'somebody of the shop, a minute after': {
    steps: [waits(70), echo({ afterMs: 60_000, app: PAGE_INBOX })],
    heard: false,
  },
  'another app, a minute after': {
    steps: [waits(70), echo({ afterMs: 60_000, app: BOT })],
    heard: false,
  },
  'somebody of the shop, and then an automation at the next word': {
    steps: [
      waits(70),
      echo({ afterMs: 60_000, app: null }),
      writes('thanks'),
      (scene) =>
        scene.post({
          what: {
            ...{ sender: { id: scene.metaPageId }, recipient: { id: scene.psid() } },
            message: { is_echo: true, mid: `m_bot_${scene.personId}`, text: 'hi', app_id: BOT },
          },
        }),
    ],
    heard: false,
  },
  'a thread that another app takes': {
    steps: [handOver({ take_thread_control: { previous_owner_app_id: OUR_APP, new_owner_app_id: BOT } })],
    heard: false,
  },
  'a thread that is passed to another app': {
    steps: [handOver({ pass_thread_control: { previous_owner_app_id: OUR_APP, new_owner_app_id: BOT } })],
    heard: false,
  },
  'a thread that is taken, by an event of the older shape': {
    steps: [handOver({ take_thread_control: { previous_owner_app_id: OUR_APP, metadata: '' } })],
    heard: false,
  },
};

test('what others do between our question and the answer: a machine takes nothing over, people and hand-overs do', async () => {
  const crowd = Object.entries(between).map(([name, row]) => ({ name, ...row, scene: enter(place) }));
  const anybody = crowd[0]!.scene;
  for (const { scene } of crowd) await arrivesWithoutRef(scene);
  await anybody.settle();
  for (const { scene, name } of crowd) expect(scene.lastSaid(), name).toContain(fixedPart('arrive.noRef'));
  for (let at = 0; at < Math.max(...crowd.map(({ steps }) => steps.length)); at += 1) {
    for (const { steps, scene } of crowd) await steps[at]?.(scene);
    await anybody.settle();
  }
  pass(30);
  const before = crowd.map(({ scene }) => scene.said().length);
  for (const { scene } of crowd) await writes('linen')(scene);
  await anybody.settle();
  // What is answered does not matter here: so many at once are more than the stand-in's bucket holds.
  const heard = crowd.map(({ scene, name }, at) => [name, scene.said().length > before[at]!]);
  expect(Object.fromEntries(heard)).toEqual(
    Object.fromEntries(Object.entries(between).map(([name, row]) => [name, row.heard])),
  );
});

test('an automation’s word that reaches us before what it answers takes nothing over', async () => {
  const scene = enter(place);
  await arrivesWithoutRef(scene);
  await scene.settle();
  pass(120);
  // The person writes at 0 s and a bot answers at 1 s; Meta delivers the bot's word first.
  const wrote = clock().getTime();
  await scene.post({
    what: {
      ...{ sender: { id: scene.metaPageId }, recipient: { id: scene.psid() }, timestamp: wrote + 1_000 },
      message: { is_echo: true, mid: `m_early_${scene.personId}`, text: 'hi', app_id: BOT },
    },
  });
  await scene.settle();
  await scene.post({
    what: { message: { mid: `m_late_${scene.personId}`, text: 'umbrella' } },
    at: new Date(wrote),
  });
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('find.none'));
  pass(60);
  await writes('linen')(scene);
  await scene.settle();
  expect(scene.lastSaid()).toContain(ourText('find.option', { product: 'Linen shirt' }));
});

test('whose word it is, by its time: ten seconds after the person or around our own, and only then, a machine’s', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 30) + seconds * 1_000);
  const person = {
    ...{
      lastActionAt: null,
      repliedAt: null,
      otherResponderAt: null,
      takenOverAt: null,
      handoffMessageAt: null,
    },
    pendingQuestion: null,
  };
  const acted = [{ ...person, lastActionAt: at(100) }];
  const spoke = [{ ...person, repliedAt: at(100) }];
  const asked = [{ ...person, pendingQuestion: { kind: 'product', at: at(100).toISOString() } }];
  const judged = (known: Parameters<typeof isAutomation>[0]['known'], seconds: number[]) =>
    seconds.map((second) => isAutomation({ at: at(second), known }));
  expect(judged(acted, [99, 100, 101, 110, 111])).toEqual([false, true, true, true, false]);
  expect(judged(spoke, [89, 90, 100, 110, 111])).toEqual([false, true, true, true, false]);
  expect(judged(asked, [89, 99, 110, 111])).toEqual([false, true, true, false]);
  expect(judged([person], [100])).toEqual([false]);
  expect(judged([], [100])).toEqual([false]);
});

test('a yes to another app’s card is not ours: nothing is said, kept or shown, however the card was made', async () => {
  const scene = enter(place);
  scene.open(scene.ref());
  await scene.settle();
  const before = scene.said().length;
  const token = () => `token-${Math.random()}`;
  const optins = [
    { type: 'one_time_notif_req', payload: 'JOIN_SUMMER_SALE', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: '{"flow":12}', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: { flow: 12 }, one_time_notif_token: token() },
    { type: 'one_time_notif_req', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: `want1_${scene.shopId}_1`, one_time_notif_token: token() },
    { type: 'notification_messages', payload: 'weekly', notification_messages_token: token() },
    { ref: 'from_a_plugin', user_ref: 'abc' },
  ];
  for (const optin of optins) {
    scene.ended().length = 0;
    await scene.post({ what: { optin } });
    await scene.settle();
    expect(scene.ended().at(-1), JSON.stringify(optin)).toEqual({
      replies: [],
      reason: 'an opt-in of another app',
    });
    pass(1);
  }
  expect(scene.said()).toHaveLength(before);
  expect(await scene.unfinished()).toBe(0);
  expect(await scene.subscriptions()).toEqual([]);
});

test('a sticker or an emoji that answers nothing is met with silence, never with a promise for somebody else', async () => {
  const scene = enter(place);
  await scene.subscribe();
  const before = scene.said().length;
  scene.phone.sticker(scene.metaPageId);
  for (const text of ['👍', '❤️', '🙏🏽 🙏', '👩‍👩‍👧']) scene.phone.write(text, scene.metaPageId);
  await scene.settle();
  expect(scene.said()).toHaveLength(before);
  scene.phone.write('👍 but when?', scene.metaPageId);
  await scene.settle();
  expect(scene.lastSaid()).toContain(fixedPart('handoff'));
});
