// The health port of a process of any role: alive (/healthz), ready (/readyz), figures (/metrics).
import { Prisma } from '@prisma/client';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Gauge, register } from 'prom-client';
import { queryRows, webhookDb } from './db.server.ts';
import { env } from './env.server.ts';
import { listenState, type ListenState } from './jobs/pg-notify.server.ts';
import { decryptionFailed } from './lib/encryption.server.ts';
import { listenOn } from './lib/http.server.ts';
import { log } from './lib/log.server.ts';
import { addressWarnings, isAddressRefused } from './shopify/address-status.server.ts';

type Lag = {
  events: number;
  replies: number;
  stockChecks: number;
  unfinished: number;
  oldestInboxSeconds: number;
  oldestReplySeconds: number;
  undecidedShops: number;
};

/** Work that is due and not done. */
async function lag(): Promise<Lag> {
  const [row] = await queryRows<Lag>({
    tx: webhookDb,
    sql: Prisma.sql`
    SELECT (SELECT count(*)::int FROM webhook_events WHERE failure IS NULL) AS events,
           (SELECT count(*)::int FROM replies) AS replies,
           (SELECT count(*)::int FROM variants WHERE check_requested_version > checked_version) AS "stockChecks",
           (SELECT count(*)::int FROM subscriptions WHERE status = 'claimed') AS unfinished,
           (SELECT COALESCE(extract(epoch FROM clock_timestamp() - min(received_at)), 0)::float8 FROM webhook_events WHERE failure IS NULL) AS oldest_inbox_seconds,
           (SELECT COALESCE(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 FROM replies) AS oldest_reply_seconds,
           (SELECT count(*)::int FROM shops WHERE access_unknown_since < clock_timestamp() - interval '1 day') AS undecided_shops`,
  });
  return row!;
}

export type Readiness = {
  ready: boolean;
  database: 'answers' | 'silent';
  lag?: Lag;
  /** Whether a worker hears at once what is due; `off`: there is none in this process. */ listen: ListenState;
  /** What an operator has to do, in words. None of it gets better by turning requests away. */ warnings: string[];
};

/** Ready: the database answers. The lag is reported, and left to the host to judge. */
export async function readiness(): Promise<Readiness> {
  const said = { listen: listenState(), warnings: [...decryptionFailed(), ...addressWarnings()] };
  try {
    return { ready: true, database: 'answers', lag: await lag(), ...said };
  } catch {
    return { ready: false, database: 'silent', ...said };
  }
}

collectDefaultMetrics();

const gauges = {
  events: new Gauge({
    name: 'notify_events_stored',
    help: 'Events of Meta that were kept and not handled yet',
  }),
  replies: new Gauge({ name: 'notify_replies_unsent', help: 'Replies to shoppers that were not sent yet' }),
  stockChecks: new Gauge({ name: 'notify_stock_checks_due', help: 'Variants whose stock check is due' }),
  unfinished: new Gauge({
    name: 'notify_notifications_unfinished',
    help: 'Notifications claimed or started and not finished',
  }),
  oldestInboxSeconds: new Gauge({
    name: 'notify_events_oldest_seconds',
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
  name: 'notify_listening',
  help: '1: this worker hears at once what is due; 0: it finds it by looking once a second',
});

const address = new Gauge({
  name: 'notify_shopify_address_refused',
  help: '1: Shopify refuses the address that this process calls from (IP allowlist); 0: it does not, as far as is known',
});

/** Prometheus text. @throws when the database is silent. */
export async function metrics(): Promise<{ contentType: string; text: string }> {
  const now = await lag();
  listening.set(listenState() === 'listening' ? 1 : 0);
  address.set(isAddressRefused() ? 1 : 0);
  for (const [name, gauge] of Object.entries(gauges)) gauge.set(now[name as keyof Lag]);
  return { contentType: register.contentType, text: await register.metrics() };
}

const answers: Record<string, (response: ServerResponse) => void | Promise<void>> = {
  '/healthz': (response) => void response.end('alive'),
  '/readyz': async (response) => {
    const { ready, ...facts } = await readiness();
    response.writeHead(ready ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(facts));
  },
  '/metrics': async (response) => {
    const { contentType, text } = await metrics();
    response.setHeader('content-type', contentType);
    response.end(text);
  },
};

/** Listens on HEALTH_HOST and HEALTH_PORT (0: any free one). @throws in words when the port is somebody else's. */
export async function startHealth(): Promise<{ port: number; stop(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const answer = answers[(request.url ?? '').split('?')[0]!];
    if (answer === undefined || request.method !== 'GET') return void response.writeHead(404).end();
    void Promise.try(answer, response).catch(() => response.writeHead(503).end());
  });
  await listenOn({ server, name: 'HEALTH_PORT', port: env.HEALTH_PORT, host: env.HEALTH_HOST });
  const { port } = server.address() as AddressInfo;
  log.info('health.listening', { port, host: env.HEALTH_HOST });
  return {
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
