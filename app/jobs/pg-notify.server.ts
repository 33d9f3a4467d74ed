// NOTIFY on commit and LISTEN in the worker, so that due work does not wait for a poll.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { clientConfig } from '../database-url.ts';
import { db, directUrl, type Tx } from '../db.server.ts';
import { log } from '../lib/log.server.ts';

const CHANNEL = 'notify_me';
/** What is rung to find out whether it is heard. */
const HELLO = 'hello';
const HELLO_TIMEOUT_MS = 10_000;
const UNHEARD =
  'What one connection notifies, another does not hear: the address of the database leads through a pooler, or DATABASE_DIRECT_URL to ' +
  'another database. What is due is found by looking once a second instead. Set DATABASE_DIRECT_URL to the same database without the pooler.';

/** Whether this process receives notifications: `disconnected` where it must find by itself what is due, `off` where nobody listens. */
export type ListenState = 'off' | 'connecting' | 'listening' | 'disconnected';
let listening: ListenState = 'off';
export const listenState = (): ListenState => listening;

/** `events` and `pageSender` carry Meta's page id, `stockChecks` the shop's id. */
export type Subscription = 'events' | 'stockChecks' | 'pageSender';

/** Rings when the caller's transaction commits. Duplicates within one transaction are folded by PostgreSQL. */
export async function notify(
  tx: Pick<Tx, '$executeRaw'>,
  channelName: Subscription,
  key: string,
): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${CHANNEL}, ${`${channelName} ${key}`})`;
}

/**
 * Calls `onRing` for every notification of any process, and `onLost` whenever some may have been missed (start, reconnection).
 * Reconnects by itself for as long as it is not stopped. Behind a pooler nobody listens: it would be somebody else's connection that hears.
 */
export function listen({
  onNotify,
  onLost,
}: {
  onNotify: (channelName: Subscription, key: string) => void;
  onLost: () => void;
}): { stop(): Promise<void> } {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let doubt: NodeJS.Timeout | undefined;
  let hello = '';
  let stopped = false;

  /** Rings by the way that all rings take, and expects to hear it. */
  const sayHello = async () => {
    hello = randomUUID();
    clearTimeout(doubt);
    doubt = setTimeout(() => {
      listening = 'disconnected';
      log.warn('pg_notify.unheard', { advice: UNHEARD });
    }, HELLO_TIMEOUT_MS);
    await db.$executeRaw`SELECT pg_notify(${CHANNEL}, ${`${HELLO} ${hello}`})`;
  };

  const connect = async () => {
    listening = 'connecting';
    const fresh = new pg.Client(clientConfig(directUrl, { purpose: 'listen' }));
    client = fresh;
    fresh.on('error', () => void fresh.end().catch(() => undefined));
    fresh.on('end', () => {
      clearTimeout(doubt);
      if (!stopped) retry = setTimeout(() => void connect(), 200);
    });
    fresh.on('notification', ({ payload }) => {
      const [channelName, ...key] = (payload ?? '').split(' ');
      if (channelName !== HELLO) onNotify(channelName as Subscription, key.join(' '));
      else if (key[0] === hello) {
        clearTimeout(doubt);
        listening = 'listening';
      }
    });
    try {
      await fresh.connect();
      // It is silent for hours where nothing happens, which a server may be set to end.
      await fresh.query(`LISTEN ${CHANNEL}; SET idle_session_timeout = 0`);
      onLost();
      await sayHello().catch(() => undefined);
    } catch (error) {
      log.warn('pg_notify.lost', { error });
      await fresh.end().catch(() => undefined);
    }
  };
  if (directUrl.pooled) {
    // Said at the start, by whoever recognised it.
    listening = 'disconnected';
    onLost();
  } else void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(retry);
      clearTimeout(doubt);
      listening = 'off';
      await client?.end().catch(() => undefined);
    },
  };
}
