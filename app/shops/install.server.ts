// A shop's arrival: its row, with what Shopify says of it. Safe to run again at every exchange of tokens.
import { randomBytes } from 'node:crypto';
import { db } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { idNumber } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { noteStatus } from './note-status.server.ts';

export const SHOP_QUERY = `#graphql
  query Shop {
    shop { id name ianaTimezone currencyCode updatedAt }
  }`;

type Asking = { graphql(query: string): Promise<Response> };
type ShopAnswer = {
  data: { shop: { id: string; name: string; ianaTimezone: string; currencyCode: string; updatedAt: string } };
};

/**
 * Writes the shop; one that was uninstalled is installed anew, with the same settings.
 * @throws what Shopify's library throws, for a shop that we do not know.
 */
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
  const now = clock();
  const answer = await admin.graphql(SHOP_QUERY).catch((error: unknown) => error);
  if (!(answer instanceof Response && answer.ok)) return keepAsKnown({ domain, clock, error: answer });
  const { data } = (await answer.json()) as ShopAnswer;
  const id = idNumber(data.shop.id)!;
  const facts = {
    domain,
    name: data.shop.name,
    timezone: data.shop.ianaTimezone,
    currency: data.shop.currencyCode,
    detailsAsOf: new Date(data.shop.updatedAt),
  };
  const known = await db.shop.findUnique({ where: { id }, select: { uninstalledAt: true } });
  if (known === null || known.uninstalledAt !== null)
    log.info('a shop has installed the app', { shopId: id, domain });
  await db.shop.upsert({
    where: { id },
    create: {
      id,
      ...facts,
      installedAt: now,
      accessConfirmedAt: now,
      refKey: randomBytes(16).toString('hex'),
      ...(locale ? { locale } : {}),
    },
    update: {
      ...facts,
      unreadableSince: null,
      renewalBegunAt: null,
      accessConfirmedAt: now,
      accessUnknownSince: null,
      ...(known?.uninstalledAt ? { installedAt: now, uninstalledAt: null, storefrontTold: null } : {}),
    },
  });
}

/**
 * The merchant is here, with a session of today, and Shopify does not say who the shop is: one that we know goes on with what we know of it.
 * @throws `error` for a shop that we do not know.
 */
async function keepAsKnown({
  domain,
  clock,
  error,
}: {
  domain: string;
  clock: Clock;
  error: unknown;
}): Promise<void> {
  await noteStatus({ domain, clock, error });
  const known = await db.shop.updateMany({
    where: { domain, uninstalledAt: null },
    data: { unreadableSince: null, renewalBegunAt: null },
  });
  if (known.count === 0) throw error;
  log.warn('Shopify did not say who a shop is that its merchant has opened', { domain, error });
}
