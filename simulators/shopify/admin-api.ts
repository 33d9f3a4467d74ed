// The entry of the Admin GraphQL API: who calls, with what right, at what price; then the answer as Shopify would send it.
import { randomUUID } from 'node:crypto';
import {
  getOperationAST,
  getVariableValues,
  GraphQLError,
  parse,
  validate,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';
import { answer } from './admin-answer.ts';
import { createBuckets, STANDARD, type BucketSize } from './bucket.ts';
import type { Shop } from './shop-state.ts';
import { adminSchema, isVersion, type Version } from './schema.ts';
import { MAX_QUERY_COST, queryCost } from './query-cost.ts';
import { watchForWaste } from './wasted-calls.ts';
import type { Store } from './store.ts';
import type { Tokens } from './tokens.ts';

const MAX_INPUT_ARRAY = 250;
const MAX_REMEMBERED = 200;

type Asked = { query: string; variables: Record<string, unknown>; operationName?: string };
type Reply = { data?: unknown; errors?: unknown; extensions?: unknown };

const json = ({ body, status = 200, version }: { body: Reply; status?: number; version?: string }) =>
  new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'x-request-id': randomUUID(),
      ...(version && { 'x-shopify-api-version': version }),
    },
  });

const refusal = ({ message, ...extensions }: { message: string; code: string; [key: string]: unknown }) =>
  new GraphQLError(message, { extensions }).toJSON();

export type AdminLogEntry = {
  at: Date;
  shop: string;
  version: string;
  operation: string | null;
  status: number;
  requestedCost: number | null;
  errors: string[];
};

export function createAdminApi({
  store,
  tokens,
  now,
  optionalScopes,
  wait,
}: {
  store: Store;
  tokens: Tokens;
  now: () => Date;
  optionalScopes: string[];
  wait: (ms: number) => Promise<void>;
}) {
  let size: BucketSize = STANDARD;
  const sizes = new Map<string, BucketSize>();
  let dearness = 1;
  const sizeOf = (key: string) => sizes.get(key.slice(key.indexOf('@') + 1)) ?? size;
  const buckets = createBuckets({ now, sizeOf });
  const waste = watchForWaste({ now, sizeOf });
  const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();
  const log: AdminLogEntry[] = [];

  /** The same few queries come all day, and validating against 3,500 types is the dearest part of each. */
  function read({ query, schema, version }: { query: string; schema: GraphQLSchema; version: Version }) {
    const key = `${version} ${query}`;
    const known = documents.get(key);
    if (known) return known;
    let result: DocumentNode | readonly GraphQLError[];
    try {
      const document = parse(query);
      const errors = validate(schema, document);
      result = errors.length > 0 ? errors : document;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      result = [error];
    }
    if (documents.size >= MAX_REMEMBERED) documents.clear();
    documents.set(key, result);
    return result;
  }

  async function run({
    asked,
    version,
    shop,
    installation,
    answerMs,
  }: {
    asked: Asked;
    version: Version;
    shop: Shop;
    installation: Shop['installations'][number];
    answerMs: number;
  }): Promise<Reply & { requestedCost?: number }> {
    const admin = adminSchema(version);
    const { schema } = admin;
    const document = read({ query: asked.query, schema, version });
    if (!('kind' in document)) return { errors: document.map((error) => error.toJSON()) };
    const operation = getOperationAST(document, asked.operationName);
    if (!operation) {
      const message = asked.operationName
        ? `No operation named "${asked.operationName}"`
        : 'An operation name is required';
      return { errors: [refusal({ message, code: 'BAD_REQUEST' })] };
    }
    const given = getVariableValues(schema, operation.variableDefinitions ?? [], asked.variables);
    if (given.errors) return { errors: given.errors.map((error) => error.toJSON()) };
    const variables = given.coerced;
    const longest = longestArray(variables);
    if (longest > MAX_INPUT_ARRAY) {
      const message = `The input array size of ${longest} is greater than the maximum allowed of ${MAX_INPUT_ARRAY}.`;
      return { errors: [refusal({ message, code: 'MAX_INPUT_SIZE_EXCEEDED' })] };
    }

    const priced = { schema, document, operation, variables };
    const requestedQueryCost = Math.ceil(queryCost(priced) * dearness);
    if (requestedQueryCost > MAX_QUERY_COST) {
      const error = refusal({
        message: `Query cost is ${requestedQueryCost}, which exceeds the single query max cost limit (${MAX_QUERY_COST}).`,
        code: 'MAX_COST_EXCEEDED',
        cost: requestedQueryCost,
        maxCost: MAX_QUERY_COST,
        documentation: 'https://shopify.dev/api/usage/rate-limits',
      });
      return { errors: [error], requestedCost: requestedQueryCost };
    }
    const key = bucketKey({ shop: shop.domain, apiKey: installation.apiKey });
    const cost = (actualQueryCost: number | null) => ({
      cost: { requestedQueryCost, actualQueryCost, throttleStatus: buckets.status(key) },
    });
    if (!buckets.take({ key, points: requestedQueryCost })) {
      waste.refused({ key, operation });
      return { ...throttled(), extensions: cost(null), requestedCost: requestedQueryCost };
    }
    if (answerMs > 0) await wait(answerMs);
    const result = await answer({
      admin,
      document,
      operation,
      variables,
      context: { store, shop, installation, optionalScopes, now: now() },
    });
    const actualQueryCost = Math.ceil(queryCost({ ...priced, data: result.data ?? null }) * dearness);
    buckets.giveBack({ key, points: requestedQueryCost - actualQueryCost });
    waste.answered({ key, operation, asked, data: result.data, points: actualQueryCost });
    return {
      data: result.data,
      ...(result.errors && { errors: result.errors.map((error) => error.toJSON()) }),
      extensions: cost(actualQueryCost),
      requestedCost: requestedQueryCost,
    };
  }

  async function handle({
    request,
    shop,
    version,
    throttle,
    answerMs = 0,
  }: {
    request: Request;
    shop: Shop;
    version: string;
    throttle: boolean;
    /** Between the question, when its price is taken, and the answer, when the rest comes back. */
    answerMs?: number;
  }): Promise<Response> {
    if (request.method !== 'POST' || !isVersion(version))
      return json({ body: { errors: 'Not Found' }, status: 404 });
    const refuse = ({ status, errors }: { status: number; errors: string }) => {
      log.push({
        at: now(),
        shop: shop.domain,
        version,
        operation: null,
        status,
        requestedCost: null,
        errors: [errors],
      });
      return json({ body: { errors }, status, version });
    };
    const caller = tokens.identify({
      shop: shop.domain,
      accessToken: request.headers.get('x-shopify-access-token') ?? '',
    });
    if (caller.verdict === 'refused') return refuse({ status: 401, errors: UNAUTHORIZED });
    if (caller.verdict === 'too_old') return refuse({ status: 403, errors: NON_EXPIRING });
    const asked = await readAsked(request);
    if (!asked) return refuse({ status: 400, errors: 'Bad Request' });

    const { requestedCost = null, ...body } = throttle
      ? {
          ...throttled(),
          extensions: {
            cost: {
              requestedQueryCost: 100,
              actualQueryCost: null,
              throttleStatus: {
                ...buckets.status(bucketKey({ shop: shop.domain, apiKey: caller.installation.apiKey })),
                currentlyAvailable: 0,
              },
            },
          },
        }
      : await run({ asked, version, shop, installation: caller.installation, answerMs });
    const errors = Array.isArray(body.errors)
      ? body.errors.map((error) => (error as { message: string }).message)
      : [];
    log.push({
      at: now(),
      shop: shop.domain,
      version,
      operation: asked.operationName ?? nameIn(asked.query),
      status: 200,
      requestedCost,
      errors,
    });
    return json({ body, version });
  }

  return {
    handle,
    /** Every call that reached the door, oldest first. */
    calls: (): readonly AdminLogEntry[] => log,
    /** Of one shop, or of all that have none of their own. */
    setBucket({ shop, ...given }: BucketSize & { shop?: string }): void {
      if (shop === undefined) size = given;
      else sizes.set(shop, given);
    },
    /** Shopify's prices may be others than those it has published: so many times as high. */
    setDearness(times: number): void {
      dearness = times;
    },
    /** Leaves so many points in the app's bucket for this shop, as another process of the app would: none, unless said otherwise. */
    drainBucket({ shop, apiKey, to = 0 }: { shop: string; apiKey: string; to?: number }): void {
      buckets.leave({ key: bucketKey({ shop, apiKey }), points: to });
    },
    /** Calls that were spent and from which nothing could be learnt: a test in which there are any has found a fault. */
    wasted: (): readonly string[] => waste.findings,
  };
}

const UNAUTHORIZED = '[API] Invalid API key or access token (unrecognized login or wrong password)';
const NON_EXPIRING =
  '[API] Non-expiring access tokens are no longer accepted for the Admin API. Use expiring offline access tokens.';

const bucketKey = ({ shop, apiKey }: { shop: string; apiKey: string }) => `${apiKey}@${shop}`;

const throttled = () => ({
  errors: [
    refusal({
      message: 'Throttled',
      code: 'THROTTLED',
      documentation: 'https://shopify.dev/api/usage/rate-limits',
    }),
  ],
});

const nameIn = (query: string): string | null => /(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? null;

/** Which operation a request names, for disturbances that are meant for one only. */
export async function operationOf(request: Request): Promise<string | undefined> {
  const asked = await readAsked(request.clone());
  return asked ? (asked.operationName ?? nameIn(asked.query) ?? undefined) : undefined;
}

async function readAsked(request: Request): Promise<Asked | null> {
  const text = await request.text();
  if (request.headers.get('content-type')?.startsWith('application/graphql'))
    return { query: text, variables: {} };
  try {
    const body = JSON.parse(text) as Partial<Asked> | null;
    if (typeof body?.query !== 'string') return null;
    return {
      query: body.query,
      variables: body.variables ?? {},
      operationName: body.operationName ?? undefined,
    };
  } catch {
    return null;
  }
}

function longestArray(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((most, each) => Math.max(most, longestArray(each)), 0);
  return Array.isArray(value) ? Math.max(value.length, inside) : inside;
}
