// A place in a sorted list, as the text that stands in an address.
import { idNumber } from '../lib/json.ts';

/** Where a page of a table ends: the next one goes on behind it. */
export type Cursor = { value: string; id: string };

/** A place in the sort order as text for an address, and back. */
export const writeCursor = ({ value, id }: Cursor): string => `${id}~${value}`;

export function readCursor(text: string | null): Cursor | undefined {
  const [, id, value] = /^(\d{1,19})~([\s\S]*)$/.exec(text ?? '') ?? [];
  return idNumber(id) === undefined ? undefined : { id: id!, value: value! };
}

export const isPlausibleCursor = (search: string) => `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
