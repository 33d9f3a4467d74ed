// A shop's access token, renewed by one process at a time: a renewal makes the token before it worthless.
import { HttpResponseError, type Session } from '@shopify/shopify-api';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { db } from '../db.server.ts';
import { acquireLease, releaseLease, renewLease, RENEW_MS } from '../jobs/lease.server.ts';
import { DAY, later, MINUTE, type Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { api } from './shopify-api.server.ts';
import { sessionStorage } from './session-storage.server.ts';

/** Shopify refused to renew, or there is no session: the merchant has to open the app. */
export class Unreadable extends Error {}

const RENEW_BEFORE_MS = 5 * MINUTE;
const sessionId = (domain: string) => `offline_${domain}`;

const load = async (domain: string): Promise<Session> => {
  const session = await sessionStorage.loadSession(sessionId(domain));
  if (!session?.accessToken)
    throw new Unreadable(`${domain} has no session; the merchant has to open the app once`);
  return session;
};

const fresh = (session: Pick<Session, 'expires'>, now: Date) =>
  !session.expires || session.expires.getTime() - now.getTime() > RENEW_BEFORE_MS;

/**
 * The offline session to call Shopify with. `refused` is a token that Shopify has just answered 401 to: the session is read once more
 * first, since another process may have exchanged it in the meantime, and renewed only when it is still the same.
 * @throws {Unreadable} when Shopify refuses the renewal; the shop is then marked, and unmarked at the merchant's next visit.
 */
export async function accessTo({
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
export async function renewDormant({ clock }: { clock: Clock }): Promise<void> {
  const ending = await db.session.findMany({
    where: { isOnline: false, refreshTokenExpires: { lt: later(clock(), RENEW_DORMANT_BEFORE_MS) } },
    select: { shop: true, expires: true },
  });
  for (const { shop: domain, expires } of ending) {
    if (expires !== null && fresh({ expires }, clock())) continue;
    await accessTo({ domain, clock }).catch((error: unknown) => {
      log.warn('the access of a dormant shop was not renewed', { domain, error });
    });
  }
}

async function renew(session: Session, now: Date): Promise<Session> {
  const { shop } = session;
  if (!session.refreshToken) throw await unreadable(shop, now, 'its session cannot be renewed');
  try {
    const renewed = await api.auth.refreshToken({ shop, refreshToken: session.refreshToken });
    await sessionStorage.storeSession(renewed.session);
    await db.shop.updateMany({
      where: { domain: shop, unreadableSince: { not: null } },
      data: { unreadableSince: null },
    });
    return renewed.session;
  } catch (error) {
    const status = error instanceof HttpResponseError ? error.response.code : undefined;
    if (status === undefined || status < 400 || status >= 500 || status === 429) throw error;
    // The merchant may have opened the app in this very moment, which ends the refresh token that we have just tried.
    const newer = await load(shop);
    if (newer.accessToken !== session.accessToken) return newer;
    throw await unreadable(shop, now, `Shopify answered ${status}`);
  }
}

async function unreadable(domain: string, now: Date, why: string): Promise<Unreadable> {
  await db.shop.updateMany({ where: { domain, unreadableSince: null }, data: { unreadableSince: now } });
  log.warn('a shop cannot be read until its merchant opens the app', { domain, why });
  return new Unreadable(`${domain} cannot be read: ${why}`);
}
