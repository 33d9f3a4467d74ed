// Another process that needs access to a shop, run by access.test.ts: says when it is ready, asks once told to, prints what it got.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { db } from '../../app/db.server.ts';
import { accessTokenFor } from '../../app/shopify/access-tokens.server.ts';

await db.$queryRaw`SELECT 1`;
process.stdout.write('ready\n');
await once(process.stdin, 'data');
const session = await accessTokenFor({ domain: process.argv[2]!, clock: () => new Date() });
process.stdout.write(createHash('sha256').update(session.accessToken!).digest('hex'));
await db.$disconnect();
process.exit(0);
