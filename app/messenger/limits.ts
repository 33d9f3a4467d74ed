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

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * `text` within `limit`, ended by an ellipsis where something had to go. Lengths are counted in UTF-16 units: whichever way Meta counts,
 * it does not count more.
 */
export function shorten({ text, limit }: { text: string; limit: number }): string {
  if (text.length <= limit) return text;
  let kept = '';
  for (const { segment } of graphemes.segment(text.slice(0, limit))) {
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

/** A sentence within `limit` in which only `name` gives way: what is asked must stay readable however long the product's name is. */
export function fitName({
  name,
  limit,
  write,
}: {
  name: string;
  limit: number;
  write: (name: string) => string;
}): string {
  const whole = write(name);
  if (whole.length <= limit) return whole;
  const room = name.length - (whole.length - limit);
  return room >= 8
    ? shorten({ text: write(shorten({ text: name, limit: room })), limit })
    : shorten({ text: whole, limit });
}
