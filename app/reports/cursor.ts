// What an address says of a list: the place in its order where a page goes on, and what is searched for.
import { idNumber } from '../lib/json.ts';

/** Where a page of a table ends: the next one goes on behind it. */
export type Cursor = { value: string; id: string };

/** A place in the sort order as text for an address, and back. */
export const writeCursor = ({ value, id }: Cursor): string => `${id}~${value}`;

export function readCursor(text: string | null): Cursor | undefined {
  const [, id, value] = /^(\d{1,19})~([\s\S]*)$/.exec(text ?? '') ?? [];
  return idNumber(id) === undefined ? undefined : { id: id!, value: value! };
}

/** A pattern of LIKE: what contains the searched text, whose own signs mean themselves. */
export const containing = (search: string): string => `%${search.trim().replaceAll(/[\\%_]/g, '\\$&')}%`;
