// Publishes the button's state to the theme block through app-data metafields; never a token.
import { db } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { adminGraphql } from './admin-api.server.ts';
import type { LeftOutRules } from './settings-form.ts';

export const INSTALLATION_QUERY = `#graphql
  query Installation {
    currentAppInstallation { id }
  }`;

const PUBLISH_STOREFRONT_STATE_MUTATION = `#graphql
  mutation TellStorefront($metafields: [MetafieldsSetInput!]!) {
    metafieldsSet(metafields: $metafields) { userErrors { field message } }
  }`;

/**
 * `available`: the block can be placed at all; false only while a connected Page is in trouble. `ready`: it shows itself to shoppers,
 * since the Page is well, its test has passed and the merchant has not hidden the button. `metaPageId`: the Page that its link opens.
 */
export type StorefrontState = {
  available: boolean;
  ready: boolean;
  metaPageId: string | null;
  /** Rules by which Liquid leaves products out. */
  leftOut: LeftOutRules;
};

/**
 * Writes the state to Shopify unless it is what was published last.
 * @throws {ShopifyApiError} with advice; the state stays due.
 */
export async function publishStorefrontState({
  shopId,
  available,
  ready,
  metaPageId,
  leftOut,
  clock,
}: StorefrontState & { shopId: bigint; clock: Clock }): Promise<void> {
  const told = JSON.stringify({ available, ready, metaPageId, leftOut });
  const shop = await db.shop.findUniqueOrThrow({
    where: { id: shopId },
    select: { refKey: true, publishedStorefrontState: true },
  });
  if (shop.publishedStorefrontState === told) return;
  const { data } = await adminGraphql<{ currentAppInstallation: { id: string } }>({
    shopId,
    query: INSTALLATION_QUERY,
    clock,
  });
  const field = (key: string, type: string, value: string) => ({
    ownerId: data.currentAppInstallation.id,
    namespace: 'notify',
    key,
    type,
    value,
  });
  const metafields = [
    field('available', 'boolean', String(available)),
    field('ready', 'boolean', String(ready)),
    field('left_out', 'json', JSON.stringify(leftOut)),
    field('ref_key', 'single_line_text_field', shop.refKey),
    ...(metaPageId === null ? [] : [field('page_id', 'single_line_text_field', metaPageId)]),
  ];
  const answer = await adminGraphql<{ metafieldsSet: { userErrors: { message: string }[] } }>({
    shopId,
    query: PUBLISH_STOREFRONT_STATE_MUTATION,
    variables: { metafields },
    clock,
  });
  const [error] = answer.data.metafieldsSet.userErrors;
  if (error) throw new Error(`Shopify did not take the block's state: ${error.message}`);
  await db.shop.update({ where: { id: shopId }, data: { publishedStorefrontState: told } });
  log.info('storefront.published', { shopId, ready });
}
