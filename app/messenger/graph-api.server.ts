// Calls Meta's Graph API: version, app secret proof, time limit, errors.
import { createHmac } from 'node:crypto';
import { request } from 'undici';
import type { z } from 'zod';
import { env } from '../env.server.ts';
import { type Json, parseJson } from '../lib/json.ts';
import { scrub } from '../lib/log.server.ts';

const GRAPH_ORIGIN = 'https://graph.facebook.com';

/** No call of ours is alive longer: whoever repeats one after `CALL_SURELY_ENDED_MS` cannot meet the first on its way. */
export const CALL_TIMEOUT_MS = 30_000;

export const CALL_ENDED_AFTER_MS = 60_000;

/** What Meta's headers say of our use of its limits. */
export type Usage = { highestPercent: number; regainMs: number };

export type GraphAnswer =
  | { outcome: 'ok'; data: Json; usage?: Usage }
  | {
      outcome: 'refused';
      status: number;
      code: number;
      subcode?: number;
      /** Meta's own words, scrubbed. */ message: string;
      transient: boolean;
      traceId?: string;
      usage?: Usage;
    }
  /** No answer, or one that can't be read. `began: false`: the call has surely never left. */
  | { outcome: 'lost'; began: boolean; because: string };

export type GraphCall = {
  method: 'GET' | 'POST' | 'DELETE';
  /** After the version, with its leading slash. */ path: string;
  token?: string;
  query?: Record<string, string>;
  /** An object goes as JSON; text goes out exactly as it is. */ body?: object | string;
  timeoutMs?: number;
  signal?: AbortSignal;
};

const proofs = new Map<string, string>();

/** Meta's proof that whoever holds the token also holds the app's secret. */
export function appSecretProof(token: string, secret = env.META_APP_SECRET): string {
  const known = secret === env.META_APP_SECRET ? proofs.get(token) : undefined;
  if (known !== undefined) return known;
  const proof = createHmac('sha256', secret).update(token).digest('hex');
  if (proofs.size > 1_000) proofs.clear();
  if (secret === env.META_APP_SECRET) proofs.set(token, proof);
  return proof;
}

/** Calls Graph once; never throws for what the network or Meta does. */
export async function graph({
  method,
  path,
  token,
  query,
  body,
  timeoutMs = CALL_TIMEOUT_MS,
  signal,
}: GraphCall): Promise<GraphAnswer> {
  const asked = new URLSearchParams(query);
  if (token !== undefined) asked.set('appsecret_proof', appSecretProof(token));
  const search = asked.size > 0 ? `?${asked.toString()}` : '';
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await request(`${GRAPH_ORIGIN}/${env.META_GRAPH_VERSION}${path}${search}`, {
      method,
      headers,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.body.text();
    return read({ status: response.statusCode, text, usage: usageOf(response.headers) });
  } catch (error) {
    return { outcome: 'lost', began: !isCertainlyNotSent(error), because: reasonOf(error) };
  }
}

function read({
  status,
  text,
  usage,
}: {
  status: number;
  text: string;
  usage: Usage | undefined;
}): GraphAnswer {
  let data: Json;
  try {
    data = parseJson(text);
  } catch {
    return { outcome: 'lost', began: true, because: `status ${status} without JSON` };
  }
  const seen = usage === undefined ? {} : { usage };
  const error = isObject(data) ? data.error : undefined;
  if (isObject(error)) {
    const subcode = numberOf(error.error_subcode);
    return {
      outcome: 'refused',
      status,
      code: numberOf(error.code) ?? 0,
      ...(subcode === undefined ? {} : { subcode }),
      message: scrub(typeof error.message === 'string' ? error.message : ''),
      transient: error.is_transient === true,
      ...(typeof error.fbtrace_id === 'string' ? { traceId: error.fbtrace_id } : {}),
      ...seen,
    };
  }
  if (status < 200 || status >= 300)
    return { outcome: 'lost', began: true, because: `status ${status} without an error` };
  return { outcome: 'ok', data, ...seen };
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const numberOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' ? value : typeof value === 'string' && value !== '' ? Number(value) : undefined;

/** Names of failures that happen before the first byte of a request can have left. */
const BEFORE_LEAVING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'CERT_HAS_EXPIRED',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = (error as { code?: unknown }).code;
  const inner = error instanceof AggregateError ? error.errors : [error.cause];
  return [...(typeof own === 'string' ? [own] : []), ...inner.flatMap(codesOf)];
}

const isCertainlyNotSent = (error: unknown): boolean =>
  codesOf(error).some((code) => BEFORE_LEAVING.has(code));

const reasonOf = (error: unknown): string =>
  codesOf(error)[0] ?? (error instanceof Error ? error.name : 'unknown');

type Headers = Record<string, string | string[] | undefined>;

/** The fullest of the limits that Meta's headers name, and how long it says to wait; undefined when it says nothing. */
export function usageOf(headers: Headers): Usage | undefined {
  const app = headers['x-app-usage'];
  const business = headers['x-business-use-case-usage'];
  if (app === undefined && business === undefined) return undefined;
  const limits = [...objectsIn(app), ...objectsIn(business)];
  if (limits.length === 0) return undefined;
  const percents = limits.flatMap((limit) =>
    [limit.call_count, limit.total_time, limit.total_cputime].map((value) => numberOf(value) ?? 0),
  );
  const minutes = limits.map((limit) => numberOf(limit.estimated_time_to_regain_access) ?? 0);
  return { highestPercent: Math.max(0, ...percents), regainMs: Math.max(0, ...minutes) * 60_000 };
}

function objectsIn(header: string | string[] | undefined): { [key: string]: Json }[] {
  if (typeof header !== 'string') return [];
  try {
    const value = parseJson(header);
    if (!isObject(value)) return [];
    const lists = Object.values(value).filter((entry): entry is Json[] => Array.isArray(entry));
    return lists.length > 0 ? lists.flat().filter(isObject) : [value];
  } catch {
    return [];
  }
}

export class MetaApiError extends Error {
  override name = 'MetaApiError';
  /** Meta's code; undefined when no answer came. */
  readonly code: number | undefined;
  readonly subcode: number | undefined;
  constructor({ message, code, subcode }: { message: string; code?: number; subcode?: number }) {
    super(message);
    this.code = code;
    this.subcode = subcode;
  }
}

/** Asks Graph and reads the answer by its shape. @throws {MetaApiError} whose message holds no secret. */
export async function callMeta<Shape extends z.ZodType>({
  shape,
  ...call
}: GraphCall & { shape: Shape }): Promise<z.infer<Shape>> {
  const answer = await graph({ timeoutMs: 10_000, ...call });
  if (answer.outcome === 'lost') throw new MetaApiError({ message: 'Facebook did not answer.' });
  if (answer.outcome === 'refused')
    throw new MetaApiError({
      message: `Facebook refused: ${answer.message || 'without a reason'} (code ${answer.code})`,
      code: answer.code,
      ...(answer.subcode === undefined ? {} : { subcode: answer.subcode }),
    });
  const read = shape.safeParse(answer.data);
  if (!read.success) throw new MetaApiError({ message: 'Facebook answered in a shape that we do not know.' });
  return read.data;
}
