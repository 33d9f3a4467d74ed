// What a variant is called, and how its name is cut where Meta has no room for all of it.
import { shorten, shortenMiddle } from './limits.ts';

export type Named = {
  productTitle: string;
  /** Of the variant: its size, colour and so on. */ title: string;
};

const isPlain = ({ title }: Named) => title === '' || title === 'Default Title';

/** A variant as a person calls it: the product with its size or colour, unless it has none. */
export const nameOf = (variant: Named): string =>
  isPlain(variant) ? variant.productTitle : `${variant.productTitle}, ${variant.title}`;

/** Of a product's title so much is left at least, or the name is cut as a whole. */
const TITLE_AT_LEAST = 8;

/**
 * The name within `limit`: the product's title gives way first, since the size or colour behind it is what the person chose; of that the
 * middle, since options differ at either end.
 */
export function nameWithin({ variant, limit }: { variant: Named; limit: number }): string {
  const name = nameOf(variant);
  if (name.length <= limit) return name;
  if (isPlain(variant) || limit < 3 * TITLE_AT_LEAST) return shorten({ text: name, limit });
  const between = nameOf({ productTitle: '', title: 'x' }).length - 1;
  const room = Math.max(TITLE_AT_LEAST, limit - between - variant.title.length);
  const productTitle = shorten({ text: variant.productTitle, limit: room });
  const rest = limit - between - productTitle.length;
  return nameOf({ productTitle, title: shortenMiddle({ text: variant.title, limit: rest }) });
}

/** A sentence within `limit` in which only the name gives way: what is asked must stay readable however long the name is. */
export function fitName({
  variant,
  limit,
  write,
}: {
  variant: Named;
  limit: number;
  write: (name: string) => string;
}): string {
  const name = nameOf(variant);
  const whole = write(name);
  if (whole.length <= limit) return whole;
  const room = name.length - (whole.length - limit);
  return shorten({
    text: room < TITLE_AT_LEAST ? whole : write(nameWithin({ variant, limit: room })),
    limit,
  });
}

/** The option values of a variant's title, as Shopify joins them. */
const BETWEEN_VALUES = ' / ';
export const optionValues = (title: string): string[] => title.split(BETWEEN_VALUES);

/**
 * What tells variants of one product apart: their titles without the option values that they all share, and those values. Titles of
 * different shapes, and one alone, share nothing.
 */
export function tellApart(titles: string[]): { labels: string[]; shared: string } {
  const all = titles.map(optionValues);
  const [first = []] = all;
  const common = first.map(
    (value, at) => all.length > 1 && all.every((one) => one.length === first.length && one[at] === value),
  );
  if (!common.some(Boolean) || common.every(Boolean)) return { labels: titles, shared: '' };
  const pick = (values: string[], shared: boolean) =>
    values.filter((_, at) => common[at] === shared).join(BETWEEN_VALUES);
  return { labels: all.map((values) => pick(values, false)), shared: pick(first, true) };
}
