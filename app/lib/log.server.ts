// The log: structured lines without secrets, bounded in length and number.
import { pino } from 'pino';
import { env } from '../env.server.ts';
import { MINUTE } from './clock.ts';

type Turn = { write: boolean; /** Lines left out since the last one that was written. */ omitted: number };

/** Events have fixed names; should one ever carry a value, the counts are started again instead of growing. */
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

/** Every event that is logged, by its name, which stays the same: alerts and searches may rely on it. */
export const LOG_EVENTS = {
  'access_token.client_unknown':
    'Shopify does not know our client id and secret: compare them with the Dev Dashboard.',
  'access_token.reauthorization_required': 'A shop cannot be read until its merchant opens the app.',
  'access_token.renewal_failed': 'The access token of a shop that asks for nothing could not be renewed yet.',
  'audit.failed': 'Rows contradict each other.',
  'availability.check_failed': 'Shopify could not be asked about a variant; the shopper is answered without.',
  'circuit.opened_by_issue': 'An issue of the Page stops its sender; whoever waits keeps their grant.',
  'circuit.opened_by_silence': 'Meta does not answer; the sender waits.',
  'database.warning': 'What to mind about the database that is configured.',
  'encryption.key_unknown': 'What was stored cannot be opened with the keys that are set.',
  'event.answer_failed': 'What a shopper did was saved, and its answer could not be written.',
  'event.failed':
    'An event could not be handled; it is tried again, and kept for the merchant after the last attempt.',
  'events.retried': 'Events that had failed are tried once more.',
  'events.retry_failed': 'Failed events could not be tried again after a release.',
  'facebook_login.failed': 'A Facebook login could not be finished.',
  'flow.failed': 'Shopify Flow could not be called; it is tried again.',
  'flow.refused': 'Shopify Flow refused a trigger.',
  'flow.usage_not_stored': 'Which triggers a shop uses could not be stored; Flow delivers it again.',
  'flow.usage_not_understood': 'Flow said of its triggers what cannot be read.',
  'health.listening': 'The health port listens.',
  'lease.work_failed': 'One piece of work under a lease failed; it is tried again.',
  'lease.work_interrupted': 'Work under a lease failed; another process or round takes it up.',
  'left_out.check_failed': 'Shopify could not be asked which products are left out; none is.',
  'meta_deauthorize.not_stored': 'A deauthorization of Meta could not be stored; Meta is answered 503.',
  'meta_webhook.foreign_page': 'Events of a Page that nobody has connected were let go.',
  'meta_webhook.not_stored': 'Events of Meta could not be stored; Meta is answered 503 and delivers again.',
  'meta_webhook.not_understood': 'A webhook of Meta held parts that are no events.',
  'notification.released': 'Notifications were started and certainly not sent; they may be sent at once.',
  'notification.render_failed': 'A notification could not be written; its shopper keeps waiting.',
  'order.given_up': 'Shopify did not say how the shopper of an order came; it is not attributed.',
  'order_attribution.check_failed': 'Whether orders are attributed could not be settled yet.',
  'order_attribution.off': 'Orders are no longer attributed: the scope was revoked.',
  'order_attribution.on': 'Orders are attributed.',
  'order_attribution.subscribe_failed': 'Shopify does not send orders; it is asked again.',
  'order_attribution.unsubscribe_failed': 'Shopify was not told yet to send no more orders.',
  'orders.read_failed': 'Shopify could not be asked for orders; they are read again later.',
  'page.access_revoked': 'A person took back the app on Facebook.',
  'page.check_failed': 'A Page could not be checked; it is checked again at the next time.',
  'page.connect_failed': 'A Page could not be connected.',
  'page.connected': 'A Page was connected.',
  'page.disconnected': 'A Page was disconnected.',
  'page.render_failed': 'A page could not be rendered.',
  'page.restore_failed': 'What connecting had changed at a Page could not be undone.',
  'page.resubscribed': "Meta had stopped sending a Page's events; they were asked for again.",
  'page.subscription_check_failed': "Whether Meta sends a Page's events could not be checked.",
  'pages.check_failed': 'The Pages could not be checked.',
  'pg_notify.lost':
    'The connection that listens for notifications of PostgreSQL was lost; it is opened again.',
  'pg_notify.unheard':
    'What one connection notifies, another does not hear; due work is looked for once a second.',
  'privacy_request.failed': 'A privacy request could not be carried out yet.',
  'product_search.failed': 'Shopify could not be asked for products; the shopper is answered without.',
  'reconcile.failed': 'A shop could not be reconciled.',
  'reconcile.found_changes': 'Reconciliation found changes that no webhook had reported.',
  'reconcile.probe_failed': 'Reconciliation could not ask Shopify; it goes on later.',
  'reply.given_up': 'A reply was given up, with the reason.',
  'reply.postponed': 'A reply could not be sent now; it is sent later.',
  'reply.reduced': 'A reply is sent again without the part that Meta refused.',
  'reply.refusal_unanswered': 'The answer to a refused Notify Me request could not be written.',
  'reply.refused': 'Meta refused a reply, with its code.',
  'reply.send_failed': 'A reply could not be sent; whether Meta has it is not known.',
  'schedule.job_failed': 'A scheduled job failed; it runs again at its next time.',
  'schedule.queue_failed': 'pg-boss reports an error.',
  'sender.mode_changed': 'A page sender goes from one mode of its state machine to another.',
  'shop.access_unknown': 'Shopify does not say whether a shop still has the app; it is asked again.',
  'shop.access_unknown_for_days':
    'Shopify has not said for days whether a shop still has the app; nothing is sent for it.',
  'shop.details_failed': 'Shopify did not say who a shop is that its merchant has opened.',
  'shop.erased': 'A shop was erased.',
  'shop.installed': 'A shop has installed the app.',
  'shop.uninstall_denied': 'A webhook said that a shop has uninstalled, and Shopify says that it has not.',
  'shop.uninstalled': 'A shop has uninstalled the app.',
  'shopify_address.accepted': "Shopify takes calls from this server's address again.",
  'shopify_address.refused': "Shopify refuses this server's address.",
  'shopify_api.failed': 'Shopify could not be asked; the shop is left alone until the time that is named.',
  'shopify_library.message': "What Shopify's library writes to a log of its own.",
  'shopify_webhook.not_stored':
    'A webhook of Shopify could not be stored; Shopify is answered 503 and delivers again.',
  'shopify_webhook.over_share': 'A shop sends more webhooks than its share; Shopify delivers the rest again.',
  'shopify_webhook.wrong_shop': 'A webhook of Shopify is not about the shop in its header; it was refused.',
  'stock_check.decided': 'A stock check was decided, with its reason.',
  'stock_check.not_stored': 'The result of a stock check could not be stored; it is checked again.',
  'stock_read.too_large': 'Shopify refused a query of stock; it is made smaller.',
  'stock_read.variant_failed': 'A variant could not be read.',
  'storefront.published': "The button's state was published to the storefront.",
  'web.listening': 'The web process listens.',
  'web.request_failed': 'A request failed before Remix had it, or while its answer was written.',
  'web.request_refused': 'A request was refused with a status below 500.',
  'web.route_failed': 'A route failed.',
  'worker.round_failed': 'A round of the worker failed; the next one follows.',
  'worker.started': 'The worker has started.',
  'worker.stopped': 'The worker has stopped.',
} as const;

export type LogEvent = keyof typeof LOG_EVENTS;

const out = pino({ level: env.LOG_LEVEL, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });

const limit = createLogLimit({ perMinute: 60 });

type Fields = Record<string, unknown>;

const write =
  (level: 'debug' | 'info' | 'warn' | 'error') =>
  (event: LogEvent, fields: Fields = {}) => {
    if (!out.isLevelEnabled(level)) return;
    // What goes wrong may go wrong at every request of a stranger.
    const turn = level === 'warn' || level === 'error' ? limit({ event, now: performance.now() }) : undefined;
    if (turn?.write === false) return;
    const omitted = turn === undefined || turn.omitted === 0 ? {} : { omitted: turn.omitted };
    out[level]({ ...(clean(fields) as object), ...omitted }, scrub(event));
  };

/**
 * `log.info('worker.started', { holder })`: a name of LOG_EVENTS, and ids. Of one warning or error 60 lines a minute are written; the first
 * line of a later minute says how many were `omitted`.
 */
export const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
