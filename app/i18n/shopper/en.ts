// What a shopper reads, in English: the list of all messages, and what each may speak of.
export const en = {
  'request.title': '{product}: shall we tell you when it is back?',
  'request.unnamed': 'Shall we tell you when this product is back?',
  'request.unavailable': 'We cannot take this request right now. Please try again later.',
  'card.soldOut': 'Sold out at {shop}',
  'arrive.forSale': '{product} is for sale right now.',
  'arrive.waiting':
    'You are already on the list for {product}. We will write once when it is back, until {until, date, long} at the latest.',
  'arrive.gone': 'That product is no longer in the shop. Which other one may we watch for you?',
  'arrive.noRef':
    'Hello! This is the automated assistant of {shop}. Which sold-out product may we watch for you? Paste its link or write its name.',
  'arrive.badRef':
    'We could not read which product that was. Please paste the link of its page or write its name.',
  confirm:
    'Done. You will get one message about {product} when it is back, valid until {until, date, long}. Write STOP at any time to end it. Sent automatically by {shop}.',
  'confirm.unnamed':
    'Done. You will get one message about this product when it is back, valid until {until, date, long}. Write STOP at any time to end it. Sent automatically by {shop}.',
  place: 'You are number {place, number} in line.',
  'find.none': 'We found no sold-out product by that name. Try another name, or paste the link of its page.',
  'find.which': 'Which product do you mean?',
  'find.size': '{product}: which one shall we watch?',
  'find.words': 'Please write the name of the product, or paste the link of its page.',
  'more.which': '{product}: which other one shall we watch?',
  'more.none': 'All the others of {product} are for sale or already on your list.',
  'alerts.none': 'You are not waiting for anything at the moment.',
  'alerts.count': 'You are waiting for {count, plural, one {# product} other {# products}}.',
  'alerts.line': 'Number {place, number} in line, until {until, date, medium}',
  'stop.one': 'Stopped: you will hear no more about {product}.',
  'stop.others': 'Stopped: you are not waiting for other sizes of {product} any more.',
  'stop.all':
    'Stopped. You will get no more alerts from this Page. To ask again, use the button on a product’s page.',
  'forget.done': 'Everything that we kept about you here has been erased.',
  'optin.unknown': 'That card is no longer valid. Please ask again on the product’s page.',
  defer: 'Thank you for your message. A person from {shop} will answer you here.',
  'notice.back': '{product} is back in stock at {shop}: {price}',
  'notice.canBeOrdered': '{product} can be ordered again at {shop}: {price}',
  'notice.ended': 'All right. You will hear no more about {product} unless you ask again.',
  'test.confirm':
    'The test works so far: you are waiting for {product}. Now press “Pretend it is back” in the app.',
  greeting: 'Hello! Ask here to be told once when a sold-out product of {shop} is back.',
  'button.buy': 'Buy',
  'button.no': 'No thanks',
  'button.next': 'Tell me next time',
  'button.view': 'View product',
  'button.more': 'Another size',
  'button.alerts': 'My alerts',
  'button.stop': 'Stop',
  'button.stopAll': 'Stop all',
  'button.others': 'Stop other sizes',
  'button.pick': 'This one',
} as const;

export type Message = keyof typeof en;
export type Words = Record<Message, string>;
