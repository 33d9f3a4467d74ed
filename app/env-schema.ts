// The environment's schema: everything missing is reported at once, with how to get it.
import { z } from 'zod';
import { DatabaseUrlError, readDatabaseUrl } from './database-url.ts';

const hint = (how: string) => ({ error: how });

/** Base64 of 32 bytes; the values printed in documentation are refused. */
const encryptionKey = z
  .string(hint('make one with: openssl rand -base64 32'))
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    hint('must be base64 of 32 bytes: openssl rand -base64 32'),
  )
  .refine(
    (text) => new Set(Buffer.from(text, 'base64')).size > 8,
    hint('is an example, not a secret: openssl rand -base64 32'),
  );

const APP_URL =
  'the https address of this app without a path, the same as application_url in shopify.app.toml';
const proxies = hint('how many proxies stand in front of the app, 0 to 20 (1 unless given)');
const port = (otherwise: number) => {
  const how = hint(`a port number, 0 to 65535 (${otherwise} unless given)`);
  return z.coerce.number(how).int(how).min(0, how).max(65535, how).default(otherwise);
};

/** The address of a PostgreSQL, every setting of which is heeded; one that is not is named, without its value. */
const databaseUrl = (missing: string) =>
  z.string(hint(missing)).superRefine((text, context) => {
    try {
      readDatabaseUrl(text);
    } catch (error) {
      if (!(error instanceof DatabaseUrlError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

const schema = z.object({
  SHOPIFY_API_KEY: z.string(hint('the client id of your app: Shopify Dev Dashboard > your app > Settings')),
  SHOPIFY_API_SECRET: z.string(
    hint('the client secret of your app: Shopify Dev Dashboard > your app > Settings'),
  ),
  SHOPIFY_API_SECRET_OLD: z.string().optional(),
  SHOPIFY_APP_URL: z
    .url(hint(APP_URL))
    .refine((url) => URL.canParse(url) && `${new URL(url).origin}/` === new URL(url).href, hint(APP_URL))
    .refine((url) => url.startsWith('https://'), hint('must begin with https://'))
    .transform((url) => new URL(url).origin),
  META_APP_ID: z.string(
    hint('the id of your Facebook app: developers.facebook.com > your app > Settings > Basic'),
  ),
  META_APP_SECRET: z.string(hint('the secret of your Facebook app: Settings > Basic > App secret')),
  META_VERIFY_TOKEN: z
    .string(
      hint('any long random text of your own; enter the same under Messenger > Webhooks > Verify token'),
    )
    .min(8, hint('must have at least 8 characters')),
  META_LOGIN_CONFIG_ID: z.string().optional(),
  META_GRAPH_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, hint('looks like v26.0'))
    .default('v26.0'),
  ENCRYPTION_KEY: encryptionKey,
  ENCRYPTION_KEY_OLD: encryptionKey.optional(),
  DATABASE_URL: databaseUrl(
    'the address of your PostgreSQL; or set EMBEDDED_POSTGRES=1 to keep everything in an embedded one (.data/postgres)',
  ),
  DATABASE_DIRECT_URL: databaseUrl('').optional(),
  EMBEDDED_POSTGRES: z.enum(['0', '1'], hint('is 1 for the embedded PostgreSQL, or left out')).optional(),
  PORT: port(3000),
  HEALTH_PORT: port(9090),
  HEALTH_HOST: z.string().default('127.0.0.1'),
  TRUST_PROXY: z.coerce.number(proxies).int(proxies).min(0, proxies).max(20, proxies).default(1),
  ROLE: z.enum(['web', 'worker', 'all'], hint('is one of: web, worker, all')).default('all'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], hint('is one of: debug, info, warn, error, silent'))
    .default('info'),
});

export class EnvironmentError extends Error {}

/**
 * Reads every name of the contract from `source`.
 * @throws {EnvironmentError} that lists each missing or wrong name with how to get it, and never a value.
 */
export function parseEnvironment(source: Record<string, string | undefined>) {
  // A name left empty, as in a fresh copy of .env.example, is a name that was not given.
  const given = Object.entries(source).filter(([, value]) => value !== undefined && value.trim() !== '');
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new EnvironmentError(
    `The environment is not complete (see .env.example):\n${[...new Set(lines)].join('\n')}`,
  );
}
