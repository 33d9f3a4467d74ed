// Before each test file: a database of its own, a made-up environment, and a check that no warning is printed.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterEach, inject } from 'vitest';
import { urlOf } from '../../scripts/database/embedded.ts';
import { keepQuiet } from './quiet.ts';

const socketFolder = inject('socketFolder');
const name = `test_${randomUUID().replaceAll('-', '')}`;
const client = new pg.Client({ connectionString: urlOf({ socketFolder }) });
await client.connect();
await client.query(`CREATE DATABASE ${name} TEMPLATE ${inject('template')}`);
await client.end();

/** Valid and made up; nothing of the caller's environment is left to chance. */
const environment = {
  SHOPIFY_API_KEY: 'test-api-key-5c1d0f7e',
  SHOPIFY_API_SECRET: 'shpss_test_91d5c2f04ab8',
  SHOPIFY_APP_URL: 'https://app.notify.example',
  META_APP_ID: '1029384756',
  META_APP_SECRET: 'c7b1f02a9e3d4856b1d7c0a2f4e69b83',
  META_VERIFY_TOKEN: 'test-verify-token-27f1',
  ENCRYPTION_KEY: Buffer.from('a key for the tests, 32 bytes ok').toString('base64'),
  DATABASE_URL: urlOf({ socketFolder, name }),
  PORT: '0',
  HEALTH_PORT: '0',
  ROLE: 'all',
  LOG_LEVEL: 'silent',
};
for (const unset of [
  'SHOPIFY_API_SECRET_OLD',
  'META_LOGIN_CONFIG_ID',
  'META_GRAPH_VERSION',
  'ENCRYPTION_KEY_OLD',
  'DATABASE_DIRECT_URL',
  'EMBEDDED_POSTGRES',
  'HEALTH_HOST',
])
  delete process.env[unset];
Object.assign(process.env, environment);

const heard = keepQuiet();
afterEach(() => {
  const noise = heard.splice(0);
  if (noise.length > 0) throw new Error(`This must not be heard in a test:\n${noise.join('\n')}`);
});
