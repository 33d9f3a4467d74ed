// What we say to shoppers in each language: the merchant's own wording where there is one, else ours.
import {
  checkMessage,
  CUSTOM_MESSAGES,
  type CustomMessage,
  isSendable,
  type Overrides,
} from './custom-messages.ts';
import { compile, type Values } from './format.ts';
import { da } from './shopper/da.ts';
import { de } from './shopper/de.ts';
import { en, type Message, type ShopperTexts } from './shopper/en.ts';
import { es } from './shopper/es.ts';
import { fr } from './shopper/fr.ts';
import { it } from './shopper/it.ts';
import { ja } from './shopper/ja.ts';
import { nl } from './shopper/nl.ts';
import { pl } from './shopper/pl.ts';
import { ptBR } from './shopper/pt-BR.ts';
import { ptPT } from './shopper/pt-PT.ts';
import { sv } from './shopper/sv.ts';
import { tr } from './shopper/tr.ts';

export type { Message, Values };

const catalogues: Record<string, ShopperTexts> = {
  ...{ en, es, fr, de, it, nl, pl, sv, da, ja, tr },
  ...{ 'pt-BR': ptBR, 'pt-PT': ptPT },
};

export const LOCALES = Object.keys(catalogues);

/**
 * The catalog for a locale, or undefined: by its language alone (`de-AT` reads `de`). Portuguese differs by region: Brazil's for `pt` and
 * `pt-BR`, Portugal's for the rest of the world.
 */
function supportedLocale(locale: string | null | undefined): string | undefined {
  const subtags = locale?.toLowerCase().split(/[-_]/) ?? [];
  const [language] = subtags;
  const isBrazilian = subtags.length === 1 || subtags.includes('br');
  const catalog = language === 'pt' ? (isBrazilian ? 'pt-BR' : 'pt-PT') : language;
  return catalog !== undefined && Object.hasOwn(catalogues, catalog) ? catalog : undefined;
}

/** The ref's language, then the shop's, then English. */
export const chooseLocale = ({ ref, shop }: { ref?: string | null; shop?: string | null }): string =>
  supportedLocale(ref) ? ref! : supportedLocale(shop) ? shop! : 'en';

/** Our own text behind a message, before its values are filled in. */
export const messageText = ({ locale, message }: { locale: string; message: Message }): string =>
  catalogues[supportedLocale(locale) ?? 'en']![message];

const regional = (locale: string) => {
  try {
    return Intl.getCanonicalLocales(locale.replace('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
};

/** Marks that turn the direction of what follows, and letters that run from right to left. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
const RIGHT_TO_LEFT =
  /[\u200f\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/**
 * A value as it may stand in a sentence that runs from left to right: a name in Hebrew or Arabic as one piece between Unicode's isolates,
 * or the words and numbers beside it would change places; a name's own marks must not turn what stands behind it.
 */
function isolate(value: string): string {
  const plain = value.replace(TURNS, '');
  return RIGHT_TO_LEFT.test(plain) ? `\u2068${plain}\u2069` : plain;
}

/**
 * The message in the shopper's language with its values. The shopper must hear something: a merchant's wording that can't be said (it was
 * damaged, or saved before it was checked) gives way to ours, a zone that does not exist to UTC.
 */
export function formatMessage({
  locale,
  message,
  values = {},
  overrides,
  timeZone = 'UTC',
}: {
  locale: string;
  message: Message;
  values?: Values;
  overrides?: Overrides | undefined;
  timeZone?: string | undefined;
}): string {
  const language = supportedLocale(locale) ?? 'en';
  const spokenIn = supportedLocale(locale) === undefined ? 'en' : regional(locale);
  const own = overrides?.[language]?.[message];
  const texts = [
    ...(typeof own === 'string' && isSendable({ message, text: own, locale: language }) ? [own] : []),
    messageText({ locale, message }),
  ];
  const ways = texts.flatMap((text) =>
    [...new Set([timeZone, 'UTC'])].map((zone) => ({ text, timeZone: zone })),
  );
  const spoken = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'string' ? isolate(value) : value]),
  );
  let failure: unknown;
  for (const way of ways)
    try {
      return String(compile({ ...way, locale: spokenIn }).format(spoken));
    } catch (error) {
      failure = error;
    }
  throw failure;
}

/** Every text that can't be said, by its path; empty texts mean ours. */
export function invalidMessages(texts: Overrides): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [locale, messages] of Object.entries(texts))
    for (const [message, text] of Object.entries(messages)) {
      const error = LOCALES.includes(locale)
        ? checkMessage({ message, text, locale }).error
        : 'unknown_message';
      if (error !== undefined) errors[`customMessages.${locale}.${message}`] = error;
    }
  return errors;
}

/** Our own wording of them, for each language that we speak. */
export const defaultMessages = (): Record<string, Record<CustomMessage, string>> =>
  Object.fromEntries(
    LOCALES.map((locale) => [
      locale,
      Object.fromEntries(
        CUSTOM_MESSAGES.map(({ message }) => [message, messageText({ locale, message })]),
      ) as Record<CustomMessage, string>,
    ]),
  );

/** `texts` without those that are empty or the same as ours: a later wording of ours then reaches the shop. */
export function changedMessages(texts: Overrides): Overrides {
  const ours = defaultMessages();
  const kept = Object.entries(texts).map(
    ([locale, messages]) =>
      [
        locale,
        Object.fromEntries(
          Object.entries(messages).filter(
            ([message, text]) => text.trim() !== '' && text !== ours[locale]?.[message as CustomMessage],
          ),
        ),
      ] as const,
  );
  return Object.fromEntries(kept.filter(([, messages]) => Object.keys(messages).length > 0));
}
