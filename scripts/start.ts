// `npm start`: production. Prepares the database, then runs the web process, the worker, or both (ROLE).
import { existsSync } from 'node:fs';
import { parseEnvironment } from '../app/environment.ts';
import { migrate } from './migrate.ts';
import { startPostgres } from './postgres.ts';

// For `npm start` alone: the demo starts this file too, and nobody's real keys may reach it. What the environment itself says goes first.
if (process.env.npm_lifecycle_event === 'start' && existsSync('.env')) process.loadEnvFile('.env');
try {
  if (!process.env.DATABASE_URL) {
    // Whatever else is missing is said before anybody waits for a database.
    parseEnvironment({ ...process.env, DATABASE_URL: 'postgresql://' });
    const { url } = await startPostgres({ folder: '.data/postgres', endsWithMe: true });
    process.env.DATABASE_URL = url;
  }
  const { env } = await import('../app/env.server.ts');
  await migrate(env.DATABASE_DIRECT_URL ?? env.DATABASE_URL);
  const { systemClock } = await import('../app/lib/clock.ts');
  const web = env.ROLE === 'worker' ? undefined : await (await import('../app/server.ts')).startWeb();
  const worker =
    env.ROLE === 'web'
      ? undefined
      : await (await import('../app/worker.ts')).startWorker({ clock: systemClock });
  const end = async () => {
    await Promise.all([web?.stop(), worker?.stop()]);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
