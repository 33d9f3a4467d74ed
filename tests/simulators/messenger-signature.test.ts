// The simulator's secrets are only worth something if they are Meta's: held against the vectors we have.
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  appSecretProof,
  escapedJson,
  signatures,
  signedRequest,
} from '../../simulators/messenger/signature.ts';
import { secret, startSimulators } from './start-simulators.ts';

const greeting = {
  object: 'page',
  entry: [
    {
      id: '1',
      time: 1,
      messaging: [
        { sender: { id: '2' }, recipient: { id: '1' }, timestamp: 1, message: { mid: 'm_1', text: 'äöå' } },
      ],
    },
  ],
};

test('a body is escaped before it is signed, and the signature is the known one', () => {
  const body = escapedJson(greeting);
  expect(body).toContain('"text":"\\u00e4\\u00f6\\u00e5"');
  expect(signatures({ body, secret: 'app_secret' }).sha256).toBe(
    'sha256=12cec042ea5dd9055cb84b0997f5545ffe7cd62c020bcd6237e2ea6ceb90445f',
  );
});

test('the same body with its letters unescaped has another signature', () => {
  expect(signatures({ body: JSON.stringify(greeting), secret: 'app_secret' }).sha256).toBe(
    'sha256=2cb13a4abfe1bb856474d9f01d4b18afc2008c75148f0badc856eacc945be347',
  );
});

test('slashes and pairs of surrogates are escaped, in lower case', () => {
  expect(escapedJson({ url: 'https://a/b', text: '😀É' })).toBe(
    '{"url":"https:\\/\\/a\\/b","text":"\\ud83d\\ude00\\u00c9"}',
  );
});

test('the app secret proof is the known one', () => {
  const shop = 'shhhhh!is.my.secret';
  expect(appSecretProof({ token: 'foo_token', secret: shop })).toBe(
    '796ba0d8a6b339e476a7b166a9e8ac0a395f7de736dc37de5f2f4397f5854eb8',
  );
});

test('a signed request is the known one', () => {
  expect(signedRequest({ payload: { algorithm: 'HMAC-SHA256', '0': 'payload' }, secret: 'secret' })).toMatch(
    /^[\w-]{43}\.[\w-]+$/,
  );
  const known =
    'vlXgu64BQGFSQrY0ZcJBZASMvYvTHu9GQ0YM9rjPSso.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsIjAiOiJwYXlsb2FkIn0';
  const payload = known.split('.')[1]!;
  // JavaScript puts a key that looks like a number first, so the known payload is signed as the text it is.
  expect(createHmac('sha256', 'secret').update(payload).digest('base64url')).toBe(known.split('.')[0]);
  const ours = signedRequest({ payload: { user_id: '7' }, secret: 'secret' });
  const [signature, encoded] = ours.split('.');
  expect(createHmac('sha256', 'secret').update(encoded!).digest('base64url')).toBe(signature);
  expect(JSON.parse(Buffer.from(encoded!, 'base64url').toString())).toEqual({ user_id: '7' });
});

test('every webhook carries both signatures of its raw bytes', async () => {
  const { messenger, received, arrive } = startSimulators();
  arrive();
  messenger.phone('lea').write('Größe M? 🙂');
  await messenger.untilIdle();
  expect(received).toHaveLength(2);
  for (const { body, headers } of received) {
    // the whole promise is that nothing beyond ASCII is on the wire
    expect(body).toMatch(/^[\x00-\x7f]+$/);
    expect(headers.get('x-hub-signature-256')).toBe(
      `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    );
    expect(headers.get('x-hub-signature')).toBe(
      `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
    );
  }
  messenger.faultOptions.webhooks.wrongSignature = true;
  messenger.phone('lea').write('forged');
  await messenger.untilIdle();
  const forged = received.at(-1)!;
  expect(forged.headers.get('x-hub-signature-256')).not.toBe(
    `sha256=${createHmac('sha256', secret).update(forged.body).digest('hex')}`,
  );
});
