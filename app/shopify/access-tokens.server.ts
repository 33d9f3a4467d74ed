// A shop's access token, renewed by one process at a time: a renewal invalidates the token before.
import '@shopify/shopify-api/adapters/node';
import { Session, shopifyApi } from '@shopify/shopify-api';
import { PrismaSessionStorage } from '@shopify/shopify-app-session-storage-prisma';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { db } from '../db.server.ts';
import { env } from '../env.server.ts';
import { acquireLease, releaseLease, RENEW_MS, renewLease } from '../jobs/lease.server.ts';
import { type Clock, DAY, later, MINUTE } from '../lib/clock.ts';
import { DecryptionError, encrypt, decrypt } from '../lib/encryption.server.ts';
import { log } from '../lib/log.server.ts';
import { isHttpError } from './address-status.server.ts';
import { API_VERSION } from './api-version.ts';

/** Shopify refused to renew, or there is no session: the merchant has to open the app. */
export class ReauthorizationRequired extends Error {}

/** Shopify refused a refresh token that is, for all we know, the last one that it gave us. */
export class RenewalRefused extends ReauthorizationRequired {}

const RENEW_BEFORE_MS = 5 * MINUTE;

export const sessionId = (domain: string) => `offline_${domain}`;

const load = async (domain: string): Promise<Session> => {
  const session = await sessionStorage.loadSession(sessionId(domain));
  if (!session?.accessToken)
    throw new ReauthorizationRequired(`${domain} has no session; the merchant has to open the app once`);
  return session;
};

const fresh = (session: Pick<Session, 'expires'>, now: Date) =>
  !session.expires || session.expires.getTime() - now.getTime() > RENEW_BEFORE_MS;

/**
 * The offline session to call Shopify with. `refused` is a token that Shopify has just answered 401 to: the session is read once more
 * first, since another process may have exchanged it in the meantime, and renewed only when it is still the same.
 * @throws {ReauthorizationRequired} when Shopify refuses the renewal; the shop is then marked, and unmarked at the merchant's next visit.
 */
export async function accessTokenFor({
  domain,
  clock,
  refused,
}: {
  domain: string;
  clock: Clock;
  refused?: string;
}): Promise<Session> {
  const usable = (session: Session) => session.accessToken !== refused && fresh(session, clock());
  const holder = randomUUID();
  for (;;) {
    const session = await load(domain);
    if (usable(session)) return session;
    const acquired = await acquireLease({ name: `token:${domain}`, holder });
    if ('heldForMs' in acquired) {
      await setTimeout(50);
      continue;
    }
    // Shopify may take its time, and a second renewal would make the first one's token worthless.
    const keeping = setInterval(() => void renewLease(acquired.lease).catch(() => undefined), RENEW_MS);
    try {
      const again = await load(domain);
      return usable(again) ? again : await renew(again, clock());
    } finally {
      clearInterval(keeping);
      await releaseLease(acquired.lease);
    }
  }
}

/** A refresh token lives 90 days; a shop that nobody opens and nothing moves in would lose its access without this. */
const RENEW_DORMANT_BEFORE_MS = 30 * DAY;

/** Renews the access of installed shops whose refresh token nears its end. One shop's failure leaves the others alone. */
export async function renewDormantTokens({ clock }: { clock: Clock }): Promise<void> {
  const ending = await db.session.findMany({
    where: { isOnline: false, refreshTokenExpires: { lt: later(clock(), RENEW_DORMANT_BEFORE_MS) } },
    select: { shop: true, expires: true },
  });
  for (const { shop: domain, expires } of ending) {
    if (expires !== null && fresh({ expires }, clock())) continue;
    await accessTokenFor({ domain, clock }).catch((error: unknown) => {
      log.warn('access_token.renewal_failed', { domain, error });
    });
  }
}

async function renew(session: Session, now: Date): Promise<Session> {
  const { shop: domain } = session;
  if (!session.refreshToken) {
    const why = 'its session cannot be renewed';
    await noteUnreadable({ domain, now, why });
    throw new ReauthorizationRequired(`${domain} cannot be read: ${why}`);
  }
  const first = await beginRenewal({ domain, now });
  try {
    const renewed = await api.auth.refreshToken({ shop: domain, refreshToken: session.refreshToken });
    await sessionStorage.storeSession(renewed.session);
    await db.shop.updateMany({
      where: { domain },
      data: { reauthorizationRequiredSince: null, renewalStartedAt: null },
    });
    return renewed.session;
  } catch (error) {
    const status = isHttpError(error) ? error.response.code : undefined;
    if (first && status !== undefined && status < 500)
      await db.shop.updateMany({ where: { domain }, data: { renewalStartedAt: null } });
    if (!isRefusal(error)) throw error;
    // The merchant may have opened the app in this very moment, which ends the refresh token that we have just tried.
    const newer = await load(domain);
    if (newer.accessToken !== session.accessToken) return newer;
    const why = `Shopify answered ${status}`;
    await noteUnreadable({ domain, now, why });
    throw new (first ? RenewalRefused : ReauthorizationRequired)(`${domain} cannot be read: ${why}`);
  }
}

/**
 * Notes that a renewal is under way. @returns false when an earlier one never had its answer: Shopify may have replaced the token that we
 * hold, so that refusing it now says nothing of the shop.
 */
async function beginRenewal({ domain, now }: { domain: string; now: Date }): Promise<boolean> {
  const started = await db.shop.updateMany({
    where: { domain, renewalStartedAt: null },
    data: { renewalStartedAt: now },
  });
  return started.count === 1;
}

/**
 * Whether Shopify refuses this shop's refresh token. 402, 403 and 423 say something else (a shop that is frozen or locked, an address of ours
 * that is not on the allowlist), and so does a 401 that means our own client id and secret (RFC 6749, section 5.2).
 */
function isRefusal(error: unknown): boolean {
  if (!isHttpError(error)) return false;
  const { code, body } = error.response;
  if ((body as { error?: unknown } | undefined)?.error === 'invalid_client') {
    log.error('access_token.client_unknown');
    return false;
  }
  return code === 400 || code === 401 || code === 404;
}

async function noteUnreadable({
  domain,
  now,
  why,
}: {
  domain: string;
  now: Date;
  why: string;
}): Promise<void> {
  await db.shop.updateMany({
    where: { domain, reauthorizationRequiredSince: null },
    data: { reauthorizationRequiredSince: now },
  });
  log.warn('access_token.reauthorization_required', { domain, why });
}

const binding = (shop: string) => ({ shopId: null, purpose: `session ${shop}` });

const encryptTokens = (text: string, shop: string) =>
  Buffer.from(encrypt(text, binding(shop))).toString('base64');

const decryptTokens = (text: string, shop: string) => decrypt(Buffer.from(text, 'base64'), binding(shop));

const rows = new PrismaSessionStorage(db);

function withTokens(session: Session, change: (text: string, shop: string) => string): Session {
  const copy = new Session(session.toObject());
  if (copy.accessToken) copy.accessToken = change(copy.accessToken, copy.shop);
  if (copy.refreshToken) copy.refreshToken = change(copy.refreshToken, copy.shop);
  return copy;
}

/** One that was encrypted with a key that is gone counts as none: Shopify gives the shop another when its merchant opens the app. */
function opened(session: Session): Session | undefined {
  try {
    return withTokens(session, decryptTokens);
  } catch (error) {
    if (error instanceof DecryptionError) return undefined;
    throw error;
  }
}

export const sessionStorage = {
  storeSession: (session: Session) => rows.storeSession(withTokens(session, encryptTokens)),
  async loadSession(id: string) {
    const session = await rows.loadSession(id);
    return session && opened(session);
  },
  deleteSession: (id: string) => rows.deleteSession(id),
  deleteSessions: (ids: string[]) => rows.deleteSessions(ids),
  async findSessionsByShop(shop: string) {
    return (await rows.findSessionsByShop(shop)).flatMap((session) => opened(session) ?? []);
  },
};

/** Opens one session, so that a key that is not the one it was encrypted with is said at the start and not at somebody's first visit. */
export async function tryKey(): Promise<void> {
  const any = await db.session.findFirst({ select: { id: true } });
  if (any) await sessionStorage.loadSession(any.id);
}

export const api = shopifyApi({
  apiKey: env.SHOPIFY_API_KEY,
  apiSecretKey: env.SHOPIFY_API_SECRET,
  apiVersion: API_VERSION,
  hostName: new URL(env.SHOPIFY_APP_URL).host,
  isEmbeddedApp: true,
  future: { expiringOfflineAccessTokens: true } as never,
  logger: { log: (_severity, message) => log.debug('shopify_library.message', { message }) },
});
