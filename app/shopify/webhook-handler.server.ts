// Handles a Shopify webhook: signature on the raw bytes, shop, its turn among others, then the module that stores it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Tx, webhookDb } from '../db.server.ts';
import { env } from '../env.server.ts';
import { SECOND, systemClock } from '../lib/clock.ts';
import { readBody, storeOr503 } from '../lib/http.server.ts';
import { idNumber, type Json, parseJson } from '../lib/json.ts';
import { log } from '../lib/log.server.ts';
import { type Shop, shopNamed } from './shops.server.ts';

/** So many at once of a shop that is alone; of each shop while there are several; and of the one shop that floods. */
const AT_ONCE = { alone: 8, among: 2, flooding: 1 };

/** So long after its last webhook another shop still counts as being there. */
const OTHERS_STAY_MS = 5 * SECOND;

/** A shop floods when for so long there was always one more of its webhooks waiting. */
const FLOOD_MS = 250;

/** The shop that floods rests after each webhook for as long as that took; no longer than this, if it is the database that is slow. */
const LONGEST_REST_MS = 50;

/** Shopify gives up after 5 s and delivers again: nobody hears an answer that comes later. */
const LONGEST_WAIT_MS = 4 * SECOND;

/** `since`: for how long there has always been somebody waiting; null: nobody is. */
type Queue = { atWork: number; resting: boolean; waiting: (() => void)[]; since: number | null };

/**
 * Runs `work` in the turn of `key`; 'full' when `waiting` others of that key wait already, or its turn came too late. When several keys have
 * more than can be handled, none of them is the one that floods: then each has its turn, without rests.
 * @param now in milliseconds; `rest` waits so many.
 */
export function createShares({
  waiting,
  now = () => performance.now(),
  rest = pause,
}: {
  waiting: number;
  now?: () => number;
  rest?: (ms: number) => Promise<unknown>;
}): <T>(given: { key: string; work: () => Promise<T> }) => Promise<T | 'full'> {
  const queues = new Map<string, Queue>();
  /** The key that was here last, and the last one before it that was another. */
  let latest = { key: '', at: -Infinity };
  let before = latest;

  function loadOf(key: string, queue: Queue): keyof typeof AT_ONCE {
    if ((latest.key === key ? before : latest).at < now() - OTHERS_STAY_MS) return 'alone';
    const piling = [...queues.values()].filter(({ since }) => since !== null && since <= now() - FLOOD_MS);
    return piling.length === 1 && piling[0] === queue ? 'flooding' : 'among';
  }

  function proceed(key: string, queue: Queue): void {
    while (!queue.resting && queue.waiting.length > 0 && queue.atWork < AT_ONCE[loadOf(key, queue)]) {
      queue.atWork += 1;
      queue.waiting.shift()!();
    }
    queue.since = queue.waiting.length > 0 ? (queue.since ?? now()) : null;
    if (queue.atWork === 0 && queue.since === null && !queue.resting) queues.delete(key);
  }

  return async ({ key, work }) => {
    if (latest.key !== key) before = latest;
    latest = { key, at: now() };
    const queue = queues.get(key) ?? { atWork: 0, resting: false, waiting: [], since: null };
    if (queue.waiting.length >= waiting) return 'full';
    queues.set(key, queue);
    const arrived = now();
    await new Promise<void>((resolve) => {
      queue.waiting.push(resolve);
      proceed(key, queue);
    });
    const began = now();
    try {
      return began - arrived > LONGEST_WAIT_MS ? 'full' : await work();
    } finally {
      queue.atWork -= 1;
      const took = now() - began;
      if (loadOf(key, queue) === 'flooding' && took > 0 && !queue.resting) {
        queue.resting = true;
        void rest(Math.min(took, LONGEST_REST_MS)).then(() => {
          queue.resting = false;
          proceed(key, queue);
        });
      }
      proceed(key, queue);
    }
  };
}

/** A delivery whose signature holds. The signature is the body's alone: what stands in the headers (topic, shop, times) nobody has signed. */
export type Signed = {
  topic: string;
  domain: string;
  /** Never in the future. */
  triggeredAt: Date;
  body: Buffer;
};

export type Payload = { [key: string]: Json };

export type Delivery = Omit<Signed, 'body'> & { payload: Payload };

const secrets = [env.SHOPIFY_API_SECRET, env.SHOPIFY_API_SECRET_OLD].filter((secret) => secret !== undefined);

function isAuthentic(raw: Buffer, signature: string): boolean {
  const given = Buffer.from(signature);
  const expected = secrets.map((secret) =>
    Buffer.from(createHmac('sha256', secret).update(raw).digest('base64')),
  );
  return expected.map((each) => each.length === given.length && timingSafeEqual(each, given)).includes(true);
}

/** The answer to a delivery that is not what it says it is. */
const refused = (text: string): Response =>
  new Response(text, { status: 401, headers: { connection: 'close' } });

/**
 * The delivery, once its signature holds (base64 HMAC-SHA256 of the raw body, https://shopify.dev/docs/apps/build/webhooks/verify-deliveries).
 * What has no signature, or none that can be one, is refused before its body is read.
 * @throws a `Response`: 405 not a POST, 401 unsigned or forged, and what `readBody` throws (413 over 5 MiB).
 */
export async function verifyShopifyWebhook({
  request,
  now,
}: {
  request: Request;
  now: Date;
}): Promise<Signed> {
  if (request.method !== 'POST')
    throw new Response('Webhooks are posted.', { status: 405, headers: { allow: 'POST' } });
  const signature = request.headers.get('x-shopify-hmac-sha256') ?? '';
  if (!/^[A-Za-z0-9+/]{43}=$/.test(signature)) throw refused('There is no signature.');
  const body = await readBody(request);
  if (!isAuthentic(body, signature)) throw refused('The signature does not hold.');
  const triggeredAt = new Date(request.headers.get('x-shopify-triggered-at') ?? now);
  return {
    topic: request.headers.get('x-shopify-topic') ?? '',
    domain: request.headers.get('x-shopify-shop-domain') ?? '',
    triggeredAt: triggeredAt < now ? triggeredAt : now,
    body,
  };
}

/** What a signed body says. @throws a `Response`: 400 when it is no JSON object. */
export function payloadOf({ body }: Pick<Signed, 'body'>): Payload {
  try {
    const value = parseJson(body.toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new Response('The body is signed, but it is not a JSON object.', { status: 400 });
}

type Naming = {
  /** The member that holds the shop's myshopify.com name, and the one that holds its id (a number or a GID). */
  domain?: string;
  id: string;
  /** A member that tells the topic from the others that name a shop in the same way, and one that it never has. */
  has?: string;
  lacks?: string;
};

/**
 * The topics whose bodies name their shop (https://shopify.dev/docs/api/webhooks). Every other delivery may at most ask for a check of rows
 * that its shop has: whoever holds one genuine body can put any headers around it.
 */
const NAMING: Record<string, Naming> = {
  'app/uninstalled': { domain: 'myshopify_domain', id: 'id' },
  'shop/update': { domain: 'myshopify_domain', id: 'id' },
  'app/scopes_update': { id: 'shop_id', has: 'current' },
  'customers/data_request': { domain: 'shop_domain', id: 'shop_id', has: 'data_request' },
  'customers/redact': { domain: 'shop_domain', id: 'shop_id', has: 'customer', lacks: 'data_request' },
  'shop/redact': { domain: 'shop_domain', id: 'shop_id', lacks: 'customer' },
};

/**
 * Whether the body is about the shop, and of the kind, that the headers say; true for topics whose body names no shop. `shopId`: whose name
 * the header gives, where we know it.
 */
function isSameShop({
  delivery: { topic, domain, payload },
  shopId,
}: {
  delivery: Delivery;
  shopId: bigint | undefined;
}): boolean {
  const naming = NAMING[topic];
  if (naming === undefined) return true;
  const id = idNumber(payload[naming.id]);
  return (
    (naming.domain === undefined || payload[naming.domain] === domain) &&
    id !== undefined &&
    (shopId === undefined || id === shopId) &&
    (naming.has === undefined || Object.hasOwn(payload, naming.has)) &&
    (naming.lacks === undefined || !Object.hasOwn(payload, naming.lacks))
  );
}

/** `shop` is null when the shop is unknown or has left: its webhook is answered and forgotten. */
export type StoredDelivery = { tx: Tx; shop: Shop | null; delivery: Delivery; now: Date };

/** For whoever opens a webhook's address in a browser; Remix itself would call that a fault of the server. */
export const onlyPosted = (): Response =>
  new Response('Webhooks are posted.', { status: 405, headers: { allow: 'POST' } });

/** So many deliveries of one shop wait in this process; Shopify brings the others again. */
const share = createShares({ waiting: 256 });

/**
 * Answers 200 once `keep` has committed, 503 when it could not or the shop has sent too much at once (Shopify tries again: 8 times over
 * 4 h), 401 when its body is about another shop, and what verifyShopifyWebhook and payloadOf throw when it is not genuine.
 */
export async function handleShopifyWebhook({
  request,
  keep,
}: {
  request: Request;
  keep: (kept: StoredDelivery) => Promise<void>;
}): Promise<Response> {
  const now = systemClock();
  const { body, ...signed } = await verifyShopifyWebhook({ request, now });
  const { topic, domain } = signed;
  const stored = () =>
    storeOr503(
      async () => {
        const delivery = { ...signed, payload: payloadOf({ body }) };
        await webhookDb.$transaction(async (tx) => {
          const shop = await shopNamed({ tx, domain });
          if (!isSameShop({ delivery, shopId: shop?.id })) {
            log.warn('shopify_webhook.wrong_shop', { topic, domain });
            throw refused('The body is not about this shop.');
          }
          await keep({ tx, shop: shop?.uninstalledAt === null ? shop : null, delivery, now });
        });
      },
      (error) => log.error('shopify_webhook.not_stored', { topic, domain, error }),
    );
  const answer = await share({ key: domain, work: stored });
  if (answer !== 'full') return answer;
  log.warn('shopify_webhook.over_share', { domain });
  return new Response('Too many at once; please deliver again.', {
    status: 503,
    headers: { 'retry-after': '5' },
  });
}
