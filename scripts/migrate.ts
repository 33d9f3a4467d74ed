// `npm run migrate`, and every start: applies prisma/migrations and records them as `prisma migrate deploy` does; needs no engine binary.
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The advisory lock that Prisma itself takes, so that the two never migrate at once. */
const PRISMAS_LOCK = 72707369;
const folderHere = fileURLToPath(new URL('../prisma/migrations', import.meta.url));

/** Brings the database at `url` up to date. Safe for several processes at once; refuses a migration that was edited after it was applied. */
export const migrate = (url: string): Promise<string[]> => applyMigrations({ url, folder: folderHere });

/** The same from any folder of migrations. Returns the names of those applied now. */
export async function applyMigrations({ url, folder }: { url: string; folder: string }): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMAS_LOCK]);
    const done = await recorded(client);
    const applied: string[] = [];
    for (const { name, sql, checksum } of migrationsIn(folder)) {
      const known = done.get(name);
      if (known === undefined) {
        await apply({ client, name, sql, checksum });
        applied.push(name);
      } else if (known !== checksum) {
        throw new Error(
          `Migration ${name} was changed after it had been applied. Put it back, and write a new one.`,
        );
      }
    }
    return applied;
  } finally {
    await client.end();
  }
}

function migrationsIn(folder: string) {
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
async function recorded(client: pg.Client): Promise<Map<string, string>> {
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

async function apply({
  client,
  name,
  sql,
  checksum,
}: {
  client: pg.Client;
  name: string;
  sql: string;
  checksum: string;
}): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
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
