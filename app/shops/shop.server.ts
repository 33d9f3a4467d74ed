// A shop's row as other rooms read it, and what Shopify's own webhooks change in it.
import type { Shop } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Json } from '../lib/json.ts';

export type { Shop };

export const shopById = ({ shopId, tx = db }: { shopId: bigint; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findUnique({ where: { id: shopId } });

/** The installed shop behind a myshopify.com name, or null: one that has left is not served. */
export const installedShop = ({ domain, tx = db }: { domain: string; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findFirst({ where: { domain, uninstalledAt: null } });

/** PostgreSQL takes no NUL in a text, and a signed webhook is never refused for what it says. */
const text = (value: Json | undefined) =>
  typeof value === 'string' ? value.replaceAll('\0', '') || undefined : undefined;

/** Takes over name, zone, currency and language from shop/update's payload. */
export async function updateShop({
  tx,
  domain,
  payload,
}: {
  tx: Tx;
  domain: string;
  payload: { [key: string]: Json };
}): Promise<void> {
  await tx.shop.updateMany({
    where: { domain },
    data: {
      name: text(payload.name),
      timezone: text(payload.iana_timezone),
      currency: text(payload.currency),
      locale: text(payload.primary_locale),
    },
  });
}
