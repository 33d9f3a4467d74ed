// Encrypts what must never be read from a table: AES-256-GCM, bound to its shop and its purpose.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { env } from '../env.server.ts';
import { log } from './log.server.ts';
import { oncePerProcess } from './once-per-process.ts';

type Binding = { shopId: bigint | null; purpose: string };

const derive = (key: string, use: string) =>
  Buffer.from(hkdfSync('sha256', Buffer.from(key, 'base64'), '', use, 32));
const current = derive(env.ENCRYPTION_KEY, 'encrypt');
const all = [env.ENCRYPTION_KEY, env.ENCRYPTION_KEY_OLD]
  .filter((key) => key !== undefined)
  .map((key) => derive(key, 'encrypt'));
const hashing = derive(env.ENCRYPTION_KEY, 'hash');
const hashingOld = env.ENCRYPTION_KEY_OLD === undefined ? undefined : derive(env.ENCRYPTION_KEY_OLD, 'hash');

const bound = ({ shopId, purpose }: Binding) => Buffer.from(`${purpose}:${shopId ?? ''}`);

/** Encrypted bytes of `text`: nonce (12), tag (16), ciphertext. Opens only for the same shop and purpose. */
export function encrypt(text: string, binding: Binding): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(bound(binding));
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]));
}

/** What was encrypted. @throws {DecryptionError} when the bytes belong to another shop or purpose, or to a key that is neither the current nor the old one. */
export function decrypt(encrypted: Uint8Array, binding: Binding): string {
  const bytes = Buffer.from(encrypted);
  for (const key of all) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
      decipher.setAAD(bound(binding)).setAuthTag(bytes.subarray(12, 28));
      return decipher.update(bytes.subarray(28), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      // the next key may open it
    }
  }
  if (!known.closed) log.error('encryption.key_unknown', { advice: OTHER_KEY });
  known.closed = true;
  throw new DecryptionError(binding.purpose);
}

/** What was encrypted cannot be opened: not by this key, or not for this shop and purpose. */
export class DecryptionError extends Error {
  constructor(purpose: string) {
    super(
      `Encrypted ${purpose} cannot be opened: set ENCRYPTION_KEY (or ENCRYPTION_KEY_OLD) to the key it was encrypted with.`,
    );
  }
}

const OTHER_KEY =
  'Something that was stored cannot be opened: ENCRYPTION_KEY is not the key it was encrypted with. Put that key back, or set ENCRYPTION_KEY_OLD to it. ' +
  'If it is lost: merchants open the app once more and reconnect their Page, and who waits has to ask again.';
const known = oncePerProcess('decryption', () => ({ closed: false }));

/** Said once in the log, and by readiness for as long as this process lives. */
export const decryptionFailed = (): string[] => (known.closed ? [OTHER_KEY] : []);

/** Keyed hash (43 characters): finds a value again without holding it. */
export const keyedHash = (text: string): string =>
  createHmac('sha256', hashing).update(text).digest('base64url');

/** Every keyed hash under which `text` may have been stored, the current key's first. */
export const keyedHashes = (text: string): string[] =>
  hashingOld === undefined
    ? [keyedHash(text)]
    : [keyedHash(text), createHmac('sha256', hashingOld).update(text).digest('base64url')];
