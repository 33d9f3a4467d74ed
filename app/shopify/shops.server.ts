// A shop's row: install, changes from webhooks, whether it still has the app, uninstall, erasure.
import { Prisma, type Shop } from '@prisma/client';
import { type Session } from '@shopify/shopify-api';
import { randomBytes } from 'node:crypto';
import { db, type Tx } from '../db.server.ts';
import { type Clock, DAY, HOUR, later, MINUTE, SECOND } from '../lib/clock.ts';
import { idNumber, type Json } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { accessTokenFor, api, RenewalRefused, sessionId, sessionStorage } from './access-tokens.server.ts';
import { isHttpError, noteStatus, restOfAddress } from './address-status.server.ts';
import { INSTALLATION_QUERY } from './storefront.server.ts';

export type { Shop };

export const shopById = ({ shopId, tx = db }: { shopId: bigint; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findUnique({ where: { id: shopId } });

/** SQL over `sh` = `shops`: something may be sent and asked for it. It has the app, and nobody says that it has left. */
export const activeShop = Prisma.sql`(sh.uninstalled_at IS NULL AND sh.access_unknown_since IS NULL)`;

/** The shop behind a myshopify.com name, also one that has left; or null. */
export const shopNamed = ({ domain, tx = db }: { domain: string; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findUnique({ where: { domain } });

/** The installed shop behind a myshopify.com name, or null: one that has left is not served. */
export const installedShop = ({ domain, tx = db }: { domain: string; tx?: Tx }): Promise<Shop | null> =>
  tx.shop.findFirst({ where: { domain, uninstalledAt: null } });

/** PostgreSQL takes no NUL in a text, and a signed webhook is never refused for what it says. */
const text = (value: Json | undefined) =>
  typeof value === 'string' ? value.replaceAll('\0', '') || undefined : undefined;

/** PostgreSQL knows no later time than some, and no shop was changed after the year 9999. */
const LATEST = Date.parse('9999-12-31');

/** Takes over name, zone, currency and language from shop/update's payload, unless something newer is known. */
export async function updateShop({
  tx,
  shopId,
  payload,
}: {
  tx: Tx;
  shopId: bigint;
  payload: { [key: string]: Json };
}): Promise<void> {
  const said = Date.parse(text(payload.updated_at) ?? '');
  const sourceUpdatedAt = said > 0 && said < LATEST ? new Date(said) : undefined;
  await tx.shop.updateMany({
    where: {
      id: shopId,
      ...(sourceUpdatedAt && { OR: [{ detailsAsOf: null }, { detailsAsOf: { lte: sourceUpdatedAt } }] }),
    },
    data: {
      name: text(payload.name),
      timezone: text(payload.iana_timezone),
      currency: text(payload.currency),
      locale: text(payload.primary_locale),
      detailsAsOf: sourceUpdatedAt,
    },
  });
}

const SHOP_QUERY = `#graphql
  query Shop {
    shop { id name ianaTimezone currencyCode updatedAt }
  }`;

type Asking = { graphql(query: string): Promise<Response> };

type ShopAnswer = {
  data: { shop: { id: string; name: string; ianaTimezone: string; currencyCode: string; updatedAt: string } };
};

/**
 * Writes the shop; one that was uninstalled is installed anew, with the same settings.
 * @throws what Shopify's library throws, for a shop that we do not know.
 */
export async function install({
  domain,
  locale,
  admin,
  clock,
}: {
  domain: string;
  locale?: string;
  admin: Asking;
  clock: Clock;
}): Promise<void> {
  const now = clock();
  const answer = await admin.graphql(SHOP_QUERY).catch((error: unknown) => error);
  if (!(answer instanceof Response && answer.ok)) return keepAsKnown({ domain, clock, error: answer });
  const { data } = (await answer.json()) as ShopAnswer;
  const id = idNumber(data.shop.id)!;
  const facts = {
    domain,
    name: data.shop.name,
    timezone: data.shop.ianaTimezone,
    currency: data.shop.currencyCode,
    detailsAsOf: new Date(data.shop.updatedAt),
  };
  const known = await db.shop.findUnique({ where: { id }, select: { uninstalledAt: true } });
  if (known === null || known.uninstalledAt !== null) log.info('shop.installed', { shopId: id, domain });
  await db.shop.upsert({
    where: { id },
    create: {
      id,
      ...facts,
      installedAt: now,
      accessConfirmedAt: now,
      refKey: randomBytes(16).toString('hex'),
      ...(locale ? { locale } : {}),
    },
    update: {
      ...facts,
      reauthorizationRequiredSince: null,
      renewalStartedAt: null,
      accessConfirmedAt: now,
      accessUnknownSince: null,
      ...(known?.uninstalledAt
        ? { installedAt: now, uninstalledAt: null, publishedStorefrontState: null }
        : {}),
    },
  });
}

/**
 * The merchant is here, with a session of today, and Shopify does not say who the shop is: one that we know goes on with what we know of it.
 * @throws `error` for a shop that we do not know.
 */
async function keepAsKnown({
  domain,
  clock,
  error,
}: {
  domain: string;
  clock: Clock;
  error: unknown;
}): Promise<void> {
  await noteStatus({ domain, clock, error });
  const known = await db.shop.updateMany({
    where: { domain, uninstalledAt: null },
    data: { reauthorizationRequiredSince: null, renewalStartedAt: null },
  });
  if (known.count === 0) throw error;
  log.warn('shop.details_failed', { domain, error });
}

/** Not known: Shopify is asked again so often. */
const ASK_AGAIN_MS = HOUR;

/** However often a shop is said to have left, Shopify is not asked more often than this. */
const ASK_AT_MOST_MS = 10 * SECOND;

/** What Shopify itself has said is believed for so long before the mere word of somebody stops the sending again. */
const BELIEVED_MS = MINUTE;

/**
 * Somebody says that the shop has left: from now on nothing is sent for it, and Shopify is to be asked. A webhook alone proves too little
 * (its topic, shop and time stand in headers that nobody has signed), and an uninstall from before the latest installation, or from before
 * Shopify last let us in, came late.
 */
export async function reportUninstall({
  tx = db,
  domain,
  triggeredAt,
  now,
}: {
  tx?: Tx;
  domain: string;
  triggeredAt: Date;
  now: Date;
}): Promise<void> {
  await tx.$executeRaw`
    UPDATE shops SET
      access_check_at = CASE WHEN access_check_at > ${now} THEN access_check_at ELSE GREATEST(${now}, access_confirmed_at + ${ASK_AT_MOST_MS} * interval '1 millisecond') END,
      access_unknown_since = CASE WHEN access_confirmed_at > ${later(now, -BELIEVED_MS)} THEN access_unknown_since ELSE COALESCE(access_unknown_since, ${now}) END
    WHERE domain = ${domain} AND uninstalled_at IS NULL AND installed_at <= ${triggeredAt}
      AND (access_confirmed_at IS NULL OR access_confirmed_at < ${triggeredAt})`;
}

/** The merchant is here: whatever was said of the shop can be finished now. */
export async function requestInstallationCheck({
  shop,
  now,
}: {
  shop: { id: bigint; accessUnknownSince: Date | null };
  now: Date;
}): Promise<void> {
  if (shop.accessUnknownSince !== null)
    await db.shop.updateMany({ where: { id: shop.id }, data: { accessCheckAt: now } });
}

/** Shops of which Shopify is to be asked now whether they still have the app. */
export async function installationsToCheck({ now }: { now: Date }): Promise<bigint[]> {
  const due = await db.shop.findMany({
    where: { accessCheckAt: { lte: now }, uninstalledAt: null },
    select: { id: true },
  });
  return due.map(({ id }) => id);
}

/**
 * Asks Shopify whether the shop still has the app, and does what follows: it has (sending goes on), it has not (it is marked as left, and
 * its sessions are deleted), or Shopify does not say (everything stays as it is, and it is asked again in an hour). Safe to run twice.
 */
export async function checkInstallation({ shopId, clock }: { shopId: bigint; clock: Clock }): Promise<void> {
  const shop = await db.shop.findUnique({ where: { id: shopId } });
  if (shop === null || shop.uninstalledAt !== null) return;
  const askedAt = clock();
  const { installation, token } = await askInstallation({ domain: shop.domain, clock });
  if (installation === 'present') await stay({ shopId, askedAt });
  else if (installation === 'gone') await leave({ shopId, domain: shop.domain, askedAt, token });
  else await wait({ shopId, domain: shop.domain, since: shop.accessUnknownSince, now: clock() });
}

async function stay({ shopId, askedAt }: { shopId: bigint; askedAt: Date }): Promise<void> {
  // It may have left and come back: Shopify then has forgotten our metafields, and taken back the optional scope. And what was said of it
  // after the question is still to be asked.
  await db.$executeRaw`
    UPDATE shops SET access_confirmed_at = ${askedAt}, access_unknown_since = NULL, published_storefront_state = NULL, order_attribution_check_at = ${askedAt},
      access_check_at = CASE WHEN access_check_at > ${askedAt} THEN GREATEST(access_check_at, ${later(askedAt, ASK_AT_MOST_MS)}) END
    WHERE id = ${shopId} AND uninstalled_at IS NULL`;
  log.info('shop.uninstall_denied', { shopId });
}

/** `token`: the session's, as it stood in its row when Shopify was asked; another one now means that the merchant has come back. */
async function leave({
  shopId,
  domain,
  askedAt,
  token,
}: {
  shopId: bigint;
  domain: string;
  askedAt: Date;
  token: string;
}): Promise<void> {
  await db.$transaction(async (tx) => {
    const sessions = await tx.session.findMany({ where: { shop: domain, isOnline: false } });
    if (sessions.length === 0 || sessions.some(({ accessToken }) => accessToken !== token)) return;
    const left = await tx.shop.updateMany({
      where: {
        id: shopId,
        uninstalledAt: null,
        installedAt: { lte: askedAt },
        OR: [{ accessConfirmedAt: null }, { accessConfirmedAt: { lte: askedAt } }],
      },
      data: {
        uninstalledAt: askedAt,
        accessUnknownSince: null,
        accessCheckAt: null,
        publishedStorefrontState: null,
      },
    });
    if (left.count === 0) return;
    await tx.session.deleteMany({ where: { shop: domain } });
    // Shopify has taken back the optional scope, and its webhooks with it.
    await tx.shop.updateMany({
      where: { id: shopId, orderAttribution: 'on' },
      data: { orderAttributionEndedAt: askedAt, orderAttributionEndReason: 'revoked' },
    });
    await tx.shop.update({
      where: { id: shopId },
      data: { orderAttribution: 'off', orderAttributionCheckAt: null },
    });
    log.info('shop.uninstalled', { domain });
  });
}

async function wait({
  shopId,
  domain,
  since,
  now,
}: {
  shopId: bigint;
  domain: string;
  since: Date | null;
  now: Date;
}): Promise<void> {
  await db.shop.updateMany({
    where: { id: shopId, uninstalledAt: null },
    data: { accessUnknownSince: since ?? now, accessCheckAt: later(now, ASK_AGAIN_MS) },
  });
  const days = (at: Date) => Math.floor((at.getTime() - (since ?? now).getTime()) / DAY);
  // Once a day: the question is asked once an hour.
  if (days(now) > days(later(now, -ASK_AGAIN_MS)))
    log.error('shop.access_unknown_for_days', {
      domain,
      days: days(now),
      advice: 'Look it up in the Partner Dashboard: is the shop frozen, paused or closed?',
    });
  else log.warn('shop.access_unknown', { domain });
}

/**
 * Erases everything of a shop that has left: one cascade. What stays is the record that it was asked for, and hashes of spent tokens.
 * Where the uninstall itself never reached us, the request is one more word that the shop has left: Shopify is asked first.
 * @returns `kept`: Shopify has said since the request that the shop has the app. `not_known`: try again later.
 */
export async function eraseShop({
  shopId,
  requestedAt,
  now,
}: {
  shopId: bigint;
  requestedAt: Date;
  now: Date;
}): Promise<'erased' | 'kept' | 'not_known'> {
  const shop = await db.shop.findUnique({ where: { id: shopId } });
  if (shop === null) return 'erased';
  if (shop.uninstalledAt === null) {
    if (shop.installedAt > requestedAt || (shop.accessConfirmedAt ?? requestedAt) > requestedAt)
      return 'kept';
    await reportUninstall({ domain: shop.domain, triggeredAt: now, now });
    return 'not_known';
  }
  const erased = await db.shop.deleteMany({ where: { id: shopId, uninstalledAt: { not: null } } });
  if (erased.count === 0) return 'kept';
  log.info('shop.erased', { shopId });
  return 'erased';
}

type Installation = 'present' | 'gone' | 'unknown';

const ANSWER_LIMIT_MS = 20 * SECOND;

/** The HTTP status of one question, 200 only with an answer to it; undefined when there was no answer. */
async function statusOf({ session, clock }: { session: Session; clock: Clock }): Promise<number | undefined> {
  if (restOfAddress({ now: clock() }) > 0) return undefined;
  const domain = session.shop;
  try {
    const { data } = await new api.clients.Graphql({ session }).request<{
      currentAppInstallation: { id: string } | null;
    }>(INSTALLATION_QUERY, { retries: 0, signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
    await noteStatus({ domain, clock });
    return data?.currentAppInstallation?.id === undefined ? undefined : 200;
  } catch (error) {
    await noteStatus({ domain, clock, error });
    return isHttpError(error) ? error.response.code : undefined;
  }
}

/**
 * `gone` only when Shopify refuses the shop's access token (401) or does not know the shop (404), refuses to renew the token as well, and
 * says the same again afterwards. 402, 403, 423, 429, 5xx, silence, and a token that was too old to be renewed anyway: `unknown`.
 * `token` is the one that was asked with, encrypted as it stands in its row.
 */
async function askInstallation({
  domain,
  clock,
}: {
  domain: string;
  clock: Clock;
}): Promise<{ installation: Installation; token: string }> {
  const row = await db.session.findUnique({ where: { id: sessionId(domain) } });
  const session = row === null ? undefined : await sessionStorage.loadSession(row.id).catch(() => undefined);
  if (row === null || !session?.accessToken) return { installation: 'unknown', token: '' };
  return { installation: await askWith({ session, clock }), token: row.accessToken };
}

async function askWith({ session, clock }: { session: Session; clock: Clock }): Promise<Installation> {
  const first = await statusOf({ session, clock });
  if (first === 200) return 'present';
  if (first !== 401 && first !== 404) return 'unknown';
  const { refreshToken, refreshTokenExpires } = session;
  if (!refreshToken || (refreshTokenExpires && refreshTokenExpires <= clock())) return 'unknown';
  try {
    const renewed = await accessTokenFor({ domain: session.shop, clock, refused: session.accessToken });
    return (await statusOf({ session: renewed, clock })) === 200 ? 'present' : 'unknown';
  } catch (error) {
    if (!(error instanceof RenewalRefused)) return 'unknown';
  }
  const again = await statusOf({ session, clock });
  if (again === 200) return 'present';
  return again === first ? 'gone' : 'unknown';
}
