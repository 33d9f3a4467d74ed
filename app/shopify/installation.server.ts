// Asks Shopify whether a shop still has the app; any doubt counts as not known.
import { HttpResponseError, type Session } from '@shopify/shopify-api';
import { db } from '../db.server.ts';
import { type Clock, SECOND } from '../lib/clock.ts';
import { restOfAddress } from '../lib/own-address.ts';
import { accessTokenFor, api, RenewalRefused, sessionId, sessionStorage } from './access-tokens.server.ts';
import { noteStatus } from './address-status.server.ts';
import { INSTALLATION_QUERY } from './storefront.server.ts';

export type Installation = 'present' | 'gone' | 'unknown';

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
    return error instanceof HttpResponseError ? error.response.code : undefined;
  }
}

/**
 * `gone` only when Shopify refuses the shop's access token (401) or does not know the shop (404), refuses to renew the token as well, and
 * says the same again afterwards. 402, 403, 423, 429, 5xx, silence, and a token that was too old to be renewed anyway: `unknown`.
 * `token` is the one that was asked with, encrypted as it stands in its row.
 */
export async function askInstallation({
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
