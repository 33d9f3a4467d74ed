// Says a message to a shopper in their language: the merchant's own wording where there is one, else ours.
import { IntlMessageFormat } from 'intl-messageformat';
import { da } from './words/da.ts';
import { de } from './words/de.ts';
import { en, type Message, type Words } from './words/en.ts';
import { es } from './words/es.ts';
import { fr } from './words/fr.ts';
import { it } from './words/it.ts';
import { ja } from './words/ja.ts';
import { nl } from './words/nl.ts';
import { pl } from './words/pl.ts';
import { pt } from './words/pt.ts';
import { sv } from './words/sv.ts';
import { tr } from './words/tr.ts';

export type { Message };

const catalogues: Record<string, Words> = { en, es, fr, de, it, pt, nl, pl, sv, da, ja, tr };

export const LOCALES = Object.keys(catalogues);

export type Values = Record<string, string | number | Date>;
/** A merchant's own wording: { [locale]: { [message]: text } }, as it stands in Shop.texts. */
export type Overrides = Record<string, Record<string, string>>;

/** The language we speak for a locale (`pt-BR` is served in `pt`), or undefined. */
export function spoken(locale: string | null | undefined): string | undefined {
  const language = locale?.toLowerCase().split(/[-_]/)[0];
  return language !== undefined && Object.hasOwn(catalogues, language) ? language : undefined;
}

/** The ref's language, then the shop's, then English. */
export const chooseLocale = ({ ref, shop }: { ref?: string | null; shop?: string | null }): string =>
  spoken(ref) ? ref! : spoken(shop) ? shop! : 'en';

/** The text behind a message before its values are filled in. */
export function wording({
  locale,
  message,
  overrides,
}: {
  locale: string;
  message: Message;
  overrides?: Overrides | undefined;
}): string {
  const language = spoken(locale) ?? 'en';
  return overrides?.[language]?.[message] ?? catalogues[language]![message];
}

const compiled = new Map<string, IntlMessageFormat>();

/** A message format of `text`. @throws when `text` is no message format. */
export function compile({
  text,
  locale,
  timeZone = 'UTC',
}: {
  text: string;
  locale: string;
  timeZone?: string;
}): IntlMessageFormat {
  const key = `${locale} ${timeZone} ${text}`;
  const known = compiled.get(key);
  if (known) return known;
  const date = (month: 'long' | 'short') => ({ day: 'numeric', month, year: 'numeric', timeZone }) as const;
  const format = new IntlMessageFormat(
    text,
    locale,
    { date: { long: date('long'), medium: date('short') } },
    { ignoreTag: true },
  );
  // Merchants may edit their wording for ever: what nobody says any more must not pile up.
  if (compiled.size > 2_000) compiled.clear();
  compiled.set(key, format);
  return format;
}

const regional = (locale: string) => {
  try {
    return Intl.getCanonicalLocales(locale.replace('_', '-'))[0] ?? 'en';
  } catch {
    return 'en';
  }
};

/**
 * The message in the shopper's language with its values. A merchant's wording that cannot be said (it was damaged after it was
 * checked) gives way to ours: the shopper must hear something.
 */
export function say({
  locale,
  message,
  values = {},
  overrides,
  timeZone,
}: {
  locale: string;
  message: Message;
  values?: Values;
  overrides?: Overrides | undefined;
  timeZone?: string | undefined;
}): string {
  const spokenIn = spoken(locale) === undefined ? 'en' : regional(locale);
  const attempt = (text: string) =>
    String(
      compile({ text, locale: spokenIn, ...(timeZone === undefined ? {} : { timeZone }) }).format(values),
    );
  const text = wording({ locale, message, overrides });
  try {
    return attempt(text);
  } catch (error) {
    const ours = wording({ locale, message });
    if (ours === text) throw error;
    return attempt(ours);
  }
}
