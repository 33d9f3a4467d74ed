// Reads stock from Shopify one planned call at a time, and keeps what each call brought.
import { type Clock, SECOND } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { wait as realWait, type Wait } from '../lib/retry.ts';
import { adminGraphql, bucketOf, type Cost, ShopifyApiError } from './admin-api.server.ts';
import {
  fewer,
  moreAgain,
  type Planned,
  planRead,
  priceOf,
  type ReadPlan,
  type Rest,
  VARIANTS_A_CALL,
  VARIANTS_A_PROBE,
  type Wanted,
} from './read-plan.ts';
import {
  componentItemOf,
  type ComponentNode,
  COMPONENTS_QUERY,
  type LevelNode,
  levelOf,
  LEVELS_QUERY,
  type Page,
  variantGid,
  type VariantNode,
  VARIANTS_QUERY,
  type VariantState,
  variantStateOf,
} from './variant-queries.ts';

/** A variant that is to be read. */
export type Due = Wanted & {
  /** The caller's own mark; it comes back with the reading that began when it stood so. */
  mark: bigint;
  /** What a probe is compared with: Shopify's own figures as the newest reading saw them. */
  seenForSale: boolean | null;
  seenQuantity: number | null;
};

/**
 * `mark` and `at`: as they were when Shopify was first asked for the variant; what changed since may not be in it. null: Shopify no longer
 * knows the variant.
 */
export type Reading = { truth: VariantState | 'unreadable' | null; mark: bigint; at: Date };

type Readings = Map<bigint, Reading>;

/** A variant of which pages are missing. */
type PartialRead = Reading & { truth: VariantState; rests: Rest[] };

/** What a probe has found. Behind news that comes in bursts it is not asked for again at once. */
type Probed = { mark: bigint; at: Date; changed: boolean };

const PROBED_FOR_MS = 30 * SECOND;

export type Reader = {
  /** The next call for these variants (not empty, the most urgent first), and when the shop's points suffice for it. */
  plan(due: Due[]): ReadPlan;
  /**
   * Makes the call that was planned last. @returns the variants that are read whole by now; none, while pages are missing, or after a probe
   * or a refusal, which only change the next plan.
   * @throws {ShopifyApiError} Shopify cannot be read now: what was read in part is kept.
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
  const started = new Map<bigint, PartialRead>();
  const probed = new Map<bigint, Probed>();
  let due = new Map<bigint, Due>();
  let atMost = VARIANTS_A_CALL;

  async function ask<T>({
    plan,
    ...asked
  }: {
    plan: ReadPlan;
    query: string;
    variables: Record<string, unknown>;
  }): Promise<T> {
    const { call, price } = plan;
    const { data, cost } = await adminGraphql<T>({ shopId, ...asked, price, clock });
    if (cost) dearer = cost.requested / priceOf(call);
    return data;
  }

  /** Whole, or started: then the next plan goes on with it. */
  function keep(id: bigint, { rests, ...reading }: PartialRead): Readings {
    started.delete(id);
    probed.delete(id);
    if (rests.length === 0) return new Map([[id, reading]]);
    started.set(id, { ...reading, rests });
    return new Map();
  }

  function keepFirst({ node, mark, at }: { node: VariantNode; mark: bigint; at: Date }): Readings {
    const truth = variantStateOf(node);
    const { inventoryLevels, locationsCount } = node.inventoryItem;
    const { hasNextPage, endCursor } = inventoryLevels.pageInfo;
    const counted = (locationsCount?.count ?? 0) - truth.levels.length;
    const rests: Rest[] = [];
    if (hasNextPage) rests.push({ of: 'levels', after: endCursor, left: counted > 0 ? counted : SOME_MORE });
    if (node.requiresComponents) rests.push({ of: 'components', after: null, left: COMPONENTS });
    return keep(truth.variantId, { truth, mark, at, rests });
  }

  async function readFirst(
    plan: ReadPlan,
    { ids, first }: { ids: bigint[]; first: number },
  ): Promise<Readings> {
    const at = clock();
    const marks = ids.map((id) => due.get(id)!.mark);
    const variables = { ids: ids.map(variantGid), first };
    const { nodes } = await ask<{ nodes: (VariantNode | Record<string, never> | null)[] }>({
      plan,
      query: VARIANTS_QUERY,
      variables,
    });
    const found: Readings = new Map();
    for (const [place, id] of ids.entries()) {
      const node = nodes[place];
      const mark = marks[place]!;
      if (!node || !('inventoryItem' in node)) found.set(id, { truth: null, mark, at });
      else
        for (const [, reading] of keepFirst({ node: node as VariantNode, mark, at })) found.set(id, reading);
    }
    return found;
  }

  async function readMore(
    plan: ReadPlan,
    { id, of, after, first }: { id: bigint; of: Rest['of']; after: string | null; first: number },
  ): Promise<Readings> {
    const { truth, mark, at, rests } = started.get(id)!;
    const page = of === 'levels' ? await levels() : await components();
    const [rest, ...others] = rests;
    const left = Math.max(rest!.left - (page?.nodes.length ?? 0), SOME_MORE);
    const more = page?.pageInfo.hasNextPage ? [{ of, after: page.pageInfo.endCursor, left }] : [];
    return keep(id, { truth, mark, at, rests: [...more, ...others] });

    async function levels(): Promise<Page<LevelNode> | undefined> {
      const { inventoryItem } = await ask<{ inventoryItem: { inventoryLevels: Page<LevelNode> } | null }>({
        plan,
        query: LEVELS_QUERY,
        variables: { id: `gid://shopify/InventoryItem/${truth.inventoryItemId}`, after, first },
      });
      truth.levels.push(...(inventoryItem?.inventoryLevels.nodes ?? []).map(levelOf));
      return inventoryItem?.inventoryLevels;
    }
    async function components(): Promise<Page<ComponentNode> | undefined> {
      const { productVariant } = await ask<{
        productVariant: { productVariantComponents: Page<ComponentNode> } | null;
      }>({ plan, query: COMPONENTS_QUERY, variables: { id: variantGid(id), after, first } });
      const page = productVariant?.productVariantComponents;
      truth.componentItemIds.push(...(page?.nodes ?? []).map(componentItemOf));
      return page;
    }
  }

  /** Which of the variants have changed since they were looked at; `probes` undefined: Shopify would not say. */
  function keepProbes(ids: bigint[], probes: ReadonlyMap<bigint, Probe> | undefined): Readings {
    for (const id of ids) {
      const { mark, seenForSale, seenQuantity } = due.get(id)!;
      const changed = probes !== undefined && differs({ seenForSale, seenQuantity, probe: probes.get(id) });
      probed.set(id, { mark, at: clock(), changed });
    }
    return new Map();
  }

  const planned = (one: Due): Planned => {
    const known = probed.get(one.id);
    const late = known !== undefined && clock().getTime() - known.at.getTime() > PROBED_FOR_MS;
    return {
      ...one,
      changed: known?.changed ?? false,
      // One that was never read has nothing to compare with.
      probed: one.seenForSale === null || (known !== undefined && (known.mark === one.mark || !late)),
    };
  };

  /** A refused call is made smaller: that one may succeed, or show which variant it is that Shopify cannot answer. */
  function shrink({ call }: ReadPlan, error: ShopifyApiError): Readings {
    const tooDear = error.advice === 'wrong' && error.price !== undefined;
    if (error.price !== undefined) dearer = error.price / priceOf(call);
    if (call.of === 'probe' && error.advice === 'wrong') return keepProbes(call.ids, undefined);
    const alone = call.of !== 'variants' || call.ids.length === 1;
    atMost = fewer(call);
    if (!alone || tooDear) {
      log.warn('stock_read.too_large', { shopId, variants: atMost, error });
      return new Map();
    }
    if (error.advice !== 'wrong') throw error;
    const id = 'id' in call ? call.id : call.ids[0]!;
    const { mark } = started.get(id) ?? due.get(id)!;
    log.error('stock_read.variant_failed', { shopId, variantId: id, error });
    started.delete(id);
    return new Map([[id, { truth: 'unreadable', mark, at: clock() }]]);
  }

  return {
    plan(wanted) {
      due = new Map(wanted.map((one) => [one.id, one]));
      return planRead({
        wanted: wanted.map(planned),
        started: new Map([...started].map(([id, { rests }]) => [id, rests[0]!])),
        bucket: bucketOf({ shopId, now: clock() }),
        atMost,
        dearer,
      });
    },
    async read(plan) {
      const { call, price } = plan;
      try {
        if (call.of === 'probe') {
          const { probes } = await probeVariants({ shopId, variantIds: call.ids, price, clock });
          return keepProbes(call.ids, probes);
        }
        const found = call.of === 'variants' ? await readFirst(plan, call) : await readMore(plan, call);
        atMost = moreAgain(atMost);
        return found;
      } catch (error) {
        if (!(error instanceof ShopifyApiError) || !['throttled', 'wrong'].includes(error.advice))
          throw error;
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
 * @throws {ShopifyApiError} with advice.
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
}): Promise<Map<bigint, VariantState>> {
  const reader = createReader({ shopId, clock });
  const truths = new Map<bigint, VariantState>();
  const unseen = { levels: null, news: true, mark: 0n, seenForSale: null, seenQuantity: null };
  let wanted = variantIds.map((id): Due => ({ id, ...unseen }));
  for (let leftMs = patienceMs; wanted.length > 0;) {
    const plan = reader.plan(wanted);
    const { waitMs } = plan;
    if (waitMs > leftMs)
      throw new ShopifyApiError('Shopify would throttle the query', {
        advice: 'throttled',
        retryAfterMs: waitMs,
      });
    leftMs -= waitMs;
    if (waitMs > 0) await wait({ ms: waitMs });
    else {
      const found = await reader.read(plan);
      for (const [id, { truth }] of found) {
        if (truth === 'unreadable')
          throw new ShopifyApiError('Shopify refused a variant', { advice: 'wrong' });
        if (truth !== null) truths.set(id, truth);
      }
      wanted = wanted.filter(({ id }) => !found.has(id));
    }
  }
  return truths;
}

const PROBE_QUERY = `#graphql
  query Probe($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on ProductVariant { id availableForSale inventoryQuantity }
    }
  }`;

/** Shopify's own figures of a variant; they say nothing of where the units are. */
export type Probe = { availableForSale: boolean; inventoryQuantity: number | null };

/** Whether a probe contradicts what the newest look saw. A variant that Shopify no longer knows has changed, and so has one never looked at. */
export const differs = ({
  seenForSale,
  seenQuantity,
  probe,
}: {
  seenForSale: boolean | null;
  seenQuantity: number | null;
  probe: Probe | undefined;
}): boolean =>
  probe === undefined || probe.availableForSale !== seenForSale || probe.inventoryQuantity !== seenQuantity;

/** Up to 250 variants; one that Shopify no longer knows is missing from the map. @throws {ShopifyApiError} with advice. */
export async function probeVariants({
  shopId,
  variantIds,
  price = priceOf({ of: 'probe', ids: variantIds }),
  clock,
}: {
  shopId: bigint;
  variantIds: bigint[];
  price?: number;
  clock: Clock;
}): Promise<{ probes: Map<bigint, Probe>; cost?: Cost }> {
  if (variantIds.length > VARIANTS_A_PROBE)
    throw new RangeError(`A probe reads at most ${VARIANTS_A_PROBE} variants, not ${variantIds.length}.`);
  const { data, cost } = await adminGraphql<{ nodes: (({ id?: string } & Probe) | null)[] }>({
    shopId,
    query: PROBE_QUERY,
    variables: { ids: variantIds.map(variantGid) },
    price,
    clock,
  });
  const probes = data.nodes.flatMap((node) =>
    node?.id === undefined
      ? []
      : [
          [
            idNumber(node.id)!,
            { availableForSale: node.availableForSale, inventoryQuantity: node.inventoryQuantity },
          ] as const,
        ],
  );
  return { probes: new Map(probes), cost };
}
