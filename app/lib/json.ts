// The one parser of foreign bodies: ids of Shopify and Meta may exceed 2^53, and must arrive digit for digit.
export type Json = null | boolean | number | bigint | string | Json[] | { [key: string]: Json };

/** Parses JSON text; an integer that a number cannot hold exactly becomes a bigint. @throws {SyntaxError} */
export function parseJson(text: string): Json {
  const exact = (_key: string, value: unknown, context: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source ?? '')
      ? BigInt(context.source!)
      : value;
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
