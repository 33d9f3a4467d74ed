// A cheap reading of many variants: enough to see that something changed, not enough to decide.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { adminGraphql, type Cost } from './admin-api.server.ts';
import { priceOf, VARIANTS_A_PROBE } from './read-plan.ts';
import { variantGid } from './variant-queries.ts';

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

/** Up to 250 variants; one that Shopify no longer knows is missing from the map. @throws {ShopifyFailed} with advice. */
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
