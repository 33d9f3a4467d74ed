// Parses foreign JSON: ids of Shopify and Meta may exceed 2^53 and keep every digit.
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** 2^53 has sixteen digits. */
const LONG = 16;
const [BACKSLASH, ZERO, NINE] = [92, 48, 57];

/** Whether sixteen digits in a row stand anywhere but in a string, where anybody can write them. */
function holdsLongNumber(text: string): boolean {
  for (let at = 0; ;) {
    const opening = text.indexOf('"', at);
    const end = opening < 0 ? text.length : opening;
    for (let digits = 0; at < end; at += 1) {
      const sign = text.charCodeAt(at);
      digits = sign >= ZERO && sign <= NINE ? digits + 1 : 0;
      if (digits === LONG) return true;
    }
    if (opening < 0) return false;
    at = closingQuote({ text, opening }) + 1;
  }
}

/** Where the string ends that begins at `opening`: at the next quote that no odd number of backslashes stands before. */
function closingQuote({ text, opening }: { text: string; opening: number }): number {
  for (let quote = text.indexOf('"', opening + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text.charCodeAt(before) === BACKSLASH) before -= 1;
    if ((quote - before) % 2 === 1) return quote;
  }
  return text.length;
}

const exact = (_key: string, value: unknown, context: { source?: string }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
    ? BigInt(context.source!)
    : value;

/**
 * Parses JSON text; an integer that a number cannot hold exactly becomes a bigint. Text without such an integer costs what `JSON.parse`
 * costs: a reviver, which is called for every member, costs several times that. @throws {SyntaxError}
 */
export function parseJson(text: string): Json {
  if (!holdsLongNumber(text)) return JSON.parse(text) as Json;
  return JSON.parse(text, exact as (key: string, value: unknown) => unknown) as Json;
}

/** An id as text, whichever way the sender wrote it; undefined when it is none (no table holds a NUL, so no id has one). */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' || value.includes('\0') ? undefined : value;
  if (typeof value === 'bigint' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return String(value);
  return undefined;
}

/** An id of Shopify's (decimal, or a GID whose last path segment is decimal) as bigint; undefined when it is none. */
export function idNumber(value: unknown): bigint | undefined {
  const [path] = (idText(value) ?? '').split('?', 1) as [string];
  const digits = path.startsWith('gid://') ? path.slice(path.lastIndexOf('/') + 1) : path;
  if (!/^\d{1,19}$/.test(digits)) return undefined;
  const id = BigInt(digits);
  return id <= 9223372036854775807n ? id : undefined;
}
