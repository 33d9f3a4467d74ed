// Connections as Shopify pages them: first or last, at most 250, opaque cursors, edges and nodes.
import { GraphQLError } from 'graphql';

export type PageArgs = {
  first?: number | null;
  last?: number | null;
  after?: string | null;
  before?: string | null;
  reverse?: boolean | null;
};

const MAX_PAGE = 250;

function bad(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

const cursorOf = (id: bigint) =>
  Buffer.from(JSON.stringify({ last_id: String(id), last_value: String(id) })).toString('base64');

function idIn(cursor: string): bigint {
  try {
    const { last_id } = JSON.parse(Buffer.from(cursor, 'base64').toString()) as { last_id: string };
    return BigInt(last_id);
  } catch {
    throw bad(`Invalid cursor for current pagination sort.`);
  }
}

/** A page of `rows`, which come in their final order; `idOf` must be unique among them. */
export function page<Row, Node>({
  rows,
  args,
  idOf,
  node,
}: {
  rows: Row[];
  args: PageArgs;
  idOf: (row: Row) => bigint;
  node: (row: Row) => Node;
}) {
  const { first, last } = args;
  if (first == null && last == null) throw bad('you must provide one of first or last');
  if (first != null && last != null) throw bad('providing both first and last is not supported');
  const size = first ?? last ?? 0;
  if (size < 0) throw bad(`${first != null ? 'first' : 'last'} cannot be negative`);
  if (size > MAX_PAGE) throw bad(`${first != null ? 'first' : 'last'} cannot exceed ${MAX_PAGE}`);

  const ordered = args.reverse ? rows.toReversed() : rows;
  const placeOf = (cursor: string) => {
    const id = idIn(cursor);
    return ordered.findIndex((row) => idOf(row) === id);
  };
  // A cursor whose row is gone points past everything that is left of the order it belonged to; Shopify starts over.
  const from = args.after == null ? 0 : placeOf(args.after) + 1;
  const until = args.before == null ? ordered.length : Math.max(0, placeOf(args.before));
  const window = ordered.slice(from, until);
  const shown = first != null ? window.slice(0, size) : window.slice(Math.max(0, window.length - size));
  const skipped = first != null ? 0 : window.length - shown.length;
  const start = from + skipped;
  const edges = shown.map((row) => ({ cursor: cursorOf(idOf(row)), node: node(row) }));
  return {
    edges,
    nodes: edges.map((edge) => edge.node),
    pageInfo: {
      hasNextPage: start + shown.length < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
