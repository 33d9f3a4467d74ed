// Meta's routes in the real web process: the handshake, the signature on raw bytes, and events stored once.
import { beforeEach, expect, test } from 'vitest';
import { openFixture } from './web.ts';

/** The secret of the known vectors. */
process.env.META_APP_SECRET = 'app_secret';
const fixture = openFixture();
const VERIFY = process.env.META_VERIFY_TOKEN!;
const PAGE = 'page-of-11';

beforeEach(() => fixture.client.query('TRUNCATE webhook_events, processed_events'));
const events = async () => (await fixture.client.query('SELECT * FROM webhook_events ORDER BY id')).rows;

const envelope = (...messaging: object[]) =>
  JSON.stringify({ object: 'page', entry: [{ id: PAGE, time: 1795341600000, messaging }] });
const from = { sender: { id: '2' }, recipient: { id: PAGE }, timestamp: 1795341600000 };
const optIn = {
  ...from,
  optin: { type: 'one_time_notif_req', payload: 'r1_11_1', one_time_notif_token: 'meta-token-71' },
};

async function leavesNoTrace(attempt: () => Promise<Response>, status: number) {
  const before = await fixture.contents();
  expect((await attempt()).status).toBe(status);
  expect(await fixture.contents()).toEqual(before);
}

test('the handshake gives the challenge back as it came, to who knows the verify token', async () => {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': VERIFY,
    'hub.challenge': '1158201444',
  });
  const answer = await fixture.call(`/webhooks/messenger?${query}`);
  expect([answer.status, await answer.text()]).toEqual([200, '1158201444']);
  for (const [name, value] of [
    ['hub.verify_token', `${VERIFY}x`],
    ['hub.verify_token', ''],
    ['hub.mode', 'unsubscribe'],
  ] as const) {
    const wrong = new URLSearchParams(query);
    wrong.set(name, value);
    expect((await fixture.call(`/webhooks/messenger?${wrong}`)).status).toBe(403);
  }
});

test('a challenge that is a page comes back as text that no browser takes for one', async () => {
  const query = new URLSearchParams({
    'hub.mode': 'subscribe',
    'hub.verify_token': VERIFY,
    'hub.challenge': '<script>',
  });
  const { headers } = await fixture.call(`/webhooks/messenger?${query}`);
  expect([headers.get('content-type'), headers.get('x-content-type-options')]).toEqual([
    expect.stringContaining('text/plain'),
    'nosniff',
  ]);
});

const escaped = String.raw`{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1,"message":{"mid":"m_1","text":"\u00e4\u00f6\u00e5"}}]}]}`;
const vector = 'sha256=12cec042ea5dd9055cb84b0997f5545ffe7cd62c020bcd6237e2ea6ceb90445f';
const signed = (signature: string) => ({ headers: { 'x-hub-signature-256': signature } });

test('Meta’s signature over escaped letters holds, and does not hold for the same letters unescaped', async () => {
  expect((await fixture.meta({ body: escaped, ...signed(vector) })).status).toBe(200);
  const unescaped = escaped.replace(String.raw`\u00e4\u00f6\u00e5`, 'äöå');
  await leavesNoTrace(() => fixture.meta({ body: unescaped, ...signed(vector) }), 401);
});

const forgeries: Record<string, () => Promise<Response>> = {
  unsigned: () => fixture.call('/webhooks/messenger', { method: 'POST', body: envelope(optIn) }),
  'signed with another secret': () => fixture.meta({ body: envelope(optIn), secret: 'another' }),
  'signed over other bytes': () => fixture.meta({ body: `${escaped} `, ...signed(vector) }),
  'signed with capital digits': () => fixture.meta({ body: escaped, ...signed(vector.toUpperCase()) }),
  'signed without the name of the method': () => fixture.meta({ body: escaped, ...signed(vector.slice(7)) }),
  'signed by the first half': () => fixture.meta({ body: escaped, ...signed(vector.slice(0, 39)) }),
};
for (const [how, attempt] of Object.entries(forgeries))
  test(`a call that is ${how} is answered 401 and writes nothing`, () => leavesNoTrace(attempt, 401));

test('an opt-in delivered five times at once is kept once, and its token stands nowhere in clear', async () => {
  const body = envelope(optIn);
  const answers = await Promise.all([1, 2, 3, 4, 5].map(() => fixture.meta({ body })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
  const rows = await events();
  expect(rows).toMatchObject([{ meta_page_id: PAGE, shop_id: '11' }]);
  const { text } = await fixture.one<{ text: string }>(
    `SELECT string_agg(t::text || ' ' || encode(body, 'escape'), '') AS text FROM webhook_events t`,
  );
  expect(text).not.toContain('meta-token-71');
});

test('an event that was handled already is not kept again', async () => {
  await fixture.meta({ body: envelope(optIn) });
  const [row] = await events();
  await fixture.client.query('INSERT INTO processed_events (event_key, processed_on) VALUES ($1, now())', [
    row.event_key,
  ]);
  await fixture.client.query('DELETE FROM webhook_events');
  await leavesNoTrace(() => fixture.meta({ body: envelope(optIn) }), 200);
});

test('several events of one call are kept each by itself; ids that are numbers stay digit for digit', async () => {
  const body = `{"object":"page","entry":[{"id":"${PAGE}","time":1,"messaging":[
    {"sender":{"id":7182818284590452353},"recipient":{"id":1},"timestamp":1795341600000,"message":{"mid":"m_1","text":"one"}},
    {"sender":{"id":7182818284590452354},"recipient":{"id":1},"timestamp":1795341600000,"message":{"mid":"m_2","text":"two"}}]}]}`;
  expect((await fixture.meta({ body })).status).toBe(200);
  const rows = await events();
  expect(rows).toHaveLength(2);
  expect(new Set(rows.map((row) => row.ordering_key)).size).toBe(2);
});

test('events of a Page that nobody has connected here are let go', () =>
  leavesNoTrace(
    () =>
      fixture.meta({
        body: envelope(optIn).replaceAll(PAGE, '999').replaceAll('meta-token-71', 'another'),
      }),
    200,
  ));

test('a signed body that is no JSON is answered 400 and writes nothing', async () => {
  for (const body of ['', 'hello', '{"object":', Buffer.from([0xff, 0xfe, 0x00])])
    await leavesNoTrace(() => fixture.meta({ body }), 400);
});

test('a signed body is never refused for what it says, and what cannot be read does no harm to what can', async () => {
  const huge = '9'.repeat(30);
  const odd = [
    'null',
    '[]',
    '7',
    '{}',
    '{"object":"instagram","entry":[]}',
    '{"object":"page","entry":{"id":1}}',
    '{"object":"page","entry":[null,7,{"id":"\\u0000","messaging":[{"sender":{"id":"2"}}]}]}',
    envelope({}, { ...from, unheard_of: true }, { ...from, message: 7 }, { sender: 1 }),
    envelope({ ...from, sender: { id: 'a\u0000b' }, message: { mid: 'm\u0000', text: 't\u0000' } }),
    envelope({ ...optIn, optin: { ...optIn.optin, payload: `r1_${huge}_${huge}` } }),
    envelope({ ...from, referral: { ref: `v1_${huge}_${huge}_en_de_0123456789abcdef` } }),
    envelope({ ...from, timestamp: 1e300, message: { mid: 'm_3', text: 'x' } }),
    envelope({ ...from, timestamp: -5, message: { mid: 'm_4', text: 'x' } }),
  ];
  for (const body of odd) {
    const answer = await fixture.meta({ body });
    expect([body, answer.status]).toEqual([body, 200]);
  }
  await fixture.client.query('DELETE FROM webhook_events');
  await fixture.meta({ body: envelope({ ...from, sender: { id: '\u0000' }, message: 7 }, optIn) });
  expect((await events()).some((row) => row.shop_id === '11')).toBe(true);
});

test('a body over 5 MiB is answered 413, signed or not', async () => {
  const body = Buffer.alloc(5 * 1024 * 1024 + 1, 0x20);
  await leavesNoTrace(() => fixture.meta({ body }), 413);
});

test('while the database is down Meta hears 503, and the same call afterwards is kept', async () => {
  const body = envelope(optIn);
  await fixture.withDatabaseDown(async () => {
    expect((await fixture.meta({ body })).status).toBe(503);
    expect((await fixture.meta({ body, secret: 'forged' })).status).toBe(401);
  });
  expect(await events()).toEqual([]);
  expect((await fixture.meta({ body })).status).toBe(200);
  expect(await events()).toHaveLength(1);
});
