// Access tokens as Shopify gives them out: exchanged for a session token, expiring, renewed by a refresh token that is worth one use.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { readSessionToken } from './session-token.ts';
import type { Installation } from './shop-state.ts';
import { freeze, thaw } from './snapshot.ts';
import type { Store } from './store.ts';

/** 3,600 s is Shopify's word; 90 days is too, for the refresh token. */
const ACCESS_SECONDS = 3_600;
const REFRESH_SECONDS = 90 * 24 * 3_600;
const ONLINE_SECONDS = 24 * 3_600;

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const OFFLINE = 'urn:shopify:params:oauth:token-type:offline-access-token';
const ONLINE = 'urn:shopify:params:oauth:token-type:online-access-token';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';

type Grant = {
  shop: string;
  installationId: bigint;
  kind: 'offline' | 'online' | 'endless';
  accessToken: string;
  expiresAt: Date | null;
  refreshToken: string | null;
  refreshExpiresAt: Date | null;
  revoked: boolean;
};

export type Caller =
  { verdict: 'known'; installation: Installation } | { verdict: 'refused' } | { verdict: 'too_old' };

export type Tokens = ReturnType<typeof createTokens>;

const reply = ({ status = 200, body }: { status?: number; body: Record<string, unknown> }) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
  });

const refuse = (error: string, error_description: string) =>
  reply({ status: 400, body: { error, error_description } });

const same = (a: string, b: string) =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

export function createTokens({
  store,
  now,
  apiKey,
  apiSecrets,
}: {
  store: Store;
  now: () => Date;
  apiKey: string;
  /** The first signs; a secret that is being rotated out is still taken. */
  apiSecrets: () => string[];
}) {
  let grants: Grant[] = [];
  const later = (seconds: number) => new Date(now().getTime() + seconds * 1_000);
  const mint = (prefix: string) => `${prefix}_${randomBytes(16).toString('hex')}`;
  const installationIn = (shop: string) => store.installationOf({ shop, apiKey });

  /** Only one expiring offline token per app and shop is alive: the new one ends the one before. */
  function grant({
    shop,
    kind,
    installation,
  }: {
    shop: string;
    kind: Grant['kind'];
    installation: Installation;
  }) {
    if (kind === 'offline') {
      for (const each of grants) if (each.shop === shop && each.kind === 'offline') each.revoked = true;
    }
    const given: Grant = {
      shop,
      installationId: installation.id,
      kind,
      accessToken: mint(kind === 'online' ? 'shpua' : 'shpat'),
      expiresAt: kind === 'endless' ? null : later(kind === 'online' ? ONLINE_SECONDS : ACCESS_SECONDS),
      refreshToken: kind === 'offline' ? mint('shprt') : null,
      refreshExpiresAt: kind === 'offline' ? later(REFRESH_SECONDS) : null,
      revoked: false,
    };
    grants.push(given);
    return given;
  }

  function written({ given, installation }: { given: Grant; installation: Installation }) {
    const scope = installation.scopes.join(',');
    const body: Record<string, unknown> = { access_token: given.accessToken, scope };
    if (given.kind === 'offline') {
      body['expires_in'] = ACCESS_SECONDS;
      body['refresh_token'] = given.refreshToken;
      body['refresh_token_expires_in'] = REFRESH_SECONDS;
    }
    return body;
  }

  function exchange({ shop, body }: { shop: string; body: Record<string, string> }): Response {
    const { subject_token = '', subject_token_type, requested_token_type } = body;
    if (subject_token_type !== ID_TOKEN)
      return refuse('invalid_request', 'subject_token_type is not supported');
    const claims = apiSecrets()
      .map((apiSecret) => readSessionToken({ token: subject_token, apiKey, apiSecret, now: now() }))
      .find((each) => each !== null);
    const installation = installationIn(shop);
    // Shopify mints session tokens only where the app is installed, so one for another place is no better than a forged one.
    if (!claims || claims.dest !== `https://${shop}` || !installation)
      return refuse('invalid_subject_token', 'The subject token is invalid');
    if (requested_token_type === ONLINE) {
      const given = grant({ shop, kind: 'online', installation });
      const user = { id: Number(claims.sub), first_name: 'Ada', last_name: 'Linen', email: `ada@${shop}` };
      return reply({
        body: {
          ...written({ given, installation }),
          expires_in: ONLINE_SECONDS - 1,
          associated_user_scope: installation.scopes.join(','),
          associated_user: {
            ...user,
            email_verified: true,
            account_owner: true,
            locale: 'en',
            collaborator: false,
          },
        },
      });
    }
    if (requested_token_type !== OFFLINE)
      return refuse('invalid_request', 'requested_token_type is not supported');
    const given = grant({
      shop,
      kind: String(body['expiring']) === '1' ? 'offline' : 'endless',
      installation,
    });
    return reply({ body: written({ given, installation }) });
  }

  function refresh({ shop, body }: { shop: string; body: Record<string, string> }): Response {
    const { refresh_token = '' } = body;
    const known = grants.find((each) => each.shop === shop && each.refreshToken === refresh_token);
    const installation = installationIn(shop);
    const alive =
      known && !known.revoked && known.refreshExpiresAt && known.refreshExpiresAt > now() && installation;
    if (!alive || known.installationId !== installation.id)
      return refuse('invalid_request', 'This request requires an active refresh_token');
    const given = grant({ shop, kind: 'offline', installation });
    return reply({ body: written({ given, installation }) });
  }

  return {
    async handle({ request, shop }: { request: Request; shop: string }): Promise<Response> {
      if (request.method !== 'POST') return reply({ status: 404, body: { errors: 'Not Found' } });
      const body = await readForm(request);
      if (!body) return refuse('invalid_request', 'The body cannot be read');
      const { client_id = '', client_secret = '', grant_type } = body;
      if (client_id !== apiKey || !apiSecrets().some((each) => same(each, client_secret)))
        return reply({
          status: 401,
          body: { error: 'invalid_client', error_description: 'Client authentication failed' },
        });
      if (grant_type === EXCHANGE) return exchange({ shop, body });
      if (grant_type === 'refresh_token') return refresh({ shop, body });
      return refuse('unsupported_grant_type', 'The grant type is not supported');
    },
    identify({ shop, accessToken }: { shop: string; accessToken: string }): Caller {
      const installation = installationIn(shop);
      const known = grants.find((each) => each.shop === shop && each.accessToken === accessToken);
      if (!known || !installation || known.revoked || known.installationId !== installation.id)
        return { verdict: 'refused' };
      if (known.kind === 'endless') return { verdict: 'too_old' };
      if (known.expiresAt && known.expiresAt <= now()) return { verdict: 'refused' };
      return { verdict: 'known', installation };
    },
    /** Ends every token of a shop at once, as Shopify does on uninstall and may do at will. */
    revoke(shop: string): void {
      for (const each of grants) if (each.shop === shop) each.revoked = true;
    },
    /** How many tokens were ever given for a shop: two parallel renewals show here. */
    given: (shop: string): number => grants.filter((each) => each.shop === shop).length,
    snapshot: (): string => freeze(grants),
    restore(text: string): void {
      grants = thaw<Grant[]>(text);
    },
  };
}

async function readForm(request: Request): Promise<Record<string, string> | null> {
  const text = await request.text();
  if (request.headers.get('content-type')?.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  try {
    const body = JSON.parse(text) as unknown;
    return typeof body === 'object' && body !== null ? (body as Record<string, string>) : null;
  } catch {
    return null;
  }
}
