// Speaks to the merchant in their language, with the shop's time zone.
import { IntlMessageFormat } from 'intl-messageformat';
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { en, type Text, type Texts } from './admin/en.ts';
import { es } from './admin/es.ts';

export type { Text };

export const catalogues: Record<string, Texts> = { en, es };

/** The admin's languages; any other merchant reads English. */
export const adminLocale = (locale: string | null | undefined): 'en' | 'es' =>
  locale?.toLowerCase().startsWith('es') ? 'es' : 'en';

type Values = Record<string, string | number>;

const compiled = new Map<string, IntlMessageFormat>();

function format({ locale, text, values }: { locale: string; text: Text; values?: Values }): string {
  const key = `${locale} ${text}`;
  const message =
    compiled.get(key) ??
    new IntlMessageFormat(catalogues[locale]![text], locale, undefined, { ignoreTag: true });
  compiled.set(key, message);
  return String(message.format(values));
}

const UNITS: [Intl.RelativeTimeFormatUnit & Intl.NumberFormatOptions['unit'], number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const largest = (ms: number) => UNITS.find(([, size]) => Math.abs(ms) >= size) ?? UNITS[3]!;

/** How the admin speaks; `now` is the moment at which the page's data was read, so that server and browser say the same. */
function createTranslator({ locale, timezone }: { locale: 'en' | 'es'; timezone: string }) {
  const date = (at: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options }).format(new Date(at));
  return {
    locale,
    timezone,
    say: (text: Text, values?: Values) => format({ locale, text, values }),
    /** A reason or outcome that is stored as a code: in words where we have them. */
    code: (prefix: string, code: string) =>
      Object.hasOwn(en, `${prefix}.${code}`) ? format({ locale, text: `${prefix}.${code}` as Text }) : code,
    day: (at: string) => date(at, { dateStyle: 'medium' }),
    moment: (at: string) => date(at, { dateStyle: 'medium', timeStyle: 'short' }),
    /** "3 minutes ago", "in 10 seconds". */
    relative({ at, now }: { at: string; now: string }): string {
      const ms = Date.parse(at) - Date.parse(now);
      const [unit, size] = largest(ms);
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.round(ms / size), unit);
    },
    /** "8 minutes". */
    span({ from, until }: { from: string; until: string }): string {
      const ms = Date.parse(until) - Date.parse(from);
      const [unit, size] = largest(ms);
      return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(
        Math.round(ms / size),
      );
    },
    /** The name of a language in the merchant's own. */
    language: (of: string) => new Intl.DisplayNames([locale], { type: 'language' }).of(of) ?? of,
    number: (value: number) => new Intl.NumberFormat(locale).format(value),
    money: ({ amount, currency }: { amount: string; currency: string }) =>
      new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(amount)),
  };
}

export type Translator = ReturnType<typeof createTranslator>;

const TranslatorContext = createContext<Translator>(createTranslator({ locale: 'en', timezone: 'UTC' }));

export function TranslatorProvider({
  locale,
  timezone,
  children,
}: {
  locale: 'en' | 'es';
  timezone: string;
  children: ReactNode;
}) {
  const value = useMemo(() => createTranslator({ locale, timezone }), [locale, timezone]);
  return <TranslatorContext.Provider value={value}>{children}</TranslatorContext.Provider>;
}

export const useTranslations = (): Translator => useContext(TranslatorContext);
