// The editor's word of warning while the merchant types: what Meta frowns on in a message of this kind. It may be saved all the same.

/** A code of the words `warning.*`. */
export function unwise(text: string): 'link' | 'promotion' | 'reserved' | undefined {
  if (/https?:\/\/|www\./i.test(text)) return 'link';
  if (/\b\d{1,3}\s?%|\b(discount|coupon|sale|promo\w*|descuento|oferta|rabatt|soldes)\b/i.test(text))
    return 'promotion';
  if (/\breserv/i.test(text)) return 'reserved';
  return undefined;
}
