// Readiness and metrics, for /readyz and /metrics.
import { collectDefaultMetrics, Gauge, register } from 'prom-client';
import { webhookDb } from './db.server.ts';
import { addressWarnings, isAddressRefused } from './lib/own-address.ts';
import { decryptionFailed } from './lib/encryption.server.ts';
import { listenState, type ListenState } from './jobs/pg-notify.server.ts';

type Lag = {
  inbox: number;
  replies: number;
  looks: number;
  unsettled: number;
  oldestInboxSeconds: number;
  oldestReplySeconds: number;
  undecidedShops: number;
};

/** Work that is due and not done. */
async function lag(): Promise<Lag> {
  const [row] = await webhookDb.$queryRaw<Lag[]>`
    SELECT (SELECT count(*)::int FROM "Inbox" WHERE "problem" IS NULL) AS inbox,
           (SELECT count(*)::int FROM "Reply") AS replies,
           (SELECT count(*)::int FROM "Variant" WHERE "wanted" > "looked") AS looks,
           (SELECT count(*)::int FROM "Subscription" WHERE "state" = 'claimed') AS unsettled,
           (SELECT COALESCE(extract(epoch FROM clock_timestamp() - min("receivedAt")), 0)::float8 FROM "Inbox" WHERE "problem" IS NULL) AS "oldestInboxSeconds",
           (SELECT COALESCE(extract(epoch FROM clock_timestamp() - min("createdAt")), 0)::float8 FROM "Reply") AS "oldestReplySeconds",
           (SELECT count(*)::int FROM "Shop" WHERE "accessUnknownSince" < clock_timestamp() - interval '1 day') AS "undecidedShops"`;
  return row!;
}

export type Readiness = {
  ready: boolean;
  database: 'answers' | 'silent';
  lag?: Lag;
  /** Whether a worker hears at once what is due; `off`: there is none in this process. */ bell: ListenState;
  /** What an operator has to do, in words. None of it gets better by turning requests away. */ warnings: string[];
};

/** Ready: the database answers. The lag is told, and left to the host to judge. */
export async function readiness(): Promise<Readiness> {
  const said = { bell: listenState(), warnings: [...decryptionFailed(), ...addressWarnings()] };
  try {
    return { ready: true, database: 'answers', lag: await lag(), ...said };
  } catch {
    return { ready: false, database: 'silent', ...said };
  }
}

collectDefaultMetrics();
const gauges = {
  inbox: new Gauge({
    name: 'notify_inbox_events',
    help: 'Events of Meta that were kept and not handled yet',
  }),
  replies: new Gauge({ name: 'notify_replies_unsent', help: 'Replies to shoppers that were not sent yet' }),
  looks: new Gauge({ name: 'notify_looks_due', help: 'Variants for which a look is due' }),
  unsettled: new Gauge({
    name: 'notify_notifications_unsettled',
    help: 'Notifications claimed or begun and not settled',
  }),
  oldestInboxSeconds: new Gauge({
    name: 'notify_inbox_oldest_seconds',
    help: 'Age of the oldest event in the inbox',
  }),
  oldestReplySeconds: new Gauge({
    name: 'notify_replies_oldest_seconds',
    help: 'Age of the oldest reply that was not sent yet',
  }),
  undecidedShops: new Gauge({
    name: 'notify_shops_undecided',
    help: 'Shops of which Shopify has not said for a day whether they still have the app',
  }),
};
const listening = new Gauge({
  name: 'notify_bell_heard',
  help: '1: this worker hears at once what is due; 0: it finds it by looking once a second',
});

const address = new Gauge({
  name: 'notify_shopify_address_refused',
  help: '1: Shopify refuses the address that this process calls from (IP allowlist); 0: it does not, as far as is known',
});

/** Prometheus text. @throws when the database is silent. */
export async function metrics(): Promise<{ contentType: string; text: string }> {
  const now = await lag();
  listening.set(listenState() === 'heard' ? 1 : 0);
  address.set(isAddressRefused() ? 1 : 0);
  for (const [name, gauge] of Object.entries(gauges)) gauge.set(now[name as keyof Lag]);
  return { contentType: register.contentType, text: await register.metrics() };
}
