// The admin's own texts, for tests that look for them on a page.
import { type AdminLocale, formatText, type Text } from '../../app/i18n/admin.ts';

export const adminText = (
  text: Text,
  values?: Record<string, string | number>,
  locale: AdminLocale = 'en',
): string => formatText({ locale, text, values });
