// The merchant's own texts as they are saved: what is wrong with them, ours beside them, and those that differ from ours.
import { judge, OWN_MESSAGES, type OwnMessage } from './own-words.ts';
import { LOCALES, wording, type Overrides } from './words.ts';

/** Every text that can't be said, by its path; empty texts mean ours. */
export function wrongTexts(texts: Overrides): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [locale, messages] of Object.entries(texts))
    for (const [message, text] of Object.entries(messages)) {
      const error = LOCALES.includes(locale) ? judge({ message, text, locale }).error : 'unknown_message';
      if (error !== undefined) errors[`texts.${locale}.${message}`] = error;
    }
  return errors;
}

/** Our own wording of them, for each language that we speak. */
export const ourTexts = (): Record<string, Record<OwnMessage, string>> =>
  Object.fromEntries(
    LOCALES.map((locale) => [
      locale,
      Object.fromEntries(
        OWN_MESSAGES.map(({ message }) => [message, wording({ locale, message })]),
      ) as Record<OwnMessage, string>,
    ]),
  );

/** `texts` without those that are empty or the same as ours: a later wording of ours then reaches the shop. */
export function differing(texts: Overrides): Overrides {
  const ours = ourTexts();
  const kept = Object.entries(texts).map(
    ([locale, messages]) =>
      [
        locale,
        Object.fromEntries(
          Object.entries(messages).filter(
            ([message, text]) => text.trim() !== '' && text !== ours[locale]?.[message as OwnMessage],
          ),
        ),
      ] as const,
  );
  return Object.fromEntries(kept.filter(([, messages]) => Object.keys(messages).length > 0));
}
