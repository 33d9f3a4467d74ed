// What the merchant reads about what the messages brought, in English: orders, the days, and the choice to count.
export const enEarned = {
  'figures.earned': 'Won back',
  'figures.earned.text':
    '{orders, plural, =0 {no order has carried our link} one {# order carries our link} other {# orders carry our link}}, counted since {date}',
  'figures.earned.none': 'None yet',
  'figures.earned.ended.text':
    '{orders, plural, one {# order carries our link} other {# orders carry our link}}; counting stopped on {date}',
  'figures.earned.off': 'Not measured',
  'figures.earned.off.text': 'Orders are not counted.',
  'days.title': 'Day by day',
  'days.none':
    'Nobody was told in this time. Once people are, you see here on which days they were told, tapped Buy and bought.',
  'days.told': 'Told',
  'days.taps': 'Tapped Buy',
  'days.earned': 'Won back, {currency}',
  'days.most': 'most: {most} on {day}',
  'days.drawn': '{what} from {from} to {until}: most on {day}, {most}',
  'days.drawn.none': '{what}: none from {from} to {until}',
  'days.table': 'The days as a table',
  'days.day': 'Day',
  'days.empty': 'On all other days: nothing.',
  'count.title': 'Orders that your messages bring',
  'count.offer':
    'To count them, Shopify will ask whether this app may read orders. We keep an order’s number, total, currency and time, and nothing about the customer.',
  'count.missed':
    'Only orders that carry our link count. Some are missed when Messenger’s browser hands over to another one.',
  'count.do': 'Count orders',
  'count.since':
    'Counted since {date}: the whole order’s total in your shop’s currency, less what was refunded. Test orders and cancelled ones are left out.',
  'count.stop': 'Stop counting',
  'count.ended.stopped': 'You stopped counting: {date}',
  'count.ended.revoked': 'Counting has stopped, because Shopify no longer lets this app read orders: {date}',
  'count.problem.declined': 'Nothing has changed: this app may not read orders.',
  'count.problem.not_granted': 'Shopify says that this app may not read orders. Try again, and allow it.',
  'count.problem.not_approved': 'Shopify does not send this app any orders yet. Try again later.',
  'count.problem.failed': 'Shopify did not answer. Try again in a moment.',
  'done.counting': 'Orders are counted from now on',
  'done.stopped': 'Orders are no longer counted',
} as const;
