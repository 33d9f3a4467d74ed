// How Meta proves that a call is Meta's own, and how it checks that a call is ours.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** JSON as Meta puts it on the wire: ASCII only, lower-case escapes, slashes escaped. The signature is taken over these bytes. */
export function escapedJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function signatures({ body, secret }: { body: string; secret: string }): {
  sha256: string;
  sha1: string;
} {
  return {
    sha256: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    sha1: `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  };
}

export function appSecretProof({ token, secret }: { token: string; secret: string }): string {
  return createHmac('sha256', secret).update(token).digest('hex');
}

/** What Meta posts to the deauthorize and data-deletion addresses. */
export function signedRequest({ payload, secret }: { payload: object; secret: string }): string {
  const encoded = Buffer.from(JSON.stringify(payload)).toString('base64url');
  return `${createHmac('sha256', secret).update(encoded).digest('base64url')}.${encoded}`;
}

export function same({ given, expected }: { given: string; expected: string }): boolean {
  const one = Buffer.from(given);
  const other = Buffer.from(expected);
  return one.length === other.length && timingSafeEqual(one, other);
}
