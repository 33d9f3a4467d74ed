// What a list's address asks for: words to search, an order, a choice of rows, and where its page begins.

/** What the address does not name, or names wrongly, is the first of its kind. */
const oneOf = <T extends string>(allowed: readonly T[], text: string | null): T =>
  allowed.find((each) => each === text) ?? allowed[0]!;

export function askedList<Sort extends string, Filter extends string>({
  request,
  sorts,
  filters,
}: {
  request: Request;
  sorts: readonly Sort[];
  filters: readonly Filter[];
}) {
  const asked = new URL(request.url).searchParams;
  return {
    search: (asked.get('search') ?? '').slice(0, 100),
    sort: oneOf(sorts, asked.get('sort')),
    filter: oneOf(filters, asked.get('filter')),
    after: asked.get('after'),
  };
}
