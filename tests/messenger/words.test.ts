// Every message in every language can be said, keeps what it must not lose, and fits where Meta shows it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCommand, readProductLink } from '../../app/conversation/commands.ts';
import { compile, valuesIn } from '../../app/i18n/format.ts';
import { chooseLocale, LOCALES, type Message, formatMessage, messageText } from '../../app/i18n/shopper.ts';
import { en } from '../../app/i18n/shopper/en.ts';
import { LIMIT, shorten, shortenTogether } from '../../app/i18n/text-limits.ts';
import { fitName, variantName, nameWithin, tellApart } from '../../app/shopify/product.ts';

const messages = Object.keys(en) as Message[];
const values = {
  product: 'Linen shirt, M',
  shop: 'Maison Lin',
  price: '49.00 €',
  position: 3,
  count: 5,
  shown: 4,
  until: new Date('2027-03-31T22:30:00Z'),
};

test('there are thirteen languages', () => {
  expect([...LOCALES].sort()).toEqual('da de en es fr it ja nl pl pt-BR pt-PT sv tr'.split(' '));
});

for (const locale of LOCALES)
  test(`${locale}: every message is said with the same values, and no button is longer than Meta shows`, () => {
    for (const message of messages) {
      const text = messageText({ locale, message });
      const spokenOf = (of: string) =>
        valuesIn(compile({ text: of, locale }).getAst()).map(({ name }) => name);
      expect(new Set(spokenOf(text)), message).toEqual(new Set(spokenOf(en[message])));
      const said = formatMessage({ locale, message, values });
      expect(said, message).not.toMatch(/[{}]/);
      if (message.startsWith('button.')) expect(said.length, said).toBeLessThanOrEqual(LIMIT.button);
      if (message === 'greeting') expect(said.length).toBeLessThanOrEqual(LIMIT.greeting);
      if (message === 'request.unnamed') expect(said.length).toBeLessThanOrEqual(LIMIT.requestTitle);
      expect(said).not.toMatch(/reserv|réserv|rezerv|予約済/i);
    }
    expect(formatMessage({ locale, message: 'confirm', values })).toContain('STOP');
  });

test('a date is told in the shop’s zone, in the shopper’s language', () => {
  const until = new Date('2027-03-31T22:30:00Z');
  const said = (timeZone: string) =>
    formatMessage({ locale: 'de-AT', message: 'arrive.waiting', values: { ...values, until }, timeZone });
  expect(said('Europe/Vienna')).toContain('1. April 2027');
  expect(said('UTC')).toContain('31. März 2027');
});

test('the ref’s language goes before the shop’s, and English stands in for what we do not speak', () => {
  expect(chooseLocale({ ref: 'pt-BR', shop: 'de' })).toBe('pt-BR');
  expect(chooseLocale({ ref: 'xx', shop: 'de' })).toBe('de');
  expect(chooseLocale({ ref: 'zh-TW', shop: 'ko' })).toBe('en');
  expect(formatMessage({ locale: 'not a locale', message: 'button.buy' })).toBe('Buy');
});

test('Portuguese keeps its region: Brazil’s for pt and pt-BR, Portugal’s everywhere else', () => {
  const button = (locale: string) => messageText({ locale, message: 'button.next' });
  const [brazil, portugal] = [button('pt-BR'), button('pt-PT')];
  expect(brazil).not.toBe(portugal);
  expect(['pt', 'PT', 'pt_BR', 'pt-br', 'pt-Latn-BR'].map(button)).toEqual(Array(5).fill(brazil));
  expect(['pt_PT', 'pt-AO', 'pt-MZ'].map(button)).toEqual(Array(3).fill(portugal));
  const date = (locale: string) => formatMessage({ locale, message: 'confirm', values });
  for (const locale of ['pt', 'pt-PT']) expect(date(locale)).toMatch(/\d+ de \p{L}+ de 2027/u);
});

test('a merchant’s wording is used in its language; one that was damaged gives way to ours', () => {
  const overrides = {
    de: { 'notification.backInStock': 'Juhu, {product}!' },
    fr: { 'notification.backInStock': '{product' },
  };
  expect(formatMessage({ locale: 'de', message: 'notification.backInStock', values, overrides })).toBe(
    'Juhu, Linen shirt, M!',
  );
  for (const locale of ['fr', 'en'])
    expect(formatMessage({ locale, message: 'notification.backInStock', values, overrides })).toBe(
      formatMessage({ locale, message: 'notification.backInStock', values }),
    );
});

test('a name that runs from right to left stays one piece of the sentence, in every language and within the limit', () => {
  const names = [
    'חולצת פשתן, M',
    'قميص كتان, 2 / أزرق',
    'Linen חולצה',
    '\u202eLinen shirt',
    '\u2067a\u2069b\u2066',
  ];
  const shop = 'בית הפשתן';
  for (const locale of LOCALES)
    for (const product of names) {
      const said = formatMessage({
        locale,
        message: 'notification.backInStock',
        values: { ...values, product, shop },
      });
      const marks = said.replace(/[^\u202a-\u202e\u2066-\u2069]/g, '');
      expect(marks, said).toMatch(/^(\u2068\u2069){1,2}$/);
      expect(said).toContain(`\u2068${shop}\u2069`);
      const isolated = /\p{Script=Hebrew}|\p{Script=Arabic}/u.test(product);
      if (isolated) expect(said).toContain(`\u2068${product}\u2069`);
    }
  expect(formatMessage({ locale: 'en', message: 'find.option', values: { product: 'Linen shirt' } })).toBe(
    'Linen shirt: which option would you like?',
  );
  const asked = fitName({
    variant: { productTitle: 'חולצת פשתן '.repeat(20), title: 'XXL' },
    limit: LIMIT.requestTitle,
    write: (product) => formatMessage({ locale: 'en', message: 'request.title', values: { product } }),
  });
  expect(asked.length).toBeLessThanOrEqual(LIMIT.requestTitle);
  expect(asked).toMatch(/^Want to know when \u2068.+, XXL\u2069 is back in stock\?$/u);
});

test('shortening never cuts a letter, an emoji or a flag in two, and never exceeds the limit', () => {
  const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.integer({ min: 2, max: 90 }),
      (text, limit) => {
        const short = shorten({ text, limit });
        expect(short.length).toBeLessThanOrEqual(limit);
        if (short === text) return;
        const whole = [...segmenter.segment(text)].map((one) => one.segment);
        const left = [...segmenter.segment(short.slice(0, -1))].map((one) => one.segment);
        expect(whole.slice(0, left.length)).toEqual(left);
      },
    ),
  );
  expect(shorten({ text: '👩‍👩‍👧‍👦👩‍👩‍👧‍👦', limit: 12 })).toBe('👩‍👩‍👧‍👦…');
});

test('however long the product’s name, the question stays readable and names the size', () => {
  const productTitle = 'The very long hand-woven midsummer linen shirt of the old mill, extra long sleeves';
  const asked = (title: string) =>
    fitName({
      variant: { productTitle, title },
      limit: LIMIT.requestTitle,
      write: (product) => formatMessage({ locale: 'en', message: 'request.title', values: { product } }),
    });
  for (const title of ['XXL', 'S', 'Default Title', '']) {
    expect(asked(title).length).toBeLessThanOrEqual(LIMIT.requestTitle);
    expect(asked(title)).toMatch(/^Want to know when .+ is back in stock\?$/);
  }
  expect(asked('XXL')).toMatch(/…, XXL is back/);
  expect(asked('XXL')).not.toBe(asked('XL'));
});

test('names that stand side by side stay different within the limit, and the same stay the same', () => {
  const words = fc.constantFrom('Midnight', 'Blue', 'Extra', 'Small', 'Large', '/', '👩‍👩‍👧‍👦', 'é', '青', ' ');
  const alike = fc.constantFrom('', 'Midnight Blue / Extra ', 'A linen shirt of the old mill '.repeat(4));
  const name = fc
    .tuple(alike, fc.array(words, { minLength: 1, maxLength: 8 }), alike)
    .map(([head, parts, tail]) => `${head}${parts.join('')}${tail}`);
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 13 }),
      fc.constantFrom(LIMIT.quickReply, LIMIT.button, LIMIT.elementTitle),
      (texts, limit) => {
        const labels = shortenTogether({ texts, limit });
        for (const label of labels) expect(label.length).toBeLessThanOrEqual(limit);
        const different = new Set(texts).size;
        expect(new Set(labels).size).toBe(different);
        expect(new Set(texts.map((text, at) => `${text} ${labels[at]}`)).size).toBe(different);
      },
    ),
  );
});

test('what tells variants apart is what they do not share, option by option', () => {
  const apart = (...titles: string[]) => tellApart(titles);
  expect(apart('Midnight Blue / Extra Small', 'Midnight Blue / Extra Large')).toEqual({
    labels: ['Extra Small', 'Extra Large'],
    shared: 'Midnight Blue',
  });
  expect(apart('S / Red / Silk', 'M / Red / Silk').shared).toBe('Red / Silk');
  // "Extra Large" must not be called "Large", nor an option vanish that the others have.
  expect(apart('Extra Large', 'Extra Small').labels).toEqual(['Extra Large', 'Extra Small']);
  expect(apart('S / Red', 'M').labels).toEqual(['S / Red', 'M']);
  expect(apart('S / Red')).toEqual({ labels: ['S / Red'], shared: '' });
  expect(apart()).toEqual({ labels: [], shared: '' });
});

test('a name within a limit keeps the size and gives up the product’s title, never beyond the limit', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 });
  fc.assert(
    fc.property(text, text, fc.integer({ min: 24, max: 90 }), (productTitle, title, limit) => {
      const variant = { productTitle, title };
      const name = nameWithin({ variant, limit });
      expect(name.length).toBeLessThanOrEqual(limit);
      if (variantName(variant).length > limit && title.length + 10 <= limit) expect(name).toContain(title);
    }),
  );
});

test('commands are obeyed as a whole message and in any dress, never inside a sentence', () => {
  for (const text of ['STOP', 'stop!', ' Stop. ', '¡PARAR!', 'Arrêter', 'ストップ', 'ZATRZYMAJ', 'Durdur'])
    expect(readCommand(text), text).toBe('stop');
  for (const text of ['My alerts', 'Mes alertes', '通知一覧', 'Moje powiadomienia'])
    expect(readCommand(text), text).toBe('alerts');
  for (const text of ['forget me', 'Vergiss mich!', 'Lösche meine Daten', 'Oublie-moi', 'データを削除'])
    expect(readCommand(text), text).toBe('forget');
  for (const text of ['please stop sending the red one', 'where is my order?', 'non-stop', 'anmelden', ''])
    expect(readCommand(text), text).toBeUndefined();
});

test('who types the words of the button gets what the button does, in every language', () => {
  const typed = (message: Message) =>
    LOCALES.map((locale) => [locale, readCommand(messageText({ locale, message }))]);
  expect(typed('button.alerts')).toEqual(LOCALES.map((locale) => [locale, 'alerts']));
  expect(typed('button.optOut')).toEqual(LOCALES.map((locale) => [locale, 'stop']));
});

test('a pasted link is understood, also wrapped by Facebook and with an encoded handle', () => {
  const read = (text: string, links: string[] = []) => readProductLink({ text, links });
  expect(read('https://shop.example/products/linen-shirt?variant=41')).toEqual({
    link: { handle: 'linen-shirt', variantId: 41n },
    alone: true,
  });
  expect(
    read('', ['https://l.facebook.com/l.php?u=https%3A%2F%2Fshop.example%2Fen%2Fproducts%2Fa%2520b']),
  ).toMatchObject({ link: { handle: 'a b', variantId: null } });
  expect(read('is this back? https://shop.example/products/x')).toMatchObject({ alone: false });
  expect(read('https://shop.example/pages/about')).toBeUndefined();
  expect(read('https://%')).toBeUndefined();
});
