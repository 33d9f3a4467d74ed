// The session token that App Bridge hands to the app (JWT, HS256 with the client secret): minted for the admin frame, verified at the exchange.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';

export type SessionClaims = {
  iss: string;
  dest: string;
  aud: string;
  sub: string;
  exp: number;
  nbf: number;
  iat: number;
  jti: string;
  sid: string;
};

const LIFETIME_SECONDS = 60;
// What jose grants in Shopify's own library.
const TOLERANCE_SECONDS = 10;

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const sign = ({ text, secret }: { text: string; secret: string }) =>
  createHmac('sha256', secret).update(text).digest();

/** A forged one is minted with another secret, an expired one with an earlier `now`, one for another app with another key. */
export function mintSessionToken({
  shop,
  apiKey,
  apiSecret,
  now,
  userId = '77405123889',
  sessionId = randomUUID(),
}: {
  shop: string;
  apiKey: string;
  apiSecret: string;
  now: Date;
  userId?: string;
  sessionId?: string;
}): string {
  const iat = Math.floor(now.getTime() / 1_000);
  const claims: SessionClaims = {
    iss: `https://${shop}/admin`,
    dest: `https://${shop}`,
    aud: apiKey,
    sub: userId,
    exp: iat + LIFETIME_SECONDS,
    nbf: iat,
    iat,
    jti: randomUUID(),
    sid: sessionId,
  };
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${text}.${sign({ text, secret: apiSecret }).toString('base64url')}`;
}

/** The claims, or null for a token that is forged, malformed, out of its time or for another app. */
export function readSessionToken({
  token,
  apiKey,
  apiSecret,
  now,
}: {
  token: string;
  apiKey: string;
  apiSecret: string;
  now: Date;
}): SessionClaims | null {
  const [header = '', body = '', signature = '', ...rest] = token.split('.');
  if (rest.length > 0) return null;
  const expected = sign({ text: `${header}.${body}`, secret: apiSecret });
  const given = Buffer.from(signature, 'base64url');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { alg: string };
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as SessionClaims;
    const seconds = now.getTime() / 1_000;
    const inTime = claims.exp + TOLERANCE_SECONDS > seconds && claims.nbf - TOLERANCE_SECONDS <= seconds;
    return alg === 'HS256' && claims.aud === apiKey && inTime ? claims : null;
  } catch {
    return null;
  }
}
