// Checks for the conversation whether a variant may be shown, and can be bought now.
import { type Clock, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { withTimeout } from '../lib/timeout.ts';
import { leftOutProducts } from '../shopify/left-out.server.ts';
import { readVariants } from '../shopify/read-variants.server.ts';
import { shopById } from '../shopify/shops.server.ts';
import { isShown, type VariantState } from '../shopify/variant-queries.ts';
import { availabilityOf } from './availability.ts';

/** A shopper is answered even when Shopify isn't: the request is sent without the truth. */
const TIMEOUT_MS = 5 * SECOND;

/** Asks Shopify each time. A product that the online store does not show is `gone`: no shopper learns its name or sees its picture. */
export const checkAvailability =
  ({ clock }: { clock: Clock }): CheckAvailability =>
  async ({ shopId, variantId }) => {
    const shop = await shopById({ shopId });
    if (shop === null) return 'gone';
    const reading = readVariants({ shopId, variantIds: [variantId], clock }).catch((error: unknown) => {
      log.warn('Shopify could not be asked about a variant', { shopId, variantId, error });
      return undefined;
    });
    const found = await withTimeout({ ms: TIMEOUT_MS, work: reading });
    if (found === undefined) return 'no answer';
    const truth = found.get(variantId);
    if (truth === undefined || !isShown(truth)) return 'gone';
    const left = await leftOutProducts({ shopId, productIds: [truth.productId], clock });
    return {
      truth,
      sellable: availabilityOf({ truth, settings: shop }).sellable,
      leftOut: left.has(truth.productId),
    };
  };

/**
 * One look for the conversation: the truth, whether it is for sale, and whether the merchant leaves the product out; `gone` also when the store does not show it to shoppers; `no answer`
 * when Shopify keeps us waiting.
 */
export type AvailabilityResult =
  { truth: VariantState; sellable: boolean; leftOut?: boolean } | 'gone' | 'no answer';

export type CheckAvailability = (given: { shopId: bigint; variantId: bigint }) => Promise<AvailabilityResult>;
