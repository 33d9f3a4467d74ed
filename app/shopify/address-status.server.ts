// Records from Shopify's answers whether our own IP address is refused.
import { GraphqlQueryError, HttpResponseError } from '@shopify/shopify-api';
import { db } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { ADDRESS_REFUSED, isAddressRefused, noteAnswer } from '../lib/own-address.ts';

/** An expiring token is asked for with the same status, which then is about the shop's token (docs/assumptions.md). */
const isAboutToken = ({ message }: { message: string }) => /non-expiring/i.test(message);

/** Whether Shopify refuses our own address with `error`, and not the shop. */
export const meansAddress = (error: unknown): boolean =>
  error instanceof HttpResponseError &&
  error.response.code === 403 &&
  isAddressRefused() &&
  !isAboutToken(error);

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
    error instanceof HttpResponseError && !isAboutToken(error)
      ? error.response.code
      : error instanceof Response
        ? error.status
        : undefined;
  const isAnswered = error === undefined || error instanceof GraphqlQueryError;
  if (status !== 403 && !isAnswered) return;
  const change = noteAnswer({ shop: domain, status: isAnswered ? 200 : 403, now });
  if (change === 'refused')
    log.error(ADDRESS_REFUSED, { answer: error instanceof Error ? error.message.slice(0, 300) : status });
  if (change === 'let_in') {
    log.info('Shopify takes calls from this server’s address again');
    await db.shop.updateMany({
      where: { accessUnknownSince: { not: null }, accessCheckAt: { gt: now } },
      data: { accessCheckAt: now },
    });
  }
}
