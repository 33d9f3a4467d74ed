// The bell: NOTIFY on commit, LISTEN in the worker, so that nothing that is due waits for a poll.
import pg from 'pg';
import { env } from '../env.server.ts';
import { log } from '../lib/log.server.ts';
import type { Tx } from '../db.server.ts';

/** `inbox` and `lane` carry Meta's page id, `looks` the shop's id. */
export type Bell = 'inbox' | 'looks' | 'lane';

/** Rings when the caller's transaction commits. Duplicates within one transaction are folded by PostgreSQL. */
export async function ring(tx: Pick<Tx, '$executeRaw'>, bell: Bell, key: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify('notify_me', ${`${bell} ${key}`})`;
}

/**
 * Calls `onRing` for every bell rung by any process, and `onLost` whenever rings may have been missed (start, reconnection).
 * Reconnects by itself for as long as it is not stopped.
 */
export function listen({
  onRing,
  onLost,
}: {
  onRing: (bell: Bell, key: string) => void;
  onLost: () => void;
}): { stop(): Promise<void> } {
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let stopped = false;

  const connect = async () => {
    const fresh = new pg.Client({
      connectionString: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', () => void fresh.end().catch(() => undefined));
    fresh.on('end', () => {
      if (!stopped) retry = setTimeout(() => void connect(), 200);
    });
    fresh.on('notification', ({ payload }) => {
      const [bell, ...key] = (payload ?? '').split(' ');
      onRing(bell as Bell, key.join(' '));
    });
    try {
      await fresh.connect();
      await fresh.query('LISTEN notify_me');
      onLost();
    } catch (error) {
      log.warn('the bell cannot be heard; trying again', { error });
      await fresh.end().catch(() => undefined);
    }
  };
  void connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await client?.end().catch(() => undefined);
    },
  };
}
