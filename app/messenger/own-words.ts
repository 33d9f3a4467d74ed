// The merchant's own wording: which messages may be worded anew, and what is wrong with a text.
import { LIMIT } from './limits.ts';
import { compile, LOCALES, wording, type Message, type Overrides } from './words.ts';

/** The messages that carry the shop's voice, each with what it may speak of and Meta's limit on its length. */
export const OWN_MESSAGES = [
  { message: 'request.title', values: ['product'], limit: LIMIT.requestTitle },
  { message: 'confirm', values: ['product', 'shop', 'until'], limit: LIMIT.text },
  { message: 'notice.back', values: ['product', 'shop', 'price'], limit: LIMIT.buttonText },
  { message: 'notice.canBeOrdered', values: ['product', 'shop', 'price'], limit: LIMIT.buttonText },
] as const satisfies readonly { message: Message; values: readonly string[]; limit: number }[];

export type OwnMessage = (typeof OWN_MESSAGES)[number]['message'];

const example = {
  product: 'Linen shirt, M / Sand',
  shop: 'Linen & Sons',
  price: '€49.00',
  until: new Date('2027-01-01T12:00:00Z'),
};

/** A code of the words `error.*`, or undefined when the text can be said. */
export function wrong({ message, text, locale }: { message: OwnMessage; text: string; locale: string }) {
  const { values, limit } = OWN_MESSAGES.find((each) => each.message === message)!;
  const spokenOf = [...text.matchAll(/\{\s*(\w+)/g)].map((found) => found[1]!);
  if (spokenOf.some((name) => !(values as readonly string[]).includes(name))) return 'unknown_value';
  // Without the product's name nobody knows what they said yes to, or what came back.
  if (!spokenOf.includes('product')) return 'no_product';
  try {
    const said = String(compile({ text, locale }).format(example));
    return said.length > limit ? 'too_long' : undefined;
  } catch {
    return 'not_a_message';
  }
}

/** Every text that can't be said, by its path; empty texts mean ours. */
export function wrongTexts(texts: Overrides): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [locale, messages] of Object.entries(texts))
    for (const [message, text] of Object.entries(messages)) {
      const known = LOCALES.includes(locale) && OWN_MESSAGES.some((each) => each.message === message);
      const code = known ? wrong({ message: message as OwnMessage, text, locale }) : 'unknown_message';
      if (code !== undefined) errors[`texts.${locale}.${message}`] = code;
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
