// A shop's arrival: its row, with what Shopify says of it. Safe to run again at every exchange of tokens.
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';

export const SHOP_QUERY = `#graphql
  query Shop {
    shop { id name ianaTimezone currencyCode }
  }`;

type Asking = { graphql(query: string): Promise<Response> };
type ShopAnswer = {
  data: { shop: { id: string; name: string; ianaTimezone: string; currencyCode: string } };
};

/** Writes the shop; one that was uninstalled is installed anew, with the same settings. */
export async function install({
  domain,
  locale,
  admin,
  clock,
}: {
  domain: string;
  locale?: string;
  admin: Asking;
  clock: Clock;
}): Promise<void> {
  const { data } = (await (await admin.graphql(SHOP_QUERY)).json()) as ShopAnswer;
  const id = idNumber(data.shop.id)!;
  const facts = {
    domain,
    name: data.shop.name,
    timezone: data.shop.ianaTimezone,
    currency: data.shop.currencyCode,
  };
  const known = await db.shop.findUnique({ where: { id }, select: { uninstalledAt: true } });
  if (known === null || known.uninstalledAt !== null)
    log.info('a shop has installed the app', { shopId: id, domain });
  await db.shop.upsert({
    where: { id },
    create: {
      id,
      ...facts,
      installedAt: clock(),
      refKey: randomBytes(16).toString('hex'),
      ...(locale ? { locale } : {}),
    },
    update: {
      ...facts,
      unreadableSince: null,
      ...(known?.uninstalledAt ? { installedAt: clock(), uninstalledAt: null, storefrontTold: null } : {}),
    },
  });
}
