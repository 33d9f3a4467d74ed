// A shop's row as other rooms read it, and what Shopify's own webhooks change in it.
import { Prisma, type Shop } from '@prisma/client';
import { db, type Tx } from '../db.server.ts';
import type { Json } from '../lib/json.ts';

export type { Shop };

export const shopById = ({ shopId, tx = db }: { shopId: bigint; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findUnique({ where: { id: shopId } });

/** SQL over `sh` = "Shop": something may be sent and asked for it. It has the app, and nobody says that it has left (leave.server.ts). */
export const served = Prisma.sql`(sh."uninstalledAt" IS NULL AND sh."accessUnknownSince" IS NULL)`;

/** The shop behind a myshopify.com name, also one that has left; or null. */
export const shopNamed = ({ domain, tx = db }: { domain: string; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findUnique({ where: { domain } });

/** The installed shop behind a myshopify.com name, or null: one that has left is not served. */
export const installedShop = ({ domain, tx = db }: { domain: string; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findFirst({ where: { domain, uninstalledAt: null } });

/** PostgreSQL takes no NUL in a text, and a signed webhook is never refused for what it says. */
const text = (value: Json | undefined) =>
  typeof value === 'string' ? value.replaceAll('\0', '') || undefined : undefined;

/** PostgreSQL knows no later time than some, and no shop was changed after the year 9999. */
const LATEST = Date.parse('9999-12-31');

/** Takes over name, zone, currency and language from shop/update's payload, unless something newer is known. */
export async function updateShop({
  tx,
  shopId,
  payload,
}: {
  tx: Tx;
  shopId: bigint;
  payload: { [key: string]: Json };
}): Promise<void> {
  const said = Date.parse(text(payload.updated_at) ?? '');
  const asOf = said > 0 && said < LATEST ? new Date(said) : undefined;
  await tx.shop.updateMany({
    where: { id: shopId, ...(asOf && { OR: [{ detailsAsOf: null }, { detailsAsOf: { lte: asOf } }] }) },
    data: {
      name: text(payload.name),
      timezone: text(payload.iana_timezone),
      currency: text(payload.currency),
      locale: text(payload.primary_locale),
      detailsAsOf: asOf,
    },
  });
}
