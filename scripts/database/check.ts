// What every start asks of its database before anything relies on it: each answer that will not do is said in words, with what to do.
import pg from 'pg';
import {
  clientConfig,
  HOW_TO_SSL,
  NEEDED_SETTINGS,
  readDatabaseUrl,
  type DatabaseUrl,
} from '../../app/database-url.ts';

/** The oldest PostgreSQL that is still supported, and the oldest this was tried on. */
const OLDEST_MAJOR = 15;

export class DatabaseError extends Error {}

/** Connects, or says why not. @throws {DatabaseError} */
export async function connect({ url, purpose }: { url: DatabaseUrl; purpose: string }): Promise<pg.Client> {
  const client = new pg.Client(clientConfig(url, { purpose }));
  // A connection that breaks while nobody asks anything is told of by the next question.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new DatabaseError(whyNot({ error, url }), { cause: error });
  }
}

type Refusal = { code?: string; message?: string };

function whyNot({ error, url }: { error: unknown; url: DatabaseUrl }): string {
  const { code = '', message = '' } = error as Refusal;
  const about = 'PostgreSQL cannot be reached: ';
  if (/CERT|SELF_SIGNED|ALTNAME|ISSUER|LEAF_SIGNATURE/.test(code))
    return `${about}its certificate is not one that this machine can check (${code}). In the address, ${HOW_TO_SSL}.`;
  if (/does not support SSL/.test(message))
    return `${about}it does not speak TLS. In the address, write sslmode=disable.`;
  if (code === '28000' && /no encryption|SSL off/.test(message))
    return `${about}it takes encrypted connections only. In the address, ${HOW_TO_SSL}.`;
  if (code === '28P01' || code === '28000') return `${about}it refuses this user or password.`;
  if (code === '3D000')
    return `${about}it has no database of this name. Make one: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.`;
  if (code === '53300' || /too many connections|no more connections/.test(message))
    return `${about}all its connections are taken. End some, or give each process fewer: connection_limit=N in the address.`;
  if (code === '08P01' && /startup parameter/.test(message))
    return `${about}a pooler stands in between, which takes no settings. Add pgbouncer=true to the address.`;
  if (code === '57P03') return `${about}it is starting, or stopping. Try again in a moment.`;
  if (['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EHOSTUNREACH', 'ECONNRESET'].includes(code))
    return `${about}nobody answers at its address (${code}).`;
  if (/timeout/i.test(message))
    return `${about}it did not answer within ${url.connectTimeoutMs / 1_000} s (connect_timeout).`;
  return `${about}${message || String(error)}`;
}

type Facts = {
  /** The same for all who reach the same database of the same server. */ place: string;
  version: string;
  major: number;
  encoding: string;
  standby: boolean;
  readOnly: boolean;
  fsync: boolean;
  /** Where what is written without a schema goes. */ schema: string | null;
  /** Connections that this role may open, as the narrowest of server, database and role has it. */ most: number;
  /** The beginning of a statement that gives the role a setting in this database. */ alterRole: string;
};

async function factsOf(client: pg.Client): Promise<Facts> {
  const { rows } = await client.query<Facts>(`
    SELECT pg_postmaster_start_time()::text || ' ' || d.oid AS place, current_setting('server_version') AS version,
      current_setting('server_version_num')::int / 10000 AS major, pg_encoding_to_char(d.encoding) AS encoding,
      pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS "readOnly",
      current_setting('fsync') = 'on' AS fsync, COALESCE(NULLIF(path.first, '$user'), current_schema()) AS schema,
      least(current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
        CASE WHEN r.rolconnlimit >= 0 AND NOT r.rolsuper THEN r.rolconnlimit END,
        CASE WHEN d.datconnlimit >= 0 AND NOT r.rolsuper THEN d.datconnlimit END) AS most,
      format('ALTER ROLE %I IN DATABASE %I SET', r.rolname, d.datname) AS "alterRole"
    FROM pg_database d, pg_roles r, (SELECT btrim(split_part(current_setting('search_path'), ',', 1), ' "') AS first) AS path
    WHERE d.datname = current_database() AND r.rolname = current_user`);
  return rows[0]!;
}

/** The needed settings that do not hold in this session. A zone counts by its offset, summer and winter; a DateStyle by its first part. */
async function wrongSettings(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; value: string; utc: boolean }>(
    `SELECT name, current_setting(name) AS value,
       extract(timezone FROM timestamptz '2026-01-01 00:00Z') = 0 AND extract(timezone FROM timestamptz '2026-07-01 00:00Z') = 0 AS utc
     FROM unnest($1::text[]) AS needed(name)`,
    [Object.keys(NEEDED_SETTINGS)],
  );
  const wrong = rows.filter(({ name, value, utc }) => {
    const wanted = NEEDED_SETTINGS[name]!;
    if (name === 'TimeZone') return !utc;
    return (name === 'DateStyle' ? value.split(',')[0] : value) !== wanted;
  });
  return wrong.map(({ name }) => name);
}

/**
 * A pooler gives its clients a process number of its own, and the server tells its true one.
 * Nothing else does, so nobody has to be asked what stands in between.
 */
async function isPooled(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]!.pid !== (client as unknown as { processID: number }).processID;
}

export type Checked = { url: string; directUrl: string | undefined; warnings: string[] };

/**
 * Asks the database whether it will do, by the addresses and with the settings that the product will use.
 * @returns the addresses, marked where a pooler was recognised, and what does no harm yet.
 * @throws {DatabaseError} in words.
 */
export async function checkDatabase({
  url,
  directUrl,
}: {
  url: string;
  directUrl: string | undefined;
}): Promise<Checked> {
  const warnings: string[] = [];
  const marked = await markIfPooled(url);
  const markedDirect = directUrl === undefined ? undefined : await markIfPooled(directUrl);
  const pooled = readDatabaseUrl(marked).pooled;
  if (markedDirect !== undefined && readDatabaseUrl(markedDirect).pooled)
    throw new DatabaseError(
      'DATABASE_DIRECT_URL leads through a pooler: it has to be the address of the database itself.',
    );
  if (pooled && directUrl === undefined)
    warnings.push(
      'DATABASE_URL leads through a pooler, and DATABASE_DIRECT_URL is not set: what is due is found by looking once a second instead of ' +
        'being heard of at once. Set DATABASE_DIRECT_URL to the same database without the pooler.',
    );
  const place = await ask({ url: marked, name: 'DATABASE_URL', warnings });
  if (
    markedDirect !== undefined &&
    (await ask({ url: markedDirect, name: 'DATABASE_DIRECT_URL', warnings })) !== place
  )
    throw new DatabaseError('DATABASE_URL and DATABASE_DIRECT_URL lead to two different databases.');
  return { url: marked, directUrl: markedDirect, warnings };
}

/** The address with `pgbouncer=true`, if a pooler stands behind it. */
async function markIfPooled(text: string): Promise<string> {
  const url = readDatabaseUrl(text);
  if (url.pooled) return text;
  // As through a pooler: one that takes no settings must not refuse the very question.
  const client = await connect({ url: { ...url, pooled: true }, purpose: 'check' });
  try {
    if (!(await isPooled(client))) return text;
  } finally {
    await client.end();
  }
  const marked = `${text}${text.includes('?') ? '&' : '?'}pgbouncer=true`;
  readDatabaseUrl(marked);
  return marked;
}

/** @returns which database it is. */
async function ask({
  url: text,
  name,
  warnings,
}: {
  url: string;
  name: string;
  warnings: string[];
}): Promise<string> {
  const url = readDatabaseUrl(text);
  const client = await connect({ url, purpose: 'check' });
  try {
    const facts = await factsOf(client);
    const wrong = await wrongSettings(client);
    const complaint = whatWillNotDo({ facts, wrong, url });
    if (complaint !== undefined) throw new DatabaseError(`${name}: ${complaint}`);
    if (wrong.includes('synchronous_commit'))
      warnings.push(
        `${name}: synchronous_commit is off: what a webhook was answered for may be lost when the server dies. ${facts.alterRole} synchronous_commit = on;`,
      );
    if (!facts.fsync)
      warnings.push(`${name}: PostgreSQL runs with fsync = off: a crash of its machine loses what was kept.`);
    return facts.place;
  } finally {
    await client.end();
  }
}

function whatWillNotDo({
  facts,
  wrong,
  url,
}: {
  facts: Facts;
  wrong: string[];
  url: DatabaseUrl;
}): string | undefined {
  const { major, version, encoding, standby, readOnly, most, schema, alterRole } = facts;
  if (major < OLDEST_MAJOR)
    return `this is PostgreSQL ${version}; the oldest that will do is ${OLDEST_MAJOR}. Move to a newer one: pg_dump there, restore here.`;
  if (encoding !== 'UTF8')
    return `the database is kept in ${encoding}, and people write in every script. Make another: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0.`;
  if (standby) return 'this is a standby, which takes no writes. Give the address of the primary.';
  if (readOnly) return `its sessions begin read-only. ${alterRole} default_transaction_read_only = off;`;
  if (url.pooled) {
    // The claim turns jit off for itself, and less durable is said as a warning; the rest would make answers wrong.
    const missing = wrong.filter((name) => name !== 'jit' && name !== 'synchronous_commit');
    const statements = missing.map((name) => `${alterRole} ${name} = '${NEEDED_SETTINGS[name]}';`);
    if (url.schema !== schema) statements.push(`${alterRole} search_path = ${url.schema};`);
    return statements.length === 0
      ? undefined
      : `through a pooler these settings cannot be made for a session: make them for the role, and let the pooler reconnect. ${statements.join(' ')}`;
  }
  if (wrong.length > 0)
    return `something in between drops the settings of a session (${wrong.join(', ')}): if it is a pooler, add pgbouncer=true to the address.`;
  if (url.connectionLimit > most)
    return `one process opens up to ${url.connectionLimit} connections, and no more than ${most} are allowed. Write connection_limit=N in the address: all processes together must stay below ${most}.`;
  return undefined;
}
