// Our own English texts, for tests that look for them in a reply.
import { compile } from '../../app/i18n/format.ts';
import { formatMessage, type Message, messageText, type Values } from '../../app/i18n/shopper.ts';

const locale = 'en';

export const ourText = (message: Message, values: Values = {}): string =>
  formatMessage({ locale, message, values });

/** The longest part of a text that says the same whatever its values are. */
export function fixedPart(message: Message): string {
  const elements = compile({ text: messageText({ locale, message }), locale }).getAst();
  const literals = elements.flatMap((element) =>
    'value' in element && element.type === 0 ? [element.value] : [],
  );
  const [longest] = literals.toSorted((one, other) => other.length - one.length);
  if (longest === undefined || longest.trim() === '') throw new Error(`${message} is nothing but values.`);
  return longest.trim();
}
