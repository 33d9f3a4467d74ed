// How a merchant lends a Page to an app: the login dialog's code, and the chain of tokens that grows from it.
import type { Bearer, Credentials, Params } from './credentials.ts';
import { faults, json, type GraphFault } from './graph-answer.ts';
import type { Mint } from './ids.ts';
import type { Outcome } from './page-settings.ts';
import { same } from './signature.ts';
import type { AccessToken, App, World } from './world.ts';

export type Login = ReturnType<typeof createLogin>;
type Context = { world: World; credentials: Credentials; mint: Mint; now: () => Date };

const day = 24 * 60 * 60_000;
const codeLifeMs = 10 * 60_000;
const shortLifeMs = 60 * 60_000;
const longLifeSeconds = 5_183_944;
const oauthFault = (message: string, subcode?: number): GraphFault => ({
  code: 100,
  message,
  ...(subcode === undefined ? {} : { subcode }),
});

export function createLogin({ world, credentials, mint, now }: Context) {
  function mintToken(
    input: Pick<
      AccessToken,
      'kind' | 'appId' | 'userId' | 'pageId' | 'longLived' | 'scopes' | 'pages' | 'expiresAt'
    >,
  ): AccessToken {
    const token: AccessToken = {
      ...input,
      token: mint.accessToken(),
      issuedAt: now().getTime(),
      invalid: null,
    };
    world.accessTokens.set(token.token, token);
    return token;
  }

  function client(params: Params): { app: App } | { fault: GraphFault; why: string } {
    const app = world.apps.get(String(params['client_id'] ?? ''));
    if (!app)
      return {
        fault: {
          code: 101,
          message: 'Error validating application. Cannot get application info due to a system error.',
        },
        why: 'no such app',
      };
    if (!same({ given: String(params['client_secret'] ?? ''), expected: app.secret }))
      return {
        fault: { code: 1, message: 'Error validating client secret.', status: 400 },
        why: 'wrong client secret',
      };
    return { app };
  }

  function accessToken(params: Params): Outcome {
    const asked = client(params);
    if ('fault' in asked) return asked;
    const { app } = asked;
    if (params['grant_type'] === 'fb_exchange_token')
      return lengthen({ app, given: String(params['fb_exchange_token'] ?? '') });
    const code = world.codes.get(String(params['code'] ?? ''));
    const at = now().getTime();
    if (!code || code.appId !== app.id)
      return { fault: oauthFault('Invalid verification code format.'), why: 'code unknown' };
    if (code.usedAt !== null)
      return { fault: oauthFault('This authorization code has been used.', 36009), why: 'code used' };
    if (code.issuedAt + codeLifeMs <= at)
      return { fault: oauthFault('This authorization code has expired.', 36007), why: 'code expired' };
    if (params['redirect_uri'] !== code.redirectUri)
      return {
        fault: oauthFault(
          'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
          36008,
        ),
        why: 'redirect_uri differs',
      };
    code.usedAt = at;
    const token = mintToken({
      kind: 'user',
      appId: app.id,
      userId: code.userId,
      pageId: null,
      longLived: false,
      scopes: code.scopes,
      pages: code.pages,
      expiresAt: at + shortLifeMs,
    });
    return json({ access_token: token.token, token_type: 'bearer', expires_in: shortLifeMs / 1000 });
  }

  function lengthen({ app, given }: { app: App; given: string }): Outcome {
    const found = credentials.bearerOf(given);
    if ('fault' in found) return { fault: found.fault, why: 'token to lengthen is bad' };
    const { bearer } = found;
    if (bearer.kind !== 'user' || bearer.app.id !== app.id)
      return { fault: faults.badToken, why: 'not a user token of this app' };
    const { userId, scopes, pages } = bearer.token;
    const expiresAt = now().getTime() + longLifeSeconds * 1000;
    const token = mintToken({
      kind: 'user',
      appId: app.id,
      userId,
      pageId: null,
      longLived: true,
      scopes,
      pages,
      expiresAt,
    });
    return json({ access_token: token.token, token_type: 'bearer', expires_in: longLifeSeconds });
  }

  /** One token per Page, app and merchant: asking twice gives the same one, as with Meta. */
  function pageToken({ user, pageId }: { user: AccessToken; pageId: string }): string {
    for (const known of world.accessTokens.values())
      if (
        known.kind === 'page' &&
        known.pageId === pageId &&
        known.appId === user.appId &&
        known.userId === user.userId &&
        known.longLived === user.longLived &&
        known.invalid === null &&
        (known.expiresAt === null || known.expiresAt > now().getTime()) &&
        known.scopes.join() === user.scopes.join()
      )
        return known.token;
    const { appId, userId, longLived, scopes } = user;
    const expiresAt = longLived ? null : now().getTime() + shortLifeMs;
    return mintToken({ kind: 'page', appId, userId, pageId, longLived, scopes, pages: [pageId], expiresAt })
      .token;
  }

  function accounts({ bearer, params, self }: { bearer: Bearer; params: Params; self: string }): Outcome {
    if (bearer.kind !== 'user') return { fault: faults.noSuchObject('me'), why: 'not a user token' };
    if (!bearer.token.scopes.includes('pages_show_list')) return json({ data: [] });
    const all = (world.users.get(bearer.token.userId ?? '')?.pages ?? []).filter((role) =>
      bearer.token.pages.includes(role.pageId),
    );
    const limit = Math.min(Math.max(Number(params['limit'] ?? 25) || 25, 1), 100);
    const after =
      typeof params['after'] === 'string' ? Buffer.from(params['after'], 'base64url').toString() : null;
    const start = after === null ? 0 : all.findIndex((role) => role.pageId === after) + 1;
    const shown = all.slice(start, start + limit);
    const data = shown.map((role) => {
      const page = world.pages.get(role.pageId)!;
      return {
        access_token: pageToken({ user: bearer.token, pageId: page.id }),
        category: 'Clothing (Brand)',
        category_list: [{ id: '2209', name: 'Clothing (Brand)' }],
        name: page.name,
        id: page.id,
        tasks: role.tasks,
      };
    });
    if (shown.length === 0) return json({ data });
    const cursor = (role: { pageId: string }) => Buffer.from(role.pageId).toString('base64url');
    const cursors = { before: cursor(shown[0]!), after: cursor(shown.at(-1)!) };
    const more = start + limit < all.length;
    const next = new URL(self);
    next.searchParams.set('limit', String(limit));
    next.searchParams.set('after', cursors.after);
    return json({ data, paging: { cursors, ...(more ? { next: next.href } : {}) } });
  }

  function debugToken({ bearer, params }: { bearer: Bearer; params: Params }): Outcome {
    const inspected = world.accessTokens.get(String(params['input_token'] ?? ''));
    const invalid = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' };
    if (!inspected) return json({ data: { error: invalid, is_valid: false, scopes: [] } });
    if (inspected.appId !== bearer.app.id)
      return {
        fault: oauthFault('(#100) The App_id in the input_token did not match the Viewing App'),
        why: 'token of another app',
      };
    const found = credentials.bearerOf(inspected.token);
    const seconds = (ms: number | null) => (ms === null ? 0 : Math.floor(ms / 1000));
    const common = {
      app_id: inspected.appId,
      type: inspected.kind === 'page' ? 'PAGE' : 'USER',
      application: bearer.app.name,
      data_access_expires_at: seconds(inspected.issuedAt + 90 * day),
      expires_at: seconds(inspected.expiresAt),
      is_valid: !('fault' in found),
      issued_at: seconds(inspected.issuedAt),
      scopes: inspected.scopes,
      granular_scopes: inspected.scopes.map((scope) =>
        scope.startsWith('pages_') ? { scope, target_ids: inspected.pages } : { scope },
      ),
      ...(inspected.userId === null ? {} : { user_id: inspected.userId }),
      ...(inspected.pageId === null ? {} : { profile_id: inspected.pageId }),
    };
    if (!('fault' in found)) return json({ data: common });
    const { code, message, subcode } = found.fault;
    return json({
      data: { ...common, error: { code, message, ...(subcode === undefined ? {} : { subcode }) } },
    });
  }

  function permissions(bearer: Bearer): Outcome {
    if (bearer.kind !== 'user') return { fault: faults.noSuchObject('me'), why: 'not a user token' };
    const declined = world.declined.get(`${bearer.app.id}:${bearer.token.userId}`)?.permissions ?? [];
    return json({
      data: [
        ...bearer.token.scopes.map((permission) => ({ permission, status: 'granted' })),
        ...declined
          .filter((one) => !bearer.token.scopes.includes(one))
          .map((permission) => ({ permission, status: 'declined' })),
      ],
    });
  }

  /** The merchant pressed Continue: the code that goes back to the app. */
  function grant(input: {
    app: App;
    userId: string;
    redirectUri: string;
    asked: string[];
    scopes: string[];
    pages: string[];
  }): string {
    const declined = input.asked.filter((scope) => !input.scopes.includes(scope));
    const id = `${input.app.id}:${input.userId}`;
    world.declined.set(id, { id, permissions: declined });
    const code = mint.code();
    world.codes.set(code, {
      code,
      appId: input.app.id,
      userId: input.userId,
      redirectUri: input.redirectUri,
      scopes: ['public_profile', ...input.scopes.filter((scope) => scope !== 'public_profile')],
      declined,
      pages: input.pages,
      issuedAt: now().getTime(),
      usedAt: null,
    });
    return code;
  }

  return { mintToken, accessToken, accounts, debugToken, permissions, grant };
}
