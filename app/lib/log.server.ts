// The log: structured lines that cannot print a secret, whatever they are given.
import { pino } from 'pino';
import { env } from '../env.server.ts';

const secretKey = /token|secret|authorization|cookie|psid|password|proof|body|text|code_verifier/i;
const secretShape =
  /\b(shp(at|ss|ca|rt|ua)_[\w-]+|EAA[\w-]{8,}|ey[\w-]+\.[\w-]+\.[\w-]+|Bearer\s+\S+)|([?&](access_token|appsecret_proof|code|id_token|hmac|input_token|fb_exchange_token|client_secret)=)[^&\s"]+/gi;
const known = [
  env.SHOPIFY_API_SECRET,
  env.SHOPIFY_API_SECRET_OLD,
  env.META_APP_SECRET,
  env.META_VERIFY_TOKEN,
  env.SEALING_KEY,
  env.SEALING_KEY_OLD,
  env.DATABASE_URL,
  env.DATABASE_DIRECT_URL,
].filter((value): value is string => value !== undefined && value.length >= 6);

/** `text` with every known secret and everything of a secret's shape taken out. */
export function scrub(text: string): string {
  const shaped = text.replace(secretShape, (_all, _bare, _prefix, query) =>
    query === undefined ? '[secret]' : `${query}[secret]`,
  );
  return known.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), shaped);
}

function clean(value: unknown, key = '', depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (secretKey.test(key)) return '[secret]';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return scrub(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Error)
    return {
      name: value.name,
      message: scrub(value.message),
      stack: scrub(value.stack ?? ''),
      cause: clean(value.cause, 'cause', depth + 1),
    };
  if (depth > 4 || typeof value !== 'object' || ArrayBuffer.isView(value)) return `[${typeof value}]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => clean(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, clean(item, name, depth + 1)]),
  );
}

const out = pino({ level: env.LOG_LEVEL, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });

type Fields = Record<string, unknown>;
const write =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (event: string, fields: Fields = {}) =>
    out[level](clean(fields) as object, scrub(event));

/** `log.info('restock opened', { shopId, variantId })`: an event in plain words, and ids. */
export const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
