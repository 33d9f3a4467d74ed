// What merchants, shoppers and readers of the documents read: no retired word, nothing too long for its place, the same in every language.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IntlMessageFormat } from 'intl-messageformat';
import { expect, test } from 'vitest';
import { catalogues } from '../app/i18n/admin.ts';
import { warningsOf } from '../app/i18n/custom-messages.ts';
import { LOCALES, type Message, messageText } from '../app/i18n/shopper.ts';
import { en } from '../app/i18n/shopper/en.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const filesOf = (...patterns: string[]) => globSync(patterns, { cwd: root }).toSorted();

type Place = { where: string; text: string };
/** A retired word, and the word to write instead. */
type Retired = [RegExp, string];

/** Said nowhere any more: in texts, documents and the first lines of files. */
const PHRASES: Retired[] = [
  [/\bhold-off\b/i, 'send delay'],
  [/\bflap guard\b/i, 'restock cooldown'],
  [
    /\b(?:people|those|shoppers|customers) who waits?\b|\bwho waits\b|\bwaiters\b/i,
    'waiting shoppers, waitlist',
  ],
  [/\b(?:is|are|was|were|be|being) told\b/i, 'is notified'],
  [/\b(?:kept|keeps?) (?:their|its) place\b|\bnobody[’']s place\b/i, 'keeps their waitlist position'],
  [/\b(?:said|says?) yes\b|\ba yes\b/i, 'opted in, an opt-in'],
  [/\bfresh look\b|\b(?:next|last) look\b|\blooks? now\b/i, 'inventory check'],
  [/\btell now\b/i, 'Notify now'],
  [/\bis it on\?|\bback now\b|\bmost waited for\b|\bended untold\b/i, 'the screens’ words: docs/glossary.md'],
  [/\b(?:count|counting|counts) orders\b|\bstop counting\b/i, 'sales attribution, order attribution'],
  [/\bpretend it is back\b|\bown test\b/i, 'test message, Send test alert'],
  [/\bplanted bugs?\b|faults:planted/i, 'mutant, faults:mutants'],
  [/\bspent token\b/i, 'used grant'],
  [/\bmanieth\b/i, 'on which occurrence'],
];

/** Said in no text on a screen or in the chat. */
const SCREEN_WORDS: Retired[] = [
  [/\b(?:tells?|telling) (?:you|them|people|customers|everyone)\b|\btold\b/i, 'notify'],
  [/(?<!\{)\bshoppers?\b|\bpeople\b/i, 'customer'],
  [/\bMeta\b/, 'Facebook where it grants or blocks, Messenger where it takes a message'],
  [/\bwaves?\b/i, 'batch'],
  [/\bnotices?\b(?! to|$)/i, 'alert'],
  [/\brefused?\b/i, 'failed'],
  [/\bnobody\b/i, 'no customers'],
  [/(?<!waitlist )\bsizes?\b(?= of|\?|s\b)|\bwhich size\b/i, 'option'],
  [/\bcard\b/i, 'opt-in request'],
  [/(?<!\b(?:in|of)[ -])\bstock\b(?!outs)/i, 'inventory; stock only in “in stock”, “out of stock”'],
];

/** Names that the code no longer has. */
const IDENTIFIERS: Retired[] = [
  [/\bShopifyFailed\b/, 'ShopifyApiError'],
  [/\bMetaFailed\b/, 'MetaApiError'],
  [/\baskShopify\b/, 'adminGraphql'],
  [/\bconsequenceOf\b/, 'classifyError'],
  [/\brunLane\b/, 'runPageSender'],
  [/\bhintAll\b/, 'requestAllStockChecks'],
  [/\blookAtDue\b/, 'runDueChecks'],
  [/\bkeepFresh\b/, 'refreshOpenRestocks'],
  [/\bopenTurns\b/, 'sendableRestocks'],
  [/\blanesDue\b/, 'pagesWithWork'],
  [/\bwhoWouldNotBeTold\b/, 'countWaitingOnPage'],
  [/\bSEALING_KEY\b/, 'ENCRYPTION_KEY'],
];

const retiredIn = (places: Place[], words: Retired[]): string[] =>
  places.flatMap(({ where, text }) =>
    words.flatMap(([word, instead]) => {
      const found = word.exec(text)?.[0];
      return found === undefined ? [] : [`${where}: “${found}” is retired, write: ${instead}`];
    }),
  );

const entriesOf = (value: unknown, path: string): Place[] =>
  typeof value === 'string'
    ? [{ where: path, text: value }]
    : Object.entries(value as object).flatMap(([key, inner]) => entriesOf(inner, `${path}.${key}`));

const adminTexts = entriesOf(catalogues.en, 'admin');
const shopperTexts = entriesOf(en, 'shopper');
const storefrontTexts = (file: string) =>
  entriesOf(JSON.parse(read(`extensions/notify-me/locales/${file}`)), file);
const blockTexts = (file: string) =>
  entriesOf(JSON.parse(read(`extensions/product-waitlist/locales/${file}`)), file);
const flowTexts = filesOf('extensions/flow-*/shopify.extension.toml').flatMap((path) =>
  [...read(path).matchAll(/^(?:name|description|key) = "(.*)"$/gm)].map(([, text]) => ({
    where: path,
    text: text!,
  })),
);
const englishTexts = [
  ...adminTexts,
  ...shopperTexts,
  ...storefrontTexts('en.default.json'),
  ...storefrontTexts('en.default.schema.json'),
  ...blockTexts('en.default.json'),
  ...flowTexts,
];
const documents = filesOf('README.md', 'CONTRIBUTING.md', 'docs/**/*.md').flatMap((path) =>
  read(path)
    .split('\n')
    .map((text, at) => ({ where: `${path}:${at + 1}`, text })),
);
const sources = filesOf('app/**/*.{ts,tsx}', 'scripts/**/*.ts', 'extensions/**/*.{ts,tsx,js,toml}');
const firstLines = sources.map((path) => ({ where: path, text: read(path).split('\n', 1)[0]! }));

test('no retired phrase stands in a text, in a document or in the first line of a file', () => {
  expect(englishTexts.length).toBeGreaterThan(500);
  expect(documents.length).toBeGreaterThan(300);
  expect(firstLines.length).toBeGreaterThan(150);
  expect(retiredIn([...englishTexts, ...documents, ...firstLines], PHRASES)).toEqual([]);
});

test('the screens and the chat say customer, notify, batch, inventory, alert and option', () => {
  // The theme editor's cards are the theme's product cards, and its sold-out words are the theme's own.
  const isTheTheme = ({ where }: Place) => /schema\.json|sold_out_words/.test(where);
  expect(
    retiredIn(
      englishTexts.filter((place) => !isTheTheme(place)),
      SCREEN_WORDS,
    ),
  ).toEqual([]);
});

test('no name that the code has given up is left in it', () => {
  expect(
    retiredIn(
      sources.map((path) => ({ where: path, text: read(path) })),
      IDENTIFIERS,
    ),
  ).toEqual([]);
});

const SAMPLE = { count: 41, waiting: 41, wrong: 12, rows: 1_234, done: 2, all: 3, when: 'in 3 minutes' };

/** The longest that a text may be where Polaris shows it in one line; a phone is 360 px wide. */
const PLACES: { place: string; keys: RegExp; longest: number; least: number }[] = [
  { place: 'toast', keys: /^(?:done|toast)\.(?!failed)/, longest: 60, least: 20 },
  {
    place: 'badge',
    keys: /^(?:(?:variant\.)?(?:state|status)|answer|customer\.answer|verdict|variant\.decision)\.\w+$/,
    longest: 25,
    least: 10,
  },
  {
    place: 'button',
    keys: /^(?:nav\.\w+|variant\.(?:look|check|tell|notify|hold|release|pause|resume)|(?:move|disconnect)\.(?:yes|no|do)|.+\.(?:action|turnOn|turnOff)|(?:on\.\w+|count|draft|test\.\w+)\.do)$/,
    longest: 40,
    least: 15,
  },
  { place: 'banner title', keys: /^(?:trouble|issue)\.(?!open)\w+$/, longest: 70, least: 7 },
];

for (const { place, keys, longest, least } of PLACES)
  test(`a ${place} has at most ${longest} letters in every language of the admin`, () => {
    for (const [locale, texts] of Object.entries(catalogues)) {
      const found = Object.entries(texts).filter(([key]) => keys.test(key));
      expect([locale, found.length >= least]).toEqual([locale, true]);
      const tooLong = found
        .map(([key, text]) => {
          const shown = String(new IntlMessageFormat(text, locale).format(SAMPLE));
          return `${locale} ${key} (${shown.length}): ${shown}`;
        })
        .filter((line) => Number(/\((\d+)\)/.exec(line)![1]) > longest);
      expect(tooLong).toEqual([]);
    }
  });

/** Options are not always sizes. */
const SIZE: Record<string, RegExp> = {
  en: /\bsizes?\b/i,
  es: /\btallas?\b/i,
  fr: /\btailles?\b/i,
  de: /größe/i,
  it: /\btagli[ae]\b/i,
  nl: /\bma(?:at|ten)\b/i,
  da: /størrelse/i,
  sv: /storlek/i,
  pl: /rozmiar/i,
  ja: /サイズ/,
  tr: /\bbeden/i,
  'pt-BR': /\btamanhos?\b/i,
  'pt-PT': /\btamanhos?\b/i,
};

test('no message promises a reward or a reservation, and the chat names no size, in any language', () => {
  expect(Object.keys(SIZE).toSorted()).toEqual([...LOCALES].toSorted());
  for (const locale of LOCALES)
    for (const message of Object.keys(en) as Message[]) {
      const text = messageText({ locale, message });
      expect([locale, message, warningsOf({ text, locale })]).toEqual([locale, message, []]);
      expect([locale, message, SIZE[locale]!.test(text)]).toEqual([locale, message, false]);
    }
});

test('the storefront’s texts have the same keys and values in each language, and name the language they are in', () => {
  const shapeOf = (texts: Place[]) =>
    texts.map(({ where, text }) => [
      where.replace(/^[\w.-]+?\.json/, ''),
      [...text.matchAll(/\{\w+\}/g)].map(String).toSorted(),
    ]);
  for (const kind of ['', '.schema']) {
    const files = filesOf(`extensions/notify-me/locales/*${kind}.json`)
      .map((path) => basename(path))
      .filter((file) => file.endsWith('.schema.json') === (kind === '.schema'));
    expect(files.map((file) => file.split('.')[0]).toSorted()).toEqual([...LOCALES].toSorted());
    const english = shapeOf(storefrontTexts(`en.default${kind}.json`));
    for (const file of files) expect([file, shapeOf(storefrontTexts(file))]).toEqual([file, english]);
  }
});
