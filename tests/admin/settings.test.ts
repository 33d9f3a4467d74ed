// Settings: what cannot be meant is said at its field and nothing is saved; what is saved is looked at anew.
import { beforeEach, expect, test } from 'vitest';
import { openAdmin } from './house.ts';

const house = openAdmin();
const good = {
  policy: 'everyone',
  unitsFactor: '5',
  waveMinutes: '20',
  minimumUnits: '2',
  holdOffSeconds: '0',
  flapGuardMinutes: '45',
  perSecond: '60',
  quiet: true,
  quietFrom: '22:30',
  quietUntil: '07:00',
  tellPreorder: true,
  buttonHidden: false,
  leftOut: { tags: 'No Alert, sale ,', collections: '', gift_cards: true, preorder: false, free: false },
  locationIds: ['9007199254740993'],
  texts: { en: { 'notification.backInStock': '{product} has come home: {price}' } },
};

async function save(changes: Record<string, unknown>) {
  const route = house.routes.find((each) => each.id === 'routes/app.settings')!;
  const form = { intent: 'save', settings: JSON.stringify({ ...good, ...changes }) };
  const answer = await house.data({ route, token: house.token(), form });
  return { status: answer.status, ...((await answer.json()) as { errors?: object; done?: string }) };
}
const row = async () =>
  (await house.client.query('SELECT * FROM "Shop" WHERE "id" = $1', [house.rowsOf('mine').shopId])).rows[0];

beforeEach(async () => {
  await house.call({ path: '/app/settings?_data=routes%2Fapp.settings', token: house.token() });
});

test('what is saved is kept, to the last digit, and every variant that people wait for is looked at again', async () => {
  const wanted = async () =>
    (
      await house.client.query('SELECT "wanted" FROM "Variant" WHERE "shopId" = $1', [
        house.rowsOf('mine').shopId,
      ])
    ).rows[0].wanted;
  const before = await wanted();
  expect(await save({})).toEqual({ status: 200, done: 'saved' });
  expect(await row()).toMatchObject({
    policy: 'everyone',
    unitsFactor: 5,
    waveMinutes: 20,
    minimumUnits: 2,
    holdOffSeconds: 0,
    flapGuardMinutes: 45,
    quietFrom: 1_350,
    quietUntil: 420,
    tellPreorder: true,
    buttonHidden: false,
    leftOut: { tags: ['no alert', 'sale'], collections: [], gift_cards: true, preorder: false, free: false },
    locationIds: ['9007199254740993'],
    texts: good.texts,
  });
  const { rows } = await house.client.query('SELECT "perSecond" FROM "Page" WHERE "shopId" = $1', [
    house.rowsOf('mine').shopId,
  ]);
  expect(rows[0].perSecond).toBe(60);
  expect(Number(await wanted())).toBe(Number(before) + 1);
});

const wrong: [string, Record<string, unknown>, Record<string, string>][] = [
  ['a number too small', { minimumUnits: '0' }, { minimumUnits: 'too_small' }],
  ['a number too big', { perSecond: '301' }, { perSecond: 'too_big' }],
  [
    'a tag that no database takes',
    { leftOut: { ...good.leftOut, tags: 'no\0alert' } },
    { 'leftOut.tags': 'unreadable' },
  ],
  ['no number', { waveMinutes: 'soon' }, { waveMinutes: 'number' }],
  ['half a person', { unitsFactor: '2.5' }, { unitsFactor: 'whole' }],
  ['no time of day', { quietFrom: '25:00' }, { quietFrom: 'time' }],
  ['quiet all day', { quietUntil: '22:30' }, { quietUntil: 'same_time' }],
  [
    'a value that the message does not know',
    { texts: { en: { 'notification.backInStock': '{product} {discount}' } } },
    { 'texts.en.notification.backInStock': 'unknown_value' },
  ],
  [
    'a message without its product',
    { texts: { en: { 'request.title': 'Tell you?' } } },
    { 'texts.en.request.title': 'no_product' },
  ],
  [
    'an open brace',
    { texts: { en: { 'notification.backInStock': '{product} is {back' } } },
    { 'texts.en.notification.backInStock': 'unknown_value' },
  ],
  [
    'more than Meta takes',
    { texts: { en: { 'request.title': `{product} ${'so '.repeat(30)}` } } },
    { 'texts.en.request.title': 'too_long' },
  ],
  [
    'a value in straight quotes, which would be printed as it is written',
    { texts: { fr: { 'notification.backInStock': "'{product}' est de retour chez {shop} : {price}" } } },
    { 'texts.fr.notification.backInStock': 'quoted' },
  ],
  [
    'a value that would be printed as no number',
    { texts: { en: { 'notification.backInStock': '{price, number} for {product}' } } },
    { 'texts.en.notification.backInStock': 'not_whole' },
  ],
  [
    'a confirmation that does not say until when',
    { texts: { de: { confirm: '{product} steht auf der Liste.' } } },
    { 'texts.de.confirm': 'no_until' },
  ],
  [
    'a message that does not exist',
    { texts: { en: { 'notification.spam': '{product}' } } },
    { 'texts.en.notification.spam': 'unknown_message' },
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
    buttonHidden: true,
    leftOut: { collections: ['archive', 'gifts'] },
  });
});

test('two wrong fields are both named', async () => {
  const { errors } = await save({ minimumUnits: '0', waveMinutes: '0' });
  expect(errors).toEqual({ minimumUnits: 'too_small', waveMinutes: 'too_small' });
});

test('our own wording, sent back unchanged, stays ours: a later improvement reaches the shop', async () => {
  const { en } = await import('../../app/i18n/shopper/en.ts');
  await save({ texts: { en: { 'notification.backInStock': en['notification.backInStock'], confirm: '' } } });
  expect((await row()).texts).toEqual({});
});
