// Why a look ended as it did: one name for each reason, and the sentence a merchant reads.
export type Reason =
  | 'in_stock'
  | 'can_be_ordered'
  | 'not_active'
  | 'not_published'
  | 'sold_out'
  | 'stale'
  | 'order_only'
  | 'stock_elsewhere'
  | 'gone'
  | 'unreadable'
  | 'below_minimum'
  | 'nobody_waits'
  | 'paused'
  | 'held'
  | 'hold_off'
  | 'quiet_hours'
  | 'everyone_allowed'
  | 'wave'
  | 'next_wave'
  | 'still_telling'
  | 'test';

const sentences: Record<Reason, string> = {
  in_stock: 'It is in stock and can be bought online.',
  can_be_ordered: 'It can be ordered, although it is not in stock.',
  not_active: 'The product is a draft or archived.',
  not_published: 'The product is not published to the online store.',
  sold_out: 'It is sold out.',
  stale: 'There is stock, but Shopify still says it is not for sale. We look again shortly.',
  order_only: 'It can only be ordered ahead, and this shop tells people about real stock only.',
  stock_elsewhere: 'The stock is at locations that do not count for online orders.',
  gone: 'Shopify no longer knows this variant.',
  unreadable: 'Shopify’s answer about this variant could not be read. We look again later.',
  below_minimum: 'There are fewer units than this shop’s minimum.',
  nobody_waits: 'Nobody is waiting to be told.',
  paused: 'Notifications for this variant are paused.',
  held: 'The merchant holds this restock back.',
  hold_off: 'We wait a moment and look again before anybody is told.',
  quiet_hours: 'It is quiet hours in the shop’s time zone.',
  everyone_allowed: 'Everyone who waits may be told.',
  wave: 'As many may be told as fits the stock; the others follow in waves.',
  next_wave: 'The next wave comes after a fresh look.',
  still_telling: 'Those who may be told are being told.',
  test: 'The merchant’s own test.',
};

/** The sentence for a reason kept with a look. */
export const explain = (reason: string): string => sentences[reason as Reason] ?? reason;
