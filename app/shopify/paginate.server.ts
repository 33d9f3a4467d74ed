// Reads a connection to its end; after a failure the next attempt goes on from there.
import type { Clock } from '../lib/clock.ts';
import { MINUTE } from '../lib/clock.ts';
import type { Wait } from '../lib/retry.ts';
import { adminGraphql } from './admin-api.server.ts';
import type { Page } from './variant-queries.ts';

/** Somebody waits for the list; each page may wait so long for the shop's points. */
const PATIENCE_MS = 5_000;
/** Rows that are older are read again. */
const KEPT_FOR_MS = MINUTE;

type Unfinished = { rows: unknown[]; after: string | null; at: Date };
const unfinished = new Map<string, Unfinished>();

/**
 * All rows of the page that `pageOf` finds in the answer; `query` takes $after and, besides, `variables`; its pages are of 250 rows, Shopify's limit.
 * @returns none when `pageOf` finds no page: what they belong to is gone.
 * @throws {ShopifyFailed} with advice.
 */
export async function readAllPages<Data, Row>({
  shopId,
  query,
  variables = {},
  pageOf,
  clock,
  wait,
}: {
  shopId: bigint;
  query: string;
  variables?: Record<string, string>;
  pageOf: (data: Data) => Page<Row> | undefined;
  clock: Clock;
  wait?: Wait;
}): Promise<Row[]> {
  const key = JSON.stringify([String(shopId), query, variables]);
  for (const [other, { at }] of unfinished)
    if (clock().getTime() - at.getTime() > KEPT_FOR_MS) unfinished.delete(other);
  const begun = unfinished.get(key) ?? { rows: [], after: null, at: clock() };
  for (;;) {
    const { data } = await adminGraphql<Data>({
      shopId,
      query,
      variables: { ...variables, after: begun.after },
      patienceMs: PATIENCE_MS,
      clock,
      wait,
    });
    const page = pageOf(data);
    begun.rows.push(...(page?.nodes ?? []));
    begun.after = page?.pageInfo.endCursor ?? null;
    unfinished.set(key, begun);
    if (page?.pageInfo.hasNextPage) continue;
    unfinished.delete(key);
    return page === undefined ? [] : (begun.rows as Row[]);
  }
}
