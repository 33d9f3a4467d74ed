// The log: structured lines that cannot print a secret, whatever they are given.
import { pino } from 'pino';
import { env } from '../env.server.ts';

const secretKey = /token|secret|authorization|cookie|psid|password|proof|body|text|code_verifier/i;
const names =
  'access_token|appsecret_proof|id_token|hmac|input_token|fb_exchange_token|client_secret|refresh_token';
/** What cannot be anything else, wherever it stands. */
const secretShape =
  /\b(?:shp(?:at|ss|ca|rt|ua)_[\w-]+|EAA[\w-]{8,}|ey[\w-]+\.[\w-]+\.[\w-]+|Bearer\s+\S+)|(?<=:\/\/)[^\s/@]+:[^\s/@]+(?=@)/gi;
/** What its name gives away: in an address, a form, or JSON text. */
const secretValue = new RegExp(
  `((?:\\b(?:${names})|[?&]code)=)[^&\\s"]+|("[\\w-]*(?:${names}|token|secret|psid)"\\s*:\\s*)"[^"]*"`,
  'gi',
);
const known = [
  env.SHOPIFY_API_SECRET,
  env.SHOPIFY_API_SECRET_OLD,
  env.META_APP_SECRET,
  env.META_VERIFY_TOKEN,
  env.SEALING_KEY,
  env.SEALING_KEY_OLD,
  env.DATABASE_URL,
  env.DATABASE_DIRECT_URL,
]
  .filter((value): value is string => value !== undefined && value.length >= 6)
  .flatMap((value) => [value, encodeURIComponent(value)]);

/** `text` with every known secret and everything of a secret's shape taken out. */
export function scrub(text: string): string {
  const unknown = known.reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), text);
  return unknown
    .replace(secretShape, '[secret]')
    .replace(secretValue, (_all, query: string | undefined, json: string | undefined) =>
      query === undefined ? `${json}"[secret]"` : `${query}[secret]`,
    );
}

/** Prisma prints the arguments of a call that was wrong, whoever they tell of; its last paragraph says what was wrong. */
const gist = ({ name, message }: Error): string =>
  name.startsWith('PrismaClient') ? (message.trim().split('\n\n').at(-1) ?? '') : message;

function clean(value: unknown, key = '', depth = 0): unknown {
  if (value === null || value === undefined || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (secretKey.test(key)) return '[secret]';
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'string') return scrub(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth > 4) return `[${typeof value}]`;
  if (value instanceof Error)
    return {
      name: value.name,
      message: scrub(gist(value)),
      stack: scrub((value.stack ?? '').replace(value.message, () => gist(value))),
      cause: clean(value.cause, 'cause', depth + 1),
    };
  if (typeof value !== 'object' || ArrayBuffer.isView(value)) return `[${typeof value}]`;
  if (Array.isArray(value)) return value.slice(0, 50).map((item) => clean(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [scrub(name), clean(item, name, depth + 1)]),
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
