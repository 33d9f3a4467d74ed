// Shopify's search syntax (https://shopify.dev/docs/api/usage/search-syntax), as far as products and variants are searched by it.
import { GraphQLError } from 'graphql';

export type Matcher = (given: { field: string | null; value: string; comparator: string }) => boolean;

type Token = { text: string; quoted: boolean };

/** Whether a thing matches: `matches` judges one term, the syntax joins them. */
export function search({ query, matches }: { query: string; matches: Matcher }): boolean {
  const tokens = tokenise(query);
  let at = 0;
  const isWord = (word: string) => tokens[at]?.text === word && !tokens[at]?.quoted;

  function anyOf(): boolean {
    let result = allOf();
    while (isWord('OR')) {
      at += 1;
      // Both sides are read whatever the first one says, or the reader would lose its place.
      const other = allOf();
      result = result || other;
    }
    return result;
  }
  function allOf(): boolean {
    let result = true;
    while (at < tokens.length && !isWord('OR') && !isWord(')')) {
      if (isWord('AND')) at += 1;
      const next = term();
      result = result && next;
    }
    return result;
  }
  function term(): boolean {
    const token = tokens[at];
    at += 1;
    if (!token) return true;
    if (!token.quoted && (token.text === 'NOT' || token.text === '-')) return !term();
    if (!token.quoted && token.text === '(') {
      const result = anyOf();
      at += 1;
      return result;
    }
    const parts = /^([a-z_]+):(<=|>=|<|>)?([^]*)$/.exec(token.text);
    if (!parts || token.quoted) return matches({ field: null, value: token.text, comparator: '' });
    return matches({
      field: parts[1] ?? null,
      comparator: parts[2] ?? '',
      value: unquote(parts[3] ?? ''),
    });
  }
  return anyOf();
}

const unquote = (text: string) => text.replace(/^(["'])([^]*)\1$/, '$2');

function tokenise(query: string): Token[] {
  const pattern =
    /\s*(?:([a-z_]+:(?:<=|>=|<|>)?(?:"[^"]*"|'[^']*'|[^\s()]+))|"([^"]*)"|([()])|(-)(?=\S)|([^\s()]+))/gy;
  return [...query.matchAll(pattern)].map((match) => ({
    text: match[1] ?? match[2] ?? match[3] ?? match[4] ?? match[5] ?? '',
    quoted: match[2] !== undefined,
  }));
}

const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Text is matched by whole words in a row; a trailing asterisk lets the last one be a beginning. */
export function textMatches({ text, value }: { text: string; value: string }): boolean {
  const wanted = words(value);
  const there = words(text);
  if (wanted.length === 0) return true;
  const open = value.trim().endsWith('*');
  return there.some((_, start) =>
    wanted.every((word, index) => {
      const found = there[start + index];
      return open && index === wanted.length - 1 ? found?.startsWith(word) : found === word;
    }),
  );
}

export function numberMatches({
  number,
  value,
  comparator,
}: {
  number: bigint | number;
  value: string;
  comparator: string;
}): boolean {
  const other = Number(value);
  if (comparator === '<') return number < other;
  if (comparator === '<=') return number <= other;
  if (comparator === '>') return number > other;
  if (comparator === '>=') return number >= other;
  return String(number) === value;
}

/** Shopify ignores a field that it does not know; here that would hide a mistake, so it is said. */
export function unknownField(field: string): never {
  throw new GraphQLError(`The Shopify simulator cannot search by '${field}'`, {
    extensions: { code: 'NOT_IN_STAND_IN' },
  });
}
