// Asks Shopify's Admin GraphQL API in a shop's name, and says of every failure what to do about it.
import { GraphqlQueryError, HttpResponseError, HttpThrottlingError } from '@shopify/shopify-api';
import { db } from '../db.server.ts';
import type { Clock } from '../lib/clock.ts';
import { api } from './shopify-api.server.ts';
import { accessTo, Unreadable } from './access.server.ts';
import { notePoints, takePoints } from './points.server.ts';

/**
 * What to do: `retry` soon, wait out the `throttled` bucket, wait for the merchant (`unreadable`), or mend our own query (`wrong`).
 */
export class ShopifyFailed extends Error {
  advice: 'retry' | 'throttled' | 'unreadable' | 'wrong';
  retryAfterMs: number;
  constructor(
    message: string,
    {
      advice,
      retryAfterMs = 1_000,
      cause,
    }: { advice: ShopifyFailed['advice']; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause });
    this.advice = advice;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Points of Shopify's query cost: https://shopify.dev/docs/api/usage/limits */
export type Cost = {
  requested: number;
  actual: number;
  available: number;
  maximum: number;
  restoreRate: number;
};

type Throttle = {
  requestedQueryCost: number;
  actualQueryCost: number | null;
  throttleStatus: { maximumAvailable: number; currentlyAvailable: number; restoreRate: number };
};

const costOf = (extensions: unknown): Cost | undefined => {
  const cost = (extensions as { cost?: Throttle } | undefined)?.cost;
  return (
    cost && {
      requested: cost.requestedQueryCost,
      actual: cost.actualQueryCost ?? 0,
      available: cost.throttleStatus.currentlyAvailable,
      maximum: cost.throttleStatus.maximumAvailable,
      restoreRate: cost.throttleStatus.restoreRate,
    }
  );
};

/** Shopify answers within seconds or not at all; whoever waits longer keeps others waiting. */
const ANSWER_LIMIT_MS = 20_000;

/**
 * Runs one operation, unless the shop's points do not suffice for it yet; a 401 is answered by reading the session once more before it is renewed.
 * @throws {ShopifyFailed} with advice.
 */
export async function askShopify<T>({
  shopId,
  query,
  variables,
  clock,
  signal = AbortSignal.timeout(ANSWER_LIMIT_MS),
}: {
  shopId: bigint;
  query: string;
  variables?: Record<string, unknown>;
  clock: Clock;
  signal?: AbortSignal;
}): Promise<{ data: T; cost?: Cost }> {
  const asked = { shopId, query, variables };
  const missingMs = takePoints({ ...asked, now: clock() });
  if (missingMs > 0)
    throw new ShopifyFailed('Shopify would throttle the query', {
      advice: 'throttled',
      retryAfterMs: missingMs,
    });
  const { domain } = await db.shop.findUniqueOrThrow({ where: { id: shopId }, select: { domain: true } });
  let refused: string | undefined;
  for (;;) {
    const session = await accessTo({ domain, clock, refused }).catch((error: unknown) => {
      throw failure(error);
    });
    try {
      const answer = await new api.clients.Graphql({ session }).request(query, {
        variables,
        retries: 0,
        signal,
      });
      const cost = costOf(answer.extensions);
      notePoints({ ...asked, cost, now: clock() });
      return { data: answer.data as T, cost };
    } catch (error) {
      if (error instanceof GraphqlQueryError)
        notePoints({ ...asked, cost: costOf(error.body?.extensions), now: clock() });
      const status = error instanceof HttpResponseError ? error.response.code : undefined;
      if (status === 401 && refused === undefined) refused = session.accessToken;
      else throw failure(error);
    }
  }
}

function failure(error: unknown): ShopifyFailed {
  if (error instanceof ShopifyFailed) return error;
  if (error instanceof Unreadable)
    return new ShopifyFailed(error.message, { advice: 'unreadable', cause: error });
  if (error instanceof HttpThrottlingError)
    return new ShopifyFailed('Shopify asks us to slow down', {
      advice: 'throttled',
      retryAfterMs: (error.response.retryAfter ?? 2) * 1_000,
    });
  if (error instanceof HttpResponseError) {
    const { code } = error.response;
    if (code === 401 || code === 402 || code === 403 || code === 404 || code === 423)
      return new ShopifyFailed(`Shopify answered ${code}`, { advice: 'unreadable', cause: error });
    return new ShopifyFailed(`Shopify answered ${code}`, { advice: 'retry', cause: error });
  }
  if (error instanceof GraphqlQueryError) {
    const errors =
      (
        error.body?.errors as
          { graphQLErrors?: { message?: string; extensions?: { code?: string } }[] } | undefined
      )?.graphQLErrors ?? [];
    const cost = costOf(error.body?.extensions);
    if (errors.some((each) => each.extensions?.code === 'THROTTLED')) {
      const missing = cost ? Math.max(cost.requested - cost.available, 50) : 100;
      return new ShopifyFailed('Shopify throttled the query', {
        advice: 'throttled',
        retryAfterMs: Math.ceil((missing / (cost?.restoreRate ?? 50)) * 1_000),
      });
    }
    return new ShopifyFailed(
      `Shopify refused the query: ${errors.map((each) => each.message).join(' ') || error.message}`,
      { advice: 'wrong', cause: error },
    );
  }
  return new ShopifyFailed('Shopify gave no answer', { advice: 'retry', cause: error });
}
