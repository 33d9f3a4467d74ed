// The whole of Shopify that the app talks to, in one piece: a shop's memory, its Admin API, its tokens, and its webhooks.
import { randomUUID } from 'node:crypto';
import { createAdminApi, operationOf } from './admin-api.ts';
import { createAllowlist, notAllowed } from './allowlist.ts';
import type { Subscription } from './app-config.ts';
import { ConnectionLost, createDisturbances, type Disturbance } from './disturbances.ts';
import { createFlow } from './flow.ts';
import { mintSessionToken } from './session-token.ts';
import { createStore } from './store.ts';
import { createTokens } from './tokens.ts';
import { createWebhooks } from './webhooks.ts';

export type Shopify = ReturnType<typeof createShopify>;

type Customer = { id: bigint; email?: string; phone?: string };

/** Shopify waits this long after an uninstall before it asks for the shop's data to be erased. */
const REDACT_AFTER_MS = 48 * 3_600_000;

const notFound = () =>
  new Response(JSON.stringify({ errors: 'Not Found' }), {
    status: 404,
    headers: { 'content-type': 'application/json' },
  });

export function createShopify({
  now,
  send,
  apiKey,
  apiSecret,
  scopes,
  optionalScopes = [],
  subscriptions,
  apiVersion = '2026-07',
  random = Math.random,
  wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}: {
  now: () => Date;
  /** Carries a webhook to the app. */
  send: (request: Request) => Promise<Response>;
  apiKey: string;
  apiSecret: string;
  scopes: string[];
  optionalScopes?: string[];
  subscriptions: Subscription[];
  apiVersion?: string;
  random?: () => number;
  wait?: (ms: number) => Promise<void>;
}) {
  let secrets = [apiSecret];
  const apiSecrets = () => secrets;
  const store = createStore({ now });
  const tokens = createTokens({ store, now, apiKey, apiSecrets });
  const admin = createAdminApi({ store, tokens, now, optionalScopes, wait });
  const flow = createFlow({ store, now, send, apiSecrets });
  const disturbances = createDisturbances();
  const allowlist = createAllowlist();
  let refusedByAddress = 0;
  const webhooks = createWebhooks({
    store,
    now,
    send,
    apiKey,
    apiVersion,
    apiSecrets,
    subscriptions,
    random,
  });

  function comply({
    shop,
    topic,
    body,
    afterMs = 0,
  }: {
    shop: string;
    topic: string;
    body: Record<string, unknown>;
    afterMs?: number;
  }): void {
    const head = { shop_id: store.shop(shop).id, shop_domain: shop };
    const subject = { kind: 'gone' as const, body: { ...head, ...body } };
    const triggeredAt = new Date(now().getTime() + afterMs);
    webhooks.enqueue({ announcement: { shop, topic, subject, eventId: randomUUID(), triggeredAt }, afterMs });
  }

  const disturbed = async ({
    met,
    answer,
  }: {
    met: Disturbance[];
    answer: (given: { throttle: boolean; answerMs: number }) => Promise<Response>;
  }): Promise<Response> => {
    const answerMs = met.reduce((sum, each) => sum + (each.kind === 'slow' ? each.ms : 0), 0);
    if (met.some((each) => each.kind === 'drop_request')) throw new ConnectionLost('The call never arrived');
    const refusal = met.find((each) => each.kind === 'refuse');
    if (refusal) {
      const body = JSON.stringify({ errors: `Answered ${refusal.status} by request` });
      const headers = { 'content-type': 'application/json', 'retry-after': '2' };
      return new Response(body, { status: refusal.status, headers });
    }
    const response = await answer({ throttle: met.some((each) => each.kind === 'throttle'), answerMs });
    if (met.some((each) => each.kind === 'lose_reply')) throw new ConnectionLost('The answer never left');
    return response;
  };

  return {
    store,
    tokens,
    admin,
    webhooks,
    flow,
    apiKey,
    deliveries: webhooks.deliveries,
    untilIdle: webhooks.untilIdle,
    /** Returns the switch that ends it. */
    disturb: disturbances.add,
    clearDisturbances: disturbances.clear,
    /** The app's IP allowlist, as it is set in the Dev Dashboard; null switches it off. */
    allowOnly: allowlist.set,
    /** Calls that were refused for the address they came from. */
    refusedByAddress: (): number => refusedByAddress,

    /** Answers for `https://<shop>.myshopify.com/admin/...`. @throws {ConnectionLost} when the caller's connection has to die. */
    async handle(request: Request): Promise<Response> {
      const { hostname, pathname } = new URL(request.url);
      const shop = store.findShop(hostname);
      if (!shop) return notFound();
      if (pathname === '/admin/oauth/access_token') {
        const met = disturbances.meet({ door: 'token', shop: hostname });
        return disturbed({
          met,
          answer: async ({ answerMs }) => {
            await wait(answerMs);
            return tokens.handle({ request, shop: hostname });
          },
        });
      }
      const version = /^\/admin\/api\/([\w-]+)\/graphql\.json$/.exec(pathname)?.[1];
      if (!version) return notFound();
      if (!allowlist.lets(request)) {
        refusedByAddress += 1;
        return notAllowed();
      }
      const operation = await operationOf(request);
      const met = disturbances.meet({ door: 'admin', shop: hostname, operation });
      return disturbed({ met, answer: (how) => admin.handle({ request, shop, version, ...how }) });
    },

    /** The merchant installs the app, with the scopes that the app asks for. */
    install(shop: string): void {
      webhooks.cancel({ shop, topic: 'shop/redact' });
      store.install({ shop, apiKey, scopes });
    },
    uninstall(shop: string): void {
      tokens.revoke(shop);
      store.uninstall({ shop, apiKey });
      comply({ shop, topic: 'shop/redact', body: {}, afterMs: REDACT_AFTER_MS });
    },
    /** As App Bridge answers `scopes.query`. */
    scopes(shop: string): { granted: string[]; required: string[]; optional: string[] } {
      const granted = store.installationOf({ shop, apiKey })?.scopes ?? [];
      return { granted, required: scopes, optional: optionalScopes };
    },
    /** The merchant allows what the app asks for while it runs. @throws when it is none of its optional scopes. */
    grantScopes({ shop, scopes: wanted }: { shop: string; scopes: string[] }): void {
      const strange = wanted.filter((each) => !optionalScopes.includes(each));
      if (strange.length > 0) throw new Error(`not an optional scope of this app: ${strange.join(', ')}`);
      const { granted } = this.scopes(shop);
      if (wanted.every((each) => granted.includes(each))) return;
      store.setScopes({ shop, apiKey, scopes: [...new Set([...granted, ...wanted])] });
    },
    /** The merchant, or Shopify, takes optional scopes back. */
    revokeScopes({ shop, scopes: unwanted }: { shop: string; scopes: string[] }): void {
      const { granted } = this.scopes(shop);
      store.setScopes({ shop, apiKey, scopes: granted.filter((each) => !unwanted.includes(each)) });
    },
    setScopes({ shop, scopes: granted }: { shop: string; scopes: string[] }): void {
      store.setScopes({ shop, apiKey, scopes: granted });
    },
    requestCustomerData({
      shop,
      customer,
      ordersRequested = [],
    }: {
      shop: string;
      customer: Customer;
      ordersRequested?: bigint[];
    }): void {
      const body = {
        orders_requested: ordersRequested,
        customer,
        data_request: { id: store.nextId('data_request') },
      };
      comply({ shop, topic: 'customers/data_request', body });
    },
    redactCustomer({
      shop,
      customer,
      ordersToRedact = [],
    }: {
      shop: string;
      customer: Customer;
      ordersToRedact?: bigint[];
    }): void {
      comply({ shop, topic: 'customers/redact', body: { customer, orders_to_redact: ordersToRedact } });
    },
    /** At once, without the two days that an uninstall brings. */
    redactShop(shop: string): void {
      webhooks.cancel({ shop, topic: 'shop/redact' });
      comply({ shop, topic: 'shop/redact', body: {} });
    },

    /** What App Bridge hands to the app; `secret` and `at` make the forged and the expired ones. */
    sessionToken({
      shop,
      secret = secrets[0]!,
      at = now(),
      audience = apiKey,
    }: {
      shop: string;
      secret?: string;
      at?: Date;
      audience?: string;
    }): string {
      return mintSessionToken({ shop, apiKey: audience, apiSecret: secret, now: at });
    },
    /** The app's developer makes a new client secret; the old one is still good for a while. */
    rotateSecret(fresh: string): void {
      secrets = [fresh, secrets[0]!];
    },

    snapshot: (): string =>
      JSON.stringify({
        store: store.snapshot(),
        tokens: tokens.snapshot(),
        webhooks: webhooks.snapshot(),
      }),
    restore(text: string): void {
      const parts = JSON.parse(text) as { store: string; tokens: string; webhooks: string };
      store.restore(parts.store);
      tokens.restore(parts.tokens);
      webhooks.restore(parts.webhooks);
    },
  };
}
