// The texts that merchants read, in their language: for the admin's pages, the plain pages outside it and Flow.
import { IntlMessageFormat } from 'intl-messageformat';
import { en, type Text, type Texts } from './admin/en.ts';
import { es } from './admin/es.ts';

export type { Text };
export type AdminLocale = 'en' | 'es';

export const catalogues: Record<AdminLocale, Texts> = { en, es };

/** The admin's language for a locale or an Accept-Language header; any other merchant reads English. */
export const adminLocale = (locale: string | null | undefined): AdminLocale =>
  locale?.toLowerCase().startsWith('es') ? 'es' : 'en';

const compiled = new Map<string, IntlMessageFormat>();

export function formatText({
  locale,
  text,
  values,
}: {
  locale: AdminLocale;
  text: Text;
  values?: Record<string, string | number> | undefined;
}): string {
  const key = `${locale} ${text}`;
  const message =
    compiled.get(key) ??
    new IntlMessageFormat(catalogues[locale][text], locale, undefined, { ignoreTag: true });
  compiled.set(key, message);
  return String(message.format(values));
}

/** The text of something that is stored as a code, `prefix.code`; the code itself where there is none. */
export const formatCode = ({
  locale,
  prefix,
  code,
}: {
  locale: AdminLocale;
  prefix: string;
  code: string;
}): string =>
  Object.hasOwn(en, `${prefix}.${code}`) ? formatText({ locale, text: `${prefix}.${code}` as Text }) : code;

/** A Page's issue in the merchant's words: what happened, and how to fix it. */
export function explainIssue({ issue, locale }: { issue: string; locale: string }): {
  happened: string;
  remedy: string;
} {
  const known = Object.hasOwn(en, `trouble.${issue}.do`);
  const of = { locale: adminLocale(locale), prefix: 'trouble' };
  return {
    happened: formatCode({ ...of, code: issue }),
    remedy: known ? formatCode({ ...of, code: `${issue}.do` }) : '',
  };
}
