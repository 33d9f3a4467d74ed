// The one check of a merchant's own wording judges what would be said: whoever passes it is said whole, whoever does not gives way to ours.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkMessage,
  CUSTOM_MESSAGES,
  type CustomMessage,
  type Overrides,
} from '../../app/i18n/custom-messages.ts';
import { formatMessage, LOCALES, messageText } from '../../app/i18n/shopper.ts';

const values = {
  product: 'Linen shirt, M',
  shop: 'Maison Lin',
  price: '49.00 €',
  until: new Date('2027-03-31T12:00:00Z'),
};
const said = ({ message, text, locale = 'en' }: { message: CustomMessage; text: string; locale?: string }) =>
  formatMessage({ locale, message, values, overrides: { [locale]: { [message]: text } } });

const errors: [CustomMessage, string, string][] = [
  // Written right, said wrong.
  ['notification.backInStock', "'{product}' est de retour chez {shop} : {price}", 'quoted'],
  ['notification.backInStock', "L'{product} est de retour", 'quoted'],
  ['notification.backInStock', "{product} : l'{price}", 'quoted'],
  ['request.title', "'{product}'?", 'quoted'],
  ['notification.backInStock', '{price, number} is back', 'not_whole'],
  ['notification.backInStock', '{product}: {price, number, ::currency/EUR}', 'not_whole'],
  ['notification.backInStock', '{product, number}', 'not_whole'],
  ['notification.backInStock', '{product, plural, one {# piece} other {# pieces}} of {product}', 'not_whole'],
  ['confirm', '{product}, until {until, number}', 'not_whole'],
  ['notification.backInStock', 'It is back!', 'no_product'],
  ['notification.backInStock', '{product, select, other {It}} is back', 'no_product'],
  ['notification.backInStock', ' ', 'no_product'],
  ['confirm', 'You wait for {product}.', 'no_until'],
  ['confirm', '{product}, until {until, time}', 'no_until'],
  ['confirm', '{product}, until {until, date, ::MMMM}', 'no_until'],
  ['confirm', '{product}, until {until, date, ::dMMMM}', 'no_until'],
  // Written wrong.
  ['notification.backInStock', '{product} {surname}', 'unknown_value'],
  ['notification.backInStock', '{product} für {größe}', 'unknown_value'],
  ['notification.backInStock', '{product, select, other {{discount}}}', 'unknown_value'],
  ['notification.backInStock', '{product} until {until}', 'unknown_value'],
  ['notification.backInStock', '{product} is {back', 'unknown_value'],
  ['notification.backInStock', '{product} {', 'not_a_message'],
  ['notification.backInStock', '{product name}', 'not_a_message'],
  ['request.title', `{product} ${'so '.repeat(30)}`, 'too_long'],
];
for (const [message, text, error] of errors)
  test(`${message} “${text.slice(0, 60)}”: ${error}, and our own words are said`, () => {
    expect(checkMessage({ message, text, locale: 'en' }).error).toBe(error);
    if (error !== 'too_long')
      expect(said({ message, text })).toBe(formatMessage({ locale: 'en', message, values }));
  });

test('own words that were damaged in the database and are no text give way to ours, in every message', () => {
  for (const damaged of [7, null, true, {}, ['{product}']])
    for (const message of ['notification.backInStock', 'optOut.done'] as const) {
      const overrides = { en: { [message]: damaged } } as unknown as Overrides;
      expect(formatMessage({ locale: 'en', message, values, overrides })).toBe(
        formatMessage({ locale: 'en', message, values }),
      );
    }
});

test('what may be said is said as it is written', () => {
  const fine: [CustomMessage, string, string][] = [
    ['notification.backInStock', '{product} est de retour', 'Linen shirt, M est de retour'],
    ['notification.backInStock', 'L’{product}, à {price}', 'L’Linen shirt, M, à 49.00 €'],
    ['notification.backInStock', "Don't wait: {product}", "Don't wait: Linen shirt, M"],
    ['notification.backInStock', '“{product}” <b>', '“Linen shirt, M” <b>'],
    ['request.title', '{ product }?', 'Linen shirt, M?'],
    // The editor names the values in braces: a date without a form is written out.
    ['confirm', '{product} until {until}', 'Linen shirt, M until March 31, 2027'],
    ['confirm', '{product} until {until, date}', 'Linen shirt, M until March 31, 2027'],
    ['confirm', '{product} until {until, date, short}', 'Linen shirt, M until 3/31/2027'],
    ['confirm', '{product} until {until, date, ::yyyyMMMd}', 'Linen shirt, M until Mar 31, 2027'],
  ];
  for (const [message, text, expected] of fine) {
    expect(checkMessage({ message, text, locale: 'en' }), text).toEqual({ warnings: [] });
    expect(said({ message, text }), text).toBe(expected);
  }
});

test('whatever is written: what passes is said whole, and what is said is never braces, NaN or nothing', () => {
  const piece = fc.constantFrom(
    ...[
      '{product}',
      '{shop}',
      '{price}',
      '{until}',
      '{until, date, long}',
      "'",
      "''",
      '{',
      '}',
      ' ',
      'back',
      '#',
    ],
    ...[
      '{price, number}',
      '{product, select, other {x}}',
      '{until, time}',
      "l'",
      '{nobody}',
      '<b>',
      '’',
      '%',
    ],
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...CUSTOM_MESSAGES),
      fc.array(piece, { maxLength: 8 }),
      fc.constantFrom(...LOCALES),
      ({ message, needs }, pieces, locale) => {
        const text = pieces.join('');
        const { error } = checkMessage({ message, text, locale });
        const spoken = said({ message, text, locale });
        expect(spoken).not.toMatch(/[{}]|NaN|undefined|\uE000/);
        expect(spoken).toContain('Linen shirt, M');
        if ((needs as readonly string[]).includes('until')) expect(spoken).toMatch(/2027/);
        if (error !== undefined && error !== 'too_long')
          expect(spoken).toBe(formatMessage({ locale, message, values }));
      },
    ),
    { numRuns: 2_000 },
  );
});

test('our own wording passes without a warning, in every language', () => {
  for (const locale of LOCALES)
    for (const { message } of CUSTOM_MESSAGES)
      expect(
        checkMessage({ message, text: messageText({ locale, message }), locale }),
        `${locale} ${message}`,
      ).toEqual({
        warnings: [],
      });
});

const promised: Record<string, string[]> = {
  en: ['10% off', 'use code YES', 'a free gift for you', 'Win a prize!', 'discounts inside', 'on sale'],
  es: ['con un descuento', '¡Cupón dentro!', 'un regalo te espera', 'gratis', 'sorteo'],
  fr: ['avec un cadeau', '-20 %', 'code promo ICI', 'bon d’achat', 'en soldes', 'réductions'],
  de: ['mit Gutschein', 'Rabattcode', 'Geschenk dazu', 'kostenlos', 'Gewinnspiel'],
  it: ['con uno sconto', 'buono regalo', 'omaggio', 'in saldi', 'vinci'],
  'pt-BR': ['com desconto', 'cupom', 'brinde', 'grátis', 'promoção'],
  'pt-PT': ['com desconto', 'cupão', 'brinde', 'grátis', 'promoção'],
  nl: ['met korting', 'kortingscode', 'cadeaubon', 'gratis', 'winactie'],
  pl: ['ze zniżką', 'kupon', 'kod rabatowy', 'prezent', 'nagroda'],
  sv: ['med rabatt', 'rabattkod', 'present', 'gratis', 'rea'],
  da: ['med rabat', 'en gave', 'vind', 'gratis', 'rabatkode'],
  ja: ['クーポン', '10％オフ', '無料プレゼント', '特典', 'いまなら割引'],
  tr: ['hediye', 'indirim kuponu', 'ödül', 'ücretsiz', 'kampanya'],
};
test('a promised reward is warned of in its language, written as people write it', () => {
  expect(Object.keys(promised).sort()).toEqual([...LOCALES].sort());
  for (const [locale, texts] of Object.entries(promised))
    for (const text of texts)
      for (const written of [`{product}: ${text}`, `${text.toUpperCase()}! {product}`, `${text}, {product}`])
        expect(checkMessage({ message: 'notification.backInStock', text: written, locale }), written).toEqual(
          {
            warnings: ['promotion'],
          },
        );
  // A shop writes in the language of its customers, whatever field it writes into.
  for (const text of ['Gutschein', 'cadeau', 'クーポン', 'hediye', 'discount'])
    expect(
      checkMessage({ message: 'notification.backInStock', text: `{product} ${text}`, locale: 'en' }).warnings,
    ).toEqual(['promotion']);
});

test('a link and a reservation are warned of, each warning is given, and ordinary words are not warned of', () => {
  const warned = (text: string, locale = 'en') =>
    checkMessage({ message: 'notification.backInStock', text, locale }).warnings;
  expect(warned('{product}: https://example.com')).toEqual(['link']);
  expect(warned('We reserved {product} for you, 20 % off, www.example.com')).toEqual([
    'link',
    'promotion',
    'reserved',
  ]);
  for (const [locale, text] of [
    ['es', 'reservado'],
    ['fr', 'réservé'],
    ['de', 'reserviert'],
    ['it', 'riservato'],
    ['nl', 'gereserveerd'],
    ['pl', 'zarezerwowane'],
    ['ja', '予約済み'],
    ['tr', 'rezerve'],
  ])
    expect(warned(`{product} ${text}`, locale), text).toEqual(['reserved']);
  for (const [locale, text] of [
    ['en', '{product} is for sale again, a premium gauze, carefree and gifted by nobody'],
    ['de', '{product} steht wieder im Regal'],
    ['nl', 'Je kunt {product} nu vinden'],
    ['it', 'È un buon momento per {product}'],
    ['fr', 'Un bon produit : {product}'],
    ['sv', '{product} är tillbaka'],
  ])
    expect(warned(text!, locale), text).toEqual([]);
});
