// Speaks to the merchant in their language, with the shop's time zone.
import { createContext, useContext, useMemo, type ReactNode } from 'react';
import { type AdminLocale, formatCode, formatText, type Text } from './admin.ts';

export type { Text };

const UNITS: ['day' | 'hour' | 'minute' | 'second', number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

const largest = (ms: number) => UNITS.find(([, size]) => Math.abs(ms) >= size) ?? UNITS[3]!;

/** How the admin speaks; `now` is the moment at which the page's data was read, so that server and browser say the same. */
function createTranslator({ locale, timezone }: { locale: AdminLocale; timezone: string }) {
  const date = (at: string, options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: timezone, ...options }).format(new Date(at));
  return {
    locale,
    timezone,
    t: (text: Text, values?: Record<string, string | number>) => formatText({ locale, text, values }),
    /** A reason or outcome that is stored as a code: in words where we have them. */
    code: (prefix: string, code: string) => formatCode({ locale, prefix, code }),
    day: (at: string) => date(at, { dateStyle: 'medium' }),
    moment: (at: string) => date(at, { dateStyle: 'medium', timeStyle: 'short' }),
    /** "3 minutes ago", "in 10 seconds". */
    relative: ({ at, now }: { at: string; now: string }): string => {
      const ms = Date.parse(at) - Date.parse(now);
      const [unit, size] = largest(ms);
      return new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(Math.round(ms / size), unit);
    },
    /** "8 minutes". */
    span: ({ from, until }: { from: string; until: string }): string => {
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
  locale: AdminLocale;
  timezone: string;
  children: ReactNode;
}) {
  const value = useMemo(() => createTranslator({ locale, timezone }), [locale, timezone]);
  return <TranslatorContext.Provider value={value}>{children}</TranslatorContext.Provider>;
}

export const useTranslations = (): Translator => useContext(TranslatorContext);
