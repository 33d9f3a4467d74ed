// The merchant's own wording: the one check of what would be said, used in the editor, at save, at the test message and whenever it is said.
import { compile, type Values, valuesIn } from './format.ts';
import { type Warning, warningsOf } from './promotional-terms.ts';
import { LOCALES, type Overrides, messageText } from './shopper.ts';
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
    message: 'notice.back',
    values: ['product', 'shop', 'price'],
    needs: ['product'],
    limit: LIMIT.buttonText,
  },
  {
    message: 'notice.canBeOrdered',
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
    // No value of these is a number; a date would be told in milliseconds.
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

/** Every text that can't be said, by its path; empty texts mean ours. */
export function invalidMessages(texts: Overrides): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [locale, messages] of Object.entries(texts))
    for (const [message, text] of Object.entries(messages)) {
      const error = LOCALES.includes(locale)
        ? checkMessage({ message, text, locale }).error
        : 'unknown_message';
      if (error !== undefined) errors[`texts.${locale}.${message}`] = error;
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
