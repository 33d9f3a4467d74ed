// The environment, parsed once at boot: what is missing is said at once, with how to get it, and nothing starts.
import { z } from 'zod';

const hint = (how: string) => ({ error: how });
const optional = (schema: z.ZodType<string>) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

/** Base64 of 32 bytes; the values printed in documentation are refused. */
const sealingKey = z
  .string(hint('make one with: openssl rand -base64 32'))
  .refine(
    (text) => Buffer.from(text, 'base64').length === 32,
    hint('must be base64 of 32 bytes: openssl rand -base64 32'),
  )
  .refine(
    (text) => new Set(Buffer.from(text, 'base64')).size > 8,
    hint('is an example, not a secret: openssl rand -base64 32'),
  );

const schema = z.object({
  SHOPIFY_API_KEY: z
    .string(hint('the client id of your app: Shopify Dev Dashboard > your app > Settings'))
    .min(1),
  SHOPIFY_API_SECRET: z
    .string(hint('the client secret of your app: Shopify Dev Dashboard > your app > Settings'))
    .min(1),
  SHOPIFY_API_SECRET_OLD: optional(z.string()),
  SHOPIFY_APP_URL: z
    .url(hint('the https address under which Shopify and shoppers reach this app, as in shopify.app.toml'))
    .refine((url) => url.startsWith('https://'), hint('must begin with https://')),
  META_APP_ID: z
    .string(hint('the id of your Facebook app: developers.facebook.com > your app > Settings > Basic'))
    .min(1),
  META_APP_SECRET: z.string(hint('the secret of your Facebook app: Settings > Basic > App secret')).min(1),
  META_VERIFY_TOKEN: z
    .string(
      hint('any long random text of your own; enter the same under Messenger > Webhooks > Verify token'),
    )
    .min(8, hint('must have at least 8 characters')),
  META_LOGIN_CONFIG_ID: optional(z.string()),
  META_GRAPH_VERSION: z
    .string()
    .regex(/^v\d+\.\d+$/, hint('looks like v26.0'))
    .default('v26.0'),
  SEALING_KEY: sealingKey,
  SEALING_KEY_OLD: optional(sealingKey),
  DATABASE_URL: z
    .string(
      hint('normally set by `npm start` itself (embedded PostgreSQL); or the address of your own PostgreSQL'),
    )
    .regex(/^postgres(ql)?:\/\//, hint('begins with postgresql://')),
  DATABASE_DIRECT_URL: optional(z.string().regex(/^postgres(ql)?:\/\//, hint('begins with postgresql://'))),
  PORT: z.coerce.number(hint('a port number')).int().min(0).max(65535).default(3000),
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
  const parsed = schema.safeParse(source);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new EnvironmentError(
    `The environment is not complete (see .env.example):\n${[...new Set(lines)].join('\n')}`,
  );
}

export const env = parseEnvironment(process.env);
