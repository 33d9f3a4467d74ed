// What a message must not promise: a reward for saying yes, or that something is kept for the shopper. In every language that we speak.

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
  ...((gains.get(locale) ?? gains.get('en')!).test(text) ? (['promotion'] as const) : []),
  ...(reservation.test(text) ? (['reserved'] as const) : []),
];
