// What the merchant reads where they do something out of the ordinary: move waiters, send themselves a draft, look at what was kept. English.
export const enDeeds = {
  'draft.do': 'Send me a test',
  'draft.text':
    'Goes to your own Messenger as it stands here, saved or not, marked as a test. It leaves every count untouched.',
  'draft.text.card':
    'Goes to your own Messenger as plain text, saved or not, marked as a test. The card itself comes with your own test on the Messenger page.',
  'done.draft': 'Sent to your own Messenger',
  'draft.no_page': 'Connect your Page first.',
  'draft.page_trouble': 'Your Page needs attention first, or it would not get through.',
  'draft.no_test':
    'Do your own test once, so that we know which Messenger is yours. Then come back and send it again.',
  'draft.stopped':
    'You wrote STOP to your Page. Open a new test link on the Messenger page to take it back, then send again.',
  'draft.window_closed':
    'Meta lets your Page write to you for 24 hours after your last message to it. Write anything to your Page in Messenger, or repeat your own test, then send again.',
  'kept.title':
    '{kept, plural, one {One message from Meta was not acted on} other {# messages from Meta were not acted on}}',
  'kept.text': 'Nothing a shopper wrote is shown here. Each is erased after 30 days.',
  'kept.times': '{times, plural, one {Once, {date}} other {# times, last {date}}}',
  'kept.unknown_request': 'A yes to a card that we do not know',
  'kept.unknown_request.do':
    'The shopper was asked to tap the button on the product page again. There is nothing for you to do.',
  'kept.not_handled': 'Could not be handled after several attempts',
  'kept.retry': 'Retry events',
  'kept.not_handled.do':
    'What this customer does next is answered as usual. The event is retried once a day and after each update of the app, or when you press the button. If it stays here, contact our support with the time below.',
  'kept.policy': 'Meta has sent your Page a notice',
  'kept.policy.do':
    'Open Support Home of your Page on Facebook and do what Meta asks for. Nobody’s place is lost.',
  'kept.odd': 'Meta sent something that this app does not know',
  'kept.odd.do':
    'It changes nothing for those who wait. If shoppers say that they get no answer, write to our support.',
  'move.title': 'This variant was deleted in Shopify',
  'move.text':
    '{waiting, plural, =0 {Nobody waits for it any more.} one {# person still waits for it, and can only be told of another variant of this product.} other {# people still wait for it, and can only be told of another variant of this product.}} Nobody is moved unless you do it.',
  'move.silent': 'Shopify did not name the product’s variants. Load the page again in a moment.',
  'move.nowhere':
    'The product has no variant left, so there is nowhere to move them. A product that was made anew is another product: the shopper said yes to this one.',
  'move.to': 'Let them wait for',
  'move.do': 'Move them',
  'move.ask':
    '{waiting, plural, one {# person who waits for “{from}” will wait for “{to}” instead.} other {# people who wait for “{from}” will wait for “{to}” instead.}} They keep their place and are told of “{to}” by that name. This cannot be undone.',
  'move.yes': '{waiting, plural, one {Move # person} other {Move # people}}',
  'move.no': 'Leave them here',
  'move.not_missing': 'Shopify knows this variant again, so nobody was moved.',
  'move.other_product': 'That variant belongs to another product. Nobody was moved.',
  'move.unknown': 'Shopify does not know the variant you chose any more. Nobody was moved.',
  'move.no_answer': 'Shopify did not answer. Nobody was moved; try again in a moment.',
  'done.move': 'Moved: everyone keeps their place',
} as const;
