// A cheap reading of many variants: enough to see that something changed, not enough to decide.
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { askShopify, type Cost } from './admin-api.server.ts';
import { variantGid } from './variant-queries.ts';

/** Shopify's limit for an input array. */
export const VARIANTS_A_PROBE = 250;

export const PROBE_QUERY = `#graphql
  query Probe($ids: [ID!]!) {
    nodes(ids: $ids) {
      ... on ProductVariant { id availableForSale inventoryQuantity }
    }
  }`;

/** A cheap reading of up to 250 variants for the sweep: enough to see that something changed, not enough to decide. */
export async function probeVariants({
  shopId,
  variantIds,
  clock,
}: {
  shopId: bigint;
  variantIds: bigint[];
  clock: Clock;
}): Promise<{
  probes: Map<bigint, { availableForSale: boolean; inventoryQuantity: number | null }>;
  cost?: Cost;
}> {
  if (variantIds.length > VARIANTS_A_PROBE)
    throw new RangeError(`A probe reads at most ${VARIANTS_A_PROBE} variants, not ${variantIds.length}.`);
  const { data, cost } = await askShopify<{
    nodes: ({ id?: string; availableForSale: boolean; inventoryQuantity: number | null } | null)[];
  }>({
    shopId,
    query: PROBE_QUERY,
    variables: { ids: variantIds.map(variantGid) },
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
