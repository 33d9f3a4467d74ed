// The log: structured lines without secrets, bounded in length and number.
import { pino } from 'pino';
import { env } from '../env.server.ts';
import { MINUTE } from './clock.ts';

type Turn = { write: boolean; /** Lines left out since the last one that was written. */ omitted: number };

/** Events have fixed names; should one ever carry a value, the counts are begun anew instead of growing. */
const MOST_EVENTS = 1_000;

/** `now`: milliseconds of any clock that only goes forward. */
export function createLogLimit({
  perMinute,
}: {
  perMinute: number;
}): (given: { event: string; now: number }) => Turn {
  const counts = new Map<string, { until: number; written: number; omitted: number }>();
  return ({ event, now }) => {
    let count = counts.get(event);
    if (count === undefined || count.until <= now) {
      if (counts.size >= MOST_EVENTS) counts.clear();
      count = { until: now + MINUTE, written: 0, omitted: count?.omitted ?? 0 };
      counts.set(event, count);
    }
    if (count.written >= perMinute) {
      count.omitted += 1;
      return { write: false, omitted: count.omitted };
    }
    const { omitted } = count;
    count.written += 1;
    count.omitted = 0;
    return { write: true, omitted };
  };
}

const secretKey = /token|secret|authorization|cookie|psid|password|proof|body|text|code_verifier/i;

// Each of these reads a letter once, which lint makes sure of, and also takes a secret whose end was cut off.
/** What cannot be anything else, wherever it stands. */
const secretShape = /\b(?:shp(?:at|ss|ca|rt|ua)_[\w-]+|EAA[\w-]{8,}|eyJ[\w.-]+)/gi;

const bearer = /\bBearer\s+\S+/gi;

/** Who logs in, and with what, in front of an address's host. */
const credentials = /:\/\/[^\s/@]+@/g;

/** What its name gives away in an address or a form. */
const secretParameter = /(\b(?:\w*_token|appsecret_proof|hmac|client_secret)=|[?&]code=)[^&\s"]+/gi;

/** What its name gives away in JSON text. */
const secretMember = /("[\w-]*(?:token|secret|psid|appsecret_proof|hmac)"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi;

const known = [
  env.SHOPIFY_API_SECRET,
  env.SHOPIFY_API_SECRET_OLD,
  env.META_APP_SECRET,
  env.META_VERIFY_TOKEN,
  env.ENCRYPTION_KEY,
  env.ENCRYPTION_KEY_OLD,
  env.DATABASE_URL,
  env.DATABASE_DIRECT_URL,
]
  .filter((value): value is string => value !== undefined && value.length >= 6)
  .flatMap((value) => [value, encodeURIComponent(value)]);

/** So many characters of one text are printed. */
const LONGEST_TEXT = 2_000;

/** So many more are read, and thrown away afterwards: a secret that stands across the cut is still seen whole. */
const BEYOND = Math.max(512, ...known.map((secret) => secret.length));

/** The first 2,000 characters of `text`, with every known secret and everything of a secret's shape taken out. */
export function scrub(text: string): string {
  const cut = text.length > LONGEST_TEXT + BEYOND;
  const read = cut ? text.slice(0, LONGEST_TEXT + BEYOND) : text;
  const scrubbed = known
    .reduce((rest, secret) => rest.replaceAll(secret, '[secret]'), read)
    .replace(secretShape, '[secret]')
    .replace(bearer, '[secret]')
    .replace(credentials, '://[secret]@')
    .replace(secretParameter, '$1[secret]')
    .replace(secretMember, '$1"[secret]"');
  return cut ? `${scrubbed.slice(0, -BEYOND)} [of ${text.length} characters]` : scrubbed;
}

/** Prisma prints the arguments of a call that was wrong, whoever they tell of; its last paragraph says what was wrong. */
const gist = ({ name, message }: Error): string =>
  name.startsWith('PrismaClient') ? (message.trim().split('\n\n').at(-1) ?? '') : message;

/** Of a list, and of an object's members, so many are printed. */
const MOST_ITEMS = 50;

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
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map((item) => clean(item, key, depth + 1));
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MOST_ITEMS)
      .map(([name, item]) => [scrub(name), clean(item, name, depth + 1)]),
  );
}

const out = pino({ level: env.LOG_LEVEL, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });

const limit = createLogLimit({ perMinute: 60 });

type Fields = Record<string, unknown>;

const write =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (event: string, fields: Fields = {}) => {
    if (!out.isLevelEnabled(level)) return;
    // What goes wrong may go wrong at every request of a stranger.
    const turn = level === 'warn' || level === 'error' ? limit({ event, now: performance.now() }) : undefined;
    if (turn?.write === false) return;
    const omitted = turn === undefined || turn.omitted === 0 ? {} : { omitted: turn.omitted };
    out[level]({ ...(clean(fields) as object), ...omitted }, scrub(event));
  };

/**
 * `log.info('restock opened', { shopId, variantId })`: an event in plain words, and ids. Of one warning or error 60 lines a minute are
 * written; the first line of a later minute says how many were `omitted`.
 */
export const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
