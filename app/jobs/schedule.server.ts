// Housekeeping on a schedule, in one process at a time, by pg-boss.
import { PgBoss } from 'pg-boss';
import { clientConfig } from '../database-url.ts';
import { connections, directUrl } from '../db.server.ts';
import { log } from '../lib/log.server.ts';

/** A chore: when (cron, UTC) and what. It is safe to run twice and says nothing of any person in the queue. */
export type ScheduledJob = { cron: string; run: () => Promise<void> };

/** Starts the catalogue of chores. A chore that fails is tried again at its next turn. */
export async function startSchedule(jobs: Record<string, ScheduledJob>): Promise<{ stop(): Promise<void> }> {
  const boss = new PgBoss({
    ...clientConfig(directUrl, { purpose: 'schedules' }),
    // Two apps in one database keep their schedules apart, as they do their tables.
    schema: directUrl.schema === 'public' ? 'pgboss' : `${directUrl.schema}_pgboss`,
    max: connections.schedules,
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
  });
  boss.on('error', (error) => log.warn('schedule.queue_failed', { error }));
  await boss.start();
  for (const [name, { cron, run }] of Object.entries(jobs)) {
    await boss.createQueue(name, {
      policy: 'stately',
      partition: true,
      retryLimit: 0,
      deleteAfterSeconds: 86_400,
      heartbeatSeconds: 10,
    });
    await boss.schedule(name, cron);
    await boss.work(name, { pollingIntervalSeconds: 5 }, async () => {
      try {
        await run();
      } catch (error) {
        log.error('schedule.job_failed', { job: name, error });
      }
    });
  }
  return { stop: () => boss.stop({ graceful: true, timeout: 5_000 }) };
}
