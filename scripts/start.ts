// `npm start`: production. Prepares the database, then runs the web process, the worker, or both (ROLE).
import { migrate } from './migrate.ts';
import { startPostgres } from './postgres.ts';

if (!process.env.DATABASE_URL) {
  const { url } = await startPostgres({ folder: '.data/postgres', endsWithMe: true });
  process.env.DATABASE_URL = url;
}
try {
  const { env } = await import('../app/env.server.ts');
  await migrate(env.DATABASE_DIRECT_URL ?? env.DATABASE_URL);
  const { systemClock } = await import('../app/lib/clock.ts');
  const running = await Promise.all([
    env.ROLE === 'worker' ? undefined : (await import('../app/server.ts')).startWeb(),
    env.ROLE === 'web' ? undefined : (await import('../app/worker.ts')).startWorker({ clock: systemClock }),
  ]);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => {
      void Promise.all(running.map((each) => each?.stop())).then(() => process.exit(0));
    });
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? (error.name === 'Error' || error.constructor.name === 'EnvironmentError' ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(1);
}
