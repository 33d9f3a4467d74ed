// Whether Shopify refuses this server's own IP address: 403 for several shops at once.
import { GraphqlQueryError, HttpResponseError } from '@shopify/shopify-api';
import { db } from '../db.server.ts';
import { type Clock, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { oncePerProcess } from '../lib/once-per-process.ts';

/** 403 for one shop is that shop's: its plan, or a scope. For so many within a minute, and no answer for any, it is our address. */
const SEVERAL = 2;

const WITHIN_MS = MINUTE;

/** While our address is refused one question is asked in so long, whoever asks it: what an operator has mended is known so soon. */
const ASK_EVERY_MS = 10 * SECOND;

const known = oncePerProcess('own address', () => ({
  /** When each shop was last answered 403, since any was answered otherwise. */
  refusals: new Map<string, number>(),
  refusedSince: null as Date | null,
  nextAskAt: 0,
}));

/**
 * What Shopify's Admin API has answered for a shop: 200 or 403; nothing else says anything of our address.
 * @returns what has become of it by this very answer.
 */
export function noteAnswer({
  shop,
  status,
  now,
}: {
  shop: string;
  status: 200 | 403;
  now: Date;
}): 'refused' | 'let_in' | 'unchanged' {
  const at = now.getTime();
  if (status === 200) {
    const wasRefused = known.refusedSince !== null;
    known.refusals.clear();
    known.refusedSince = null;
    return wasRefused ? 'let_in' : 'unchanged';
  }
  known.refusals.set(shop, at);
  for (const [each, then] of known.refusals) if (then <= at - WITHIN_MS) known.refusals.delete(each);
  if (known.refusedSince !== null || known.refusals.size < SEVERAL) return 'unchanged';
  known.refusedSince = now;
  known.nextAskAt = at + ASK_EVERY_MS;
  return 'refused';
}

export const isAddressRefused = (): boolean => known.refusedSince !== null;

/** How long (ms) Shopify is to be left alone; whoever gets 0 while the address is refused asks for all others. */
export function restOfAddress({ now }: { now: Date }): number {
  if (known.refusedSince === null) return 0;
  const restMs = known.nextAskAt - now.getTime();
  if (restMs > 0) return restMs;
  known.nextAskAt = now.getTime() + ASK_EVERY_MS;
  return 0;
}

const ADDRESS_REFUSED =
  'Shopify refuses this server’s address (403 for several shops at once). Add the address it calls from to the IP allowlist: ' +
  'Shopify Dev Dashboard > your app > Settings > IP allowlist. Everything goes on by itself within seconds after that.';

/** What an operator has to do, in words. */
export const addressWarnings = (): string[] => (isAddressRefused() ? [ADDRESS_REFUSED] : []);

/** Shopify answered, with an HTTP status that is none of success. The class alone leaves the answer's type open. */
export const isHttpError = (error: unknown): error is HttpResponseError => error instanceof HttpResponseError;

/** An expiring token is asked for with the same status, which then is about the shop's token (docs/assumptions.md). */
const isAboutToken = ({ message }: { message: string }) => /non-expiring/i.test(message);

/** Whether Shopify refuses our own address with `error`, and not the shop. */
export const meansAddress = (error: unknown): boolean =>
  isHttpError(error) && error.response.code === 403 && isAddressRefused() && !isAboutToken(error);

/**
 * Notes what Shopify's answer, or `error`, says of our own address. When it is let in again, all that waited for an answer is asked at once.
 */
export async function noteStatus({
  domain,
  clock,
  error,
}: {
  domain: string;
  clock: Clock;
  error?: unknown;
}): Promise<void> {
  const now = clock();
  // Shopify's own Remix library hands its answer on as a Response.
  const status =
    isHttpError(error) && !isAboutToken(error)
      ? error.response.code
      : error instanceof Response
        ? error.status
        : undefined;
  const isAnswered = error === undefined || error instanceof GraphqlQueryError;
  if (status !== 403 && !isAnswered) return;
  const change = noteAnswer({ shop: domain, status: isAnswered ? 200 : 403, now });
  if (change === 'refused')
    log.error('shopify_address.refused', {
      advice: ADDRESS_REFUSED,
      answer: error instanceof Error ? error.message.slice(0, 300) : status,
    });
  if (change === 'let_in') {
    log.info('shopify_address.accepted');
    await db.shop.updateMany({
      where: { accessUnknownSince: { not: null }, accessCheckAt: { gt: now } },
      data: { accessCheckAt: now },
    });
  }
}
