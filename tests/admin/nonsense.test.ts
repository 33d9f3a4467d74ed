// A merchant's own nonsense: no address, cursor or form of theirs ends in 5xx, by every admin route and every intent.
import { expect, test } from 'vitest';
import { intentsOf, openAdmin, type AdminRoute } from './admin-fixture.ts';

const fixture = openAdmin();

const LONG = 'a'.repeat(5_000);
/** Texts that a database, a parser or a formatter may choke on. */
const TEXTS = [
  ...['%00', '%0d%0a', '%27%22%5c', '%25_%25', '%F0%9F%98%80', '%ED%A0%80', `${'a'.repeat(99)}%F0%9F%98%80`],
  ...['{product', "'{product}'", '{price,%20number}', '-1', '1e400', 'NaN', '99999999999999999999', LONG],
];
const DATES = [
  '%00',
  'never',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '0000-01-01',
  '9'.repeat(60),
];
const NUMBERS = ['1e400', '-1e400', 'Infinity', '99999999999999999999', '1.5', '0x10', '%00', ''];
const IDS = ['9223372036854775807', '9223372036854775808'];
const CURSORS = [
  ...IDS.flatMap((id) => [...DATES, ...NUMBERS, ...TEXTS].map((value) => `${id}~${value}`)),
  ...['~', '1~', '~1', 'a~b', '1~~~'],
];
const NAMES = ['search', 'sort', 'filter', 'outcome', 'locale'];
const queries = [
  ...TEXTS.map((text) => NAMES.map((name) => `${name}=${text}`).join('&')),
  ...TEXTS.map((text) => `search=${text}`),
  ...CURSORS.map((after) => `after=${after}`),
  ...['oldest', 'title'].flatMap((sort) =>
    CURSORS.slice(0, 16).map((after) => `sort=${sort}&after=${after}`),
  ),
];

/** What answered with 5xx, of all that were asked. */
async function failing<Case>(cases: Case[], ask: (one: Case) => Promise<Response>): Promise<string[]> {
  const left = [...cases];
  const found: string[] = [];
  const asker = async () => {
    for (let one = left.pop(); one !== undefined; one = left.pop()) {
      const answer = await ask(one);
      const text = await answer.text();
      if (answer.status >= 500)
        found.push(`${JSON.stringify(one).slice(0, 200)}: ${answer.status} ${text.slice(0, 80)}`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, asker));
  return found;
}

const pathOf = (route: AdminRoute, value: string) => route.path.replaceAll(/:\w+/g, value);

test('whatever a list is asked for', async () => {
  const token = fixture.token();
  for (const route of fixture.routes.filter(
    ({ loader, id }) => loader && !/sold-out|routes\/app$/.test(id),
  )) {
    const found = await failing(queries, (query) =>
      fixture.data({ route, path: `${pathOf(route, fixture.rowsOf('mine').variantId)}?${query}`, token }),
    );
    expect([route.id, found]).toEqual([route.id, []]);
  }
});

test('whatever stands in place of an id', async () => {
  const token = fixture.token();
  for (const route of fixture.routes.filter(({ path }) => path.includes(':')))
    expect([
      route.id,
      await failing([...TEXTS, ...IDS], (value) =>
        fixture.data({ route, path: pathOf(route, value), token }),
      ),
    ]).toEqual([route.id, []]);
});

const BODIES: [string, string][] = [
  ['', 'nonsense'],
  ['application/json', '{"intent":"look"}'],
  ['text/plain', 'intent=look'],
  ['multipart/form-data', 'x'],
  [
    'multipart/form-data; boundary=x',
    '--x\r\nContent-Disposition: form-data; name="intent"\r\n\r\nlook\r\n--x--',
  ],
  ['application/x-www-form-urlencoded', ''],
  ['application/x-www-form-urlencoded', 'intent=%00'],
  ['application/x-www-form-urlencoded', 'intent=__proto__'],
  ['application/x-www-form-urlencoded', 'intent=toString'],
  ['application/x-www-form-urlencoded', '%E0%A4%A=%ED%A0%80'],
  ['application/x-www-form-urlencoded', `intent=save&settings=${'a'.repeat(300_000)}`],
];

test('whatever is posted where a form is expected', async () => {
  const token = fixture.token();
  for (const route of fixture.routes.filter(({ action }) => action)) {
    const path = pathOf(route, fixture.rowsOf('mine').variantId);
    const mark = route.id.endsWith('_index') ? 'index&' : '';
    const found = await failing(BODIES, ([type, body]) =>
      fetch(new URL(`${path}?${mark}_data=${encodeURIComponent(route.id)}`, fixture.origin()), {
        method: 'POST',
        body,
        headers: {
          authorization: `Bearer ${token}`,
          'user-agent': 'Mozilla/5.0 Chrome/140.0',
          'content-type': type,
        },
      }),
    );
    expect([route.id, found]).toEqual([route.id, []]);
  }
});

const well = {
  sendPolicy: 'batches',
  shoppersPerUnit: '10',
  batchIntervalMinutes: '15',
  minimumStock: '1',
  sendDelaySeconds: '10',
  restockCooldownMinutes: '30',
  messagesPerSecond: '30',
  quietHours: true,
  quietHoursStart: '22:00',
  quietHoursEnd: '08:00',
  notifyOnPreorder: false,
  buttonHidden: false,
  leftOut: { tags: 'no-alert', collections: 'sale', gift_cards: true, preorder: false, free: false },
  locationIds: ['1'],
  customMessages: {},
};
const VALUES: unknown[] = [
  ...[
    null,
    true,
    -1,
    1e400,
    2 ** 53,
    [],
    {},
    '',
    'NaN',
    '1e400',
    '9'.repeat(40),
    '\u0000',
    '\ud800',
    'a\u0000b',
    LONG,
  ],
  ...[
    ['\u0000'],
    ['9'.repeat(40)],
    [null],
    { en: null },
    { en: { 'notification.backInStock': '\u0000{product}' } },
  ],
  ...[
    { en: { 'notification.backInStock': '{product} \ud800' } },
    { '\u0000': { 'notification.backInStock': '{product}' } },
  ],
  ...[
    { en: { 'notification.backInStock': { deep: 1 } } },
    { __proto__: 1 },
    { xx: { 'notification.backInStock': '{product}' } },
  ],
];

test('whatever the settings hold', async () => {
  const token = fixture.token();
  const route = fixture.routes.find(({ id }) => id === 'routes/app.settings')!;
  const settings = [
    ...Object.keys(well).flatMap((name) => VALUES.map((value) => JSON.stringify({ ...well, [name]: value }))),
    ...Object.keys(well.leftOut).flatMap((name) =>
      VALUES.map((value) => JSON.stringify({ ...well, leftOut: { ...well.leftOut, [name]: value } })),
    ),
    ...['', '{', 'null', '[]', '"\\u0000"', '{"sendPolicy":"\\ud800"}', `${'['.repeat(20_000)}`],
  ];
  const save = (form: string) => fixture.data({ route, token, form: { intent: 'save', settings: form } });
  expect((await save(JSON.stringify(well))).status, 'what follows proves something').toBe(200);
  expect(await failing(settings, save)).toEqual([]);
});

test('whatever an intent is given', async () => {
  const token = fixture.token();
  for (const route of fixture.routes.filter(({ action }) => action))
    for (const intent of intentsOf(route).filter((name) => name !== 'save' && name !== 'disconnect')) {
      const found = await failing(['', ...TEXTS.map(decodeURIComponentSafely), '\u0001\uffff'], (value) =>
        fixture.data({
          route,
          path: pathOf(route, fixture.rowsOf('mine').variantId),
          token,
          form: Object.fromEntries([
            ['intent', intent],
            ...['to', 'metaPageId', 'profile', 'again', 'message', 'locale', 'text', 'of'].map((name) => [
              name,
              value,
            ]),
          ]) as Record<string, string>,
        }),
      );
      expect([route.id, intent, found]).toEqual([route.id, intent, []]);
    }
});

function decodeURIComponentSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
