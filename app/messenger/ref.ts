// The ref: what the storefront link carries through Meta and back. It is no secret; its check only tells a damaged one from a whole one.
import { createHmac, timingSafeEqual } from 'node:crypto';

export type VariantRef = {
  kind: 'variant';
  shopId: bigint;
  variantId: bigint;
  locale: string;
  country: string;
};
export type TestRef = { kind: 'test'; shopId: bigint; nonce: string };
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
