// Calls Shopify's Admin GraphQL API within the shop's query points; every failure says what to do.
import { GraphqlQueryError, HttpThrottlingError } from '@shopify/shopify-api';
import { db } from '../db.server.ts';
import { type Clock, later, MINUTE, SECOND } from '../lib/clock.ts';
import { log } from '../lib/log.server.ts';
import { nextAttemptAt, wait as realWait, type Wait } from '../lib/retry.ts';
import { accessTokenFor, api, ReauthorizationRequired } from './access-tokens.server.ts';
import { isHttpError, meansAddress, noteStatus, restOfAddress } from './address-status.server.ts';
import { type Bucket, restored, UNKNOWN, waitFor } from './read-plan.ts';

/**
 * What to do: `retry` soon, wait out the `throttled` bucket, wait for the merchant (`unreadable`), mend our own query (`wrong`), or wait for
 * the operator: Shopify refuses the `address` of this server, which says nothing of any shop.
 */
export class ShopifyApiError extends Error {
  advice: 'retry' | 'throttled' | 'unreadable' | 'wrong' | 'address';
  retryAfterMs: number;
  /** Points that Shopify asks for the query, where it was refused for its price; more than it takes for any query: it must be smaller. */
  price: number | undefined;
  constructor(
    message: string,
    {
      advice,
      retryAfterMs = 1_000,
      price,
      cause,
    }: { advice: ShopifyApiError['advice']; retryAfterMs?: number; price?: number; cause?: unknown },
  ) {
    super(message, { cause });
    this.advice = advice;
    this.retryAfterMs = retryAfterMs;
    this.price = price;
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

/** Only the merchant can help a shop whose access cannot be renewed; their visit ends the rest. */
const LONGEST_REST_UNREADABLE_MS = 10 * MINUTE;

/** So much later than stock checks everything else asks again after a failure. */
const AFTER_CHECKS_MS = SECOND;

/**
 * Until when a shop is left alone because Shopify failed; null: it may be asked. Of all that rests stock checks go first: they show
 * whether Shopify answers again.
 */
export function restsUntil({
  shop: { apiRetryAt },
  checks = false,
  now,
}: {
  shop: { apiRetryAt: Date | null };
  checks?: boolean;
  now: Date;
}): Date | null {
  const until = apiRetryAt && later(apiRetryAt, checks ? 0 : AFTER_CHECKS_MS);
  return until !== null && until > now ? until : null;
}

/** What Shopify last asked for a query, by its text and how many ids it names: for callers that do not know the price themselves. */
const prices = new Map<string, number>();

const MOST_PRICES = 1_000;

type Asked = {
  shopId: bigint;
  query: string;
  variables?: Record<string, unknown>;
  /** Points that Shopify will ask for it, where the caller has planned them. */
  price?: number;
  clock: Clock;
  signal?: AbortSignal;
};

/**
 * Runs one operation once the shop's points suffice for it; a 401 is answered by reading the session once more before it is renewed.
 * @param patienceMs how long the points may be waited for, where somebody waits for the answer; else they are not waited for at all.
 * @throws {ShopifyApiError} with advice.
 */
export async function adminGraphql<T>({
  patienceMs = 0,
  wait = realWait,
  signal = AbortSignal.timeout(ANSWER_LIMIT_MS + patienceMs),
  ...asked
}: Asked & { patienceMs?: number; wait?: Wait }): Promise<{ data: T; cost?: Cost }> {
  for (let leftMs = patienceMs; ;) {
    try {
      return await requestOnce<T>({ ...asked, signal });
    } catch (error) {
      if (!(error instanceof ShopifyApiError) || error.advice !== 'throttled' || error.retryAfterMs > leftMs)
        throw error;
      leftMs -= error.retryAfterMs;
      await wait({ ms: error.retryAfterMs, signal });
    }
  }
}

async function requestOnce<T>({
  shopId,
  query,
  variables,
  clock,
  signal,
  ...asked
}: Asked): Promise<{ data: T; cost?: Cost }> {
  const restMs = restOfAddress({ now: clock() });
  if (restMs > 0) throw addressRefused(restMs);
  const shop = await db.shop.findUniqueOrThrow({
    where: { id: shopId },
    select: { domain: true, apiFailures: true },
  });
  const name = `${Array.isArray(variables?.ids) ? variables.ids.length : 0} ${query}`;
  const price = asked.price ?? prices.get(name) ?? 0;
  const missingMs = reservePoints({ shopId, price, now: clock() });
  if (missingMs > 0)
    throw new ShopifyApiError('Shopify would throttle the query', {
      advice: 'throttled',
      retryAfterMs: missingMs,
    });
  const ended = (extensions: unknown): Cost | undefined => {
    const cost = costOf(extensions);
    recordPoints({ shopId, price, cost, now: clock() });
    if (prices.size > MOST_PRICES) prices.clear();
    if (cost) prices.set(name, cost.requested);
    return cost;
  };
  try {
    const answer = await request({ domain: shop.domain, query, variables, clock, signal });
    await noteStatus({ domain: shop.domain, clock });
    if (shop.apiFailures > 0)
      await db.shop.updateMany({ where: { id: shopId }, data: { apiFailures: 0, apiRetryAt: null } });
    return { data: answer.data as T, cost: ended(answer.extensions) };
  } catch (error) {
    ended(error instanceof GraphqlQueryError ? error.body?.extensions : undefined);
    await noteStatus({ domain: shop.domain, clock, error });
    const failed = failure(error);
    if (failed.advice === 'wrong' || failed.advice === 'address' || failed.price !== undefined) throw failed;
    throw await rested({ shopId, failed, failures: shop.apiFailures + 1, now: clock() });
  }
}

/** Shopify does not answer for this shop: it is left alone for a while by all. @returns the failure, with how long. */
async function rested({
  shopId,
  failed,
  failures,
  now,
}: {
  shopId: bigint;
  failed: ShopifyApiError;
  failures: number;
  now: Date;
}): Promise<ShopifyApiError> {
  const apiRetryAt = nextAttemptAt({
    attempt: failures,
    retryAfterMs: failed.retryAfterMs,
    ...(failed.cause instanceof ReauthorizationRequired ? { longestMs: LONGEST_REST_UNREADABLE_MS } : {}),
    now,
  });
  await db.shop.updateMany({ where: { id: shopId }, data: { apiFailures: failures, apiRetryAt } });
  failed.retryAfterMs = apiRetryAt.getTime() - now.getTime();
  log.warn('shopify_api.failed', {
    shopId,
    advice: failed.advice,
    until: apiRetryAt,
    error: failed,
  });
  return failed;
}

async function request({
  domain,
  query,
  variables,
  clock,
  signal,
}: Omit<Asked, 'shopId' | 'price'> & { domain: string }): Promise<{ data?: unknown; extensions?: unknown }> {
  let refused: string | undefined;
  for (;;) {
    const session = await accessTokenFor({ domain, clock, refused });
    try {
      return await new api.clients.Graphql({ session }).request(query, { variables, retries: 0, signal });
    } catch (error) {
      const status = isHttpError(error) ? error.response.code : undefined;
      if (status !== 401 || refused !== undefined) throw error;
      refused = session.accessToken;
    }
  }
}

const addressRefused = (retryAfterMs: number, cause?: unknown) =>
  new ShopifyApiError('Shopify refuses the address of this server', {
    advice: 'address',
    retryAfterMs,
    cause,
  });

function failure(error: unknown): ShopifyApiError {
  if (error instanceof ShopifyApiError) return error;
  if (error instanceof ReauthorizationRequired)
    return new ShopifyApiError(error.message, { advice: 'unreadable', cause: error });
  if (error instanceof HttpThrottlingError)
    return new ShopifyApiError('Shopify asks us to slow down', {
      advice: 'throttled',
      retryAfterMs: (error.response.retryAfter ?? 2) * 1_000,
    });
  if (isHttpError(error)) {
    const { code } = error.response;
    if (meansAddress(error)) return addressRefused(SECOND, error);
    if (code === 401 || code === 402 || code === 403 || code === 404 || code === 423)
      return new ShopifyApiError(`Shopify answered ${code}`, { advice: 'unreadable', cause: error });
    return new ShopifyApiError(`Shopify answered ${code}`, { advice: 'retry', cause: error });
  }
  if (error instanceof GraphqlQueryError) {
    const errors =
      (
        error.body?.errors as
          | { graphQLErrors?: { message?: string; extensions?: { code?: string; cost?: number } }[] }
          | undefined
      )?.graphQLErrors ?? [];
    const cost = costOf(error.body?.extensions);
    if (errors.some((each) => each.extensions?.code === 'THROTTLED')) {
      const missing = cost ? Math.max(cost.requested - cost.available, 50) : 100;
      return new ShopifyApiError('Shopify throttled the query', {
        advice: 'throttled',
        retryAfterMs: Math.ceil((missing / (cost?.restoreRate ?? 50)) * 1_000),
        price: cost?.requested,
      });
    }
    return new ShopifyApiError(
      `Shopify refused the query: ${errors.map((each) => each.message).join(' ') || error.message}`,
      {
        advice: 'wrong',
        price: errors.find((each) => each.extensions?.code === 'MAX_COST_EXCEEDED')?.extensions?.cost,
        cause: error,
      },
    );
  }
  return new ShopifyApiError('Shopify gave no answer', { advice: 'retry', cause: error });
}

/** `underWay`: points of our calls that were not answered yet; they are taken from what Shopify says with another call's answer. */
type ShopBudget = { bucket: Bucket; at: Date; underWay: number };

/** Per shop, lost on a restart, which does no harm: Shopify says it again with every answer. */
const buckets = new Map<bigint, ShopBudget>();

const MOST_SHOPS = 10_000;

const stateOf = ({ shopId, now }: { shopId: bigint; now: Date }): ShopBudget =>
  buckets.get(shopId) ?? { bucket: UNKNOWN, at: now, underWay: 0 };

/** The shop's bucket now; `UNKNOWN` until Shopify has spoken of it. */
export function bucketOf({ shopId, now }: { shopId: bigint; now: Date }): Bucket {
  const { bucket, at } = stateOf({ shopId, now });
  return restored({ bucket, ms: now.getTime() - at.getTime() });
}

/**
 * Takes a call's price out of the bucket, as Shopify does before it runs a query.
 * @returns 0, or after how many ms there will be enough: then nothing was taken, and the call is not to be sent now.
 */
function reservePoints({ shopId, price, now }: { shopId: bigint; price: number; now: Date }): number {
  const bucket = bucketOf({ shopId, now });
  const waitMs = waitFor({ bucket, points: price });
  if (waitMs > 0) return waitMs;
  const { underWay } = stateOf({ shopId, now });
  if (buckets.size >= MOST_SHOPS && !buckets.has(shopId)) buckets.clear();
  buckets.set(shopId, {
    bucket: { ...bucket, available: bucket.available - price },
    at: now,
    underWay: underWay + price,
  });
  return 0;
}

/** The call for which `price` was taken has ended; `cost` is what Shopify said with its answer, of all processes' calls. */
function recordPoints({
  shopId,
  price,
  cost,
  now,
}: {
  shopId: bigint;
  price: number;
  cost: Cost | undefined;
  now: Date;
}): void {
  const kept = stateOf({ shopId, now });
  const underWay = Math.max(0, kept.underWay - price);
  if (cost === undefined) {
    buckets.set(shopId, { ...kept, underWay });
    return;
  }
  const { available, maximum, restoreRate } = cost;
  buckets.set(shopId, {
    bucket: { available: Math.max(0, available - underWay), maximum, restoreRate },
    at: now,
    underWay,
  });
}
