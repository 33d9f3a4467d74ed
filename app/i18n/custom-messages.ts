// The merchant's own wording: the one check of what would be said, used in the editor, at save, at the test message and whenever it is said.
import { compile, type Values, valuesIn } from './format.ts';
import { LIMIT } from './text-limits.ts';

/** The messages that carry the shop's voice: what each may speak of, what it must, and Meta's limit on its length. */
export const CUSTOM_MESSAGES = [
  { message: 'request.title', values: ['product'], needs: ['product'], limit: LIMIT.requestTitle },
  {
    message: 'confirm',
    values: ['product', 'shop', 'until'],
    needs: ['product', 'until'],
    limit: LIMIT.buttonText,
  },
  {
    message: 'notification.backInStock',
    values: ['product', 'shop', 'price'],
    needs: ['product'],
    limit: LIMIT.buttonText,
  },
  {
    message: 'notification.orderable',
    values: ['product', 'shop', 'price'],
    needs: ['product'],
    limit: LIMIT.buttonText,
  },
] as const;

export type CustomMessage = (typeof CUSTOM_MESSAGES)[number]['message'];

/** Codes of the words `error.*`. */
export type WordingError =
  | 'unknown_message'
  | 'not_a_message'
  | 'unknown_value'
  | 'quoted'
  | 'no_product'
  | 'no_until'
  | 'not_whole'
  | 'too_long';

export type MessageCheck = { error?: WordingError; warnings: Warning[] };

const example: Values = {
  product: 'Linen shirt, M / Sand',
  shop: 'Linen & Sons',
  price: '€49.00',
  until: new Date('2027-01-01T12:00:00Z'),
};

/** Letters that nobody can type stand around each value, so that it is found again in what is said. */
const marked = (name: string) => `\uE000${name}\uE001`;

const marks = /\uE000\w+\uE001/gu;

/** Dates that differ in the day alone, the month alone, the year alone. */
const DATES = ['2027-03-05', '2027-03-17', '2027-11-05', '2031-03-05'].map(
  (day) => new Date(`${day}T12:00:00Z`),
);

/** What would be said, with marked values: for each of the dates. @throws when it can't be said. */
const spokenWith = ({ text, locale }: { text: string; locale: string }): string[] =>
  DATES.map((until) =>
    String(
      compile({ text, locale }).format({
        ...{ product: marked('product'), shop: marked('shop'), price: marked('price') },
        until,
      }),
    ),
  );

/** Whether a text can be said, judged by what would be said and not by how it is written; and what it had better not promise. */
export function checkMessage({
  message,
  text,
  locale,
}: {
  message: string;
  text: string;
  locale: string;
}): MessageCheck {
  const of = CUSTOM_MESSAGES.find((each) => each.message === message);
  if (of === undefined) return { error: 'unknown_message', warnings: [] };
  const error = wrong({ of, text, locale });
  const warnings = warningsOf({ text: text.replace(/\{[^{}]*\}/g, ' '), locale });
  return error === undefined ? { warnings } : { error, warnings };
}

function wrong({
  of: { values, needs, limit },
  text,
  locale,
}: {
  of: (typeof CUSTOM_MESSAGES)[number];
  text: string;
  locale: string;
}): WordingError | undefined {
  const isKnown = (name: string) => (values as readonly string[]).includes(name);
  let spoken: string[];
  try {
    const named = valuesIn(compile({ text, locale }).getAst());
    if (!named.every(({ name }) => isKnown(name))) return 'unknown_value';
    // No value of these is a number; a date would be written in milliseconds.
    if (named.some(({ asNumber }) => asNumber)) return 'not_whole';
    spoken = spokenWith({ text, locale });
  } catch {
    const named = [...text.matchAll(/\{\s*([^\s{},]+)/gu)].map(([, name]) => name!);
    return named.every(isKnown) ? 'not_a_message' : 'unknown_value';
  }
  const [said] = spoken as [string];
  const rest = said.replace(marks, '');
  // A straight quote before a brace makes it print as it stands.
  if (/[{}]/.test(rest)) return 'quoted';
  if (/NaN|undefined|Invalid Date|\[object/.test(rest)) return 'not_whole';
  for (const need of needs) {
    // Without the product's name nobody knows what they said yes to, or what came back.
    if (need === 'product' && !said.includes(marked('product'))) return 'no_product';
    // A permission without its end is none that anybody could agree to.
    if (need === 'until' && new Set(spoken).size < DATES.length) return 'no_until';
  }
  return String(compile({ text, locale }).format(example)).length > limit ? 'too_long' : undefined;
}

const sayable = new Map<string, boolean>();

/** Whether a text of the merchant's is said: one that is only too long is shortened. */
export function isSendable(given: { message: string; text: string; locale: string }): boolean {
  const key = `${given.locale} ${given.message} ${given.text}`;
  const known = sayable.get(key);
  if (known !== undefined) return known;
  const { error } = checkMessage(given);
  if (sayable.size > 2_000) sayable.clear();
  sayable.set(key, error === undefined || error === 'too_long');
  return sayable.get(key)!;
}

type Stems = {
  /** Read so in a text of any language. */
  plain: string;
  /** Something else in other languages: `gave` is Danish for a gift, `vind` is Dutch for "find". */
  own?: string;
};

/** Beginnings of words, as a pattern; any ending may follow. */
const rewards: Record<string, Stems> = {
  en: {
    plain: 'discount|coupon|voucher|promo|giveaway|prize|raffle|sweepstake|cashback|rebate|bonus',
    own: 'codes?(?!\\p{L})|free(?!\\p{L})|gifts?(?!\\p{L})|wins?(?!\\p{L})|rewards?(?!\\p{L})|(?<!for )sale(?!\\p{L})',
  },
  es: {
    plain: 'descuento|rebajad|cup[oó]n|cupones|gratis|gratuit|sorteo|oferta|c[oó]digo',
    own: 'regal|premio|rebajas|gana',
  },
  fr: {
    plain: "remise|r[eé]duction|rabais|cadeau|gratuit|concours|bons? d[’']achat|code promo",
    own: 'sold(?:e|es)(?!\\p{L})|codes?(?!\\p{L})|offert|gagn',
  },
  de: {
    plain: 'rabatt|gutschein|geschenk|gratis|kostenlos|gewinn|verlosung|preisnachlass',
    own: 'code|angebot',
  },
  it: {
    plain: 'sconto|sconti|scontat|buon[io] (?:sconto|regalo|acquisto)|omaggio|codice sconto|gratis|gratuit',
    own: 'codic[ei]|regal|premi|offert|saldi|vinc|concors',
  },
  pt: {
    plain: 'descont|cupom|cup[aã]o|cup[oõ]es|gr[aá]tis|gratuit|sorteio|pr[eéê]mio|c[oó]digo',
    own: 'brinde|oferta|promoç|ganh',
  },
  nl: { plain: 'korting|cadeau|gratis|winactie|waardebon|aanbieding', own: 'win(?!\\p{L})|actiecode' },
  pl: { plain: 'zni[zż]k|rabat|kupon|darmow|prezent|nagrod|promocj|wygra', own: 'kod|konkurs|gratis' },
  sv: {
    plain: 'rabatt|kupong|gratis|erbjudande|presentkort',
    own: 'present|g[åa]v|vinn|kod|rea(?!\\p{L})|t[äa]vling',
  },
  da: {
    plain: 'rabat|kupon|gratis|pr[æa]mie|gavekort|lodtr[æa]kning',
    own: 'gave|vind|kode|tilbud|konkurrence',
  },
  tr: {
    plain: 'indirim|kupon|hediye|[öo]d[üu]l|[üu]cretsiz|bedava|[çc]ekili[şs]',
    own: 'kod|kampanya|promosyon',
  },
  ja: { plain: '割引|クーポン|コード|無料|プレゼント|特典|セール|値下げ|抽選|懸賞|キャンペーン|ポイント' },
};

/** Japanese has no spaces: there a word may begin anywhere. */
const beginning = (stems: string) =>
  `(?:(?<![\\p{L}\\p{N}])|(?<=[\\p{sc=Hira}\\p{sc=Kana}\\p{sc=Han}]))(?:${stems})`;

const gain = (locale: string) =>
  new RegExp(
    `\\d\\s?[%％]|[%％]\\s?\\d|${beginning(
      Object.entries(rewards)
        .flatMap(([language, { plain, own }]) =>
          own !== undefined && language === locale ? [plain, own] : [plain],
        )
        .join('|'),
    )}`,
    'iu',
  );

const gains = new Map(Object.keys(rewards).map((locale) => [locale, gain(locale)]));

const reservation = new RegExp(
  `${beginning('reserv|réserv|riserv|zarezerw|rezerw|rezerv|gereserv|ayırt')}|予約|取り置き|お取り置き`,
  'iu',
);

const link = /https?:\/\/|www\./iu;

/** Codes of the words `warning.*`. */
export type Warning = 'link' | 'promotion' | 'reserved';

/** What Meta or the shopper could hold against a text. `locale`: the language it is written in. */
export const warningsOf = ({ text, locale }: { text: string; locale: string }): Warning[] => [
  ...(link.test(text) ? (['link'] as const) : []),
  ...((gains.get(locale.split('-')[0]!) ?? gains.get('en')!).test(text) ? (['promotion'] as const) : []),
  ...(reservation.test(text) ? (['reserved'] as const) : []),
];

/** A merchant's own wording: { [locale]: { [message]: text } }, as it stands in Shop.customMessages. */
export type Overrides = Record<string, Record<string, string>>;
