// Settings: what cannot be meant is said at its field and nothing is saved; what is saved is looked at anew.
import { beforeEach, expect, test } from 'vitest';
import { openAdmin } from './admin-fixture.ts';

const fixture = openAdmin();
const good = {
  sendPolicy: 'all_at_once',
  shoppersPerUnit: '5',
  batchIntervalMinutes: '20',
  minimumStock: '2',
  sendDelaySeconds: '0',
  restockCooldownMinutes: '45',
  messagesPerSecond: '60',
  quietHours: true,
  quietHoursStart: '22:30',
  quietHoursEnd: '07:00',
  notifyOnPreorder: true,
  buttonHidden: false,
  leftOut: { tags: 'No Alert, sale ,', collections: '', gift_cards: true, preorder: false, free: false },
  locationIds: ['9007199254740993'],
  customMessages: { en: { 'notification.backInStock': '{product} has come home: {price}' } },
};

async function save(changes: Record<string, unknown>) {
  const route = fixture.routes.find((each) => each.id === 'routes/app.settings')!;
  const form = { intent: 'save', settings: JSON.stringify({ ...good, ...changes }) };
  const answer = await fixture.data({ route, token: fixture.token(), form });
  return { status: answer.status, ...((await answer.json()) as { errors?: object; done?: string }) };
}
const row = async () =>
  (await fixture.client.query('SELECT * FROM shops WHERE id = $1', [fixture.rowsOf('mine').shopId])).rows[0];

beforeEach(async () => {
  await fixture.call({ path: '/app/settings?_data=routes%2Fapp.settings', token: fixture.token() });
});

test('what is saved is kept, to the last digit, and every variant that people wait for is looked at again', async () => {
  const wanted = async () =>
    (
      await fixture.client.query('SELECT check_requested_version FROM variants WHERE shop_id = $1', [
        fixture.rowsOf('mine').shopId,
      ])
    ).rows[0].check_requested_version;
  const before = await wanted();
  expect(await save({})).toEqual({ status: 200, done: 'saved' });
  expect(await row()).toMatchObject({
    send_policy: 'all_at_once',
    shoppers_per_unit: 5,
    batch_interval_minutes: 20,
    minimum_stock: 2,
    send_delay_seconds: 0,
    restock_cooldown_minutes: 45,
    quiet_hours_start: 1_350,
    quiet_hours_end: 420,
    notify_on_preorder: true,
    button_hidden: false,
    left_out: { tags: ['no alert', 'sale'], collections: [], gift_cards: true, preorder: false, free: false },
    location_ids: ['9007199254740993'],
    custom_messages: good.customMessages,
  });
  const { rows } = await fixture.client.query('SELECT messages_per_second FROM pages WHERE shop_id = $1', [
    fixture.rowsOf('mine').shopId,
  ]);
  expect(rows[0].messages_per_second).toBe(60);
  expect(Number(await wanted())).toBe(Number(before) + 1);
});

const wrong: [string, Record<string, unknown>, Record<string, string>][] = [
  ['a number too small', { minimumStock: '0' }, { minimumStock: 'too_small' }],
  ['a number too big', { messagesPerSecond: '301' }, { messagesPerSecond: 'too_big' }],
  [
    'a tag that no database takes',
    { leftOut: { ...good.leftOut, tags: 'no\0alert' } },
    { 'leftOut.tags': 'unreadable' },
  ],
  ['no number', { batchIntervalMinutes: 'soon' }, { batchIntervalMinutes: 'number' }],
  ['half a person', { shoppersPerUnit: '2.5' }, { shoppersPerUnit: 'whole' }],
  ['no time of day', { quietHoursStart: '25:00' }, { quietHoursStart: 'time' }],
  ['quiet all day', { quietHoursEnd: '22:30' }, { quietHoursEnd: 'same_time' }],
  [
    'a value that the message does not know',
    { customMessages: { en: { 'notification.backInStock': '{product} {discount}' } } },
    { 'customMessages.en.notification.backInStock': 'unknown_value' },
  ],
  [
    'a message without its product',
    { customMessages: { en: { 'request.title': 'Tell you?' } } },
    { 'customMessages.en.request.title': 'no_product' },
  ],
  [
    'an open brace',
    { customMessages: { en: { 'notification.backInStock': '{product} is {back' } } },
    { 'customMessages.en.notification.backInStock': 'unknown_value' },
  ],
  [
    'more than Meta takes',
    { customMessages: { en: { 'request.title': `{product} ${'so '.repeat(30)}` } } },
    { 'customMessages.en.request.title': 'too_long' },
  ],
  [
    'a value in straight quotes, which would be printed as it is written',
    {
      customMessages: {
        fr: { 'notification.backInStock': "'{product}' est de retour chez {shop} : {price}" },
      },
    },
    { 'customMessages.fr.notification.backInStock': 'quoted' },
  ],
  [
    'a value that would be printed as no number',
    { customMessages: { en: { 'notification.backInStock': '{price, number} for {product}' } } },
    { 'customMessages.en.notification.backInStock': 'not_whole' },
  ],
  [
    'a confirmation that does not say until when',
    { customMessages: { de: { confirm: '{product} steht auf der Liste.' } } },
    { 'customMessages.de.confirm': 'no_until' },
  ],
  [
    'a message that does not exist',
    { customMessages: { en: { 'notification.spam': '{product}' } } },
    { 'customMessages.en.notification.spam': 'unknown_message' },
  ],
];
for (const [name, changes, errors] of wrong)
  test(`${name} is said at its field, and nothing is saved`, async () => {
    const before = await row();
    expect(await save(changes)).toEqual({ status: 422, errors });
    expect(await row()).toEqual(before);
  });

test('a collection may be named by its address, and a hidden button is told to the storefront as not ready', async () => {
  const collections = 'https://shop.example/collections/Archive, gifts';
  expect(await save({ buttonHidden: true, leftOut: { ...good.leftOut, collections } })).toMatchObject({
    done: 'saved',
  });
  expect(await row()).toMatchObject({
    button_hidden: true,
    left_out: { collections: ['archive', 'gifts'] },
  });
});

test('two wrong fields are both named', async () => {
  const { errors } = await save({ minimumStock: '0', batchIntervalMinutes: '0' });
  expect(errors).toEqual({ minimumStock: 'too_small', batchIntervalMinutes: 'too_small' });
});

test('our own wording, sent back unchanged, stays ours: a later improvement reaches the shop', async () => {
  const { en } = await import('../../app/i18n/shopper/en.ts');
  await save({
    customMessages: { en: { 'notification.backInStock': en['notification.backInStock'], confirm: '' } },
  });
  expect((await row()).custom_messages).toEqual({});
});
