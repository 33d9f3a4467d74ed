// The link of the merchant's own test: opened on their phone, it starts the very conversation that a shopper has.
import { randomBytes } from 'node:crypto';
import { shopById } from '../shops/shop.server.ts';
import { pageOf } from './pages.server.ts';
import { makeRef } from './ref.ts';

/** An m.me link that is good for a day; null while no Page is connected. */
export async function testLink({ shopId, now }: { shopId: bigint; now: Date }): Promise<string | null> {
  const page = await pageOf({ shopId });
  const shop = await shopById({ shopId });
  if (page === null || shop === null) return null;
  const nonce = `${now.getTime().toString(36)}-${randomBytes(8).toString('hex')}`;
  const ref = makeRef({ ref: { kind: 'test', shopId, nonce }, refKey: shop.refKey });
  return `https://m.me/${encodeURIComponent(page.metaPageId)}?ref=${ref}`;
}
