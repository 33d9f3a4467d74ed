// Meta's limits on what we say, kept without cutting a letter, an emoji or a flag in two.
export const LIMIT = {
  requestTitle: 65,
  elementTitle: 80,
  elementSubtitle: 80,
  button: 20,
  quickReply: 20,
  buttonText: 640,
  /** "Less than 2000". */ text: 1999,
  payload: 1000,
  metadata: 999,
  greeting: 160,
  elements: 10,
  quickReplies: 13,
} as const;

/** In UTF-16 units; a family of four takes 11. */
const LONGEST_LETTER = 32;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * `text` within `limit`, ended by an ellipsis where something had to go. Lengths are counted in UTF-16 units: whichever way Meta counts,
 * it does not count more.
 */
export function shorten({ text, limit }: { text: string; limit: number }): string {
  if (text.length <= limit) return text;
  // However long the text, only so much is looked at: far enough to see where the last letter that fits ends.
  let kept = '';
  for (const { segment } of graphemes.segment(text.slice(0, limit + LONGEST_LETTER))) {
    if (kept.length + segment.length > limit - 1) break;
    kept += segment;
  }
  return `${trimEnd({ text: kept.trimEnd(), of: /[,;:.\-–—]/u })}…`;
}

/** `text` without the signs at its end that `of` matches; a pattern that ends in `+$` would begin anew at each of them. */
export function trimEnd({ text, of }: { text: string; of: RegExp }): string {
  let end = text.length;
  while (end > 0 && of.test(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** `text` within `limit`, with an ellipsis in its middle: what tells similar names apart often stands at their end. */
export function shortenMiddle({ text, limit }: { text: string; limit: number }): string {
  if (text.length <= limit) return text;
  const parts = [...graphemes.segment(text)].map(({ segment }) => segment);
  const head = within({ parts, room: Math.floor((limit - 1) / 2) });
  const tail = within({ parts: parts.toReversed(), room: limit - 1 - head.join('').length }).toReversed();
  return `${head.join('').trimEnd()}…${tail.join('').trimStart()}`;
}

/** The first of `parts`, as many as `room` holds. */
function within({ parts, room }: { parts: string[]; room: number }): string[] {
  let used = 0;
  const end = parts.findIndex((part) => (used += part.length) > room);
  return end === -1 ? parts : parts.slice(0, end);
}

/** Texts that a person chooses between, each within `limit`, and none like another that it was not like before. */
export function shortenTogether({ texts, limit }: { texts: string[]; limit: number }): string[] {
  const different = new Set(texts).size;
  const ways = [
    (text: string) => shorten({ text, limit }),
    (text: string) => shortenMiddle({ text, limit }),
    // The same text keeps the same number.
    (text: string) => shorten({ text: `${texts.indexOf(text) + 1}. ${text}`, limit }),
  ];
  const tried = ways.map((way) => texts.map(way));
  return tried.find((labels) => new Set(labels).size === different) ?? tried.at(-1)!;
}
