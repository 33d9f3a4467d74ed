// Other responders in a thread: automations take nothing over, people do, and a hand-over lasts until the thread comes back.
import { beforeAll, expect, test } from 'vitest';
import { isAutomation } from '../../app/conversation/context.server.ts';
import { clock, enter, openPlace, pass, type Chat } from '../messenger/chat.ts';
import { fixedPart, ourText } from '../messenger/our-text.ts';

const OUR_APP = process.env.META_APP_ID!;
const BOT = '555000555';
const PAGE_INBOX = '26390203743090';

let place: Awaited<ReturnType<typeof openPlace>>;
beforeAll(async () => {
  place = await openPlace();
});

type Step = (chat: Chat) => unknown;
/** Somebody else's words in the thread, so long after what we said last. */
const echo =
  ({ afterMs, app }: { afterMs: number; app: string | null }): Step =>
  (chat) => {
    const said = chat.said().at(-1)!.at;
    return chat.post({
      what: {
        sender: { id: chat.metaPageId },
        recipient: { id: chat.psid() },
        timestamp: said + afterMs,
        message: {
          ...{ is_echo: true, mid: `m_other_${Math.random()}`, text: 'Thanks, we will be with you shortly!' },
          ...(app === null ? {} : { app_id: app }),
        },
      },
    });
  };
const arrivesWithoutRef: Step = (chat) => {
  chat.phone.openLink(`https://m.me/${chat.metaPageId}`);
  chat.phone.tapGetStarted();
};
const writes =
  (text: string): Step =>
  (chat) =>
    chat.phone.write(text, chat.metaPageId);
const waits =
  (seconds: number): Step =>
  () =>
    pass(seconds);
const handOver =
  (what: object): Step =>
  (chat) =>
    chat.post({ what });
const inbox = (chat: Chat) => chat.messenger.inbox(chat.metaPageId);

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
    steps: [(chat) => chat.post({ what: { reaction: { mid: chat.said().at(-1)!.mid, action: 'react' } } })],
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
      (chat) => inbox(chat).takeThread({ personId: chat.personId, owner: BOT }),
      waits(30),
      (chat) => inbox(chat).passThread({ personId: chat.personId, owner: OUR_APP }),
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
      (chat) =>
        chat.post({
          what: {
            ...{ sender: { id: chat.metaPageId }, recipient: { id: chat.psid() } },
            message: { is_echo: true, mid: `m_bot_${chat.personId}`, text: 'hi', app_id: BOT },
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
  const crowd = Object.entries(between).map(([name, row]) => ({ name, ...row, chat: enter(place) }));
  const anybody = crowd[0]!.chat;
  for (const { chat } of crowd) await arrivesWithoutRef(chat);
  await anybody.untilIdle();
  for (const { chat, name } of crowd) expect(chat.lastReply(), name).toContain(fixedPart('arrive.noRef'));
  for (let at = 0; at < Math.max(...crowd.map(({ steps }) => steps.length)); at += 1) {
    for (const { steps, chat } of crowd) await steps[at]?.(chat);
    await anybody.untilIdle();
  }
  pass(30);
  const before = crowd.map(({ chat }) => chat.said().length);
  for (const { chat } of crowd) await writes('linen')(chat);
  await anybody.untilIdle();
  // What is answered does not matter here: so many at once are more than the simulator's bucket holds.
  const heard = crowd.map(({ chat, name }, at) => [name, chat.said().length > before[at]!]);
  expect(Object.fromEntries(heard)).toEqual(
    Object.fromEntries(Object.entries(between).map(([name, row]) => [name, row.heard])),
  );
});

test('an automation’s word that reaches us before what it answers takes nothing over', async () => {
  const chat = enter(place);
  await arrivesWithoutRef(chat);
  await chat.untilIdle();
  pass(120);
  // The person writes at 0 s and a bot answers at 1 s; Meta delivers the bot's word first.
  const wrote = clock().getTime();
  await chat.post({
    what: {
      ...{ sender: { id: chat.metaPageId }, recipient: { id: chat.psid() }, timestamp: wrote + 1_000 },
      message: { is_echo: true, mid: `m_early_${chat.personId}`, text: 'hi', app_id: BOT },
    },
  });
  await chat.untilIdle();
  await chat.post({
    what: { message: { mid: `m_late_${chat.personId}`, text: 'umbrella' } },
    at: new Date(wrote),
  });
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('find.none'));
  pass(60);
  await writes('linen')(chat);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(ourText('find.option', { product: 'Linen shirt' }));
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
  const chat = enter(place);
  chat.open(chat.ref());
  await chat.untilIdle();
  const before = chat.said().length;
  const token = () => `token-${Math.random()}`;
  const optins = [
    { type: 'one_time_notif_req', payload: 'JOIN_SUMMER_SALE', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: '{"flow":12}', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: { flow: 12 }, one_time_notif_token: token() },
    { type: 'one_time_notif_req', one_time_notif_token: token() },
    { type: 'one_time_notif_req', payload: `want1_${chat.shopId}_1`, one_time_notif_token: token() },
    { type: 'notification_messages', payload: 'weekly', notification_messages_token: token() },
    { ref: 'from_a_plugin', user_ref: 'abc' },
  ];
  for (const optin of optins) {
    chat.ended().length = 0;
    await chat.post({ what: { optin } });
    await chat.untilIdle();
    expect(chat.ended().at(-1), JSON.stringify(optin)).toEqual({
      replies: [],
      reason: 'an opt-in of another app',
    });
    pass(1);
  }
  expect(chat.said()).toHaveLength(before);
  expect(await chat.unfinished()).toBe(0);
  expect(await chat.subscriptions()).toEqual([]);
});

test('a sticker or an emoji that answers nothing is met with silence, never with a promise for somebody else', async () => {
  const chat = enter(place);
  await chat.subscribe();
  const before = chat.said().length;
  chat.phone.sticker(chat.metaPageId);
  for (const text of ['👍', '❤️', '🙏🏽 🙏', '👩‍👩‍👧']) chat.phone.write(text, chat.metaPageId);
  await chat.untilIdle();
  expect(chat.said()).toHaveLength(before);
  chat.phone.write('👍 but when?', chat.metaPageId);
  await chat.untilIdle();
  expect(chat.lastReply()).toContain(fixedPart('handoff'));
});
