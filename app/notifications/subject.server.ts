// What the notices of one restock are about, as the shop and its product stand now.
import { db } from '../db.server.ts';
import type { Overrides } from '../messenger/words.ts';
import type { Subject } from './notice.ts';

type Row = {
  shopName: string;
  currency: string;
  texts: Overrides;
  productTitle: string;
  title: string;
  price: string | null;
  imageUrl: string | null;
  kind: string;
};

/** null: the restock is gone, and its shop with it. */
export async function subjectOf({
  shopId,
  restockId,
}: {
  shopId: bigint;
  restockId: bigint;
}): Promise<Subject | null> {
  const [row] = await db.$queryRaw<Row[]>`
    SELECT sh."name" AS "shopName", sh."currency", sh."texts", v."productTitle", v."title", v."price", v."imageUrl", r."kind"
    FROM "Restock" r JOIN "Shop" sh ON sh."id" = r."shopId" JOIN "Variant" v ON v."shopId" = r."shopId" AND v."id" = r."variantId"
    WHERE r."shopId" = ${shopId} AND r."id" = ${restockId}`;
  if (row === undefined) return null;
  const { kind, productTitle, title, ...rest } = row;
  return {
    ...rest,
    shopId,
    variant: { productTitle, title },
    canOnlyBeOrdered: kind === 'can_be_ordered',
  };
}
