// Parses a PostgreSQL URL: each usual parameter is applied, or refused with what to write instead.
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type pg from 'pg';

export class DatabaseUrlError extends Error {}

export type DatabaseUrl = {
  /** The address without the settings that are read here. */ address: string;
  schema: string;
  /** Connections that one process may open in all. */ connectionLimit: number;
  /** How long a query waits for a free connection. */ poolTimeoutMs: number;
  connectTimeoutMs: number;
  /** A pooler that gives a connection away after each transaction stands in between. */ pooled: boolean;
  /** Settings of the session, the caller's first, so that the product's own hold. */ session: [
    string,
    string,
  ][];
  ssl: false | ConnectionOptions;
  channelBinding: boolean;
};

/** Connections of one process unless `connection_limit` is given. */
const CONNECTIONS = 20;
/** What a process needs at least: LISTEN 1, schedules 1, webhooks 1, work 2 (a transaction and a query beside it). */
const MIN_CONNECTIONS = 5;

/**
 * What the product relies on, whatever server, database or role say.
 * TimeZone, DateStyle: Prisma's adapter cuts the zone off a time and reads the rest as UTC. jit: a plan that is told not to sort counts as dear
 * (1e10), so that PostgreSQL up to 17 compiles every claim, 0.6 s each. Isolation: a claim passes over what others hold, which is no conflict.
 * synchronous_commit: what a webhook was answered 200 for must survive a crash.
 */
export const NEEDED_SETTINGS: Readonly<Record<string, string>> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  jit: 'off',
  default_transaction_isolation: 'read committed',
  synchronous_commit: 'on',
};

/** Heeded by the driver itself, as they stand. */
const PASSED = ['host', 'port', 'user', 'password', 'application_name', 'fallback_application_name'];
/** Settings of the session in milliseconds, 0 for none. */
const TIMEOUTS = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];
/** Settings that say what is done anyway: accepted with these values alone. */
const KEPT_AS_WRITTEN: Record<string, string[]> = {
  client_encoding: ['utf8', 'utf-8', 'unicode'],
  gssencmode: ['disable', 'prefer'],
  target_session_attrs: ['any', 'read-write', 'primary'],
  statement_cache_size: ['0'],
};
const SUGGESTIONS: Record<string, string> = {
  dbname: 'write the name of the database behind the host: postgresql://user@host:5432/name',
  search_path: 'write schema=NAME',
  socket_timeout: 'write statement_timeout=MILLISECONDS',
  uselibpqcompat: 'leave it out, and write sslmode=no-verify where the certificate is not to be checked',
  sslpassword: 'give the key without a password, as sslkey=/path/to/client.key',
  sslidentity: 'write sslcert=/path/to/client.crt and sslkey=/path/to/client.key',
};
const SSL_MODES: Record<string, string> = {
  disable: 'off',
  require: 'verified',
  'verify-full': 'verified',
  'verify-ca': 'verified but for the name',
  'no-verify': 'not verified',
};
export const HOW_TO_SSL =
  'write sslmode=verify-full (checked), sslrootcert=/path/to/its-certificate.pem (a certificate of your own, checked), ' +
  'sslmode=no-verify (encrypted, not checked) or sslmode=disable';

/** Reads `text`, and the certificates it names. @throws {DatabaseUrlError} in words that hold no value of it. */
export function readDatabaseUrl(text: string): DatabaseUrl {
  const url = parse(text);
  const given = new Map(url.searchParams);
  const take = (name: string) => {
    const value = given.get(name);
    given.delete(name);
    return value;
  };
  const whole = (name: string, otherwise: number, least: number) => {
    const value = take(name);
    if (value === undefined) return otherwise;
    if (!/^\d{1,9}$/.test(value) || Number(value) < least)
      throw new DatabaseUrlError(`${name} must be a whole number, at least ${least}`);
    return Number(value);
  };

  const connectionLimit = whole('connection_limit', CONNECTIONS, MIN_CONNECTIONS);
  const poolTimeoutMs = whole('pool_timeout', 30, 1) * 1_000;
  const connectTimeoutMs = whole('connect_timeout', 10, 1) * 1_000;
  const pooled = oneOf('pgbouncer', take('pgbouncer'), ['true', 'false']) === 'true';
  const schema = take('schema') ?? 'public';
  if (!/^[a-z_][a-z0-9_]{0,39}$/.test(schema))
    throw new DatabaseUrlError('schema must be a plain name: small letters, digits and _, 40 at most');
  const session = sessionOf(take('options'));
  for (const name of TIMEOUTS) {
    const ms = whole(name, -1, 0);
    if (ms >= 0) session.push([name, String(ms)]);
  }
  if (pooled && session.length > 0)
    throw new DatabaseUrlError(
      `a pooler forgets ${session[0]![0]} with each transaction: set it for the role (ALTER ROLE ... SET ...) and leave it out`,
    );
  for (const [name, values] of Object.entries(KEPT_AS_WRITTEN))
    oneOf(name, take(name)?.toLowerCase(), values);
  const channelBinding = ['require', 'prefer'].includes(
    oneOf('channel_binding', take('channel_binding'), ['require', 'prefer', 'disable']) ?? 'disable',
  );
  const ssl = sslOf(take);
  const passed = new URLSearchParams();
  for (const name of PASSED) {
    const value = take(name);
    if (value !== undefined) passed.set(name, value);
  }
  const [unknown] = given.keys();
  if (unknown !== undefined)
    throw new DatabaseUrlError(
      SUGGESTIONS[unknown] === undefined
        ? `${unknown.replaceAll(/[^\w-]/g, '?').slice(0, 40)} is not a setting that this app knows: leave it out`
        : `${unknown} is not heeded: ${SUGGESTIONS[unknown]}`,
    );
  url.search = passed.toString();
  return {
    address: url.href,
    schema,
    connectionLimit,
    poolTimeoutMs,
    connectTimeoutMs,
    pooled,
    session,
    ssl,
    channelBinding,
  };
}

function parse(text: string): URL {
  if (!/^postgres(ql)?:\/\//.test(text)) throw new DatabaseUrlError('begins with postgresql://');
  const host = /^postgres(?:ql)?:\/\/(?:[^@/?]*@)?([^/?]*)/.exec(text)?.[1] ?? '';
  if (host.includes(',')) throw new DatabaseUrlError('must name one host, the one that takes writes');
  // As libpq and Prisma read it: without a host `host` names the folder of a socket.
  const padded = text.replace(/^(postgres(?:ql)?:\/\/(?:[^/?]*@)?)(?=[/?]|$)/, '$1localhost');
  const readable = URL.canParse(padded) && !padded.includes('#') && isEncoded(new URL(padded));
  if (!readable)
    throw new DatabaseUrlError(
      'cannot be read: write postgresql://user:password@host:5432/name, with any of : / ? # @ % in the password percent-encoded',
    );
  return new URL(padded);
}

function isEncoded({ username, password, pathname }: URL): boolean {
  try {
    return [username, password, pathname].map((part) => decodeURIComponent(part)).length === 3;
  } catch {
    return false;
  }
}

function oneOf(name: string, value: string | undefined, values: string[]): string | undefined {
  if (value !== undefined && !values.includes(value))
    throw new DatabaseUrlError(`${name} is one of: ${values.join(', ')}`);
  return value;
}

/** `-c name=value` or `--name=value`, as often as it is said. */
function sessionOf(options = ''): [string, string][] {
  const words = options.split(/\s/).filter((word) => word !== '' && word !== '-c');
  return words.map((word) => {
    const [, name, value] = /^(?:-c|--)?([A-Za-z_.]+)=(\S+)$/.exec(word) ?? [];
    if (name === undefined || value === undefined)
      throw new DatabaseUrlError('options holds settings as -c name=value, without spaces in the value');
    return [name, value];
  });
}

function sslOf(take: (name: string) => string | undefined): DatabaseUrl['ssl'] {
  const files = { ca: take('sslrootcert'), cert: take('sslcert'), key: take('sslkey') };
  if (files.ca === 'system') delete files.ca;
  const plain = oneOf('ssl', take('ssl'), ['true', '1', 'false', '0']);
  const lax = oneOf('sslaccept', take('sslaccept'), ['strict', 'accept_invalid_certs']);
  const asked = take('sslmode');
  const named = Object.values(files).some((file) => file !== undefined);
  const mode =
    asked ?? (named || plain === 'true' || plain === '1' || lax !== undefined ? 'require' : 'disable');
  const how = lax === 'accept_invalid_certs' && mode !== 'disable' ? 'not verified' : SSL_MODES[mode];
  if (how === undefined) throw new DatabaseUrlError(`sslmode is not one that is heeded: ${HOW_TO_SSL}`);
  if (how === 'off') return false;
  const read = ([name, path]: [string, string | undefined]): [string, string][] => {
    if (path === undefined) return [];
    try {
      return [[name, readFileSync(path, 'utf8')]];
    } catch {
      const setting = name === 'ca' ? 'sslrootcert' : `ssl${name}`;
      throw new DatabaseUrlError(`${setting} names a file that cannot be read`);
    }
  };
  return {
    ...Object.fromEntries(Object.entries(files).flatMap(read)),
    rejectUnauthorized: how !== 'not verified',
    ...(how === 'verified but for the name' ? { checkServerIdentity: () => undefined } : {}),
  };
}

/** The settings as PostgreSQL takes them when a session begins. Of one name the last counts, so ours hold. */
function startupOptions({ schema, session }: DatabaseUrl): string {
  const settings = [...session, ['search_path', schema] as const, ...Object.entries(NEEDED_SETTINGS)];
  return settings.map(([name, value]) => `-c ${name}=${value.replaceAll(/([\s\\])/g, '\\$1')}`).join(' ');
}

/** What `pg` needs to connect: the address, its encryption, and the product's settings. `purpose` is what the server's list of sessions shows. */
export function clientConfig(url: DatabaseUrl, { purpose }: { purpose: string }): pg.ClientConfig {
  return {
    connectionString: url.address,
    ssl: url.ssl,
    connectionTimeoutMillis: url.connectTimeoutMs,
    fallback_application_name: `notify-me ${purpose}`,
    keepAlive: true,
    // A pooler refuses settings at the start of a session: they are then the role's, and checked at the start.
    ...(url.pooled ? {} : { options: startupOptions(url) }),
    ...(url.channelBinding ? { enableChannelBinding: true } : {}),
  };
}

export type Connections = { work: number; webhooks: number; schedules: number };

/** How the connections of one process are shared out; one more is for LISTEN where there is a worker. */
export function splitConnections({
  limit,
  role,
}: {
  limit: number;
  role: 'web' | 'worker' | 'all';
}): Connections {
  const schedules = role === 'web' ? 0 : limit >= 12 ? 3 : 1;
  const rest = limit - schedules - (role === 'web' ? 0 : 1);
  // In a worker they are for readiness alone.
  const webhooks = role === 'worker' ? 1 : Math.max(1, Math.min(8, Math.floor(rest / 4)));
  return { work: rest - webhooks, webhooks, schedules };
}
