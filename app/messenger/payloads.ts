// Payloads of our buttons, `<verb>1_<shop>_<id>`, and the storefront's signed refs.
import { createHmac, timingSafeEqual } from 'node:crypto';

const verbs = [
  // of the Notify Me card: id of the opt-in request
  'r',
  // of the notification: id of the subscription that it spends
  'no',
  'next',
  'others',
  // of a conversation: id of a subscription, variant or product; 0 where none is needed
  'stop',
  'stopall',
  'list',
  'more',
  'after',
  'want',
  'pick',
  'forget',
] as const;

export type Verb = (typeof verbs)[number];

export type Payload = { verb: Verb; shopId: bigint; id: bigint };

/** The payload of Get Started, set on the Page's profile. */
export const GET_STARTED = 'start1';

export const makePayload = ({ verb, shopId, id }: Payload): string => `${verb}1_${shopId}_${id}`;

/** Our own payload, or null when somebody else wrote it. */
export function readPayload(text: string): Payload | null {
  const found = /^([a-z]{1,10})1_(\d{1,18})_(\d{1,18})$/.exec(text);
  const verb = verbs.find((name) => name === found?.[1]);
  return found && verb ? { verb, shopId: BigInt(found[2]!), id: BigInt(found[3]!) } : null;
}

type VariantRef = {
  kind: 'variant';
  shopId: bigint;
  variantId: bigint;
  locale: string;
  country: string;
};

type TestRef = { kind: 'test'; shopId: bigint; nonce: string };

export type Ref = VariantRef | TestRef;

/** A ref as it came: whose it claims to be, before anybody looked at its check. */
export type ReadRef = Ref & { signed: string; check: string };

const checkOf = (signed: string, refKey: string) =>
  createHmac('sha256', refKey).update(signed).digest('hex').slice(0, 16);

/** The ref's text, in Meta's charset (letters, digits, - _ =). The theme block writes the same text in Liquid. */
export function makeRef({ ref, refKey }: { ref: Ref; refKey: string }): string {
  const signed =
    ref.kind === 'variant'
      ? `v1_${ref.shopId}_${ref.variantId}_${ref.locale}_${ref.country}`
      : `t1_${ref.shopId}_${ref.nonce}`;
  return `${signed}_${checkOf(signed, refKey)}`;
}

const variantShape =
  /^(v1_(\d{1,19})_(\d{1,19})_([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})_([A-Za-z]{2}))_([0-9a-f]{16})$/;

const testShape = /^(t1_(\d{1,19})_([A-Za-z0-9-]{8,64}))_([0-9a-f]{16})$/;

const biggest = 9223372036854775807n;

/** What a ref says, or null when it is none of ours or damaged beyond reading. */
export function readRef(text: string): ReadRef | null {
  const variant = variantShape.exec(text);
  if (variant) {
    const [, signed, shop, id, locale, country, check] = variant as unknown as string[];
    const [shopId, variantId] = [BigInt(shop!), BigInt(id!)];
    if (shopId > biggest || variantId > biggest) return null;
    return {
      kind: 'variant',
      shopId,
      variantId,
      locale: locale!,
      country: country!,
      signed: signed!,
      check: check!,
    };
  }
  const test = testShape.exec(text);
  if (test === null) return null;
  const [, signed, shop, nonce, check] = test as unknown as string[];
  const shopId = BigInt(shop!);
  return shopId > biggest ? null : { kind: 'test', shopId, nonce: nonce!, signed: signed!, check: check! };
}

/** Whether the ref is whole: made with this shop's key. */
export const refHolds = ({ ref, refKey }: { ref: ReadRef; refKey: string }): boolean =>
  timingSafeEqual(Buffer.from(ref.check), Buffer.from(checkOf(ref.signed, refKey)));
