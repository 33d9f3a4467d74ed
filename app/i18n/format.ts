// Texts with values in braces (ICU MessageFormat), compiled once: the one formatter for what shoppers read, its check and its preview.
import { IntlMessageFormat } from 'intl-messageformat';

export type Values = Record<string, string | number | Date>;
type Element = ReturnType<IntlMessageFormat['getAst']>[number];

/** The parser's own numbers for the kinds of element that are looked at here; its enum is not exported. */
const LITERAL = 0;
const ARGUMENT = 1;
const NUMBER = 2;
const DATE = 3;

const isA = <Kind extends number>(
  element: Element,
  kind: Kind,
): element is Extract<Element, { type: Kind }> => (element.type as number) === kind;

const compiled = new Map<string, IntlMessageFormat>();

/**
 * A message format of `text`, with dates in `timeZone`. A date that is named without a form, `{until}`, is written out.
 * @throws when `text` is no message format, or there is no such zone.
 */
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
  const date = (month: 'long' | 'short' | 'numeric') =>
    ({ day: 'numeric', month, year: 'numeric', timeZone }) as const;
  const dates = { long: date('long'), full: date('long'), medium: date('short'), short: date('numeric') };
  const parsed = new IntlMessageFormat(text, locale, {}, { ignoreTag: true }).getAst();
  const format = new IntlMessageFormat(withDates(parsed, timeZone), locale, { date: dates });
  // Merchants may edit their wording for ever: what nobody says any more must not pile up.
  if (compiled.size > 2_000) compiled.clear();
  compiled.set(key, format);
  return format;
}

function withDates(elements: Element[], timeZone: string): Element[] {
  return elements.map((element) => {
    if (isA(element, ARGUMENT) && element.value === 'until')
      return { type: DATE, value: element.value, style: 'long' };
    if ('options' in element)
      return {
        ...element,
        options: Object.fromEntries(
          Object.entries(element.options).map(([name, option]) => [
            name,
            { ...option, value: withDates(option.value, timeZone) },
          ]),
        ),
      };
    if (!isA(element, DATE)) return element;
    const { style } = element;
    if (style === null || style === undefined) return { ...element, style: 'long' };
    return typeof style === 'string'
      ? element
      : { ...element, style: { ...style, parsedOptions: { ...style.parsedOptions, timeZone } } };
  });
}

export type Spoken = { name: string; asNumber: boolean };

/** The values that a message speaks of, wherever in it. */
export const valuesIn = (elements: Element[]): Spoken[] =>
  elements.flatMap((element) => [
    ...('value' in element && !isA(element, LITERAL)
      ? [{ name: element.value, asNumber: isA(element, NUMBER) }]
      : []),
    ...('options' in element
      ? Object.values(element.options).flatMap((option) => valuesIn(option.value))
      : []),
  ]);
