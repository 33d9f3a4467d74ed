// The text of the notification: product, price, where to buy; never a reservation.
import type { Overrides } from '../i18n/custom-messages.ts';
import { formatMessage, type Message } from '../i18n/shopper.ts';
import { LIMIT, shorten, trimEnd } from '../i18n/text-limits.ts';
import { makePayload } from '../messenger/payloads.ts';
import type { Recipient } from '../messenger/permissions/permission.ts';
import { fitName, type Named, nameWithin } from '../shopify/product.ts';

/** What all notifications of one restock have in common. */
export type TemplateData = {
  shopId: bigint;
  shopName: string;
  currency: string;
  customMessages: Overrides;
  variant: Named;
  price: string | null;
  imageUrl: string | null;
  canOnlyBeOrdered: boolean;
};

/** Price as the shopper's language writes it. */
function priceText({
  price,
  currency,
  locale,
}: {
  price: string | null;
  currency: string;
  locale: string;
}): string {
  if (price === null || !Number.isFinite(Number(price))) return '';
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency }).format(Number(price));
  } catch {
    return `${price} ${currency}`;
  }
}

export type MessageTexts = {
  text: string;
  title: string;
  subtitle: string;
  buy: string;
  no: string;
  next: string;
};

/** The words of a restock's notifications in one language; the same for everybody who speaks it. */
export function messageTexts({ subject, locale }: { subject: TemplateData; locale: string }): MessageTexts {
  const { shopName, currency, customMessages, price, variant } = subject;
  const speak = (message: Message, values = {}) =>
    formatMessage({ locale, message, values, overrides: customMessages });
  const priced = priceText({ price, currency, locale });
  const message = subject.canOnlyBeOrdered ? 'notification.orderable' : 'notification.backInStock';
  // Without a price nothing may follow the colon that announces it.
  const whole = (product: string) =>
    trimEnd({ text: speak(message, { product, shop: shopName, price: priced }), of: /[\s:：–—-]/u });
  const button = (text: string) => shorten({ text, limit: LIMIT.button });
  return {
    text: fitName({ variant, limit: LIMIT.buttonText, write: whole }),
    title: nameWithin({ variant, limit: LIMIT.elementTitle }),
    subtitle: fitName({ variant, limit: LIMIT.elementSubtitle, write: whole }),
    buy: button(speak('button.buy')),
    no: button(speak('button.no')),
    next: button(speak('button.next')),
  };
}

/** The mark that comes back in Meta's echo. */
const metadataId = ({ shopId, id }: { shopId: bigint; id: bigint }): string => `n1_${shopId}_${id}`;

export function readMetadataId(
  metadata: string | null | undefined,
): { shopId: bigint; id: bigint } | undefined {
  const found = /^n1_(\d{1,18})_(\d{1,18})$/.exec(metadata ?? '');
  return found ? { shopId: BigInt(found[1]!), id: BigInt(found[2]!) } : undefined;
}

/** The exact JSON text of one notification. A picture only where it is said that this Page accepts one. */
export function notificationBody({
  recipient,
  subject,
  words,
  id,
  subscriptionId,
  url,
  picture,
}: {
  recipient: Recipient;
  subject: TemplateData;
  words: MessageTexts;
  id: bigint;
  subscriptionId: bigint;
  url: string;
  picture: boolean;
}): string {
  const payload = (verb: 'no' | 'next') => makePayload({ verb, shopId: subject.shopId, id: subscriptionId });
  const buttons = [
    { type: 'web_url', title: words.buy, url },
    { type: 'postback', title: words.no, payload: payload('no') },
    { type: 'postback', title: words.next, payload: payload('next') },
  ];
  const template =
    picture && subject.imageUrl !== null
      ? {
          template_type: 'generic',
          elements: [
            {
              title: words.title,
              subtitle: words.subtitle,
              image_url: subject.imageUrl,
              default_action: { type: 'web_url', url },
              buttons,
            },
          ],
        }
      : { template_type: 'button', text: words.text, buttons };
  return JSON.stringify({
    recipient,
    message: {
      attachment: { type: 'template', payload: template },
      metadata: metadataId({ shopId: subject.shopId, id }),
    },
  });
}
