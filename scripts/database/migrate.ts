// `npm run migrate`, and every start: applies prisma/migrations and records them as `prisma migrate deploy` does; needs no engine binary.
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { readDatabaseUrl } from '../../app/database-url.ts';
import { connect } from './check.ts';

/** The advisory lock that Prisma itself takes, so that the two never migrate at once. */
const PRISMAS_LOCK = 72707369;
const LOCK_WAIT_SECONDS = 60;
/** PostgreSQL's code for a lock that was waited for too long. */
const LOCK_NOT_AVAILABLE = '55P03';
const folderHere = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));

/** Brings the database at `url` up to date. Safe for several processes at once; refuses a migration that was edited after it was applied. */
export const migrate = (url: string): Promise<string[]> => applyMigrations({ url, folder: folderHere });

type Migration = { name: string; sql: string; checksum: string };

/**
 * The same from any folder of migrations. Returns the names of those applied now.
 * The lock is held by a transaction and never by a session: behind a pooler a session outlives its client, and its lock with it.
 * @throws in words when somebody else holds the lock, or a table, for longer than `waitSeconds`.
 */
export async function applyMigrations({
  url,
  folder,
  waitSeconds = LOCK_WAIT_SECONDS,
}: {
  url: string;
  folder: string;
  waitSeconds?: number;
}): Promise<string[]> {
  const database = readDatabaseUrl(url);
  // No settings at the start, which a pooler would refuse: the few that count are set within each transaction.
  const client = await connect({ url: { ...database, pooled: true }, purpose: 'migrations' });
  try {
    const all = migrationsIn(folder);
    const applied: string[] = [];
    for (;;) {
      const name = await applyNext({ client, all, schema: database.schema, waitSeconds });
      if (name === undefined) return applied;
      applied.push(name);
    }
  } catch (error) {
    if ((error as { code?: unknown }).code !== LOCK_NOT_AVAILABLE) throw error;
    throw new Error(await whoHoldsTheLock({ client, waitSeconds }), { cause: error });
  } finally {
    await client.end();
  }
}

/** One transaction: takes the lock, sees what is done, applies what comes next. @returns its name; undefined: nothing is missing. */
async function applyNext({
  client,
  all,
  schema,
  waitSeconds,
}: {
  client: pg.Client;
  all: Migration[];
  schema: string;
  waitSeconds: number;
}): Promise<string | undefined> {
  await client.query('BEGIN');
  try {
    // A limit on statements is meant for those that serve somebody; a lock is waited for so long, and not for ever.
    await client.query(
      `SELECT set_config('statement_timeout', '0', true), set_config('lock_timeout', '${waitSeconds}s', true),
        set_config('search_path', $1, true)`,
      [schema],
    );
    await client.query('SELECT pg_advisory_xact_lock($1)', [PRISMAS_LOCK]);
    const missing = notYetApplied({ all, done: await recorded({ client, schema }) });
    if (missing) await apply({ client, ...missing });
    await client.query('COMMIT');
    return missing?.name;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

function notYetApplied({
  all,
  done,
}: {
  all: Migration[];
  done: Map<string, string>;
}): Migration | undefined {
  for (const { name, checksum } of all) {
    const known = done.get(name);
    if (known !== undefined && known !== checksum)
      throw new Error(
        `Migration ${name} was changed after it had been applied. Put it back, and write a new one.`,
      );
  }
  return all.find(({ name }) => !done.has(name));
}

/** Whose lock it is, in words that say how to be rid of it. */
async function whoHoldsTheLock({
  client,
  waitSeconds,
}: {
  client: pg.Client;
  waitSeconds: number;
}): Promise<string> {
  const { rows } = await client.query<{ pid: number; name: string; state: string; since: Date }>(
    `SELECT a.pid, a.application_name AS name, COALESCE(a.state, 'unknown') AS state, COALESCE(a.state_change, a.backend_start) AS since
     FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
     WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = $1`,
    [PRISMAS_LOCK],
  );
  const [holder] = rows;
  if (holder === undefined)
    return `The database could not be migrated: a table was locked by somebody else for ${waitSeconds} s. Try again when it is quiet.`;
  const { pid, name, state, since } = holder;
  return (
    `The database could not be migrated: process ${pid} of PostgreSQL ("${name}", ${state} since ${since.toISOString()}) has held the lock for ` +
    `migrations for more than ${waitSeconds} s. If it is idle, it is a session that a pooler kept: end it with SELECT pg_terminate_backend(${pid}).`
  );
}

function migrationsIn(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** Name and checksum of what the database has; migrations it knows and we do not belong to a newer release, and stay. */
async function recorded({
  client,
  schema,
}: {
  client: pg.Client;
  schema: string;
}): Promise<Map<string, string>> {
  if (schema !== 'public') await client.query(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
  await client.query(`
    CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL,
      finished_at TIMESTAMPTZ,
      migration_name VARCHAR(255) NOT NULL,
      logs TEXT,
      rolled_back_at TIMESTAMPTZ,
      started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
      applied_steps_count INTEGER NOT NULL DEFAULT 0
    )`);
  const { rows } = await client.query<{ name: string; checksum: string; finished: boolean }>(`
    SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
    FROM _prisma_migrations WHERE rolled_back_at IS NULL`);
  const failed = rows.find(({ finished }) => !finished);
  if (failed)
    throw new Error(
      `Migration ${failed.name} is recorded as failed. Mend the database, then: prisma migrate resolve --applied ${failed.name}`,
    );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

async function apply({ client, name, sql, checksum }: Migration & { client: pg.Client }): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    if ((error as { code?: unknown }).code === LOCK_NOT_AVAILABLE) throw error;
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
     VALUES ($1, $2, $3, now(), 1)`,
    [randomUUID(), checksum, name],
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const url = process.env.DATABASE_DIRECT_URL || process.env.DATABASE_URL;
  if (!url) {
    process.stderr.write('Set DATABASE_URL: the embedded database is migrated by `npm start` itself.\n');
    process.exit(64);
  }
  const applied = await migrate(url);
  process.stdout.write(applied.length === 0 ? 'Nothing to migrate.\n' : `Applied: ${applied.join(', ')}\n`);
}
