// Shopify's signature on the raw bytes, before anything is read. No session and no network: the library's own check may call out.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { env } from '../env.server.ts';
import { readBody } from '../lib/http.server.ts';
import { parseJson, type Json } from '../lib/json.ts';

export type Delivery = {
  topic: string;
  domain: string;
  webhookId: string;
  triggeredAt: Date;
  payload: { [key: string]: Json };
};

const secrets = [env.SHOPIFY_API_SECRET, env.SHOPIFY_API_SECRET_OLD].filter((secret) => secret !== undefined);

function genuine(raw: Buffer, signature: string): boolean {
  const given = Buffer.from(signature);
  const expected = secrets.map((secret) =>
    Buffer.from(createHmac('sha256', secret).update(raw).digest('base64')),
  );
  return expected.map((each) => each.length === given.length && timingSafeEqual(each, given)).includes(true);
}

/**
 * The delivery, once its signature holds (base64 HMAC-SHA256 of the raw body, https://shopify.dev/docs/apps/build/webhooks/verify-deliveries).
 * @throws a `Response`: 405 not a POST, 413 over 5 MiB, 401 unsigned or forged, 400 signed but no JSON object.
 */
export async function verifyShopifyWebhook({
  request,
  now,
}: {
  request: Request;
  now: Date;
}): Promise<Delivery> {
  if (request.method !== 'POST')
    throw new Response('Webhooks are posted.', { status: 405, headers: { allow: 'POST' } });
  const raw = await readBody(request);
  if (!genuine(raw, request.headers.get('x-shopify-hmac-sha256') ?? ''))
    throw new Response('The signature does not hold.', { status: 401 });
  const triggeredAt = new Date(request.headers.get('x-shopify-triggered-at') ?? now);
  return {
    topic: request.headers.get('x-shopify-topic') ?? '',
    domain: request.headers.get('x-shopify-shop-domain') ?? '',
    webhookId: request.headers.get('x-shopify-webhook-id') ?? '',
    triggeredAt: Number.isNaN(triggeredAt.getTime()) ? now : triggeredAt,
    payload: object(raw),
  };
}

function object(raw: Buffer): Delivery['payload'] {
  try {
    const value = parseJson(raw.toString('utf8'));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch {
    // said below
  }
  throw new Response('The body is signed, but it is not a JSON object.', { status: 400 });
}
