// Meta's webhook: what is accepted, what is refused, and that nothing with a valid signature is rejected for its content.
import { afterAll, expect, test } from 'vitest';
import { db } from '../../app/db.server.ts';
import { appSecretProof } from '../../app/messenger/graph-api.server.ts';
import { readSignedRequest, isSignatureValid } from '../../app/messenger/webhooks.ts';
import { action, loader } from '../../app/routes/webhooks.messenger.ts';

afterAll(() => db.$disconnect());

const { createHmac } = await import('node:crypto');
const sign = (body: string | Uint8Array) =>
  `sha256=${createHmac('sha256', process.env.META_APP_SECRET!).update(body).digest('hex')}`;
const knock = async (body: string | Uint8Array, signature: string | null = sign(body)) => {
  const headers: Record<string, string> = signature === null ? {} : { 'x-hub-signature-256': signature };
  const request = new Request('https://app.notify.example/webhooks/messenger', {
    method: 'POST',
    body: body as BodyInit,
    headers,
  });
  try {
    return (await action({ request, params: {}, context: {} })).status;
  } catch (thrown) {
    return (thrown as Response).status;
  }
};
const events = () => db.webhookEvent.count();

const escaped =
  '{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"timestamp":1,"message":{"mid":"m_1","text":"\\u00e4\\u00f6\\u00e5"}}]}]}';
const vector = 'sha256=12cec042ea5dd9055cb84b0997f5545ffe7cd62c020bcd6237e2ea6ceb90445f';
const vectorOfUtf8 = 'sha256=2cb13a4abfe1bb856474d9f01d4b18afc2008c75148f0badc856eacc945be347';

test('the signature is Meta’s over the escaped bytes, and over no others', () => {
  const holds = (body: string, header: string | null) =>
    isSignatureValid({ body: Buffer.from(body), header, secret: 'app_secret' });
  expect(holds(escaped, vector)).toBe(true);
  expect(holds(escaped, vectorOfUtf8)).toBe(false);
  expect(holds(escaped.replace('\\u00e4\\u00f6\\u00e5', 'äöå'), vector)).toBe(false);
  expect(holds(escaped, vector.toUpperCase())).toBe(false);
  expect(holds(escaped, vector.slice(7))).toBe(false);
  expect(holds(escaped, null)).toBe(false);
});

test('the vectors of appsecret_proof and signed_request', () => {
  expect(appSecretProof('foo_token', 'shhhhh!is.my.secret')).toBe(
    '796ba0d8a6b339e476a7b166a9e8ac0a395f7de736dc37de5f2f4397f5854eb8',
  );
  expect(appSecretProof('token1', 'shhhhh!is.my.secret')).toMatch(/^[0-9a-f]{64}$/);
  const text =
    'vlXgu64BQGFSQrY0ZcJBZASMvYvTHu9GQ0YM9rjPSso.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsIjAiOiJwYXlsb2FkIn0';
  expect(readSignedRequest({ text, secret: 'secret' })).toEqual({ algorithm: 'HMAC-SHA256', 0: 'payload' });
  expect(readSignedRequest({ text, secret: 'Secret' })).toBeNull();
  expect(readSignedRequest({ text: `${text}x`, secret: 'secret' })).toBeNull();
  expect(readSignedRequest({ text: '', secret: 'secret' })).toBeNull();
});

test('the handshake gives the challenge back to who knows the verify token, and to nobody else', async () => {
  const ask = async (query: string) => {
    const request = new Request(`https://app.notify.example/webhooks/messenger?${query}`);
    const answer = loader({ request, params: {}, context: {} });
    return [answer.status, await answer.text()];
  };
  const known = `hub.verify_token=${process.env.META_VERIFY_TOKEN}`;
  expect(await ask(`hub.mode=subscribe&${known}&hub.challenge=1158201444`)).toEqual([200, '1158201444']);
  expect((await ask('hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1'))[0]).toBe(403);
  expect((await ask(`hub.mode=unsubscribe&${known}&hub.challenge=1`))[0]).toBe(403);
  expect((await ask(''))[0]).toBe(403);
});

test('unsigned, forged and tampered: 401, and nothing is written', async () => {
  const before = await events();
  expect(await knock(escaped, null)).toBe(401);
  expect(await knock(escaped, vector)).toBe(401);
  expect(await knock(`${escaped} `, sign(escaped))).toBe(401);
  expect(await knock('not json', 'sha256=')).toBe(401);
  expect(await events()).toBe(before);
});

test('signed, whatever it says: 200; signed non-JSON: 400; too big: 413', async () => {
  for (const body of [
    '{}',
    '[]',
    'null',
    '7',
    '"x"',
    '{"object":"page"}',
    '{"object":"page","entry":[null,{"id":{}},{"id":"1","messaging":"x"}]}',
    '{"object":"user","entry":[]}',
  ])
    expect(await knock(body), body).toBe(200);
  for (const body of ['', '{', '{"a":1}}', new Uint8Array([0x22, 0xff, 0xfe, 0x22])])
    expect(await knock(body), String(body)).toBe(400);
  expect(await knock(`"${'x'.repeat(5 * 1024 * 1024)}"`)).toBe(413);
});

test('ids that no number can hold arrive digit for digit', async () => {
  const { openBatch, readEvent } = await import('../../app/messenger/webhooks.ts');
  const { parseJson } = await import('../../app/lib/json.ts');
  const body = parseJson(
    '{"object":"page","entry":[{"id":104000000000000000001,"messaging":[{"sender":{"id":24013374505307513},"recipient":{"id":104000000000000000001},"timestamp":1458692752478,"message":{"mid":"m","text":"hi"}}]}]}',
  );
  const {
    events: [one],
  } = openBatch({ body, now: new Date() });
  expect(readEvent(one!)).toMatchObject({ metaPageId: '104000000000000000001', psid: '24013374505307513' });
});

test('our database is down: 503, so that Meta delivers again', async () => {
  await db.shop.create({
    data: { id: 1n, domain: 'a.myshopify.com', name: 'A', refKey: 'k', installedAt: new Date() },
  });
  await db.page.create({
    data: {
      shopId: 1n,
      metaPageId: '1',
      name: 'P',
      accessToken: new Uint8Array(30),
      connectedAt: new Date(),
    },
  });
  await db.$executeRawUnsafe('ALTER TABLE webhook_events RENAME TO webhook_events_away');
  expect(await knock(escaped)).toBe(503);
  await db.$executeRawUnsafe('ALTER TABLE webhook_events_away RENAME TO webhook_events');
  expect(await knock(escaped)).toBe(200);
  expect(await events()).toBe(1);
  const [row] = await db.webhookEvent.findMany();
  expect(Buffer.from(row!.body).toString('latin1')).not.toContain('m_1');
});
