// Facebook Login, bound to the shop that started it and to one use; keeps the Pages to choose from.
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { db } from '../db.server.ts';
import { env } from '../env.server.ts';
import { HOUR, later, MINUTE } from '../lib/clock.ts';
import { keyedHash, keyedHashes, encrypt, decrypt } from '../lib/encryption.server.ts';
import { idText } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { shopById } from '../shopify/shops.server.ts';
import { callMeta, MetaApiError } from './graph-api.server.ts';

/** What we ask for, and what each is for, in words for the merchant. */
export const PERMISSIONS = {
  pages_show_list: 'to show you the list of your Pages',
  pages_messaging: 'to answer shoppers who ask, and to send the one message they asked for',
  pages_manage_metadata: 'to hear when a shopper asks, and to set the Get Started button',
  business_management: 'to reach Pages that belong to a business portfolio',
} as const;
type Permission = keyof typeof PERMISSIONS;
/** Without these nothing works; `business_management` is missed by some Pages only. */
const NEEDED: Permission[] = ['pages_show_list', 'pages_messaging', 'pages_manage_metadata'];
export const NEEDED_TASKS = ['MESSAGING', 'MODERATE'] as const;

const STATE_TTL_MS = 15 * MINUTE;
const CHOICE_TTL_MS = HOUR;
const redirectUri = () => new URL('/messenger/callback', env.SHOPIFY_APP_URL).toString();
const binding = (shopId: bigint) => ({ shopId, purpose: 'login choice' });

/** Where the merchant goes to log in. `again`: they declined something before, and are asked once more. */
export async function startLogin({
  shopId,
  now,
  again = false,
}: {
  shopId: bigint;
  now: Date;
  again?: boolean;
}): Promise<{ url: string }> {
  const state = randomBytes(32).toString('base64url');
  await db.oauthState.create({ data: { stateHash: keyedHash(state), shopId, createdAt: now } });
  const url = new URL(`https://www.facebook.com/${env.META_GRAPH_VERSION}/dialog/oauth`);
  const asked = {
    client_id: env.META_APP_ID,
    redirect_uri: redirectUri(),
    state,
    response_type: 'code',
    ...(env.META_LOGIN_CONFIG_ID === undefined
      ? { scope: Object.keys(PERMISSIONS).join(',') }
      : { config_id: env.META_LOGIN_CONFIG_ID }),
    ...(again ? { auth_type: 'rerequest' } : {}),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return { url: url.toString() };
}

export type GrantedPage = { metaPageId: string; name: string; token: string; tasks: string[] };
type Choice = { userId: string; pages: GrantedPage[]; declined: Permission[] };

export type Finished =
  | { outcome: 'choose'; shopId: bigint; pages: number; declined: Permission[] }
  /** The merchant pressed Cancel. */
  | { outcome: 'cancelled'; shopId: bigint }
  /** Used before, too old, or never ours. */
  | { outcome: 'unknown_state' }
  | { outcome: 'failed'; shopId: bigint; message: string };

const unspent = ({ query, now }: { query: URLSearchParams; now: Date }) => ({
  stateHash: { in: keyedHashes(query.get('state') ?? '') },
  usedAt: null,
  createdAt: { gt: later(now, -STATE_TTL_MS) },
});

/**
 * Which shop asks for the Pages of whoever Facebook sends back here; null: none, the state is spent, too old or never ours.
 * A link to Facebook's login can be passed on: whoever followed it must read whose shop it is before their Pages are lent to it.
 */
export async function shopOfLogin(given: {
  query: URLSearchParams;
  now: Date;
}): Promise<{ name: string; domain: string } | null> {
  const state = await db.oauthState.findFirst({ where: unspent(given), select: { shopId: true } });
  return state && (await shopById(state));
}

/** The merchant agreed: the state is spent, the code becomes tokens, and the Pages are kept encrypted until one is chosen. */
export async function finishLogin({ query, now }: { query: URLSearchParams; now: Date }): Promise<Finished> {
  const [state] = await db.oauthState.updateManyAndReturn({
    where: unspent({ query, now }),
    data: { usedAt: now },
  });
  if (state === undefined) return { outcome: 'unknown_state' };
  const { shopId, stateHash: hash } = state;
  const code = query.get('code');
  if (code === null) return { outcome: 'cancelled', shopId };
  try {
    const choice = await readChoice(code);
    await db.$transaction(async (tx) => {
      await tx.oauthState.deleteMany({ where: { shopId, stateHash: { not: hash }, choice: { not: null } } });
      await tx.oauthState.update({
        where: { stateHash: hash },
        data: { choice: encrypt(JSON.stringify(choice), binding(shopId)) },
      });
    });
    return { outcome: 'choose', shopId, pages: choice.pages.length, declined: choice.declined };
  } catch (error) {
    if (!(error instanceof MetaApiError)) throw error;
    log.warn('facebook_login.failed', { shopId, error });
    return { outcome: 'failed', shopId, message: error.message };
  }
}

const tokenShape = z.object({ access_token: z.string().min(1) });
const idShape = z.object({ id: z.unknown().transform((id) => idText(id) ?? '') });
const permissionsShape = z.object({
  data: z.array(z.object({ permission: z.string(), status: z.string() })),
});
const accountsShape = z.object({
  data: z.array(
    z.object({
      id: z.unknown().transform((id) => idText(id) ?? ''),
      name: z.string(),
      access_token: z.string(),
      tasks: z.array(z.string()).optional(),
    }),
  ),
  paging: z
    .object({ cursors: z.object({ after: z.string().optional() }).optional(), next: z.string().optional() })
    .optional(),
});

async function readChoice(code: string): Promise<Choice> {
  const secret = { client_id: env.META_APP_ID, client_secret: env.META_APP_SECRET };
  const oauth = (query: Record<string, string>) =>
    callMeta({
      method: 'GET',
      path: '/oauth/access_token',
      query: { ...secret, ...query },
      shape: tokenShape,
    });
  const short = (await oauth({ redirect_uri: redirectUri(), code })).access_token;
  const long = await oauth({ grant_type: 'fb_exchange_token', fb_exchange_token: short }).catch(
    (error: unknown) => {
      // A system user's token (Login for Business) never expires, and need not be exchangeable.
      if (env.META_LOGIN_CONFIG_ID !== undefined && error instanceof MetaApiError)
        return { access_token: short };
      throw error;
    },
  );
  const token = long.access_token;
  const me = await callMeta({ method: 'GET', path: '/me', token, query: { fields: 'id' }, shape: idShape });
  const granted = await callMeta({ method: 'GET', path: '/me/permissions', token, shape: permissionsShape });
  const has = (name: Permission) =>
    granted.data.some((one) => one.permission === name && one.status === 'granted');
  return { userId: me.id, declined: NEEDED.filter((name) => !has(name)), pages: await readPages(token) };
}

async function readPages(token: string): Promise<GrantedPage[]> {
  const pages: GrantedPage[] = [];
  let after: string | undefined;
  // Nobody chooses from thousands; and a cursor that never ends must not hold the merchant for ever.
  for (let sheet = 0; sheet < 20; sheet += 1) {
    const { data, paging } = await callMeta({
      method: 'GET',
      path: '/me/accounts',
      token,
      query: {
        fields: 'id,name,access_token,tasks',
        limit: '100',
        ...(after === undefined ? {} : { after }),
      },
      shape: accountsShape,
    });
    pages.push(
      ...data.map((page) => ({
        metaPageId: page.id,
        name: page.name,
        token: page.access_token,
        tasks: page.tasks ?? [],
      })),
    );
    after = paging?.next === undefined ? undefined : paging.cursors?.after;
    if (after === undefined) break;
  }
  return pages;
}

/** The Pages of the shop's latest login, while it may still choose. */
export async function readChosenPages({
  shopId,
  now,
}: {
  shopId: bigint;
  now: Date;
}): Promise<Choice | null> {
  const state = await db.oauthState.findFirst({
    where: { shopId, choice: { not: null }, usedAt: { gt: later(now, -CHOICE_TTL_MS) } },
    orderBy: { usedAt: 'desc' },
  });
  return state?.choice == null ? null : (JSON.parse(decrypt(state.choice, binding(shopId))) as Choice);
}

/** The choice was made, or is to be forgotten. */
export const deleteChoice = ({ shopId }: { shopId: bigint }) =>
  db.oauthState.deleteMany({ where: { shopId, usedAt: { not: null } } });

/** Housekeeping: logins that were never finished, choices that were never made. */
export const deleteExpiredLogins = ({ now }: { now: Date }) =>
  db.oauthState.deleteMany({ where: { createdAt: { lt: later(now, -2 * CHOICE_TTL_MS) } } });
