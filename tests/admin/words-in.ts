// The values that a message speaks of, wherever they stand in it.
import type { IntlMessageFormat } from 'intl-messageformat';

type Element = ReturnType<IntlMessageFormat['getAst']>[number];

export function wordsIn(elements: Element[], found = new Set<string>()): Set<string> {
  for (const element of elements) {
    // 0: plain text, 7: "#".
    if (element.type !== 0 && element.type !== 7) found.add((element as { value: string }).value);
    if ('options' in element)
      for (const option of Object.values(element.options)) wordsIn(option.value, found);
  }
  return found;
}
