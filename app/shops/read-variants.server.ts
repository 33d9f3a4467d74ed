// Reads stock from Shopify, one planned call at a time: what a call has brought is kept, whatever happens to the next one.
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { wait as realWait, type Wait } from '../lib/retry.ts';
import { askShopify, ShopifyFailed } from './admin-api.server.ts';
import { bucketOf } from './points.server.ts';
import {
  fewer,
  moreAgain,
  planRead,
  priceOf,
  VARIANTS_A_CALL,
  type ReadPlan,
  type Rest,
  type Wanted,
} from './read-plan.ts';
import {
  componentItemOf,
  COMPONENTS_QUERY,
  levelOf,
  LEVELS_QUERY,
  truthOf,
  variantGid,
  VARIANTS_QUERY,
  type ComponentNode,
  type LevelNode,
  type Page,
  type VariantNode,
  type VariantTruth,
} from './variant-queries.ts';

/** `at`: when Shopify was first asked for it; what changed since may not be in it. null: Shopify no longer knows the variant. */
export type Reading = { truth: VariantTruth | 'unreadable' | null; at: Date };
type Readings = Map<bigint, Reading>;

/** A variant of which pages are missing. */
type Begun = { truth: VariantTruth; at: Date; rests: Rest[] };

export type Reader = {
  /** The next call for these variants (not empty, the most urgent first), and when the shop's points suffice for it. */
  plan(wanted: Wanted[]): ReadPlan;
  /**
   * Makes the call. @returns the variants that are read whole by now; none, while pages are missing or a refused call is made smaller.
   * @throws {ShopifyFailed} Shopify cannot be read now: what was read in part is kept.
   */
  read(plan: ReadPlan): Promise<Readings>;
};

/** So many more levels are asked for where Shopify's own count of them says too little. */
const SOME_MORE = 25;
/** Most bundles have no more components. */
const COMPONENTS = 30;

/** How many times our own price Shopify asked last: its rules may be others than those we know. */
let dearer = 1;

/** Reads the variants of one shop. Not to be used by two at once. */
export function createReader({ shopId, clock }: { shopId: bigint; clock: Clock }): Reader {
  const begun = new Map<bigint, Begun>();
  let atMost = VARIANTS_A_CALL;

  async function ask<T>({
    plan,
    ...asked
  }: {
    plan: ReadPlan;
    query: string;
    variables: object;
  }): Promise<T> {
    const { call, price } = plan;
    const variables = { ...asked.variables, first: call.first };
    const { data, cost } = await askShopify<T>({ shopId, query: asked.query, variables, price, clock });
    if (cost) dearer = cost.requested / priceOf(call);
    return data;
  }

  /** Whole, or begun: then the next plan goes on with it. */
  function keep(id: bigint, { truth, at, rests }: Begun): Readings {
    begun.delete(id);
    if (rests.length === 0) return new Map([[id, { truth, at }]]);
    begun.set(id, { truth, at, rests });
    return new Map();
  }

  function keepFirst({ id, node, at }: { id: bigint; node: VariantNode; at: Date }): Readings {
    const truth = truthOf(node);
    const { inventoryLevels, locationsCount } = node.inventoryItem;
    const { hasNextPage, endCursor } = inventoryLevels.pageInfo;
    const counted = (locationsCount?.count ?? 0) - truth.levels.length;
    const rests: Rest[] = [];
    if (hasNextPage) rests.push({ of: 'levels', after: endCursor, left: counted > 0 ? counted : SOME_MORE });
    if (node.requiresComponents) rests.push({ of: 'components', after: null, left: COMPONENTS });
    return keep(id, { truth, at, rests });
  }

  async function readFirst(plan: ReadPlan, ids: bigint[]): Promise<Readings> {
    const at = clock();
    const variables = { ids: ids.map(variantGid) };
    const { nodes } = await ask<{ nodes: (VariantNode | Record<string, never> | null)[] }>({
      plan,
      query: VARIANTS_QUERY,
      variables,
    });
    const found: Readings = new Map();
    for (const [place, id] of ids.entries()) {
      const node = nodes[place];
      if (!node || !('inventoryItem' in node)) found.set(id, { truth: null, at });
      else for (const [, reading] of keepFirst({ id, node: node as VariantNode, at })) found.set(id, reading);
    }
    return found;
  }

  async function readMore(
    plan: ReadPlan,
    { id, of, after }: { id: bigint; of: Rest['of']; after: string | null },
  ): Promise<Readings> {
    const { truth, at, rests } = begun.get(id)!;
    const page = of === 'levels' ? await levels() : await components();
    const [rest, ...others] = rests;
    const left = Math.max(rest!.left - (page?.nodes.length ?? 0), SOME_MORE);
    const more = page?.pageInfo.hasNextPage ? [{ of, after: page.pageInfo.endCursor, left }] : [];
    return keep(id, { truth, at, rests: [...more, ...others] });

    async function levels(): Promise<Page<LevelNode> | undefined> {
      const { inventoryItem } = await ask<{ inventoryItem: { inventoryLevels: Page<LevelNode> } | null }>({
        plan,
        query: LEVELS_QUERY,
        variables: { id: `gid://shopify/InventoryItem/${truth.inventoryItemId}`, after },
      });
      truth.levels.push(...(inventoryItem?.inventoryLevels.nodes ?? []).map(levelOf));
      return inventoryItem?.inventoryLevels;
    }
    async function components(): Promise<Page<ComponentNode> | undefined> {
      const { productVariant } = await ask<{
        productVariant: { productVariantComponents: Page<ComponentNode> } | null;
      }>({ plan, query: COMPONENTS_QUERY, variables: { id: variantGid(id), after } });
      const page = productVariant?.productVariantComponents;
      truth.componentItemIds.push(...(page?.nodes ?? []).map(componentItemOf));
      return page;
    }
  }

  /** A refused call is made smaller: that one may succeed, or show which variant it is that Shopify cannot answer. */
  function shrink({ call }: ReadPlan, error: ShopifyFailed): Readings {
    const tooDear = error.advice === 'wrong' && error.price !== undefined;
    if (error.price !== undefined) dearer = error.price / priceOf(call);
    const alone = call.of !== 'variants' || call.ids.length === 1;
    atMost = fewer(call);
    if (!alone || tooDear) {
      log.warn('Shopify refused a reading; it is made smaller', { shopId, variants: atMost, error });
      return new Map();
    }
    if (error.advice !== 'wrong') throw error;
    const id = call.of === 'variants' ? call.ids[0]! : call.id;
    log.error('a variant could not be read', { shopId, variantId: id, error });
    begun.delete(id);
    return new Map([[id, { truth: 'unreadable', at: clock() }]]);
  }

  return {
    plan: (wanted) =>
      planRead({
        wanted,
        begun: new Map([...begun].map(([id, { rests }]) => [id, rests[0]!])),
        bucket: bucketOf({ shopId, now: clock() }),
        atMost,
        dearer,
      }),
    async read(plan) {
      const { call } = plan;
      try {
        const found = call.of === 'variants' ? await readFirst(plan, call.ids) : await readMore(plan, call);
        atMost = moreAgain(atMost);
        return found;
      } catch (error) {
        if (!(error instanceof ShopifyFailed) || !['throttled', 'wrong'].includes(error.advice)) throw error;
        return shrink(plan, error);
      }
    },
  };
}

/** Somebody waits for the answer, and is told without it when it takes longer. */
const PATIENCE_MS = 5_000;

/**
 * Reads these variants for somebody who waits, as soon as the shop's points suffice. A variant that Shopify no longer knows is missing
 * from the map.
 * @param patienceMs how long the points may be waited for in all.
 * @throws {ShopifyFailed} with advice.
 */
export async function readVariants({
  shopId,
  variantIds,
  clock,
  patienceMs = PATIENCE_MS,
  wait = realWait,
}: {
  shopId: bigint;
  variantIds: bigint[];
  clock: Clock;
  patienceMs?: number;
  wait?: Wait;
}): Promise<Map<bigint, VariantTruth>> {
  const reader = createReader({ shopId, clock });
  const truths = new Map<bigint, VariantTruth>();
  let wanted = variantIds.map((id): Wanted => ({ id, levels: null, news: true }));
  for (let leftMs = patienceMs; wanted.length > 0;) {
    const plan = reader.plan(wanted);
    const { waitMs } = plan;
    if (waitMs > leftMs)
      throw new ShopifyFailed('Shopify would throttle the query', {
        advice: 'throttled',
        retryAfterMs: waitMs,
      });
    leftMs -= waitMs;
    if (waitMs > 0) await wait({ ms: waitMs });
    else {
      const found = await reader.read(plan);
      for (const [id, { truth }] of found) {
        if (truth === 'unreadable') throw new ShopifyFailed('Shopify refused a variant', { advice: 'wrong' });
        if (truth !== null) truths.set(id, truth);
      }
      wanted = wanted.filter(({ id }) => !found.has(id));
    }
  }
  return truths;
}
