// Records clicks on a message's link and redirects the shopper to the variant.
import { isbot } from 'isbot';
import { db } from '../db.server.ts';
import { later, SECOND } from '../lib/clock.ts';
import { landingUrl } from './landing-url.ts';

export type LinkClick = {
  code: string;
  userAgent: string | null;
  /** What a browser says when nobody pressed anything (Sec-Purpose, Purpose, X-Moz). */
  purpose: string | null;
  head: boolean;
};

/** A second press within this is the same tap; it also bounds what one link can be made to write. */
const SAME_CLICK_MS = 10 * SECOND;

const recordClick = ({ userAgent, purpose, head }: LinkClick) =>
  !head && userAgent !== null && !isbot(userAgent) && !/prefetch|preview|prerender/i.test(purpose ?? '');

/** The address behind a code, or null when there is none. A press by a bot, a preview or the merchant's own test leaves no tap. */
export async function followLink({ press, now }: { press: LinkClick; now: Date }): Promise<string | null> {
  if (!/^[\w-]{4,64}$/.test(press.code)) return null;
  const found = await db.notification.findUnique({
    where: { linkCode: press.code },
    select: {
      id: true,
      shopId: true,
      isTest: true,
      shop: { select: { domain: true, locale: true } },
      shopper: { select: { locale: true, country: true } },
      restock: { select: { variant: { select: { id: true, url: true, handle: true } } } },
    },
  });
  if (found === null) return null;
  const { shop, shopper, restock } = found;
  if (!found.isTest && recordClick(press))
    await db.$executeRaw`
      INSERT INTO link_clicks (shop_id, notification_id, clicked_at)
      SELECT ${found.shopId}, ${found.id}, ${now}
      WHERE NOT EXISTS (SELECT FROM link_clicks WHERE shop_id = ${found.shopId} AND notification_id = ${found.id}
        AND clicked_at > ${later(now, -SAME_CLICK_MS)})`;
  return landingUrl({ variant: restock.variant, shop, shopper, code: press.code });
}
