// Reads what a shopper wrote: a command however politely, thanks, a link to a product, or the name of an option.
import { trimEnd } from '../i18n/text-limits.ts';
import { type Command, COMMANDS, POLITE_PHRASES, THANKS } from './command-words.ts';

/** Longest first: each is taken off once, and what is left is looked up. */
const POLITE_ENDINGS = [
  'お願いいたします',
  'お願いします',
  'してください',
  'して下さい',
  'ください',
  '下さい',
];

/** Letters and digits only, without accents or case: `¡STOP!` is `stop`. Marks that change a Japanese sound are put back. */
const normalize = (text: string) =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss')
    .replaceAll('ı', 'i')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const COMMAND_OF = new Map(
  (Object.keys(COMMANDS) as Command[]).flatMap((command) =>
    COMMANDS[command].map((words) => [normalize(words), command] as const),
  ),
);

/** A normalized text without the phrases that it begins or ends with; of these the longest stand first. */
function withoutPhrases({ text, phrases }: { text: string; phrases: string[] }): string {
  for (let rest = text; ;) {
    const [head, tail] = [`${rest} `, ` ${rest}`];
    const first = phrases.find((phrase) => head.startsWith(`${phrase} `));
    const last = phrases.find((phrase) => tail.endsWith(` ${phrase}`));
    if (rest === '' || (first ?? last) === undefined) return rest;
    rest = (first === undefined ? rest.slice(0, -last!.length) : rest.slice(first.length)).trim();
  }
}

const longestFirst = (phrases: string[]) => phrases.toSorted((one, other) => other.length - one.length);

const ENDING_A_TALK = longestFirst(THANKS);
const AROUND = longestFirst([...POLITE_PHRASES, ...THANKS]);

/**
 * The command that a text is, as a whole and however politely or often it is said; a sentence that merely contains one belongs to the
 * merchant.
 */
export function readCommand(text: string): Command | undefined {
  if (text.length > 60) return undefined;
  const whole = normalize(text);
  const [ending] = POLITE_ENDINGS.filter((one) => whole.endsWith(one));
  const stem = ending === undefined ? whole : whole.slice(0, -ending.length).trim().replace(/を$/, '');
  const words = withoutPhrases({ text: stem, phrases: AROUND }).split(' ').map(withoutLongLetters);
  const [first = ''] = words;
  const said = words.every((word) => word === first) ? first : words.join(' ');
  return COMMAND_OF.get(whole) ?? COMMAND_OF.get(said);
}

/** `stoooop`: no word of the commands has a letter three times in a row. */
const withoutLongLetters = (word: string) => word.replace(/(\p{L})\1{2,}/gu, '$1');

/** Nothing but thanks or an OK: nobody is asked anything by it. */
export function isThanks(text: string): boolean {
  const whole = text.length > 60 ? '' : normalize(text);
  return whole !== '' && withoutPhrases({ text: whole, phrases: ENDING_A_TALK }) === '';
}

export type ProductLink = { handle: string; variantId: bigint | null };

/** The first product page that a text or an attached link points to. `alone`: nothing but links was written. */
export function readProductLink({
  text,
  links,
}: {
  text: string;
  links: string[];
}): { link: ProductLink; alone: boolean } | undefined {
  const parts = text.split(BETWEEN_PARTS).map(splitAtAddress);
  const written = parts.flatMap(({ address }) => (address === undefined ? [] : [address]));
  const found = [...written, ...links].map(unwrapped);
  for (const url of found) {
    const handle = /\/products\/([^/?#]+)/.exec(url?.pathname ?? '')?.[1];
    if (!url || handle === undefined) continue;
    const id = /^\d{1,18}$/.exec(url.searchParams.get('variant') ?? '')?.[0];
    return {
      link: { handle: decoded(handle).slice(0, 255), variantId: id === undefined ? null : BigInt(id) },
      alone: normalize(parts.map(({ before }) => before).join(' ')) === '',
    };
  }
  return undefined;
}

/** Space, brackets, quotes, emoji and invisible marks, none of which is part of a link. */
const BETWEEN_PARTS =
  /[\s<>()[\]{}"'`“”„‘’«»「」『』（）【】\u200b-\u200f\u2066-\u2069\ufe0f\p{Extended_Pictographic}]+/u;

/** Marks that end a sentence or a chat's bold or struck text. */
const MARKS = /[.,;:!?…。、！？*_~|]/u;

/** A part of a text at its address; that of a product page counts also where somebody left out https://. */
function splitAtAddress(part: string): { before: string; address?: string } {
  const at = part.search(/https?:\/\//i);
  const address = trimEnd({ text: part.slice(Math.max(0, at)), of: MARKS });
  if (at !== -1) return { before: part.slice(0, at), address };
  return /^[a-z0-9.-]{1,253}\.[a-z]{2,24}\/\S*products\//i.test(address)
    ? { before: '', address: `https://${address}` }
    : { before: part };
}

/** Meta's apps wrap shared links in an address of their own. */
function unwrapped(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const inner = /(^|\.)(facebook|messenger|instagram)\.com$/.test(url.hostname)
    ? url.searchParams.get('u')
    : null;
  return inner !== null && URL.canParse(inner) ? new URL(inner) : url;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Whether two names of a size or colour are the same to a person. */
export const sameName = (one: string, other: string): boolean =>
  normalize(one) !== '' && normalize(one) === normalize(other);

/**
 * How well a person who was asked for an option names the one with these values: the letters of those values that stand in the text, 0
 * for none. A single letter, as of a size, counts in a few words alone: long sentences hold such letters by chance.
 */
export function namedBy({ text, values }: { text: string; values: string[] }): number {
  if (text.length > 200) return 0;
  const words = normalize(text.replace(/['’]/g, '')).split(' ');
  const few = words.length <= 4;
  const whole = ` ${words.join(' ')} `;
  return values
    .map(normalize)
    .filter((value) => (few ? value !== '' : value.length > 1) && whole.includes(` ${value} `))
    .reduce((sum, value) => sum + value.length, 0);
}
