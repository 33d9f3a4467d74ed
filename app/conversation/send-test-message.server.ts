// Sends the message editor's test to the merchant's own Messenger.
import { db } from '../db.server.ts';
import {
  checkMessage,
  CUSTOM_MESSAGES,
  type CustomMessage,
  type WordingError,
} from '../i18n/custom-messages.ts';
import { LOCALES, formatMessage } from '../i18n/shopper.ts';
import { LIMIT, shorten } from '../i18n/text-limits.ts';
import { notify } from '../jobs/pg-notify.server.ts';
import { DAY, later } from '../lib/clock.ts';
import { isOpen } from '../messenger/permissions/open-window.ts';
import type { ReplyContent } from '../messenger/reply-body.ts';
import { messageTexts } from '../notifications/message.ts';
import { shopStatus } from '../notifications/shop-status.server.ts';
import { variantName, variantUrl } from '../shopify/product.ts';
import type { Shop } from '../shopify/shops.server.ts';
import { storeReplies } from './replies.server.ts';

/** Whoever reads it later in the thread is not to take it for the real message. */
const LABEL = 'Test: ';

export type TestMessageResult =
  | { outcome: 'sent' }
  | { outcome: 'no_page' }
  | { outcome: 'page_trouble' }
  /** Nobody has made the own test on this Page: we do not know whose Messenger is the merchant's. */
  | { outcome: 'no_test' }
  | { outcome: 'stopped' }
  /** Meta lets us write for 24 hours after the merchant's own last action in the thread. */
  | { outcome: 'window_closed' }
  | { outcome: 'wrong'; error: WordingError };

/** What is sent is no notification: it spends no token, has no row among the messages, and stands in no figure. */
export async function sendTestMessage({
  shop,
  message,
  locale,
  text,
  now,
}: {
  shop: Shop;
  message: string;
  locale: string;
  text: string;
  now: Date;
}): Promise<TestMessageResult> {
  const known = CUSTOM_MESSAGES.find((each) => each.message === message)?.message;
  if (known === undefined || !LOCALES.includes(locale)) return { outcome: 'wrong', error: 'unknown_message' };
  const { error } = checkMessage({ message: known, text, locale });
  if (error !== undefined) return { outcome: 'wrong', error };
  const { page, status } = await shopStatus({ shopId: shop.id });
  if (page === null) return { outcome: 'no_page' };
  if (status.sending !== 'on') return { outcome: 'page_trouble' };
  const test = await db.optInRequest.findFirst({
    where: { shopId: shop.id, isTest: true, shopper: { pageId: page.id } },
    orderBy: { id: 'desc' },
    include: { shopper: true, variant: true },
  });
  if (test === null) return { outcome: 'no_test' };
  const { shopper, variant } = test;
  if (shopper.optedOutAt !== null) return { outcome: 'stopped' };
  const { lastActionAt } = shopper;
  if (lastActionAt === null || !isOpen({ lastActionAt, now })) return { outcome: 'window_closed' };
  const content = messageContent({ shop, message: known, locale, text, variant, now });
  const { metaPageId } = page;
  await db.$transaction(async (tx) => {
    // Dated by the action that opened the window: it is never said after the window's end.
    const reply = { shopId: shop.id, pageId: page.id, psid: shopper.psid, content };
    await storeReplies({ tx, metaPageId, at: lastActionAt, replies: [reply], now });
    await notify(tx, 'events', metaPageId);
  });
  return { outcome: 'sent' };
}

type Subject = {
  shop: Shop;
  message: CustomMessage;
  locale: string;
  text: string;
  variant: {
    id: bigint;
    productTitle: string;
    title: string;
    handle: string;
    url: string | null;
    price: string | null;
  };
  now: Date;
};

/** The draft about a product of the shop; the card's question is sent as text, since a card would ask for a real yes. */
function messageContent({ shop, message, locale, text, variant, now }: Subject): ReplyContent {
  const overrides = { [locale]: { [message]: text } };
  if (message === 'request.title' || message === 'confirm') {
    const values = { product: variantName(variant), shop: shop.name, until: later(now, 365 * DAY) };
    const said = formatMessage({ locale, message, values, overrides, timeZone: shop.timezone });
    return { kind: 'text', text: shorten({ text: LABEL + said, limit: LIMIT.text }) };
  }
  const words = messageTexts({
    subject: {
      shopId: shop.id,
      shopName: shop.name,
      currency: shop.currency,
      customMessages: overrides,
      variant,
      price: variant.price,
      imageUrl: null,
      canOnlyBeOrdered: message === 'notification.orderable',
    },
    locale,
  });
  const url = variantUrl({ ...variant, domain: shop.domain, variantId: variant.id });
  return {
    kind: 'buttons',
    text: shorten({ text: LABEL + words.text, limit: LIMIT.buttonText }),
    buttons: [{ type: 'web_url', title: words.buy, url }],
  };
}
