// What a shopper reads, in English: the list of all messages, and what each may speak of.
export const en = {
  'request.title': 'Want to know when {product} is back in stock?',
  'request.unnamed': 'Want to know when this product is back in stock?',
  'request.unavailable': 'We can’t take this request right now. Please try again later.',
  'card.soldOut': 'Sold out at {shop}',
  'arrive.available': '{product} is available right now.',
  'arrive.waiting':
    'You’re already on the waitlist for {product}. We’ll message you once when it’s back in stock. We can do this until {until, date, long}.',
  'arrive.gone':
    'That product is no longer in the store. Which other product are you waiting for? Send its link or name.',
  'arrive.leftOut':
    'We don’t offer alerts for that product. Which other product are you waiting for? Send its link or name.',
  'arrive.noRef':
    'Hi! I’m {shop}’s automated assistant. Which sold-out product are you waiting for? Send its link or name.',
  'arrive.badRef': 'We couldn’t tell which product you mean. Send its link or name.',
  confirm:
    'You’re on the list! We’ll message you once when {product} is back in stock. We can do this until {until, date, long}. Reply STOP to stop all alerts from this Page. Automated message from {shop}.',
  'confirm.unnamed':
    'You’re on the list! We’ll message you once when this product is back in stock. We can do this until {until, date, long}. Reply STOP to stop all alerts from this Page. Automated message from {shop}.',
  position: 'You’re number {position, number} in line.',
  'find.none': 'We couldn’t find a sold-out product with that name. Try another name or send its link.',
  'find.which': 'Which product do you mean?',
  'find.option': '{product}: which option would you like?',
  'find.shortened':
    'These are {shown, number} of {count, number} sold-out options. You can also send the name of the one you want.',
  'find.text': 'Please send the name of the product or its link.',
  'more.which': '{product}: which other option would you like?',
  'more.none': 'All other options of {product} are available or already on your list.',
  'alerts.none': 'You have no active alerts.',
  'alerts.count': '{count, plural, one {You have # active alert.} other {You have # active alerts.}}',
  'alerts.line': 'Number {position, number} in line, until {until, date, medium}',
  'cancel.one': 'Your alert for {product} is canceled.',
  'cancel.others': 'Your alerts for other options of {product} are canceled.',
  'optOut.done':
    'You’re unsubscribed and won’t get any more alerts from this Page. To sign up again, use the button on a product page.',
  'erase.done': 'Everything we stored about you here has been deleted.',
  'optin.unknown':
    'This request has expired. If you’d like an alert, use the button on the product page again.',
  handoff: 'Thanks for your message! Someone from {shop} will reply here.',
  'notification.backInStock': 'Back in stock: {product} at {shop} – {price}',
  'notification.orderable': 'Available to order: {product} at {shop} – {price}',
  'notification.declined': 'OK! We won’t message you about {product} again unless you ask.',
  'test.confirm':
    'So far, so good: you’re on the waitlist for {product}. Now go back to the app and send yourself the test alert.',
  greeting: 'Hi! Ask here and we’ll message you once when a sold-out product at {shop} is back in stock.',
  'link.unknown.title': 'This link no longer works',
  'link.unknown.text':
    'The store may have closed, or the link wasn’t copied completely. Open the store to find the product.',
  'button.buy': 'Buy',
  'button.no': 'No thanks',
  'button.next': 'Notify me again',
  'button.view': 'View product',
  'button.more': 'Other options',
  'button.alerts': 'My alerts',
  'button.cancel': 'Cancel alert',
  'button.optOut': 'Stop all alerts',
  'button.cancelOthers': 'Cancel the others',
  'button.select': 'Select',
} as const;

export type Message = keyof typeof en;
export type ShopperTexts = Record<Message, string>;
