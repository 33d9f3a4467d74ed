// Checks a merchant's own wording before it is kept: it must be sayable, name the product where ours does, and promise no gain.
import { LIMIT } from './limits.ts';
import { compile, LOCALES, wording, type Message, type Values } from './words.ts';
import { en } from './words/en.ts';

export type WordingCheck = { outcome: 'fine'; warnings: string[] } | { outcome: 'refused'; because: string };

/** The messages that a merchant may word anew, and the variables each may use. */
export const variablesOf = (message: Message): string[] =>
  [...new Set([...en[message].matchAll(/\{(\w+)/g)].map((found) => found[1]!))].filter(
    (name) => name !== 'one' && name !== 'other',
  );

/** What a message loses its meaning without, in every wording. */
const needed = (message: Message): string[] =>
  variablesOf(message).filter((name) => name === 'product' || name === 'until');

const sample: Values = {
  product: 'Linen shirt, M',
  shop: 'Maison Lin',
  price: '49.00 €',
  place: 3,
  count: 2,
  until: new Date('2027-01-31T12:00:00Z'),
};

const limitOf = (message: Message): number =>
  message.startsWith('button.')
    ? LIMIT.button
    : message.startsWith('request.') && message !== 'request.unavailable'
      ? LIMIT.requestTitle
      : message === 'greeting'
        ? LIMIT.greeting
        : message === 'card.soldOut' || message === 'alerts.line'
          ? LIMIT.elementSubtitle
          : LIMIT.buttonText;

/** Meta forbids to reward anybody for saying yes ("don't incentivize"), and takes the permission away for it. */
const gain =
  /%|\b(discount|coupon|voucher|promo|code|free|gift|prize|win|raffle|descuento|cup[oó]n|c[oó]digo|gratis|regalo|premio|sorteo|remise|r[eé]duction|bon|cadeau|gratuit|concours|rabatt|gutschein|geschenk|gratis|gewinn\w*|sconto|buono|codice|omaggio|regalo|desconto|cupom|cup[aã]o|brinde|pr[eê]mio|korting|kortingscode|cadeau|winactie|zni[zż]k\w*|rabat|kupon|prezent|nagroda|rabattkod|present|vinn|gave|pr[aæ]mie|vind|indirim|kupon|hediye|[oö]d[uü]l)\b|割引|クーポン|コード|無料|プレゼント|特典/iu;

const argumentsOf = (text: string): string[] =>
  [...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map((found) => found[1]!);

/**
 * Whether a merchant's wording may be kept. Refused: what can't be said, or would lose the product's name or the date. Warned of: what
 * reads like a reward, and what is longer than Meta allows (it would be shortened).
 */
export function checkWording({
  locale,
  message,
  text,
}: {
  locale: string;
  message: Message;
  text: string;
}): WordingCheck {
  if (!Object.hasOwn(en, message)) return { outcome: 'refused', because: 'There is no such message.' };
  if (!LOCALES.includes(locale)) return { outcome: 'refused', because: 'We do not speak this language.' };
  if (text.trim() === '') return { outcome: 'refused', because: 'The text is empty.' };
  const used = argumentsOf(text);
  const unknown = used.find((name) => !variablesOf(message).includes(name));
  if (unknown !== undefined)
    return { outcome: 'refused', because: `There is no variable {${unknown}} in this message.` };
  const lost = needed(message).find((name) => !used.includes(name));
  if (lost !== undefined) return { outcome: 'refused', because: `The text must contain {${lost}}.` };
  let said: string;
  try {
    said = String(compile({ text, locale }).format(sample));
  } catch {
    return { outcome: 'refused', because: 'The text cannot be read: check the braces { }.' };
  }
  const limit = limitOf(message);
  const ours = wording({ locale, message });
  return {
    outcome: 'fine',
    warnings: [
      ...(gain.test(text) && !gain.test(ours)
        ? ['This reads like a reward. Meta forbids discounts, codes and prizes for saying yes to messages.']
        : []),
      ...(said.length > limit
        ? [`Messenger shows at most ${limit} characters here: this would be shortened.`]
        : []),
    ],
  };
}
