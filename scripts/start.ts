// `npm start`: production. Prepares the database, then runs the web process, the worker, or both (ROLE).
import { existsSync } from 'node:fs';
import { parseEnvironment } from '../app/env-schema.ts';
import { checkDatabase } from './database/check.ts';
import { migrate } from './database/migrate.ts';
import { startPostgres, type Postgres } from './database/embedded.ts';

// For `npm start` alone: the demo starts this file too, and nobody's real keys may reach it. What the environment itself says goes first.
if (process.env.npm_lifecycle_event === 'start' && existsSync('.env')) process.loadEnvFile('.env');
// Express and React tell strangers less in production, and are faster.
process.env.NODE_ENV = 'production';
const print = (line: string) => void process.stderr.write(`${line}\n`);

/** The embedded PostgreSQL, for whoever asked for it by name: nobody's customers may be looked for in an empty database. */
async function embedded(): Promise<Postgres | undefined> {
  const given = (name: string) => (process.env[name] ?? '').trim() !== '';
  if (process.env.EMBEDDED_POSTGRES?.trim() !== '1') return undefined;
  if (given('DATABASE_URL') || given('DATABASE_DIRECT_URL'))
    throw new Error(
      'EMBEDDED_POSTGRES=1 and DATABASE_URL are both set: which of the two holds the data? Leave one out.',
    );
  // Whatever else is missing is said before anybody waits for a database.
  parseEnvironment({ ...process.env, DATABASE_URL: 'postgresql://' });
  return startPostgres({
    folder: '.data/postgres',
    endsWithMe: true,
    onGivenUp: (reason) => {
      print(reason);
      process.exit(1);
    },
  });
}

try {
  const postgres = await embedded();
  if (postgres) process.env.DATABASE_URL = postgres.url;
  const { DATABASE_URL, DATABASE_DIRECT_URL } = parseEnvironment(process.env);
  const { url, directUrl, warnings } = await checkDatabase({
    url: DATABASE_URL,
    directUrl: DATABASE_DIRECT_URL,
  });
  // Where a pooler was recognised its address says so from here on.
  process.env.DATABASE_URL = url;
  if (directUrl !== undefined) process.env.DATABASE_DIRECT_URL = directUrl;
  const { env } = await import('../app/env.server.ts');
  const { log } = await import('../app/lib/log.server.ts');
  for (const warning of warnings) log.warn('database.warning', { warning });
  const health = await (await import('../app/metrics.server.ts')).startHealth();
  await migrate(directUrl ?? url);
  await (await import('../app/shopify/access-tokens.server.ts')).tryKey();
  const { systemClock } = await import('../app/lib/clock.ts');
  const web = env.ROLE === 'worker' ? undefined : await (await import('../app/server.ts')).startWeb();
  const worker =
    env.ROLE === 'web'
      ? undefined
      : await (await import('../app/worker.ts')).startWorker({ clock: systemClock });
  const end = async () => {
    await Promise.all([web?.stop(), worker?.stop()]);
    await health.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end());
} catch (error) {
  print(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
