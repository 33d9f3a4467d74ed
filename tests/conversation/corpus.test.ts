// Reads each message of corpus.txt, and plays each kind of message through the webhook from people in each state of a thread.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isThanks, namedBy, readCommand, readProductLink } from '../../app/conversation/commands.ts';
import { isWordless } from '../../app/conversation/context.server.ts';
import { db } from '../../app/db.server.ts';
import { formatMessage, LOCALES, type Message, type Values } from '../../app/i18n/shopper.ts';
import { clock, enter, openPlace, pass, type Chat } from '../messenger/chat.ts';

const KINDS = [
  'stop',
  'alerts',
  'forget',
  'thanks',
  'wordless',
  'talk',
  'link',
  'link M',
  'words+link',
] as const;
const ANSWERS = ['size M', 'size S or M', 'name'] as const;
type Kind = (typeof KINDS)[number] | (typeof ANSWERS)[number];

type Line = { locale: string; kind: Kind; text: string };

function readCorpus(): Line[] {
  const lines = readFileSync(new URL('corpus.txt', import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [locale, kind, text, ...rest] = line.split('\t');
    const known = [...KINDS, ...ANSWERS].find((each) => each === kind);
    if (!LOCALES.includes(locale!) || known === undefined || !text || rest.length > 0)
      throw new Error(`No line of the corpus: ${line}`);
    return { locale: locale!, kind: known, text };
  });
}

type Step = (given: { chat: Chat; locale: string }) => unknown;
const arrives: Step = ({ chat, locale }) => chat.open(chat.ref({ locale }));
const accepts: Step = ({ chat }) => chat.phone.tapNotifyMe();
const isAskedWhichProduct: Step = ({ chat }) =>
  chat.post({
    what: { postback: { title: 'Get Started', payload: 'start1', mid: `m_start_${chat.personId}` } },
  });

/** How people come to be in each state of a thread, step by step. */
const states = {
  new: [],
  known: [arrives],
  waiting: [arrives, accepts],
  'opted out': [arrives, accepts, ({ chat }) => chat.phone.write('stop', chat.metaPageId)],
  'a person answers': [
    arrives,
    ({ chat: { messenger, metaPageId, personId } }) =>
      messenger.inbox(metaPageId).humanReply({ personId, text: 'How can I help?' }),
  ],
  'another app answers': [
    arrives,
    ({ chat: { messenger, metaPageId, personId } }) =>
      messenger.inbox(metaPageId).takeThread({ personId, owner: '555000555' }),
  ],
  'too late': [arrives],
  'asked which product': [arrives, isAskedWhichProduct],
  'asked which option': [
    arrives,
    isAskedWhichProduct,
    ({ chat }) => chat.phone.write('linen shirt', chat.metaPageId),
  ],
} satisfies Record<string, Step[]>;
type State = keyof typeof states;

const COMMANDS: Kind[] = ['stop', 'alerts', 'forget'];
const QUESTIONS: State[] = ['asked which product', 'asked which option'];

/** The states that messages of a kind are played in, by turns. A command's own time decides what it ends: failed-events.test.ts. */
const statesOf = (kind: Kind): State[] =>
  kind === 'name'
    ? QUESTIONS
    : kind.startsWith('size')
      ? ['asked which option']
      : (Object.keys(states) as State[]).filter((state) => state !== 'too late' || !COMMANDS.includes(kind));

type Said = (message: Message, values?: Values) => string;
const asksFor = (t: Said, size: string) => [
  'generic',
  t('request.title', { product: `Linen shirt, ${size}` }),
];

/** What each message of ours must hold, in the order of the messages; none: silence. */
function expected({ kind, state, t }: { kind: Kind; state: State; t: Said }): string[] {
  if (state === 'another app answers') return [];
  const which = [t('find.option', { product: 'Linen shirt' })];
  switch (kind) {
    case 'stop':
      return [t('optOut.done')];
    case 'forget':
      return [t('erase.done')];
    case 'alerts':
      return state === 'waiting' ? ['Linen shirt, S', t('alerts.count', { count: 1 })] : [t('alerts.none')];
    default:
  }
  if (state === 'a person answers' || state === 'too late') return [];
  const asked = QUESTIONS.includes(state);
  switch (kind) {
    case 'thanks':
      return !asked ? [] : [t(state === 'asked which product' ? 'find.text' : 'find.none')];
    case 'wordless':
      return asked ? [t('find.text')] : [];
    case 'talk':
      return [t(asked ? 'find.none' : 'handoff')];
    case 'link':
    case 'name':
    case 'size S or M':
      return which;
    case 'link M':
    case 'size M':
      return asksFor(t, 'M');
    case 'words+link':
      return asked ? asksFor(t, 'M') : [t('handoff')];
  }
}

const corpus = readCorpus();

test('the corpus has at least 300 messages, and each kind of message in each language', () => {
  expect(corpus.length).toBeGreaterThanOrEqual(300);
  const texts = corpus.map(({ locale, text }) => `${locale} ${text}`);
  expect(new Set(texts).size).toBe(texts.length);
  for (const locale of LOCALES)
    for (const kind of ['stop', 'alerts', 'forget', 'thanks', 'talk', 'link M', 'words+link', 'size M'])
      expect(
        corpus.some((line) => line.locale === locale && line.kind === kind),
        `${locale} ${kind}`,
      ).toBe(true);
});

/** What a message is to us, before anything is known about its thread. */
function kindOf(text: string): string {
  const command = readCommand(text);
  if (command !== undefined) return command;
  if (isWordless({ text, sticker: false, attachments: [] })) return 'wordless';
  if (isThanks(text)) return 'thanks';
  const pasted = readProductLink({ text, links: [] });
  if (pasted?.link.handle === 'linen-shirt' && !pasted.alone) return 'words+link';
  if (pasted?.link.handle === 'linen-shirt') return pasted.link.variantId === 42n ? 'link M' : 'link';
  const named = ['S', 'M'].filter((size) => namedBy({ text, values: [size] }) > 0);
  return named.length > 0 ? `size ${named.join(' or ')}` : 'talk';
}

test(`each of the ${corpus.length} messages in ${LOCALES.length} languages is read as what it is`, () => {
  const wrong = corpus.flatMap((line) => {
    const text = line.text.replaceAll('{S}', 'linen.myshopify.com').replaceAll('{M}', '42');
    // A product's name is a name only where we asked for one.
    const [read, must] = [kindOf(text), line.kind === 'name' ? 'talk' : line.kind];
    return read === must ? [] : [{ ...line, read }];
  });
  expect(wrong).toEqual([]);
});

/** Each kind of message in each state of a thread; which of the messages it is goes round the languages. */
const played = [...KINDS, ...ANSWERS].flatMap((kind) => {
  const lines = corpus.filter((line) => line.kind === kind);
  return statesOf(kind).map((state, at) => ({ state, ...lines[Math.floor((at * lines.length) / 9)]! }));
});

test(`${played.length} of them, from people in ${Object.keys(states).length} states of a thread: each is answered as it must be, once`, async () => {
  const place = await openPlace();
  const people = played.map((one, at) => ({ chat: enter(place), mid: `m_corpus_${at}`, ...one }));
  const [{ chat: anybody }] = people as [(typeof people)[number]];
  // Both sizes are known by name from here on, also where a look takes longer than a person may wait.
  const first = enter(place);
  for (const variantId of first.soldOut) {
    first.open(first.ref({ variantId }));
    await first.untilIdle();
  }
  for (let step = 0; step < 3; step += 1) {
    pass(60);
    for (const { state, ...given } of people) await (states[state] as Step[])[step]?.(given);
    await anybody.untilIdle();
  }

  pass(60);
  const write = ({ chat, text, state, mid }: (typeof people)[number], at: Date) =>
    chat.post({
      what: {
        message: {
          mid,
          text: text.replaceAll('{S}', chat.domain).replaceAll('{M}', String(chat.soldOut[1])),
        },
      },
      standby: state === 'another app answers',
      at: state === 'too late' ? new Date(at.getTime() - 90_000_000) : at,
    });
  const sent = clock();
  const before = people.map(({ chat }) => chat.said().length);
  for (const [at, person] of people.entries()) {
    await write(person, sent);
    // Meta delivers some of them twice.
    if (at % 3 === 0) await write(person, sent);
  }
  await anybody.untilIdle();
  pass(60);
  for (const [at, person] of people.entries()) if (at % 5 === 0) await write(person, sent);
  await anybody.untilIdle();

  const shoppers = await db.shopper.findMany({ where: { page: { metaPageId: place.metaPageId } } });
  const wrong = people.flatMap(({ chat, locale, kind, text, state }, at) => {
    const t: Said = (message, values) =>
      formatMessage({
        locale: state === 'new' ? 'en' : locale,
        message,
        values: {
          shop: place.made[0]!.domain.replace('messenger-', 'Maison ').replace('.myshopify.com', ''),
          ...values,
        },
      });
    const said = chat
      .said()
      .slice(before[at])
      .map(({ content }) => JSON.stringify(content));
    const must = expected({ kind, state, t });
    const isRight =
      said.length === must.length &&
      must.every((part, each) => said[each]!.includes(JSON.stringify(part).slice(1, -1)));
    const optedOut = shoppers.find(({ psid }) => psid === chat.psid())?.optedOutAt;
    const isObeyed = kind !== 'stop' || (optedOut !== undefined && optedOut !== null);
    return isRight && isObeyed ? [] : [{ text, kind, state, must, said, ...(isObeyed ? {} : { optedOut }) }];
  });
  expect(wrong).toEqual([]);
  expect(await anybody.unfinished()).toBe(0);
}, 120_000);
