// Counts what was begun and surely not sent: a worker that is too slow for its own lease shows here first.
import { Counter } from 'prom-client';
import { holds, type Lease } from '../jobs/lease.server.ts';
import { log } from '../lib/log.server.ts';
import { onceAProcess } from '../once-a-process.ts';

const total = onceAProcess(
  'count of the unsent',
  () =>
    new Counter({
      name: 'notify_begun_not_sent_total',
      help: 'Notifications that were begun and surely not sent, and were free to be sent again at once',
    }),
);

export function countUnsent({ lease, count }: { lease: Lease; count: number }): void {
  if (count === 0) return;
  total.inc(count);
  log.warn('messages were begun and not sent: they are free to be sent at once', {
    lease: lease.name,
    leaseHeld: holds(lease),
    count,
  });
}
