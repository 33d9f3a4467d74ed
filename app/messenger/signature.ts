// How Meta proves that a call is Meta's: checked on the bytes as they came, in constant time, before anything is parsed.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseJson, type Json } from '../lib/json.ts';

const same = (given: Buffer, expected: Buffer) =>
  given.length === expected.length && timingSafeEqual(given, expected);

/** The hexadecimal digest in `header` (X-Hub-Signature-256); undefined when it cannot be a signature of Meta's, whatever the body is. */
export const signatureIn = (header: string | null): string | undefined =>
  /^sha256=([0-9a-f]{64})$/.exec(header ?? '')?.[1];

/** Whether `header` (X-Hub-Signature-256) signs exactly these bytes. Meta escapes unicode before it signs: never re-serialise. */
export function webhookHolds({
  body,
  header,
  secret,
}: {
  body: Uint8Array;
  header: string | null;
  secret: string;
}): boolean {
  const given = signatureIn(header);
  return (
    given !== undefined && same(Buffer.from(given, 'hex'), createHmac('sha256', secret).update(body).digest())
  );
}

/** The handshake's challenge, to be given back as it came; null when the caller does not know our verify token. */
export function challengeOf({ url, verifyToken }: { url: URL; verifyToken: string }): string | null {
  const asked = (name: string) => url.searchParams.get(`hub.${name}`) ?? '';
  const digest = (text: string) => createHmac('sha256', 'verify').update(text).digest();
  const known = same(digest(asked('verify_token')), digest(verifyToken));
  return known && asked('mode') === 'subscribe' && asked('challenge') !== '' ? asked('challenge') : null;
}

/** What a signed_request says (deauthorize, data deletion), or null when it is not Meta's. */
export function readSignedRequest({
  text,
  secret,
}: {
  text: string;
  secret: string;
}): { [key: string]: Json } | null {
  const [sign, payload, ...more] = text.split('.');
  if (!sign || !payload || more.length > 0) return null;
  const expected = createHmac('sha256', secret).update(payload).digest();
  if (!same(Buffer.from(sign, 'base64url'), expected)) return null;
  try {
    const said = parseJson(Buffer.from(payload, 'base64url').toString('utf8'));
    return said !== null && typeof said === 'object' && !Array.isArray(said) ? said : null;
  } catch {
    return null;
  }
}
