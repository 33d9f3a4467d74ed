// What is encrypted opens only for its own shop and purpose, whole, and with a key that is still ours.
import { afterEach, expect, test, vi } from 'vitest';

const keys = {
  first: Buffer.from('the first key of this shop house').toString('base64'),
  second: Buffer.from('the second key of the same house').toString('base64'),
  third: Buffer.from('a third key that nobody has used').toString('base64'),
};
const { ENCRYPTION_KEY, ENCRYPTION_KEY_OLD } = process.env;
afterEach(() => {
  process.env.ENCRYPTION_KEY = ENCRYPTION_KEY;
  if (ENCRYPTION_KEY_OLD === undefined) delete process.env.ENCRYPTION_KEY_OLD;
});

/** Encryption as a process has it that was started with these keys. */
async function encryptionWith(key: string, old?: string) {
  process.env.ENCRYPTION_KEY = key;
  if (old === undefined) delete process.env.ENCRYPTION_KEY_OLD;
  else process.env.ENCRYPTION_KEY_OLD = old;
  vi.resetModules();
  return import('../../app/lib/encryption.server.ts');
}

const binding = { shopId: 11n, purpose: 'page token' };
const TEXT = 'EAA-a token with ümläuts and 😀';

test('what was encrypted comes back, and looks different each time', async () => {
  const { encrypt, decrypt } = await encryptionWith(keys.first);
  const [one, two] = [encrypt(TEXT, binding), encrypt(TEXT, binding)];
  expect(decrypt(one, binding)).toBe(TEXT);
  expect(decrypt(two, binding)).toBe(TEXT);
  expect(Buffer.from(one)).not.toEqual(Buffer.from(two));
  expect(Buffer.from(one).toString('latin1')).not.toContain('token');
  expect(decrypt(encrypt('', binding), binding)).toBe('');
});

test('it opens for no other shop, for no other purpose, and for no shop at all', async () => {
  const { encrypt, decrypt } = await encryptionWith(keys.first);
  const encrypted = encrypt(TEXT, binding);
  for (const other of [
    { ...binding, shopId: 12n },
    { ...binding, shopId: null },
    { ...binding, purpose: 'events' },
  ])
    expect(() => decrypt(encrypted, other)).toThrow('cannot be opened');
});

test('with any one bit turned, or any part cut off, it does not open', async () => {
  const { encrypt, decrypt } = await encryptionWith(keys.first);
  const encrypted = encrypt('short', binding);
  for (let at = 0; at < encrypted.length; at += 1) {
    const turned = Uint8Array.from(encrypted);
    turned[at]! ^= 1;
    expect(() => decrypt(turned, binding)).toThrow('cannot be opened');
    expect(() => decrypt(encrypted.subarray(0, at), binding)).toThrow('cannot be opened');
  }
});

test('after a rotation the old key still opens what it encrypted, the new one encrypts, a third opens nothing', async () => {
  const before = await encryptionWith(keys.first);
  const old = before.encrypt(TEXT, binding);
  const during = await encryptionWith(keys.second, keys.first);
  const fresh = during.encrypt(TEXT, binding);
  expect(during.decrypt(old, binding)).toBe(TEXT);
  expect(during.decrypt(fresh, binding)).toBe(TEXT);
  const after = await encryptionWith(keys.second);
  expect(after.decrypt(fresh, binding)).toBe(TEXT);
  expect(() => after.decrypt(old, binding)).toThrow(/ENCRYPTION_KEY \(or ENCRYPTION_KEY_OLD\)/);
  const stranger = await encryptionWith(keys.third);
  expect(() => stranger.decrypt(fresh, binding)).toThrow('cannot be opened');
});

test('a failure to open says nothing of what was encrypted', async () => {
  const { decrypt } = await encryptionWith(keys.first);
  expect(() => decrypt(Buffer.from('CANARY'.repeat(10)), binding)).toThrow(/^((?!CANARY).)*$/s);
});

test('a fingerprint finds a value again, also one that was kept under the old key, and is no plain hash', async () => {
  const before = await encryptionWith(keys.first);
  const during = await encryptionWith(keys.second, keys.first);
  expect(before.keyedHash('token')).toHaveLength(43);
  expect(before.keyedHashes('token')).toEqual([before.keyedHash('token')]);
  expect(during.keyedHash('token')).not.toBe(before.keyedHash('token'));
  expect(during.keyedHashes('token')).toEqual([during.keyedHash('token'), before.keyedHash('token')]);
});
